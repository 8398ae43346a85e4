//! Draft and Planned: looks until the operation has seen enough, makes the plan, and has the guards judge it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{After, Awaits, Look, end, gather, note, refuse, unseen};
use crate::operate::evidence::Evidence;
use crate::operate::journal::EventKind;
use crate::operate::machine::{Aim, Effect, Ending, Operation, Stage};
use crate::operate::{Danger, Draft, Plan, Sights, Verification, canonical, guard};

/// An operation that asks for more and more is broken.
const ROUNDS: usize = 64;

/// The words that confirm a loss of data.
const ALLOW_DATA_LOSS: &str = "ALLOW DATA LOSS";

pub(in crate::operate) fn begin(op: &mut Operation) -> Vec<Effect> {
    op.stage = Stage::Draft;
    look(op, Look::Drafting).unwrap_or_else(|| {
        op.awaits = Awaits::Sight(Look::Drafting);
        vec![Effect::Look(Vec::new())]
    })
}

/// Forgets what was seen.
pub(super) fn clear(op: &mut Operation) {
    op.seen = Sights { at: Timestamp::UNIX_EPOCH, seen: BTreeMap::new() };
}

/// What is still to be looked at; none when everything was.
pub(super) fn look(op: &mut Operation, why: Look) -> Option<Vec<Effect>> {
    let mut reads = op.brief.work.reads(&op.brief.intent, &op.seen);
    reads.retain(|read| op.seen.sight(read).is_none());
    reads.sort();
    reads.dedup();
    if reads.is_empty() || op.seen.seen.len() > ROUNDS * 64 {
        return None;
    }
    op.awaits = Awaits::Sight(why);
    Some(vec![Effect::Look(reads)])
}

pub(in crate::operate) fn seen(op: &mut Operation, sights: Sights, now: Timestamp) -> Vec<Effect> {
    gather(op, sights);
    if let Some(more) = look(op, Look::Drafting) {
        return more;
    }
    match op.brief.work.draft(&op.brief.intent, &op.seen, now) {
        Ok(draft) => {
            op.awaits = Awaits::Judgement;
            op.draft = Some(draft.clone());
            vec![Effect::Judge(Box::new(draft))]
        }
        // It cannot be planned at all. The other guards are asked all the same: one of them may say why.
        Err(refusal) => {
            op.unplanned = Some(refusal.reasons);
            let draft = blank(op);
            op.awaits = Awaits::Judgement;
            op.draft = Some(draft.clone());
            vec![Effect::Judge(Box::new(draft))]
        }
    }
}

/// The plan of what cannot be planned.
fn blank(op: &Operation) -> Draft {
    Draft {
        target: op.brief.intent.target.clone(),
        danger: op.brief.intent.operation.danger,
        changes: Vec::new(),
        blast_radius: "not known: it cannot be planned".to_owned(),
        preconditions: Vec::new(),
        calls: Vec::new(),
        verification: Verification { what: "not known: it cannot be planned".to_owned(), within_s: 0 },
        undo: None,
    }
}

pub(in crate::operate) fn judged(op: &mut Operation, evidence: &Evidence, now: Timestamp) -> Vec<Effect> {
    let Some(draft) = op.draft.take() else { return super::fault(op) };
    let unseen = unseen(op);
    let facts = guard::Facts { at: op.seen.at, unseen: &unseen, unplanned: op.unplanned.as_deref() };
    let guards = guard::judge(&op.brief, &draft, facts, evidence, now);
    let plan = planned(op, draft, guards);
    // From here on the target is fixed, down to its UID.
    op.brief.intent.target = plan.target.clone();
    let detail = serde_json::to_value(&plan).unwrap_or_default();
    op.sha256 = Some(canonical::sha256(canonical::text(&detail)));
    op.stage = Stage::Planned;
    let reasons = guard::reasons(&plan.guards);
    op.plan = Some(plan.clone());
    match op.brief.aim {
        Aim::Plan if reasons.is_empty() => {
            end(op, Ending { outcome: None, words: Vec::new(), plan: Some(plan), unjournaled: None })
        }
        Aim::Plan => refuse(op, &reasons),
        Aim::Run if reasons.is_empty() => note(op, EventKind::Planned, detail, After::Ask),
        Aim::Run => note(op, EventKind::Planned, detail, After::Refuse(reasons)),
    }
}

fn planned(op: &Operation, draft: Draft, guards: Vec<crate::operate::GuardVerdict>) -> Plan {
    let intent = &op.brief.intent;
    let danger = draft.danger.max(intent.operation.danger);
    let confirm = match danger {
        Danger::DataLoss => ALLOW_DATA_LOSS.to_owned(),
        _ if op.brief.guarded => draft.target.name.clone(),
        _ => "yes".to_owned(),
    };
    Plan {
        operation: intent.operation.name.to_owned(),
        parameters: intent.parameters.clone(),
        runs: guards.iter().all(|g| g.ok),
        danger,
        confirm,
        target: draft.target,
        changes: draft.changes,
        blast_radius: draft.blast_radius,
        preconditions: draft.preconditions,
        calls: draft.calls,
        verification: draft.verification,
        undo: draft.undo,
        guards,
    }
}
