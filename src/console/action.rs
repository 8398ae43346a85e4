//! The one catalogue of actions: keys, footer hints and help derive from it.
//!
//! An action has a name (which keymap files use), one line that says what it does, a word for the footer, and the contexts
//! in which it applies.

use super::dialog::Keyboard;
use super::view::{PaneId, View};

/// What has the keyboard. Derived from the view, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// The watch: the panes.
    Watch,
    /// A page that was opened.
    Page,
    /// The help.
    Help,
    /// A text is being typed: characters are text there, whatever they are bound to elsewhere.
    Input,
    /// The operations on a thing, to choose from.
    Menu,
    /// A dialog's text is being typed: a reason, a parameter, the words that confirm.
    Form,
    /// A plan that is being read.
    Plan,
}

impl Context {
    /// Every context.
    pub const ALL: [Self; 7] = [Self::Watch, Self::Page, Self::Help, Self::Input, Self::Menu, Self::Form, Self::Plan];

    /// Whether characters are text here.
    pub fn types(self) -> bool {
        matches!(self, Self::Input | Self::Form)
    }

    /// What has the keyboard in this view.
    pub fn of(view: &View) -> Self {
        if view.help.is_some() {
            Self::Help
        } else if let Some(dialog) = &view.dialog {
            match dialog.keyboard() {
                Keyboard::Text => Self::Form,
                Keyboard::List => Self::Menu,
                Keyboard::Plan => Self::Plan,
            }
        } else if view.filter.editing {
            Self::Input
        } else if view.trail.is_empty() {
            Self::Watch
        } else {
            Self::Page
        }
    }
}

/// Under which heading the help lists an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Going from thing to thing.
    Move,
    /// Looking closer.
    Look,
    /// Changing something, along the guarded path.
    Act,
    /// Typing a text.
    Type,
    /// The console itself.
    Console,
}

impl Group {
    /// Every group, in the order of the help.
    pub const ALL: [Self; 5] = [Self::Look, Self::Act, Self::Move, Self::Type, Self::Console];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Look => "Look",
            Self::Act => "Act",
            Self::Type => "While typing",
            Self::Console => "Console",
        }
    }
}

/// Something that a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Opens the page of the selected thing.
    Open,
    /// Explains the level of the selected thing, or of the page's.
    Why,
    /// Clears the filter, or leaves the page or the help; never quits.
    Close,
    /// Begins to type a filter.
    Filter,
    /// Opens the page of all sources.
    Sources,
    /// Selects the next row, or scrolls the help.
    Down,
    /// Selects the row before.
    Up,
    /// Selects the first row.
    First,
    /// Selects the last row.
    Last,
    /// Goes down by a screenful.
    PageDown,
    /// Goes up by a screenful.
    PageUp,
    /// Gives the focus to the next pane or section.
    NextPane,
    /// Gives the focus to the pane or section before.
    PreviousPane,
    /// Goes to a pane of the watch.
    Pane(PaneId),
    /// Shows what can be done to the selected thing.
    Act,
    /// Opens a write window, or closes the one that is open.
    Window,
    /// Opens the page of all operations.
    Journal,
    /// Plans what takes the shown operation back.
    Undo,
    /// Says yes to the plan, or goes on to the words that say it.
    Confirm,
    /// Makes the plan anew.
    Replan,
    /// Asks for the name of a freeze to go past.
    Past,
    /// Copies the plan's calls as command lines.
    Copy,
    /// Goes to the next field.
    NextField,
    /// Goes to the field before.
    PreviousField,
    /// Keeps what was typed.
    Accept,
    /// Drops what was typed.
    Cancel,
    /// Deletes the last character.
    Erase,
    /// Deletes all that was typed.
    EraseAll,
    /// Opens or closes the help.
    Help,
    /// Draws the whole screen anew.
    Redraw,
    /// Stops the console until the shell brings it back.
    Suspend,
    /// Ends the console.
    Quit,
}

/// What the catalogue says of one action.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Which action.
    pub action: Action,
    /// Its name in keymap files.
    pub name: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
    /// A word for the footer; none: it is in the help alone.
    pub hint: Option<&'static str>,
    /// Where it applies.
    pub contexts: &'static [Context],
    /// Its heading in the help.
    pub group: Group,
}

use Context::{Form, Help, Input, Menu, Page, Plan, Watch};

const EVERYWHERE: &[Context] = &Context::ALL;
const LISTS: &[Context] = &[Watch, Page];
const MOVES: &[Context] = &[Watch, Page, Help, Input, Menu, Plan];
const TEXTS: &[Context] = &[Input, Form];

/// Every action, in the order of the footer and of the help.
pub const CATALOGUE: &[Entry] = &[
    entry(
        Action::Open,
        "page.open",
        "Open the page of the selected thing",
        Some("open"),
        &[Watch, Page, Menu],
        Group::Look,
    ),
    entry(Action::Act, "act", "Show what can be done to the selected thing", Some("act"), LISTS, Group::Act),
    entry(Action::Why, "why", "Say why the selected thing has its level", Some("why"), LISTS, Group::Look),
    entry(Action::NextPane, "pane.next", "Go to the next pane or section", Some("pane"), LISTS, Group::Move),
    entry(Action::PreviousPane, "pane.previous", "Go to the pane or section before", None, LISTS, Group::Move),
    entry(
        Action::Close,
        "page.close",
        "Clear the filter, or leave the dialog, the page or the help; never quits",
        Some("back"),
        &[Watch, Page, Help, Menu, Plan],
        Group::Look,
    ),
    entry(
        Action::Filter,
        "filter",
        "Show only the rows with every word that you type",
        Some("filter"),
        LISTS,
        Group::Look,
    ),
    entry(
        Action::Sources,
        "sources",
        "Show every source of facts and how it is doing",
        Some("sources"),
        LISTS,
        Group::Look,
    ),
    entry(Action::Journal, "journal", "Show every operation that the journal tells of", None, LISTS, Group::Act),
    entry(Action::Undo, "undo", "Plan what takes the shown operation back", Some("undo"), &[Page], Group::Act),
    entry(
        Action::Confirm,
        "plan.confirm",
        "Say yes to the plan, or go on to the words that say it",
        Some("yes"),
        &[Plan],
        Group::Act,
    ),
    entry(Action::Replan, "plan.again", "Look again and make the plan anew", Some("plan again"), &[Plan], Group::Act),
    entry(
        Action::Past,
        "plan.past",
        "Go past a freeze, by its name, where the team allows it",
        None,
        &[Plan],
        Group::Act,
    ),
    entry(
        Action::Copy,
        "plan.copy",
        "Copy the plan's calls as command lines, through the terminal",
        Some("copy"),
        &[Plan],
        Group::Act,
    ),
    entry(Action::Down, "cursor.down", "Select the next row", None, MOVES, Group::Move),
    entry(Action::Up, "cursor.up", "Select the row before", None, MOVES, Group::Move),
    entry(Action::First, "cursor.first", "Select the first row", None, MOVES, Group::Move),
    entry(Action::Last, "cursor.last", "Select the last row", None, MOVES, Group::Move),
    entry(Action::PageDown, "cursor.page-down", "Go down by a screenful", None, MOVES, Group::Move),
    entry(Action::PageUp, "cursor.page-up", "Go up by a screenful", None, MOVES, Group::Move),
    entry(Action::Pane(PaneId::Incidents), "pane.1", "Go to the incidents", None, LISTS, Group::Move),
    entry(Action::Pane(PaneId::Alerts), "pane.2", "Go to the alerts", None, LISTS, Group::Move),
    entry(Action::Pane(PaneId::Slos), "pane.3", "Go to the SLOs", None, LISTS, Group::Move),
    entry(Action::Pane(PaneId::Clusters), "pane.4", "Go to the clusters", None, LISTS, Group::Move),
    entry(Action::Pane(PaneId::Databases), "pane.5", "Go to the databases", None, LISTS, Group::Move),
    entry(Action::Pane(PaneId::Budgets), "pane.6", "Go to the budgets", None, LISTS, Group::Move),
    entry(Action::Accept, "input.accept", "Keep what was typed and go on", Some("keep"), TEXTS, Group::Type),
    entry(
        Action::Cancel,
        "input.cancel",
        "Drop what was typed: show every row, leave the dialog",
        Some("clear"),
        TEXTS,
        Group::Type,
    ),
    entry(Action::Erase, "input.erase", "Delete the last character", None, TEXTS, Group::Type),
    entry(Action::EraseAll, "input.erase-all", "Delete all that was typed", None, TEXTS, Group::Type),
    entry(Action::NextField, "field.next", "Go to the next field", None, &[Form], Group::Type),
    entry(Action::PreviousField, "field.previous", "Go to the field before", None, &[Form], Group::Type),
    entry(
        Action::Help,
        "help",
        "Open or close this help",
        Some("help"),
        &[Watch, Page, Help, Menu, Plan],
        Group::Console,
    ),
    entry(
        Action::Window,
        "window",
        "Open a write window, with a reason; close the one that is open",
        Some("write window"),
        &[Watch, Page, Menu, Plan],
        Group::Act,
    ),
    entry(Action::Redraw, "redraw", "Draw the whole screen anew", None, EVERYWHERE, Group::Console),
    entry(
        Action::Suspend,
        "suspend",
        "Stop until the shell's `fg` brings the console back",
        None,
        EVERYWHERE,
        Group::Console,
    ),
    entry(Action::Quit, "quit", "Quit", Some("quit"), EVERYWHERE, Group::Console),
];

const fn entry(
    action: Action,
    name: &'static str,
    doc: &'static str,
    hint: Option<&'static str>,
    contexts: &'static [Context],
    group: Group,
) -> Entry {
    Entry { action, name, doc, hint, contexts, group }
}

/// The action of that name.
pub fn named(name: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|e| e.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_actions_are_unique() {
        for (i, a) in CATALOGUE.iter().enumerate() {
            for b in &CATALOGUE[i + 1..] {
                assert!(a.name != b.name && a.action != b.action, "{} and {}", a.name, b.name);
            }
        }
    }

    #[test]
    fn every_pane_has_its_number() {
        for (pane, n) in PaneId::ALL.into_iter().zip(1..) {
            assert_eq!(named(&format!("pane.{n}")).map(|e| e.action), Some(Action::Pane(pane)));
        }
    }
}
