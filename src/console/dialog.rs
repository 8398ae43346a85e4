//! What lies over the screen and has the keyboard: at most one dialog, each with its own small state.
//!
//! A dialog asks; it never does. What it asks for goes to the desk, and from there down the guarded path.

mod form;
mod menu;
mod paint;
mod plan;
mod window;

pub use form::{Field, Form};
pub use menu::Menu;
pub use paint::{paint, plan_end};
pub use plan::{Confirming, target};

use crate::operate::catalogue::OperationSpec;

/// The longest text that a dialog takes, in characters.
const LONGEST: usize = 200;

/// What lies over the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// Why a write window is to be opened: the reason as typed so far.
    Window(String),
    /// The name of a freeze to go past, as typed so far.
    Past(String),
    /// What can be done to a thing.
    Menu(Menu),
    /// The parameters of an operation.
    Form(Box<Form>),
    /// The plan, and its confirmation.
    Plan(Confirming),
}

/// What the keyboard does in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyboard {
    /// It types.
    Text,
    /// It chooses from a list.
    List,
    /// It reads a plan, and may confirm it.
    Plan,
}

impl Dialog {
    /// What the keyboard does.
    pub fn keyboard(&self) -> Keyboard {
        match self {
            Self::Window(_) | Self::Past(_) | Self::Form(_) | Self::Plan(Confirming { typed: Some(_), .. }) => {
                Keyboard::Text
            }
            Self::Menu(_) => Keyboard::List,
            Self::Plan(Confirming { typed: None, .. }) => Keyboard::Plan,
        }
    }

    /// The text that is being typed; none where the keyboard does something else.
    pub fn text(&mut self) -> Option<&mut String> {
        match self {
            Self::Window(text) | Self::Past(text) => Some(text),
            Self::Form(form) => form.text(),
            Self::Plan(confirming) => confirming.typed.as_mut(),
            Self::Menu(_) => None,
        }
    }

    /// Changes the text that is being typed.
    pub fn edit(&mut self, change: impl FnOnce(&mut String)) {
        let Some(text) = self.text() else { return };
        change(text);
        if let Some((end, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(end);
        }
    }

    /// Whether pasted text may go in: words that confirm are typed, never pasted.
    pub fn takes_paste(&self) -> bool {
        !matches!(self, Self::Plan(_) | Self::Past(_))
    }
}

/// An operation's title, as people say it: `Fail over`, `Scale`.
pub fn title(operation: &OperationSpec) -> String {
    let verb = operation.name.split_once('.').map_or(operation.name, |(_, verb)| verb);
    let words = match operation.name {
        "database.failover" => "fail over",
        "global.failover" => "fail over, losing data,",
        "global.switchover" => "switch over",
        "workload.rollback" => "roll back",
        "autoscaler.bounds" => "set the bounds of",
        "database.capacity" => "set the capacity of",
        "database.snapshot" => "take a snapshot of",
        "database.add-reader" => "add a reader to",
        "database.remove-reader" => "remove a reader of",
        "namespace.scale" => "scale every deployment of",
        _ => verb,
    };
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
