//! Executing: one call after the other, each recorded before it goes out, each answer noted before the next.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{After, Awaits, Look, close, course, fault, jot, look, pause, unwritten};
use crate::operate::journal::{EventKind, Outcome};
use crate::operate::machine::{Effect, Jot, Operation, Stage};
use crate::operate::{Answer, Call, Next, Sent, Sights};

/// No operation waits longer than this between its calls.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// Sends what comes next, waits, or goes on to verify.
pub(in crate::operate) fn next(op: &mut Operation, now: Timestamp) -> Vec<Effect> {
    let Some(plan) = course(op) else { return fault(op) };
    match op.brief.work.next(plan, &op.sent, &op.seen, now) {
        Next::Send(call) => {
            let jot = Jot { event: EventKind::Sent, outcome: None, request_id: None, detail: told(op, &call) };
            op.stage = Stage::Executing(op.sent.len());
            op.awaits = Awaits::Record(call.clone());
            vec![Effect::Record(call, Box::new(jot))]
        }
        Next::Wait(words) if now.duration_since(op.since) < LONGEST => pause(op, Look::Executing, words, now),
        Next::Wait(words) => close(op, Outcome::Failed, format!("it has waited too long: {words}")),
        Next::AllSent => {
            op.stage = Stage::Verifying;
            op.since = now;
            look(op, Look::Verifying)
        }
        // Where nothing was sent, nothing was done.
        Next::Stop(why) if op.sent.is_empty() => super::refuse(op, &[why]),
        Next::Stop(why) => close(op, Outcome::Failed, why),
    }
}

/// The journal holds the call: now it goes out.
pub(in crate::operate) fn recorded(op: &mut Operation, call: Call, now: Timestamp) -> Vec<Effect> {
    op.sent.push(Sent { call, at: now, answer: None });
    op.stage = Stage::Executing(op.sent.len());
    op.awaits = Awaits::Answer;
    vec![Effect::Send]
}

/// It does not, and so it does not go out.
pub(in crate::operate) fn not_recorded(op: &mut Operation, why: String) -> Vec<Effect> {
    let words = format!("{}; the call was not sent", unwritten(&why));
    op.unjournaled.get_or_insert(why);
    if op.sent.is_empty() {
        return super::refuse(op, &[words]);
    }
    close(op, Outcome::Failed, words)
}

pub(in crate::operate) fn answered(op: &mut Operation, answer: Answer, now: Timestamp) -> Vec<Effect> {
    let Some(last) = op.sent.last_mut() else { return fault(op) };
    last.answer = Some(answer.clone());
    let last = last.clone();
    op.since = now;
    match answer {
        Answer::Accepted { request_id, body } => {
            let mut detail = about(&last.call);
            detail["accepted"] = json!(true);
            detail["answer"] = essence(&body, 2);
            jot(op, Jot { event: EventKind::Answered, outcome: None, request_id, detail }, After::Execute)
        }
        Answer::Declined { request_id, status, code, message } => {
            let mut detail = about(&last.call);
            detail["accepted"] = json!(false);
            detail["status"] = json!(status);
            detail["code"] = json!(code);
            detail["message"] = json!(message);
            let bears = course(op).is_some_and(|plan| op.brief.work.bears(plan, &last));
            let jotted = Jot { event: EventKind::Answered, outcome: None, request_id, detail };
            if bears {
                return jot(op, jotted, After::Execute);
            }
            declined(op, &last, jotted, &format!("{code}: {message} ({status})"))
        }
        Answer::Unsent(why) => close(op, Outcome::Failed, format!("{} was not sent: {why}", last.call.action)),
        Answer::Lost { request_id, why } => {
            op.stage = Stage::Unknown;
            let mut detail = about(&last.call);
            detail["reason"] = json!(why);
            let outcome = Some(Outcome::Unknown);
            jot(op, Jot { event: EventKind::Unknown, outcome, request_id, detail }, After::Look)
        }
    }
}

/// The answer is noted, and then that it ends.
fn declined(op: &mut Operation, last: &Sent, jotted: Jot, words: &str) -> Vec<Effect> {
    let outcome = course(op).map_or(Outcome::Failed, |plan| op.brief.work.turned_down(plan, last));
    // Refused means that nothing was done: no longer true once a call was accepted.
    let accepted = op.sent.iter().any(|s| matches!(s.answer, Some(Answer::Accepted { .. })));
    let outcome = if accepted { Outcome::Failed } else { outcome };
    jot(op, jotted, After::Close(outcome, format!("{} was declined: {words}", last.call.action)))
}

pub(in crate::operate) fn seen(op: &mut Operation, sights: Sights, now: Timestamp) -> Vec<Effect> {
    op.seen = sights;
    next(op, now)
}

/// What is told of a call before it goes out: all of it, so that whoever settles it later knows what to look for.
fn told(op: &Operation, call: &Call) -> Value {
    let mut detail = about(call);
    detail["number"] = json!(op.sent.len() + 1);
    detail["cli"] = json!(call.cli);
    detail["sent"] = json!(call);
    detail
}

fn about(call: &Call) -> Value {
    json!({ "call": call.action, "service": call.service.word() })
}

/// The plain members of an answer, so deep: enough to tell what became of it, without what an object may hold in secret.
pub(super) fn essence(body: &Value, depth: usize) -> Value {
    let Value::Object(members) = body else { return Value::Null };
    let plain = members.iter().filter_map(|(name, value)| match value {
        Value::Object(_) if depth > 1 => Some((name.clone(), essence(value, depth - 1))),
        Value::String(text) if text.len() > 256 => None,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some((name.clone(), value.clone())),
        _ => None,
    });
    Value::Object(plain.filter(|(name, _)| !matches!(name.as_str(), "data" | "stringData" | "annotations")).collect())
}
