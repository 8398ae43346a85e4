//! What comes in and what goes out.

use jiff::Timestamp;
use keybinds::KeyInput;

use super::Judged;
use crate::console::desk::Story;
use crate::estate::Observation;
use crate::operate::evidence::WindowView;
use crate::operate::journal::{Entry, Outcome};
use crate::operate::{Intent, Plan, Refusal};

/// What a person wants planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What is to be done.
    pub intent: Intent,
    /// Names of freezes that they go past.
    pub past: Vec<String>,
    /// The write window as it stands.
    pub window: WindowView,
}

/// What came of planning a wish.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// What was to be done.
    pub intent: Intent,
    /// The operation's number, where it is in the journal.
    pub number: Option<String>,
    /// The plan, or why there is none.
    pub made: Result<Plan, Refusal>,
}

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
    /// The estate was judged.
    Judged(Judged),
    /// A second has passed; it is so late.
    Tick(Timestamp),
    /// What came of planning what a person wants done.
    Planned(Box<Planned>),
    /// Entries of the journal, all or new ones; or why it cannot be read.
    Journal(Box<Result<Vec<Entry>, String>>),
    /// What is so now of an operation that this console runs, by its number.
    Underway(String, Timestamp, String),
    /// An operation that this console ran has ended.
    Ended {
        /// Its number.
        number: String,
        /// How; none where only its plan was wanted.
        outcome: Option<Outcome>,
        /// Why, or what was seen.
        words: Vec<String>,
        /// Why the journal does not tell all of it, where it does not.
        unjournaled: Option<String>,
    },
    /// What became of operations that an earlier run left open. The journal that tells of them follows.
    Settled(Vec<Story>),
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
    Plan(Box<Wish>),
    /// Nobody waits for the plan any more.
    LeavePlan,
    /// Remember that a person has seen what became of an operation.
    Seen(String),
    /// Read the journal.
    ReadJournal,
    /// Perform the order that [`super::App::take_order`] hands over.
    Operate,
    /// Give a text to the terminal's clipboard.
    Copy(String),
    /// The day's spend cap is reached, or no longer.
    LimitSpending(bool),
}
