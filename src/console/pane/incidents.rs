//! What people are to attend to, worst first, and rows for things of every kind.

use super::order;
use super::row::Row;
use super::standing;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::mark::{self, level_role};
use crate::console::widget::quantity::{count, counted, freshness};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, Name, WorkloadKind};
use crate::incident::{Concern, upcoming};
use crate::judge::{Alert, Level, Severity, Subject};

/// How severe, kind, name, what, where, since.
pub const COLUMNS: [Column; 6] = [
    Column::word("sev", 1),
    Column::word("", 4),
    Column::name("name"),
    Column::prose("what", 0, 18),
    Column::word("where", 20),
    Column::number("since", 2).least(6),
];

/// An alert of a thing: rule, what, number against threshold, since.
pub const ALERT_COLUMNS: [Column; 3] =
    [Column::prose("what", 0, 12), Column::name("rule"), Column::number("since", 1).least(6)];

/// Everything that someone should attend to, worst first.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    scene.concerns.iter().map(|c| Thing::Concern(c, &scene.judgement.alerts)).collect()
}

/// So many reasons of one concern are told: no row has room for more.
const NAMED: usize = 40;

/// A concern's row.
pub fn concern_row(scene: &Scene, concern: &Concern) -> Row {
    let alerts = scene.judgement.alerts.as_slice();
    // The reasons that are alerts have their level; the others only say what is not known.
    let reasons = concern.reasons(alerts).take(NAMED).map(|(level, text)| {
        let level = level.unwrap_or(Level::Unknown);
        Words::of(level_role(level.min(concern.level)), text)
    });
    let next = if concern.next.is_empty() { Words::none() } else { Words::dim("next: ").plus(&concern.next) };
    let rest = match concern.touches.len() {
        0 => Words::none(),
        1 => Words::dim("1 entry rests on it"),
        n => Words::dim(format!("{} entries rest on it", count(n))),
    };
    let why = concern.alerts(alerts).take(NAMED).map(|a| Words::dim(a.finding()));
    Row::new(
        concern_mark(scene, concern),
        vec![
            severity(scene, concern).map_or_else(Words::none, |s| Words::of(severity_role(s), s.word())),
            Words::dim(kind(concern)),
            Words::say(match &concern.about {
                Subject::Source(key) => standing::short_source(key),
                Subject::Entry(_) | Subject::Workload(..) | Subject::Pods(..) => concern.title().into_owned(),
            }),
            Words::joined(reasons),
            Words::dim(&concern.place),
            concern.since.map_or_else(Words::none, |at| Words::dim(freshness(at, scene.now))),
        ],
    )
    .named_by(2)
    .detailed([Words::joined([next, rest])])
    .detailed(why)
}

/// How severe a concern is: as its most severe alert that nobody has silenced; none where nothing but doubt is known.
pub fn severity(scene: &Scene, concern: &Concern) -> Option<Severity> {
    let said = concern.alerts.iter().filter_map(|&i| scene.judgement.alerts.get(i));
    said.filter(|a| a.silenced.is_none()).map(|a| a.ranked.severity).min()
}

/// What wakes people stands out.
pub fn severity_role(severity: Severity) -> Role {
    if severity <= Severity::P2 { Role::Strong } else { Role::Dim }
}

/// A concern's mark; what is merely unknown and was known once is stale.
fn concern_mark(scene: &Scene, concern: &Concern) -> Mark {
    match (&concern.about, concern.level) {
        (Subject::Entry(entry), Level::Unknown) => standing::mark(scene, entry),
        (_, level) => level.into(),
    }
}

/// A concern's kind in a word that leaves room.
fn kind(concern: &Concern) -> &'static str {
    match &concern.about {
        Subject::Workload(_, key) => workload_word(key.kind),
        Subject::Entry(_) | Subject::Pods(..) | Subject::Source(_) => concern.kind(),
    }
}

/// An alert's row among the alerts of one thing.
pub fn alert_row(scene: &Scene, alert: &Alert) -> Row {
    Row::new(
        alert.level.into(),
        vec![
            Words::of(level_role(alert.level), alert.brief()),
            Words::dim(alert.rule.word()),
            Words::dim(freshness(alert.since, scene.now)),
        ],
    )
    .detailed([Words::dim(alert.finding())])
}

/// A thing's row among things of every kind.
pub fn row(scene: &Scene, thing: &Thing) -> Row {
    let entry = match thing {
        Thing::Concern(concern, _) => return concern_row(scene, concern),
        Thing::Account(a) => a.entry(),
        Thing::Cluster(c) => c.entry(),
        Thing::Database(d) => d.entry(),
        Thing::Slo(s, _) => s.entry(),
        Thing::Service(s) => s.entry(),
        Thing::Budget(b) => b.entry(),
        part => return part_row(scene, part),
    };
    let worst = standing::alerts(scene, &entry).next();
    let what = worst.map(|a| Words::of(level_role(a.level), a.brief())).or_else(|| standing::doubt(scene, &entry));
    let place = scene.estate.account_of(&entry).map_or("", |a| a.declared.name.as_str());
    Row::new(
        standing::mark(scene, &entry),
        vec![
            Words::none(),
            Words::dim(entry.word()),
            Words::say(entry.name()),
            what.unwrap_or_else(|| Words::dim("in order")),
            Words::dim(if place == entry.name() { "" } else { place }),
            worst.map_or_else(Words::none, |a| Words::dim(freshness(a.since, scene.now))),
        ],
    )
    .named_by(2)
}

/// The row of a thing that is a part of an entry, or feeds one.
fn part_row(scene: &Scene, thing: &Thing) -> Row {
    let row = thing.row(scene);
    let (kind, name, place, what) = match thing {
        Thing::Workload(c, w) => {
            let ready = Words::dim(format!("{} of {} ready", w.available, w.wanted));
            (workload_word(w.key.kind), full(&w.key.name), c.declared.name.clone(), ready)
        }
        Thing::Pod(c, p) => ("pod", full(&p.name), c.declared.name.clone(), Words::none()),
        Thing::Autoscaler(c, a) => ("autoscaler", a.name.name.to_string(), c.declared.name.clone(), Words::none()),
        Thing::Node(c, n) => ("node", n.name.to_string(), c.declared.name.clone(), Words::none()),
        Thing::Member(d, m) => ("member", m.name.clone(), d.declared.name.clone(), Words::none()),
        Thing::Source(s) => {
            let said = s.error.as_deref().unwrap_or(s.state.word());
            let place = s.key.account.clone().unwrap_or_default();
            ("source", standing::short_source(&s.key), place, Words::of(mark::role(row.mark), said))
        }
        _ => return row,
    };
    let cells = vec![Words::none(), Words::dim(kind), Words::say(name), what, Words::dim(place), Words::none()];
    Row::new(row.mark, cells).named_by(2)
}

fn full(name: &Name) -> String {
    format!("{}/{}", name.namespace, name.name)
}

/// A workload's kind in a word that leaves room.
fn workload_word(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Deployment => "deploy",
        WorkloadKind::StatefulSet => "stateful",
        WorkloadKind::DaemonSet => "daemon",
    }
}

/// What an alert is about: `deploy shop/cart on prod-use1`.
pub fn about(alert: &Alert) -> String {
    match &alert.about {
        Subject::Entry(entry) => format!("{} {}", entry.word(), entry.name()),
        Subject::Workload(cluster, key) => format!("{} {} on {cluster}", key.kind.word(), full(&key.name)),
        Subject::Pods(cluster, kind, name) => format!("{kind} {} on {cluster}", full(name)),
        Subject::Source(key) => format!("source {}", standing::short_source(key)),
    }
}

/// Below the last row: what is in order, and what will need someone next; on a day with nothing to do, more of both.
pub fn closing(scene: &Scene) -> Vec<Words> {
    let said: Vec<String> = counted_in_order(scene).iter().map(|(n, noun)| counted(*n, noun)).collect();
    let mut out = Vec::new();
    if !said.is_empty() {
        out.push(Words::of(Role::Ok, "● ").and(Role::Dim, format!("{} in order", said.join(", "))));
    }
    let calm = scene.concerns.is_empty() && scene.judgement.level == Level::Ok;
    let more = if calm { order::ahead(scene) } else { Vec::new() };
    let ahead = upcoming(scene.estate, scene.now).into_iter().chain(more);
    out.extend(ahead.map(|text| Words::dim(format!("  ahead: {text}"))));
    if calm {
        let lines = order::lines(scene);
        if !lines.is_empty() {
            out.push(Words::none());
        }
        out.extend(lines);
    }
    out
}

/// How many of each kind are in order; kinds of which nothing is are left out.
pub(super) fn counted_in_order(scene: &Scene) -> Vec<(usize, &'static str)> {
    let mut counts = [(0_usize, "SLO"), (0, "service"), (0, "cluster"), (0, "database"), (0, "budget"), (0, "account")];
    for verdict in scene.judgement.verdicts.iter().filter(|v| v.level == Level::Ok) {
        let slot = match verdict.entry {
            EntryRef::Slo(_) => 0,
            EntryRef::Service(_) => 1,
            EntryRef::Cluster(_) => 2,
            EntryRef::Database(_) => 3,
            EntryRef::Budget(_) => 4,
            EntryRef::Account(_) => 5,
            EntryRef::Costs(_) => continue,
        };
        counts[slot].0 += 1;
    }
    counts.into_iter().filter(|(n, _)| *n > 0).collect()
}
