//! The stages of an operation: one file each. All pure; what is to be done is returned as effects.

pub(super) mod confirm;
pub(super) mod draft;
pub(super) mod execute;
pub(super) mod recheck;
pub(super) mod unknown;
pub(super) mod verify;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::journal::{EventKind, Outcome};
use super::machine::{Aim, Effect, Ending, Event, Jot, Operation, Stage};
use super::{Call, Plan, Sights};

/// What a machine waits for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Awaits {
    Start,
    Sight(Look),
    Judgement,
    Note(After),
    Word,
    Lease(String),
    Arms,
    Inquiry,
    Record(Box<Call>),
    Answer,
    Pause(Look),
    /// It has ended.
    Nothing,
}

/// What a look is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Drafting,
    Rechecking,
    Executing,
    Verifying,
    Unknown,
}

/// What comes once a note is in the journal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum After {
    Ask,
    Refuse(Vec<String>),
    Record,
    Arm,
    Execute,
    Verified(String),
    Look,
    Close(Outcome, String),
    End(Box<Ending>),
}

impl Awaits {
    /// Whether this event is the one that is waited for.
    pub(super) fn answered_by(&self, event: &Event) -> bool {
        match self {
            Self::Start => matches!(event, Event::Start),
            Self::Sight(_) => matches!(event, Event::Seen(_)),
            Self::Judgement => matches!(event, Event::Judged(_)),
            Self::Note(_) => matches!(event, Event::Noted | Event::NotNoted(_)),
            Self::Word => matches!(event, Event::Confirm { .. }),
            Self::Lease(_) => matches!(event, Event::Taken | Event::NotTaken(_)),
            Self::Arms => matches!(event, Event::Armed | Event::NotArmed(_)),
            Self::Inquiry => matches!(event, Event::Inquired(_)),
            Self::Record(_) => matches!(event, Event::CallRecorded | Event::NotNoted(_)),
            Self::Answer => matches!(event, Event::Answered(_)),
            Self::Pause(_) => matches!(event, Event::Waited),
            Self::Nothing => false,
        }
    }

    /// Whether a person who leaves can stop it still: no call is being recorded, and it is not ending anyway.
    pub(super) fn may_stop(&self) -> bool {
        !matches!(self, Self::Record(_) | Self::Answer | Self::Nothing | Self::Note(After::End(_) | After::Refuse(_)))
    }
}

/// Between two looks while it is fresh, and later.
const QUICK: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_secs(5);
const FRESH_S: i64 = 20;

/// A pause before the next look.
pub(super) fn pause(op: &mut Operation, look: Look, words: String, now: Timestamp) -> Vec<Effect> {
    op.awaits = Awaits::Pause(look);
    let pause = if now.duration_since(op.since).as_secs() < FRESH_S { QUICK } else { SLOW };
    vec![Effect::Say(words), Effect::Wait(pause)]
}

/// Looks at what the operation watches.
pub(super) fn look(op: &mut Operation, look: Look) -> Vec<Effect> {
    let Some(plan) = op.course.as_ref() else { return fault(op) };
    let reads = op.brief.work.followed(plan, &op.sent);
    op.awaits = Awaits::Sight(look);
    vec![Effect::Look(reads)]
}

/// Asks for a note, and for what comes after it.
pub(super) fn note(op: &mut Operation, event: EventKind, detail: Value, after: After) -> Vec<Effect> {
    let outcome = match &after {
        After::End(ending) => ending.outcome,
        After::Look => Some(Outcome::Unknown),
        _ => None,
    };
    jot(op, Jot { event, outcome, request_id: None, detail }, after)
}

/// The same, with all that there is to note.
pub(super) fn jot(op: &mut Operation, jot: Jot, after: After) -> Vec<Effect> {
    op.awaits = Awaits::Note(after);
    vec![Effect::Note(Box::new(jot))]
}

/// Ends without having sent anything, for these reasons.
pub(super) fn refuse(op: &mut Operation, reasons: &[String]) -> Vec<Effect> {
    let ending = ending(op, Outcome::Refused, reasons.to_vec());
    if op.brief.aim == Aim::Plan {
        return end(op, ending);
    }
    note(op, EventKind::Refused, json!({ "reasons": reasons }), After::End(Box::new(ending)))
}

/// The person left before anything was sent.
pub(super) fn left(op: &mut Operation) -> Vec<Effect> {
    let reasons = vec!["it was not confirmed: the person left, or the process was asked to end".to_owned()];
    if op.plan.is_none() {
        // Nothing has been journaled, and nothing was done.
        let ending = ending(op, Outcome::Refused, reasons);
        return end(op, ending);
    }
    refuse(op, &reasons)
}

/// Ends with an outcome that is noted; after an unknown one by a reconciliation.
pub(super) fn close(op: &mut Operation, outcome: Outcome, words: String) -> Vec<Effect> {
    let event = match outcome {
        _ if op.unknown => EventKind::Reconciled,
        Outcome::Done => EventKind::Done,
        Outcome::Failed => EventKind::Failed,
        Outcome::Refused => EventKind::Refused,
        Outcome::Unknown => EventKind::Unknown,
    };
    let accepted = op.sent.iter().filter(|s| matches!(s.answer, Some(super::Answer::Accepted { .. }))).count();
    let mut detail = json!({ "calls_sent": op.sent.len(), "calls_accepted": accepted });
    let key = match outcome {
        Outcome::Done => "seen",
        Outcome::Refused => "reasons",
        _ => "reason",
    };
    detail[key] = if key == "reasons" { json!([words]) } else { json!(words) };
    let ending = ending(op, outcome, vec![words]);
    note(op, event, detail, After::End(Box::new(ending)))
}

pub(super) fn ending(op: &Operation, outcome: Outcome, words: Vec<String>) -> Ending {
    Ending { outcome: Some(outcome), words, plan: op.plan.clone(), unjournaled: op.unjournaled.clone() }
}

/// It has ended.
pub(super) fn end(op: &mut Operation, mut ending: Ending) -> Vec<Effect> {
    op.stage = Stage::Ended;
    op.awaits = Awaits::Nothing;
    ending.unjournaled = ending.unjournaled.or_else(|| op.unjournaled.clone());
    vec![Effect::End(Box::new(ending))]
}

/// The journal could not be written. Before the first call that ends it; afterwards it goes on looking, sends nothing
/// more, and says that the journal does not tell all of it.
pub(super) fn not_noted(op: &mut Operation, after: After, why: &str, now: Timestamp) -> Vec<Effect> {
    op.unjournaled.get_or_insert(why.to_owned());
    match after {
        After::End(ending) => end(op, *ending),
        After::Refuse(mut reasons) => {
            reasons.push(unwritten(why));
            let ending = ending(op, Outcome::Refused, reasons);
            end(op, ending)
        }
        After::Verified(words) => verify::done(op, words),
        After::Look => unknown::begin(op, now),
        After::Close(outcome, words) => close(op, outcome, words),
        After::Execute if !op.sent.is_empty() => {
            let words = format!("{}; no further call is sent", unwritten(why));
            close(op, Outcome::Failed, words)
        }
        After::Ask | After::Record | After::Arm | After::Execute => {
            let ending = ending(op, Outcome::Refused, vec![format!("{}; nothing was sent", unwritten(why))]);
            end(op, ending)
        }
    }
}

pub(super) fn unwritten(why: &str) -> String {
    format!("the journal cannot be written: {why}")
}

/// A machine that was put together wrongly: nothing is sent.
pub(super) fn fault(op: &mut Operation) -> Vec<Effect> {
    let ending = ending(op, Outcome::Failed, vec!["a fault of the console; report it, with the log".to_owned()]);
    end(op, ending)
}

/// Takes sights in beside those of earlier rounds; the time is that of the oldest.
pub(super) fn gather(op: &mut Operation, sights: Sights) {
    if op.seen.seen.is_empty() {
        op.seen = sights;
        return;
    }
    op.seen.at = op.seen.at.min(sights.at);
    op.seen.seen.extend(sights.seen);
}

/// Why what the operation needs to see could not be seen.
pub(super) fn unseen(op: &Operation) -> Vec<String> {
    let seen = op.seen.seen.iter();
    seen.filter_map(|(read, sight)| match sight {
        super::Sight::Unseen(why) if op.brief.work.needs(read) => Some(why.clone()),
        _ => None,
    })
    .collect()
}

/// The course of an operation that has one.
pub(super) fn course(op: &Operation) -> Option<&Plan> {
    op.course.as_ref()
}
