//! The desk: what a person is about to do and has done from this console: the write window, the plan that lies before
//! them, the operations that are under way. The work itself is done elsewhere, along the guarded path.

mod offers;

use std::time::Duration;

use jiff::Timestamp;

pub use offers::{Offer, offers};

use crate::operate::{Intent, Plan, Refusal, WritePass, WritePolicy, WriteWindow};

/// The plan that lies before the person.
#[derive(Debug, Clone, PartialEq)]
pub enum Paper {
    /// The service is being looked at.
    Planning(Intent),
    /// There is a plan, made at that time.
    Ready(Intent, Box<Plan>, Timestamp),
    /// There is none, for these reasons.
    Refused(Intent, Refusal),
}

impl Paper {
    /// What the person wants done.
    pub fn intent(&self) -> &Intent {
        match self {
            Self::Planning(intent) | Self::Ready(intent, ..) | Self::Refused(intent, _) => intent,
        }
    }
}

/// A confirmed plan on its way to the guarded path. Only an open write window makes one.
#[derive(Debug)]
pub struct Order {
    /// What the person wants done.
    pub intent: Intent,
    /// The plan as they read it.
    pub plan: Plan,
    /// What they typed.
    pub words: String,
    /// Leave to act.
    pub pass: WritePass,
}

/// What a person does from this console.
#[derive(Debug, Default)]
pub struct Desk {
    policy: WritePolicy,
    window: Option<WriteWindow>,
    paper: Option<Paper>,
    order: Option<Order>,
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

    /// Lays a paper down, or takes it away.
    pub fn lay(&mut self, paper: Option<Paper>) {
        self.paper = paper;
    }

    /// Whether these words confirm the plan.
    pub fn confirms(&self, words: &str) -> bool {
        matches!(&self.paper, Some(Paper::Ready(_, plan, _)) if plan.runs && plan.confirm == words)
    }

    /// Makes an order of the plan, for whoever performs it; false where the words do not confirm it, or no write window
    /// is open any more.
    pub fn order(&mut self, words: &str, now: Timestamp) -> bool {
        if !self.confirms(words) {
            return false;
        }
        let Some(pass) = self.window.as_ref().and_then(|w| w.pass(now)) else { return false };
        let Some(Paper::Ready(intent, plan, _)) = self.paper.take() else { return false };
        self.order = Some(Order { intent, plan: *plan, words: words.to_owned(), pass });
        true
    }

    /// The order, handed over once.
    pub fn take_order(&mut self) -> Option<Order> {
        self.order.take()
    }
}
