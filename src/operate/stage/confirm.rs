//! Confirming and Recorded: a person says the words, the target is taken, and the journal holds it before anything else.

use jiff::Timestamp;
use serde_json::json;

use super::{After, Awaits, note, refuse};
use crate::operate::guard::FRESH_S;
use crate::operate::journal::EventKind;
use crate::operate::machine::{Effect, Operation, Stage};

pub(in crate::operate) fn ask(op: &mut Operation) -> Vec<Effect> {
    let Some(plan) = op.plan.clone() else { return super::fault(op) };
    op.stage = Stage::Confirming;
    op.awaits = Awaits::Word;
    vec![Effect::Ask(Box::new(plan))]
}

pub(in crate::operate) fn confirmed(op: &mut Operation, words: &str, open: bool, now: Timestamp) -> Vec<Effect> {
    let Some(plan) = op.plan.as_ref() else { return super::fault(op) };
    let mut reasons = Vec::new();
    if !open {
        reasons.push("the write window has closed; open it again and plan anew".to_owned());
    }
    if words != plan.confirm {
        reasons.push(format!("it is confirmed by the words `{}`, and by no others", plan.confirm));
    }
    let age = now.duration_since(op.seen.at).as_secs();
    if age > FRESH_S {
        reasons.push(format!("the plan rests on facts that are {age} s old, {FRESH_S} s at most; plan anew"));
    }
    if !reasons.is_empty() {
        return refuse(op, &reasons);
    }
    op.awaits = Awaits::Lease(words.to_owned());
    vec![Effect::Hold]
}

pub(in crate::operate) fn taken(op: &mut Operation, words: &str) -> Vec<Effect> {
    let detail = json!({ "words": words, "override_freeze": op.brief.past });
    note(op, EventKind::Confirmed, detail, After::Record)
}

pub(in crate::operate) fn record(op: &mut Operation) -> Vec<Effect> {
    let Some(plan) = op.plan.as_ref() else { return super::fault(op) };
    let detail = json!({ "calls": plan.calls.len(), "verification": plan.verification });
    note(op, EventKind::Recorded, detail, After::Arm)
}

pub(in crate::operate) fn arm(op: &mut Operation) -> Vec<Effect> {
    op.stage = Stage::Recorded;
    op.awaits = Awaits::Arms;
    vec![Effect::Arm]
}
