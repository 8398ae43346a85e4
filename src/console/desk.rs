//! The desk: what a person is about to do and has done from this console: the write window, the plan that lies before
//! them, the operations that are under way. The work itself is done elsewhere, along the guarded path.

mod offers;
mod records;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

pub use offers::{Offer, offers};
pub use records::Record;

use crate::operate::evidence::WindowView;
use crate::operate::journal::{Entry, Outcome};
use crate::operate::{Intent, Plan, Refusal, WritePass, WritePolicy, WriteWindow};

/// A plan that is being read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What the person wants done.
    pub intent: Intent,
    /// The plan.
    pub plan: Plan,
    /// The operation's number, where it is in the journal already.
    pub number: Option<String>,
    /// When it came.
    pub at: Timestamp,
}

/// What lies before the person.
#[derive(Debug, Clone, PartialEq)]
pub enum Paper {
    /// The service is being looked at.
    Planning(Intent),
    /// There is a plan.
    Ready(Box<Reading>),
    /// There is none, for these reasons.
    Refused(Intent, Refusal),
}

impl Paper {
    /// What the person wants done.
    pub fn intent(&self) -> &Intent {
        match self {
            Self::Planning(intent) | Self::Refused(intent, _) => intent,
            Self::Ready(reading) => &reading.intent,
        }
    }
}

/// A confirmed plan on its way to the guarded path. Only an open write window makes one.
#[derive(Debug)]
pub struct Order {
    /// What the person wants done.
    pub intent: Intent,
    /// The operation's number.
    pub number: Option<String>,
    /// What they typed.
    pub words: String,
    /// Leave to act.
    pub pass: WritePass,
}

/// What became of an operation that an earlier run left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Its number.
    pub number: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen, as a sentence.
    pub words: String,
}

/// What a person does from this console.
#[derive(Debug, Default)]
pub struct Desk {
    policy: WritePolicy,
    window: Option<WriteWindow>,
    paper: Option<Paper>,
    order: Option<Order>,
    records: Vec<Record>,
    journal_trouble: Option<String>,
    stories: Vec<Story>,
    seen: Vec<String>,
    /// What is so now of the operations that this console runs, by their numbers.
    live: BTreeMap<String, (Timestamp, String)>,
}

impl Desk {
    /// An empty desk: nothing can be changed.
    pub fn new(policy: WritePolicy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// The open write window.
    pub fn window(&self) -> Option<&WriteWindow> {
        self.window.as_ref()
    }

    /// How long a write window lasts.
    pub fn window_lasts(&self) -> Duration {
        self.policy.window
    }

    /// Opens a write window; false without a reason.
    pub fn open_window(&mut self, reason: &str, now: Timestamp) -> bool {
        self.window = WriteWindow::open(reason, self.policy.window, now);
        self.window.is_some()
    }

    /// Closes the write window.
    pub fn close_window(&mut self) {
        self.window = None;
    }

    /// It is so late; true when the write window has just closed by itself.
    pub fn pass(&mut self, now: Timestamp) -> bool {
        self.window.take_if(|w| now >= w.closes_at()).is_some()
    }

    /// What lies before the person.
    pub fn paper(&self) -> Option<&Paper> {
        self.paper.as_ref()
    }

    /// The plan that is being read.
    pub fn reading(&self) -> Option<&Reading> {
        match &self.paper {
            Some(Paper::Ready(reading)) => Some(reading),
            _ => None,
        }
    }

    /// How it stands with the write window, for the guards.
    pub fn window_view(&self) -> WindowView {
        match &self.window {
            Some(w) => WindowView::Open { reason: w.reason().to_owned(), closes_at: w.closes_at() },
            None => WindowView::Closed,
        }
    }

    /// Lays a paper down, or takes it away.
    pub fn lay(&mut self, paper: Option<Paper>) {
        self.paper = paper;
    }

    /// Whether these words confirm the plan.
    pub fn confirms(&self, words: &str) -> bool {
        self.reading().is_some_and(|r| r.plan.runs && r.plan.confirm == words)
    }

    /// Makes an order of the plan, for whoever performs it; false where the words do not confirm it, or no write window
    /// is open any more.
    pub fn order(&mut self, words: &str, now: Timestamp) -> bool {
        if !self.confirms(words) {
            return false;
        }
        let Some(pass) = self.window.as_ref().and_then(|w| w.pass(now)) else { return false };
        let Some(Paper::Ready(reading)) = self.paper.take() else { return false };
        let Reading { intent, number, .. } = *reading;
        self.order = Some(Order { intent, number, words: words.to_owned(), pass });
        true
    }

    /// Takes journal entries in, in any order.
    pub fn read(&mut self, entries: impl IntoIterator<Item = Entry>) {
        records::take(&mut self.records, entries);
        self.journal_trouble = None;
    }

    /// The journal cannot be read.
    pub fn cannot_read(&mut self, why: String) {
        self.journal_trouble = Some(why);
    }

    /// Every operation that the journal tells of, the newest first.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The operation of that number.
    pub fn record(&self, number: &str) -> Option<&Record> {
        self.records.iter().find(|r| r.number == number)
    }

    /// Why the journal cannot be read.
    pub fn journal_trouble(&self) -> Option<&str> {
        self.journal_trouble.as_deref()
    }

    /// What is so now of an operation that this console runs.
    pub fn live(&self, number: &str) -> Option<(Timestamp, &str)> {
        self.live.get(number).map(|(at, words)| (*at, words.as_str()))
    }

    /// The numbers of the operations that this console runs, confirmed ones alone.
    pub fn running(&self) -> impl Iterator<Item = &str> {
        let waiting = self.reading().and_then(|r| r.number.as_deref());
        self.live.keys().map(String::as_str).filter(move |number| Some(*number) != waiting)
    }

    /// Whether this console runs an operation.
    pub fn under_way(&self, number: &str) -> bool {
        self.live.contains_key(number)
    }

    /// What is so now of an operation that this console runs.
    pub fn hear(&mut self, number: &str, at: Timestamp, words: String) {
        self.live.insert(number.to_owned(), (at, words));
    }

    /// An operation has ended.
    pub fn forget(&mut self, number: &str) {
        self.live.remove(number);
    }

    /// The number of the order that waits to be handed over.
    pub fn ordered(&self) -> Option<&str> {
        self.order.as_ref()?.number.as_deref()
    }

    /// Tells what became of operations that an earlier run left open.
    pub fn tell(&mut self, stories: Vec<Story>) {
        self.stories.retain(|old| stories.iter().all(|new| new.number != old.number));
        // What is not known yet goes before all else, then what was found out last.
        self.stories.splice(..0, stories);
        self.stories.sort_by_key(|s| s.outcome != Outcome::Unknown);
    }

    /// What became of operations that an earlier run left open, as far as no person has seen it.
    pub fn stories(&self) -> &[Story] {
        &self.stories
    }

    /// A person has seen what became of an operation. What is not known yet goes on being told.
    pub fn seen(&mut self, number: &str) {
        if self.stories.iter().any(|s| s.number == number) {
            self.stories.retain(|s| s.number != number || s.outcome == Outcome::Unknown);
            self.seen.push(number.to_owned());
        }
    }

    /// The operations that a person has seen since this was asked last.
    pub fn take_seen(&mut self) -> Vec<String> {
        std::mem::take(&mut self.seen)
    }

    /// The order, handed over once.
    pub fn take_order(&mut self) -> Option<Order> {
        self.order.take()
    }
}
