//! Verifying: it is looked until what was planned is so, will not come, or the time is up.

use jiff::Timestamp;
use serde_json::json;

use super::{After, Look, close, course, fault, note, pause, unknown, unseen};
use crate::operate::journal::{EventKind, Outcome};
use crate::operate::machine::{Effect, Operation};
use crate::operate::{Progress, Sights};

pub(in crate::operate) fn seen(op: &mut Operation, sights: Sights, now: Timestamp) -> Vec<Effect> {
    op.seen = sights;
    let Some(plan) = course(op) else { return fault(op) };
    let within_s = plan.verification.within_s;
    match op.brief.work.verify(plan, &op.sent, &op.seen) {
        Progress::Done(words) => note(op, EventKind::Verified, json!({ "seen": words }), After::Verified(words)),
        Progress::Failed(why) => close(op, Outcome::Failed, why),
        Progress::Waiting(words) if !over(op, within_s, now) => pause(op, Look::Verifying, words, now),
        Progress::Waiting(words) => {
            let unseen = unseen(op);
            match unseen.first() {
                // Whoever cannot see cannot say that it failed.
                Some(why) => unknown::cannot_see(op, why),
                None => close(op, Outcome::Failed, format!("not seen within {within_s} s: {words}")),
            }
        }
    }
}

/// Whether the time for it is up: counted from the last answer.
pub(super) fn over(op: &Operation, within_s: u64, now: Timestamp) -> bool {
    now.duration_since(op.since).as_secs() >= i64::try_from(within_s).unwrap_or(i64::MAX)
}

pub(in crate::operate) fn done(op: &mut Operation, words: String) -> Vec<Effect> {
    close(op, Outcome::Done, words)
}
