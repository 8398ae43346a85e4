//! An operation as a pure machine: events in, effects out. Nothing here waits, reads a clock or sends anything.
//!
//! ```text
//! Draft → Planned → Confirming → Recorded → Rechecked → Executing(n) → Verifying → Done | Failed | Refused | Unknown
//! ```
//!
//! Of the effects that [`Operation::handle`] returns only the last one is answered by an event; the machine then waits for
//! exactly that event, and passes over any other. Each stage has its file under `stage/`.

#[cfg(test)]
mod tests;

use std::fmt;

use jiff::Timestamp;

use super::evidence::{Evidence, WindowView};
use super::freeze::Freeze;
use super::journal::{EventKind, Outcome};
use super::stage::{self, After, Awaits, Look};
use super::{Answer, Call, Draft, Inquiry, Intent, Pinned, Plan, Read, Refusal, Sent, Sights, Work};

/// What an operation is begun with.
#[derive(Clone)]
pub struct Brief {
    /// What a person wants.
    pub intent: Intent,
    /// What the operation knows.
    pub work: &'static dyn Work,
    /// Whether it goes on past its plan.
    pub aim: Aim,
    /// Whether the target's name must be typed.
    pub guarded: bool,
    /// The write window.
    pub window: WindowView,
    /// The team's freezes.
    pub freezes: Vec<Freeze>,
    /// Names of freezes that the person goes past.
    pub past: Vec<String>,
}

/// How far an operation is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// To its plan and its guards' verdicts; nothing is journaled.
    Plan,
    /// The whole path.
    Run,
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It looks and makes its plan.
    Draft,
    /// The plan is made, and judged by the guards.
    Planned,
    /// A person is asked.
    Confirming,
    /// The journal holds what was confirmed.
    Recorded,
    /// What the plan rests on was read again and holds.
    Rechecked,
    /// So many calls have gone out.
    Executing(usize),
    /// Every call was answered; it is looked whether what was planned is so.
    Verifying,
    /// A call went out and what came of it is not known; it is looked.
    Unknown,
    /// It has ended.
    Ended,
}

/// What happened to an operation.
#[derive(Debug, Clone)]
pub enum Event {
    /// It begins.
    Start,
    /// What was looked at.
    Seen(Sights),
    /// What the guards judge by.
    Judged(Box<Evidence>),
    /// What was to be noted is in the journal.
    Noted,
    /// It could not be written.
    NotNoted(String),
    /// A person confirmed.
    Confirm {
        /// The words.
        words: String,
        /// Whether a write window was open at that moment.
        open: bool,
    },
    /// A person left, or the process is asked to end.
    Leave,
    /// The target is ours.
    Taken,
    /// It is not: why.
    NotTaken(String),
    /// The client that can act is there.
    Armed,
    /// It is not: every reason.
    NotArmed(Refusal),
    /// What came of asking as whoever acts.
    Inquired(Box<Inquiry>),
    /// The journal holds the call.
    CallRecorded,
    /// What came of the call.
    Answered(Answer),
    /// The pause is over.
    Waited,
}

/// What is to be done for an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Look at the service: answered by [`Event::Seen`].
    Look(Vec<Read>),
    /// Gather what the guards judge by: answered by [`Event::Judged`].
    Judge(Box<Draft>),
    /// Write it into the journal: answered by [`Event::Noted`] or [`Event::NotNoted`].
    Note(Box<Jot>),
    /// Show the plan and ask the person: answered by [`Event::Confirm`] or [`Event::Leave`].
    Ask(Box<Plan>),
    /// Take the target: answered by [`Event::Taken`] or [`Event::NotTaken`].
    Hold,
    /// Make the client that can act: answered by [`Event::Armed`] or [`Event::NotArmed`].
    Arm,
    /// Ask, as whoever acts, about these calls what could not be asked before: answered by [`Event::Inquired`].
    Inquire(Vec<Call>),
    /// Record a call: answered by [`Event::CallRecorded`] or [`Event::NotNoted`].
    Record(Box<Call>, Box<Jot>),
    /// Send the call that was recorded last, once: answered by [`Event::Answered`].
    Send,
    /// Wait: answered by [`Event::Waited`].
    Wait(std::time::Duration),
    /// Say what is so now, or what is waited for.
    Say(String),
    /// It has ended.
    End(Box<Ending>),
}

/// What is to be noted; who, when and why are added by whoever writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Jot {
    /// What it tells.
    pub event: EventKind,
    /// None until the operation ends.
    pub outcome: Option<Outcome>,
    /// The service's request id.
    pub request_id: Option<String>,
    /// What else there is to tell.
    pub detail: serde_json::Value,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// How; none where only a plan was asked for and it may run.
    pub outcome: Option<Outcome>,
    /// Why, or what was seen: sentences.
    pub words: Vec<String>,
    /// The plan, where there was one.
    pub plan: Option<Plan>,
    /// Why the journal does not tell all of it, where it does not.
    pub unjournaled: Option<String>,
}

/// One operation, on its way.
pub struct Operation {
    pub(super) brief: Brief,
    pub(super) stage: Stage,
    pub(super) awaits: Awaits,
    /// What was seen in the rounds of the present look.
    pub(super) seen: Sights,
    pub(super) draft: Option<Draft>,
    /// Why there can be no plan, where there can be none.
    pub(super) unplanned: Option<Vec<String>>,
    pub(super) plan: Option<Plan>,
    /// The plan's hash, as the journal has it.
    pub(super) sha256: Option<String>,
    /// What was found by asking as whoever acts, where that had to wait for it.
    pub(super) inquired: Option<String>,
    /// The plan as it is executed: what was confirmed, with the calls of the re-check.
    pub(super) course: Option<Plan>,
    pub(super) sent: Vec<Sent>,
    /// Since when it executes, verifies or looks.
    pub(super) since: Timestamp,
    /// The person left before anything was sent.
    pub(super) left: bool,
    /// It is being settled: what ends it is a reconciliation.
    pub(super) unknown: bool,
    /// The call whose answer is not known, once it was seen to have acted.
    pub(super) acted: bool,
    /// Why the journal does not tell all of it.
    pub(super) unjournaled: Option<String>,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("stage", &self.stage).field("awaits", &self.awaits).finish_non_exhaustive()
    }
}

impl Operation {
    /// An operation that has not begun.
    pub fn new(brief: Brief) -> Self {
        Self {
            brief,
            stage: Stage::Draft,
            awaits: Awaits::Start,
            seen: Sights { at: Timestamp::UNIX_EPOCH, seen: std::collections::BTreeMap::new() },
            draft: None,
            unplanned: None,
            plan: None,
            sha256: None,
            inquired: None,
            course: None,
            sent: Vec::new(),
            since: Timestamp::UNIX_EPOCH,
            left: false,
            unknown: false,
            acted: false,
            unjournaled: None,
        }
    }

    /// An operation that an earlier run left open, as the journal tells it; it only looks.
    pub fn left_open(brief: Brief, plan: Option<Plan>, sha256: Option<String>, sent: Vec<Sent>) -> Self {
        let course = plan.clone();
        Self { plan, sha256, course, sent, unknown: true, stage: Stage::Unknown, ..Self::new(brief) }
    }

    /// How far it is.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The hash of the plan.
    pub fn plan_sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    /// What it acts on.
    pub fn target(&self) -> &Pinned {
        &self.brief.intent.target
    }

    /// What it is.
    pub fn intent(&self) -> &Intent {
        &self.brief.intent
    }

    /// Takes an event in; what is to be done next. Nothing when the event is not the one that is waited for.
    pub fn handle(&mut self, now: Timestamp, event: Event) -> Vec<Effect> {
        if matches!(event, Event::Leave) {
            self.left = true;
            return if matches!(self.awaits, Awaits::Word) { stage::left(self) } else { Vec::new() };
        }
        let awaits = std::mem::replace(&mut self.awaits, Awaits::Nothing);
        // Whoever left before the first call is recorded has stopped it.
        if self.left && !self.unknown && self.sent.is_empty() && awaits.answered_by(&event) && awaits.may_stop() {
            return stage::left(self);
        }
        match (awaits, event) {
            (Awaits::Start, Event::Start) if self.unknown => stage::unknown::resume(self, now),
            (Awaits::Start, Event::Start) => stage::draft::begin(self),
            (Awaits::Sight(Look::Drafting), Event::Seen(sights)) => stage::draft::seen(self, sights, now),
            (Awaits::Judgement, Event::Judged(evidence)) => stage::draft::judged(self, &evidence, now),
            (Awaits::Word, Event::Confirm { words, open }) => stage::confirm::confirmed(self, &words, open, now),
            (Awaits::Lease(words), Event::Taken) => stage::confirm::taken(self, &words),
            (Awaits::Lease(_), Event::NotTaken(why)) => stage::refuse(self, &[why]),
            (Awaits::Arms, Event::Armed) => stage::recheck::armed(self),
            (Awaits::Arms, Event::NotArmed(refusal)) => stage::refuse(self, &refusal.reasons),
            (Awaits::Inquiry, Event::Inquired(inquiry)) => stage::recheck::inquired(self, &inquiry),
            (Awaits::Sight(Look::Rechecking), Event::Seen(sights)) => stage::recheck::seen(self, sights, now),
            (Awaits::Record(call), Event::CallRecorded) => stage::execute::recorded(self, *call, now),
            (Awaits::Record(_), Event::NotNoted(why)) => stage::execute::not_recorded(self, why),
            (Awaits::Answer, Event::Answered(answer)) => stage::execute::answered(self, answer, now),
            (Awaits::Pause(look), Event::Waited) => stage::look(self, look),
            (Awaits::Sight(Look::Executing), Event::Seen(sights)) => stage::execute::seen(self, sights, now),
            (Awaits::Sight(Look::Verifying), Event::Seen(sights)) => stage::verify::seen(self, sights, now),
            (Awaits::Sight(Look::Unknown), Event::Seen(sights)) => stage::unknown::seen(self, sights, now),
            (Awaits::Note(after), Event::Noted) => self.noted(after, now),
            (Awaits::Note(after), Event::NotNoted(why)) => stage::not_noted(self, after, &why, now),
            (awaits, _) => {
                self.awaits = awaits;
                Vec::new()
            }
        }
    }

    fn noted(&mut self, after: After, now: Timestamp) -> Vec<Effect> {
        match after {
            After::Ask => stage::confirm::ask(self),
            After::Refuse(reasons) => stage::refuse(self, &reasons),
            After::Record => stage::confirm::record(self),
            After::Arm => stage::confirm::arm(self),
            After::Execute => stage::execute::next(self, now),
            After::Verified(words) => stage::verify::done(self, words),
            After::Look => stage::unknown::begin(self, now),
            After::Close(outcome, words) => stage::close(self, outcome, words),
            After::End(ending) => stage::end(self, *ending),
        }
    }
}
