//! What the journal tells of operations that have no final outcome. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::operate::journal::{Entry, EventKind, Outcome};
use crate::operate::{Answer, Call, Pinned, Plan, Sent};

/// An operation without a final outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// Its number.
    pub operation: String,
    /// Its name in the catalogue.
    pub action: String,
    /// Who began it.
    pub person: String,
    /// Why.
    pub reason: Option<String>,
    /// What it acts on.
    pub target: Pinned,
    /// Its plan, where the journal tells one that can be read.
    pub plan: Option<Plan>,
    /// The plan's hash.
    pub plan_sha256: Option<String>,
    /// The calls that went out, with what is known of their answers.
    pub sent: Vec<Sent>,
    /// When it was heard of last.
    pub last_at: Timestamp,
    /// `unknown`, where that was said already.
    pub outcome: Option<Outcome>,
}

/// Every operation without a final outcome, in the order in which they were begun.
pub fn open(entries: &[Entry]) -> Vec<Open> {
    let mut stories: BTreeMap<(u64, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        let name = entry.note.operation.as_str();
        let number = crate::operate::journal::chain::number(name).unwrap_or(u64::MAX);
        stories.entry((number, name)).or_default().push(entry);
    }
    stories.into_values().filter_map(|story| unsettled(&story)).collect()
}

fn unsettled(story: &[&Entry]) -> Option<Open> {
    let outcome = story.iter().rev().find_map(|e| e.note.outcome);
    if outcome.is_some_and(Outcome::settled) {
        return None;
    }
    let (first, last) = (story.first()?, story.last()?);
    let planned = story.iter().rev().find(|e| e.note.event == EventKind::Planned);
    Some(Open {
        operation: first.note.operation.clone(),
        action: first.note.action.clone(),
        person: first.note.person.clone(),
        reason: first.note.reason.clone(),
        target: planned.map_or(first, |e| e).note.target.clone(),
        plan: planned.and_then(|e| serde_json::from_value(e.note.detail.clone()).ok()),
        plan_sha256: planned.and_then(|e| e.note.plan_sha256.clone()),
        sent: sent(story),
        last_at: last.note.at,
        outcome,
    })
}

/// Each call that was recorded, with the answer that was noted after it.
fn sent(story: &[&Entry]) -> Vec<Sent> {
    let mut all: Vec<Sent> = Vec::new();
    for entry in story {
        match entry.note.event {
            EventKind::Sent => {
                let call = entry.note.detail.get("sent").and_then(|v| serde_json::from_value::<Call>(v.clone()).ok());
                all.extend(call.map(|call| Sent { call, at: entry.note.at, answer: None }));
            }
            EventKind::Answered => {
                if let Some(last) = all.last_mut() {
                    last.answer = Some(answer(entry));
                }
            }
            _ => {}
        }
    }
    all
}

fn answer(entry: &Entry) -> Answer {
    let detail = &entry.note.detail;
    let request_id = entry.note.request_id.clone();
    let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if detail.get("accepted").and_then(Value::as_bool) == Some(false) {
        let status = detail.get("status").and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
        return Answer::Declined { request_id, status, code: text("code"), message: text("message") };
    }
    Answer::Accepted { request_id, body: detail.get("answer").cloned().unwrap_or(Value::Null) }
}
