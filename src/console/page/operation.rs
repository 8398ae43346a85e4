//! An operation: how it goes, step by step, and the plan that it goes by.

use crate::console::desk::Record;
use crate::console::pane::operations;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::mark;
use crate::console::widget::quantity::{age, moment};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::operate::journal::{Entry, EventKind};
use serde_json::Value;

const STEPS: [Column; 3] = [Column::word("at", 0), Column::word("step", 0), Column::prose("", 0, 20)];

/// Its facts.
pub(super) fn facts(scene: &Scene, number: &str) -> Option<Vec<Block>> {
    let record = scene.desk.record(number)?;
    let mark = operations::mark(scene, record);
    let mut out = vec![Block::Fact("outcome", Words::of(mark::role(mark), operations::standing(scene, record)))];
    if let Some((at, words)) = scene.desk.live(number) {
        out.push(Block::Fact("now", Words::say(words).and(Role::Dim, format!(", {} ago", age(at, scene.now)))));
    }
    out.push(Block::Grid(&STEPS, record.entries.iter().map(step).collect()));
    out.push(Block::Gap);
    out.extend(plan(record));
    out.push(fact("who", &record.person));
    if let Some(reason) = &record.reason {
        out.push(fact("reason", reason));
    }
    if let Some(at) = record.begun() {
        out.push(fact("begun", moment(at, scene.now)));
    }
    out.push(Block::Fact(
        "",
        Words::dim("every step is in the journal; leaving this page or the console stops nothing that was sent"),
    ));
    Some(out)
}

/// One step, as its entry tells it.
fn step(entry: &Entry) -> Vec<Words> {
    let note = &entry.note;
    let role = match note.event {
        EventKind::Failed | EventKind::Unknown => Role::Critical,
        EventKind::Refused => Role::Warning,
        _ => Role::Text,
    };
    vec![
        Words::dim(note.at.strftime("%H:%M:%S%.3f").to_string()),
        Words::of(role, note.event.word()),
        Words::of(role, told(entry)),
    ]
}

/// What a step tells beside its name.
fn told(entry: &Entry) -> String {
    let detail = &entry.note.detail;
    let text = |key: &str| detail.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    match entry.note.event {
        EventKind::Planned => String::new(),
        EventKind::Confirmed | EventKind::Recorded => format!("journal {}", entry.seq),
        EventKind::Rechecked => {
            let held = detail.get("preconditions").and_then(Value::as_array).into_iter().flatten();
            let held = held.filter_map(|p| Some(format!("{} {}", p.get("field")?.as_str()?, p.get("seen")?.as_str()?)));
            held.collect::<Vec<_>>().join(", ")
        }
        EventKind::Sent => format!("{}:{}", text("service"), text("call")),
        EventKind::Answered => {
            let said = ["message", "why", "code"].iter().map(|k| text(k)).find(|t| !t.is_empty()).unwrap_or_default();
            let request = entry.note.request_id.as_ref().map(|id| format!("request {id}")).unwrap_or_default();
            [request, said].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(": ")
        }
        _ => {
            let reasons = detail.get("reasons").and_then(Value::as_array).into_iter().flatten();
            let reasons: Vec<&str> = reasons.filter_map(Value::as_str).collect();
            if reasons.is_empty() {
                ["seen", "reason"].iter().map(|k| text(k)).find(|t| !t.is_empty()).unwrap_or_default()
            } else {
                reasons.join("; ")
            }
        }
    }
}

fn plan(record: &Record) -> Vec<Block> {
    let Some(plan) = &record.plan else { return vec![fact("target", &record.target.id)] };
    let mut out = vec![fact("target", crate::console::dialog::target(&plan.target).text())];
    for change in &plan.changes {
        let none = "nothing".to_owned();
        let (before, after) = (change.before.as_ref().unwrap_or(&none), change.after.as_ref().unwrap_or(&none));
        out.push(fact("change", format!("{} {before} → {after}", change.field)));
    }
    out.extend(plan.calls.iter().map(|c| Block::Fact("call", Words::dim(&c.cli))));
    out.push(fact("seen done", &plan.verification.what));
    if let Some(undo) = &plan.undo {
        out.push(fact("undo", undo.to_string()));
    }
    out
}
