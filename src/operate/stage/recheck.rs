//! Rechecked: what could not be asked before is asked now, as whoever acts; then what the plan rests on is read again, from
//! the service itself, right before the first call.

use jiff::Timestamp;
use serde_json::json;

use super::{After, Awaits, Look, draft, gather, note, refuse, unseen};
use crate::operate::guard;
use crate::operate::journal::EventKind;
use crate::operate::machine::{Effect, Operation, Stage};
use crate::operate::{Inquiry, Plan, Sights};

pub(in crate::operate) fn armed(op: &mut Operation) -> Vec<Effect> {
    let Some(plan) = op.plan.as_ref() else { return super::fault(op) };
    if plan.guards.iter().all(|g| g.not_asked.is_none()) {
        return begin(op);
    }
    let calls = plan.calls.clone();
    op.awaits = Awaits::Inquiry;
    vec![Effect::Inquire(calls)]
}

pub(in crate::operate) fn inquired(op: &mut Operation, inquiry: &Inquiry) -> Vec<Effect> {
    let Some(plan) = op.plan.as_ref() else { return super::fault(op) };
    match guard::inquired(&plan.calls, inquiry) {
        Ok(words) => {
            op.inquired = Some(words);
            begin(op)
        }
        Err(reasons) => refuse(op, &reasons),
    }
}

fn begin(op: &mut Operation) -> Vec<Effect> {
    draft::clear(op);
    if let Some(plan) = &op.plan {
        op.brief.work.fix(&mut op.brief.intent, plan);
    }
    draft::look(op, Look::Rechecking).unwrap_or_else(|| {
        op.awaits = Awaits::Sight(Look::Rechecking);
        vec![Effect::Look(Vec::new())]
    })
}

pub(in crate::operate) fn seen(op: &mut Operation, sights: Sights, now: Timestamp) -> Vec<Effect> {
    gather(op, sights);
    if let Some(more) = draft::look(op, Look::Rechecking) {
        return more;
    }
    let Some(plan) = op.plan.as_ref() else { return super::fault(op) };
    let unseen = unseen(op);
    if !unseen.is_empty() {
        return refuse(
            op,
            &unseen.iter().map(|why| format!("it could not be read again before the call: {why}")).collect::<Vec<_>>(),
        );
    }
    let fresh = match op.brief.work.draft(&op.brief.intent, &op.seen, now) {
        Ok(fresh) => fresh,
        Err(refusal) => return refuse(op, &refusal.reasons),
    };
    let mut reasons = op.brief.work.moved(plan, &fresh);
    let freeze = guard::freeze(&op.brief, now);
    if !freeze.ok {
        reasons.push(freeze.reason);
    }
    if !reasons.is_empty() {
        return refuse(op, &reasons);
    }
    let held: Vec<_> = fresh.preconditions.iter().map(|p| json!({ "field": p.field, "seen": p.seen })).collect();
    op.course = Some(Plan { calls: fresh.calls, preconditions: fresh.preconditions, ..plan.clone() });
    op.stage = Stage::Rechecked;
    op.since = now;
    let mut detail = json!({ "preconditions": held, "seen_at": op.seen.at });
    if let Some(words) = &op.inquired {
        detail["asked"] = json!(words);
    }
    note(op, EventKind::Rechecked, detail, After::Execute)
}
