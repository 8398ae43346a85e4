//! Unknown: a call went out and its answer did not come, or the console ended on the way. It is only looked, and nothing
//! is sent any more.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{After, Look, close, course, end, ending, fault, look, note, pause, unseen, verify};
use crate::operate::journal::{EventKind, Outcome};
use crate::operate::machine::{Effect, Operation, Stage};
use crate::operate::{Answer, Happened, Next, Progress, Sent, Sights};

/// That nothing shows a call is believed only after so long.
const GRACE: SignedDuration = SignedDuration::from_secs(20);

/// It is looked so much longer than the operation may take; then a later start goes on.
const LONGER_S: u64 = 120;

/// Takes up what the journal left open.
pub(in crate::operate) fn resume(op: &mut Operation, now: Timestamp) -> Vec<Effect> {
    op.since = now;
    if op.sent.is_empty() {
        return close(op, Outcome::Failed, "it ended before anything was sent: nothing was done".to_owned());
    }
    if op.course.is_none() {
        let words = "the journal does not tell its plan in a form that this version can read".to_owned();
        let ending = ending(op, Outcome::Unknown, vec![words]);
        return end(op, ending);
    }
    look(op, Look::Unknown)
}

pub(in crate::operate) fn begin(op: &mut Operation, now: Timestamp) -> Vec<Effect> {
    op.stage = Stage::Unknown;
    op.unknown = true;
    op.since = now;
    look(op, Look::Unknown)
}

/// The service cannot be seen at the end of the verification.
pub(super) fn cannot_see(op: &mut Operation, why: &str) -> Vec<Effect> {
    note(
        op,
        EventKind::Unknown,
        json!({ "reason": format!("it cannot be seen whether it is done: {why}") }),
        After::Look,
    )
}

pub(in crate::operate) fn seen(op: &mut Operation, sights: Sights, now: Timestamp) -> Vec<Effect> {
    op.seen = sights;
    let (Some(plan), Some(last)) = (course(op), op.sent.last()) else { return fault(op) };
    let unanswered = match &last.answer {
        None | Some(Answer::Lost { .. }) => !op.acted,
        Some(Answer::Unsent(why)) => {
            let words = format!("{} was not sent: {why}{}", last.call.action, rest(op));
            return close(op, Outcome::Failed, words);
        }
        Some(Answer::Declined { code, message, .. }) if !op.brief.work.bears(plan, last) => {
            let words = format!("{} was declined: {code}: {message}{}", last.call.action, rest(op));
            return close(op, Outcome::Failed, words);
        }
        Some(_) => false,
    };
    if !unanswered {
        return outcome(op, now);
    }
    let grace = op.brief.work.settles_in(&last.call).max(GRACE);
    match op.brief.work.happened(plan, &last.call, &op.seen) {
        Happened::Yes(shown) => {
            op.acted = true;
            let mut effects = vec![Effect::Say(format!("it did act: {shown}"))];
            effects.extend(outcome(op, now));
            effects
        }
        Happened::NotSeen(instead) if now.duration_since(last.at) >= grace && unseen(op).is_empty() => {
            let words = format!("{} did not act: {instead}", last.call.action);
            // So much is known of it now as if it had never gone out.
            if let Some(last) = op.sent.last_mut() {
                last.answer = Some(Answer::Unsent(instead));
            }
            let words = words + &rest(op);
            close(op, Outcome::Failed, words)
        }
        Happened::NotSeen(instead) => wait(op, format!("nothing shows it yet: {instead}"), now),
        Happened::Unclear(why) => wait(op, why, now),
    }
}

/// What came of the others, where there was more than one call to make.
fn rest(op: &Operation) -> String {
    let plan = course(op).filter(|plan| plan.calls.len() > 1);
    plan.map(|plan| format!("; {}", op.brief.work.broke_off(plan, &op.sent, &op.seen))).unwrap_or_default()
}

/// Of every call that went out it is known whether it acted: what came of the whole.
fn outcome(op: &mut Operation, now: Timestamp) -> Vec<Effect> {
    let Some(plan) = course(op) else { return fault(op) };
    let within_s = plan.verification.within_s;
    let progress = op.brief.work.verify(plan, &op.sent, &op.seen);
    if let Progress::Done(words) = progress {
        return close(op, Outcome::Done, words);
    }
    let whole = matches!(op.brief.work.next(plan, &op.sent, &op.seen, now), Next::AllSent);
    let since_last = op.sent.last().map_or(SignedDuration::ZERO, |last| now.duration_since(last.at));
    let late = since_last.as_secs() >= i64::try_from(within_s).unwrap_or(i64::MAX);
    match progress {
        Progress::Failed(why) if whole => close(op, Outcome::Failed, why),
        // Where no call can have acted, nobody has to see what came of it.
        _ if !unseen(op).is_empty() && op.sent.iter().any(Sent::may_have_acted) => {
            let why = unseen(op).join("; ");
            wait(op, format!("it cannot be seen: {why}"), now)
        }
        _ if !whole => {
            let words = op.brief.work.broke_off(plan, &op.sent, &op.seen);
            close(op, Outcome::Failed, words)
        }
        Progress::Waiting(words) | Progress::Done(words) | Progress::Failed(words) if late => {
            close(op, Outcome::Failed, format!("not seen within {within_s} s: {words}"))
        }
        Progress::Waiting(words) | Progress::Done(words) | Progress::Failed(words) => wait(op, words, now),
    }
}

/// Looks again, until it has been looked for long enough; then it stays unknown, and a later start goes on.
fn wait(op: &mut Operation, words: String, now: Timestamp) -> Vec<Effect> {
    let within_s = course(op).map_or(0, |plan| plan.verification.within_s);
    if verify::over(op, within_s.saturating_add(LONGER_S), now) {
        let ending = ending(op, Outcome::Unknown, vec![words]);
        return end(op, ending);
    }
    pause(op, Look::Unknown, words, now)
}
