//! What comes in and what goes out.

use jiff::Timestamp;
use keybinds::KeyInput;

use crate::estate::Observation;
use crate::judge::Judgement;
use crate::operate::{Intent, Plan, Refusal};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key.
    Key(KeyInput),
    /// Text was pasted.
    Paste(String),
    /// A sequence of keys that had begun was not gone on with for a while.
    Lapse,
    /// The terminal has so many columns and rows, perhaps as many as before.
    Resize(u16, u16),
    /// Sources said something.
    Observations(Vec<Observation>),
    /// The case of that time was judged.
    Judged(Judgement, Timestamp),
    /// A second has passed; it is so late.
    Tick(Timestamp),
    /// What came of planning what a person wants done.
    Planned(Box<(Intent, Result<Plan, Refusal>)>),
    /// The console has something to say of itself.
    Notice(String),
}

/// Something that the driver is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// End.
    Quit,
    /// Give the terminal back and stop until the shell goes on.
    Suspend,
    /// Draw, at once: a person waits for it.
    Draw,
    /// Draw within the frame budget.
    DrawSoon,
    /// Draw everything anew.
    Redraw,
    /// Send a lapse unless another key comes soon.
    Wait,
    /// Judge, as soon as the budget allows.
    Judge,
    /// Keep what is worth keeping over a restart.
    Keep,
    /// Look at the service and make a plan of this; nothing is sent.
    Plan(Box<Intent>),
    /// Perform the order that [`super::App::take_order`] hands over.
    Operate,
    /// Give a text to the terminal's clipboard.
    Copy(String),
    /// The day's spend cap is reached, or no longer.
    LimitSpending(bool),
}
