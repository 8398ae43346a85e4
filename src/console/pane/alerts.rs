//! The alerts: one row for each rule that something breaks, the worst first, then the oldest.

use super::row::Row;
use super::standing;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::Mark;
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{freshness, moment, plain};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, WorkloadKey};
use crate::judge::{Alert, Level, Subject};

/// How severe, what it is about, what is wrong, the limit, since when; more where there is room.
pub const COLUMNS: [Column; 7] = [
    Column::word("sev", 1),
    Column::name("about"),
    Column::prose("what", 0, 18),
    Column::number("limit", 3).least(6),
    Column::number("since", 2).least(6),
    Column::word("rule", 22),
    Column::word("where", 21),
];

/// Every alert, as the judge has ordered them.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    scene.judgement.alerts.iter().map(Thing::Alert).collect()
}

/// What is said where there is no alert: calm only where everything is known.
pub fn quiet(scene: &Scene) -> &'static str {
    match scene.judgement.level {
        Level::Ok => "no rule is broken",
        _ => "no rule is known to be broken; not everything is known",
    }
}

/// An alert's row.
pub fn row(scene: &Scene, alert: &Alert) -> Row {
    Row::new(
        if alert.silenced.is_some() { Mark::Unknown } else { alert.level.into() },
        vec![
            Words::dim(alert.ranked.severity.word()),
            Words::say(name(alert)),
            what(scene, alert),
            limit(alert).map_or_else(Words::none, Words::dim),
            Words::dim(freshness(alert.since, scene.now)),
            Words::dim(alert.rule.word()),
            Words::dim(place(scene, alert)),
        ],
    )
    .named_by(1)
    .detailed([Words::dim(alert.finding())])
}

/// What is wrong; of what someone has silenced, until when.
fn what(scene: &Scene, alert: &Alert) -> Words {
    match &alert.silenced {
        Some(silenced) => {
            let until = format!("silenced until {}: {}", moment(silenced.until, scene.now), silenced.reason);
            Words::joined([Words::dim(alert.brief()), Words::dim(until)])
        }
        None => Words::of(level_role(alert.level), alert.brief()),
    }
}

/// The threshold that was broken, with its unit: `> 14.4×`, `< 15 %`.
pub fn limit(alert: &Alert) -> Option<String> {
    alert.threshold.map(|t| format!("{} {}", alert.comparison.sign(), number(t, alert.unit)))
}

/// A number of an alert with its unit.
pub fn number(value: f64, unit: &str) -> String {
    match unit {
        "" => plain(value),
        "x" => format!("{}×", plain(value)),
        unit => format!("{} {unit}", plain(value)),
    }
}

/// What an alert is about, as short as it can be told apart in one estate.
fn name(alert: &Alert) -> String {
    match &alert.about {
        Subject::Entry(entry) => entry.name().to_owned(),
        Subject::Workload(_, WorkloadKey { name, .. }) | Subject::Pods(.., name) => {
            format!("{}/{}", name.namespace, name.name)
        }
        Subject::Source(key) => standing::short_source(key),
    }
}

/// Where it is: the account, or the workload's cluster.
fn place(scene: &Scene, alert: &Alert) -> String {
    let account = |entry: &EntryRef| scene.estate.account_of(entry).map(|a| a.declared.name.clone());
    match &alert.about {
        Subject::Entry(entry) => account(entry).filter(|name| name != entry.name()).unwrap_or_default(),
        Subject::Workload(cluster, _) | Subject::Pods(cluster, ..) => cluster.as_ref().to_owned(),
        Subject::Source(key) => key.account.clone().unwrap_or_default(),
    }
}
