//! The driver: performs what the machine asks for, and tells whoever listens how it goes. The console and the command
//! line run operations by it alike; nobody who stops listening stops an operation.

mod effects;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::journal::{Entry, Journal};
use super::lease::{Lease, Leases};
use super::machine::{Brief, Ending, Event, Operation, Stage};
use super::{Clock, Hands, Plan, WritePass};
use effects::Driver;

/// What operations are run with.
#[derive(Clone)]
pub struct Ground {
    /// What reads and acts.
    pub hands: Arc<dyn Hands>,
    /// The journal.
    pub journal: Journal,
    /// The leases on targets.
    pub leases: Arc<dyn Leases>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The login name of whoever acts.
    pub person: String,
}

/// What is told of an operation on its way.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// The plan is made and every guard is ok: it waits for [`Command::Confirm`].
    Asked(Box<Plan>),
    /// The journal has a new entry.
    Entry(Box<Entry>),
    /// What is so now, or what is waited for.
    Now {
        /// When.
        at: Timestamp,
        /// How far it is.
        stage: Stage,
        /// In words.
        words: String,
    },
}

/// What a person may say to an operation on its way.
#[derive(Debug)]
pub enum Command {
    /// Go on.
    Confirm {
        /// The words that were typed; `yes` where a key confirms.
        words: String,
        /// Leave to act, of the write window at this moment: none when it has closed.
        pass: Option<WritePass>,
    },
    /// Leave it. Before the first call that stops it; afterwards it goes on.
    Leave,
}

/// An operation on its way.
#[derive(Debug)]
pub struct Running {
    /// What is told of it. Ends when it has ended.
    pub told: mpsc::UnboundedReceiver<Told>,
    /// To speak to it.
    pub commands: mpsc::UnboundedSender<Command>,
    /// How it ended.
    pub ended: oneshot::Receiver<Ended>,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Its number, such as `OP-3`; none where it was never journaled.
    pub operation: Option<String>,
    /// How.
    pub ending: Ending,
}

/// Starts an operation; to be called within the runtime. `reason` is why its write window is open.
pub fn start(ground: Ground, brief: Brief, reason: Option<String>) -> Running {
    launch(ground, Operation::new(brief), reason, None, Vec::new())
}

/// Takes up an operation that an earlier run left open; `leases` hold it and its target.
pub(super) fn take_up(
    ground: Ground,
    operation: Operation,
    number: String,
    reason: Option<String>,
    leases: Vec<Box<dyn Lease>>,
) -> Running {
    launch(ground, operation, reason, Some(number), leases)
}

fn launch(
    ground: Ground,
    operation: Operation,
    reason: Option<String>,
    number: Option<String>,
    leases: Vec<Box<dyn Lease>>,
) -> Running {
    let (tell, told) = mpsc::unbounded_channel();
    let (commands, inbox) = mpsc::unbounded_channel();
    let (end, ended) = oneshot::channel();
    let mut driver = Driver::new(ground, operation, reason, number, tell, inbox);
    driver.leases = leases;
    tokio::spawn(async move {
        let ended = driver.drive(Event::Start).await;
        // Nobody may be left to hear it: the journal has it.
        let _ = end.send(ended);
    });
    Running { told, commands, ended }
}
