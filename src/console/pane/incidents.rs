//! What people are to attend to, worst first: every alert, and every entry of which too little is known.

use super::row::Row;
use super::standing::{self, silent};
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::view::Spot;
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{age, counted};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{AccountState, EntryRef, Name, SourceState, WorkloadKind};
use crate::judge::{Alert, Level, Subject};

/// Kind, name, what, since.
pub const COLUMNS: [Column; 5] = [
    Column::word("", 3),
    Column::name("name"),
    Column::prose("what", 1, 24),
    Column::word("where", 5),
    Column::number("since", 2).least(6),
];

/// Everything that someone should attend to, worst first: alerts, then what is not known and not said by an alert yet.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    let alerts = scene.judgement.alerts.iter().map(Thing::Alert);
    alerts.chain(unknown(scene)).collect()
}

/// Entries that are unknown for a reason of their own: not through an account or a source that is listed already.
fn unknown<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    let estate = scene.estate;
    let own = |entry: &EntryRef| {
        standing::level(scene, entry) == Level::Unknown
            && standing::account_of(scene, entry)
                .and_then(|name| estate.account(name))
                .is_none_or(AccountState::verified)
            && silent(scene, entry).is_none_or(|source| {
                source.state != SourceState::Waiting
                    && !scene
                        .judgement
                        .alerts
                        .iter()
                        .any(|a| matches!(&a.about, Subject::Source(k) if *k == source.key))
            })
    };
    let mut out = Vec::new();
    for a in estate.accounts() {
        // An account that has not answered yet is waited for, not worried about.
        if a.identity.is_some() && own(&EntryRef::Account(a.declared.name.clone())) {
            out.push(Thing::Account(a));
        }
    }
    out.extend(
        estate.clusters().iter().filter(|c| own(&EntryRef::Cluster(c.declared.name.clone()))).map(Thing::Cluster),
    );
    out.extend(
        estate.databases().iter().filter(|d| own(&EntryRef::Database(d.declared.name.clone()))).map(Thing::Database),
    );
    out.extend(
        estate
            .slos()
            .iter()
            .enumerate()
            .filter(|(_, s)| own(&EntryRef::Slo(s.declared.name.clone())))
            .map(|(index, s)| Thing::Slo(s, index)),
    );
    out.extend(estate.budgets().iter().filter(|b| own(&EntryRef::Budget(b.declared.name.clone()))).map(Thing::Budget));
    out
}

/// A thing's row among things of every kind.
pub fn row(scene: &Scene, thing: Thing) -> Row {
    let (kind, name) = match thing {
        Thing::Alert(alert) => return alert_row(scene, alert),
        Thing::Workload(..) | Thing::Pod(..) | Thing::Node(..) | Thing::Member(..) | Thing::Source(_) => {
            return part_row(scene, thing);
        }
        Thing::Account(a) => ("account", &a.declared.name),
        Thing::Cluster(c) => ("cluster", &c.declared.name),
        Thing::Database(d) => ("database", &d.declared.name),
        Thing::Slo(s, _) => ("SLO", &s.declared.name),
        Thing::Budget(b) => ("budget", &b.declared.name),
    };
    let Spot::Entry(entry) = thing.spot() else { return part_row(scene, thing) };
    let worst = standing::alerts(scene, &entry).next();
    let what = worst.map(|a| Words::of(level_role(a.level), &a.brief)).or_else(|| standing::doubt(scene, &entry));
    let place = standing::account_of(scene, &entry).unwrap_or_default();
    Row::new(
        standing::mark(scene, &entry),
        vec![
            Words::dim(kind),
            Words::say(name),
            what.unwrap_or_else(|| Words::dim("in order")),
            Words::dim(place),
            worst.map_or_else(Words::none, |a| Words::dim(age(a.since, scene.now))),
        ],
    )
    .named_by(1)
}

/// The row of a thing that is a part of an entry, or feeds one.
fn part_row(scene: &Scene, thing: Thing) -> Row {
    let row = thing.row(scene);
    let (kind, name, place) = match thing {
        Thing::Workload(c, w) => (workload_word(w.key.kind), full(&w.key.name), c.declared.name.clone()),
        Thing::Pod(c, p) => ("pod", full(&p.name), c.declared.name.clone()),
        Thing::Node(c, n) => ("node", n.name.to_string(), c.declared.name.clone()),
        Thing::Member(d, m) => ("member", m.name.clone(), d.declared.name.clone()),
        Thing::Source(s) => ("source", standing::short_source(&s.key), s.key.account.clone().unwrap_or_default()),
        _ => return row,
    };
    let what = match thing {
        Thing::Source(s) => {
            Words::of(crate::console::widget::mark::role(row.mark), s.error.as_deref().unwrap_or(s.state.word()))
        }
        Thing::Workload(_, w) => Words::dim(format!("{} of {} ready", w.available, w.wanted)),
        _ => Words::none(),
    };
    Row::new(row.mark, vec![Words::dim(kind), Words::say(name), what, Words::dim(place), Words::none()]).named_by(1)
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

fn alert_row(scene: &Scene, alert: &Alert) -> Row {
    let (kind, name, place) = subject(scene, alert);
    Row::new(
        alert.level.into(),
        vec![
            Words::dim(kind),
            Words::say(name),
            Words::of(level_role(alert.level), &alert.brief),
            Words::dim(place),
            Words::dim(age(alert.since, scene.now)),
        ],
    )
    .named_by(1)
    .detailed([Words::dim(&alert.why)])
}

/// What an alert is about: its kind, its short name, and where it is.
pub fn subject(scene: &Scene, alert: &Alert) -> (&'static str, String, String) {
    match &alert.about {
        Subject::Entry(entry) => {
            let kind = match entry {
                EntryRef::Account(_) => "account",
                EntryRef::Cluster(_) => "cluster",
                EntryRef::Database(_) => "database",
                EntryRef::Slo(_) => "SLO",
                EntryRef::Budget(_) => "budget",
                EntryRef::Costs(_) => "costs",
            };
            let place = standing::account_of(scene, entry).unwrap_or_default().to_owned();
            (kind, entry.name().to_owned(), place)
        }
        Subject::Workload(cluster, key) => (workload_word(key.kind), full(&key.name), cluster.clone()),
        Subject::Source(key) => ("source", standing::short_source(key), key.account.clone().unwrap_or_default()),
    }
}

/// What is in order, in one line: `3 SLOs, 2 clusters in order`; empty where nothing is.
pub fn in_order(scene: &Scene) -> Words {
    let mut counts = [(0_usize, "SLO"), (0, "cluster"), (0, "database"), (0, "budget"), (0, "account")];
    for verdict in scene.judgement.verdicts.iter().filter(|v| v.level == Level::Ok) {
        let slot = match verdict.entry {
            EntryRef::Slo(_) => 0,
            EntryRef::Cluster(_) => 1,
            EntryRef::Database(_) => 2,
            EntryRef::Budget(_) => 3,
            EntryRef::Account(_) => 4,
            EntryRef::Costs(_) => continue,
        };
        counts[slot].0 += 1;
    }
    let said: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| counted(*n, noun)).collect();
    if said.is_empty() { Words::none() } else { Words::of(Role::Dim, format!("{} in order", said.join(", "))) }
}
