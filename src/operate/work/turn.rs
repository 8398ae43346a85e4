//! Calls that are sent one after the other.

use super::Next;
use super::kubernetes::renewed;
use crate::operate::{Answer, Call, Sent, Sights};

/// How often a call that met a version newer than the one that was read is sent with the newer one, where only the
/// status had changed.
const TRIES: usize = 4;

/// Whether a call was turned down since the object that it changes had a newer version than the one that it names.
pub(super) fn outdated(sent: &Sent) -> bool {
    sent.call.request.get("resourceVersion").is_some()
        && matches!(&sent.answer, Some(Answer::Declined { status: 409, .. }))
}

/// Whether a call was turned down, for whatever reason.
pub(super) fn declined(sent: &Sent) -> bool {
    matches!(sent.answer, Some(Answer::Declined { .. }))
}

/// What comes next: the first call that was not taken. One that met a newer version of its object is made anew of a
/// fresh look, if nothing but the status has changed.
pub(super) fn in_turn(calls: &[Call], sent: &[Sent], seen: &Sights) -> Next {
    let taken = sent.iter().filter(|s| !declined(s)).count();
    let Some(call) = calls.get(taken) else { return Next::AllSent };
    let turned_down = sent.iter().rev().take_while(|s| outdated(s)).count();
    let Some(last) = sent.last().filter(|_| turned_down > 0) else { return Next::Send(Box::new(call.clone())) };
    let what = &call.action;
    if turned_down >= TRIES {
        return Next::Stop(format!("{what}: the object changes faster than it can be changed; try again in a while"));
    }
    if seen.at <= last.at {
        return Next::Wait(format!("{what}: the object was newer than what was read; looking at it again"));
    }
    match renewed(call, seen) {
        Ok(fresh) => Next::Send(Box::new(fresh)),
        Err(why) => Next::Stop(format!("{what}: {why}")),
    }
}
