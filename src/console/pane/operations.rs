//! Operations as the journal tells them, the newest first.

use super::row::Row;
use super::thing::Thing;
use crate::console::desk::Record;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::mark;
use crate::console::widget::quantity::{age, moment};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;

/// Number, what, target, outcome, when, who, why.
pub const COLUMNS: [Column; 8] = [
    Column::word("id", 0),
    Column::word("operation", 0),
    Column::name("target"),
    Column::word("where", 4),
    Column::word("outcome", 0).least(8),
    Column::number("age", 1),
    Column::word("who", 2),
    Column::prose("reason", 3, 10),
];

/// Every operation that the journal tells of.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    scene.desk.records().iter().map(Thing::Operation).collect()
}

/// How an operation stands.
pub fn mark(scene: &Scene, record: &Record) -> Mark {
    match record.outcome {
        Some(outcome) => outcome.into(),
        None if scene.desk.under_way(&record.number) => Mark::Warning,
        // Open: another console runs it, or an earlier run left it.
        None => Mark::Critical,
    }
}

/// How it stands, in a word.
pub fn standing(scene: &Scene, record: &Record) -> &'static str {
    match record.outcome {
        Some(outcome) => outcome.word(),
        None if scene.desk.under_way(&record.number) => "running",
        None => "open",
    }
}

/// Its row.
pub fn row(scene: &Scene, record: &Record) -> Row {
    let mark = mark(scene, record);
    let target = &record.target;
    let place = target.cluster.as_deref().or(target.region.as_deref()).unwrap_or_default();
    let role = if mark == Mark::Ok { Role::Text } else { mark::role(mark) };
    Row::new(
        mark,
        vec![
            Words::say(&record.number),
            Words::say(&record.action),
            Words::say(&target.name),
            Words::dim(place),
            Words::of(role, standing(scene, record)),
            record.begun().map_or_else(Words::none, |at| Words::dim(age(at, scene.now))),
            Words::dim(&record.person),
            Words::dim(record.reason.as_deref().unwrap_or_default()),
        ],
    )
    .detailed(record.begun().map(|at| Words::dim(format!("begun {}", moment(at, scene.now)))))
}
