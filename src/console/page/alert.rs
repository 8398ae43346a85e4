//! An alert: the rule, the number against its threshold, since when, and why; the thing it is about.

use super::common;
use crate::console::pane::incidents;
use crate::console::pane::listing::{Listing, Table};
use crate::console::pane::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{age, clock, moment, plain};
use crate::console::widget::words::Words;
use crate::estate::EntryRef;
use crate::judge::{Alert, Subject};

pub(super) fn find<'a>(scene: &Scene<'a>, rule: &str, subject: &str) -> Option<&'a Alert> {
    scene.judgement.alerts.iter().find(|a| a.rule.word() == rule && a.subject() == subject)
}

/// Its facts.
pub(super) fn facts(scene: &Scene, rule: &str, subject: &str) -> Option<Vec<Block>> {
    let alert = find(scene, rule, subject)?;
    let looks = level_role(alert.level);
    let mut out = vec![
        Block::Fact("level", Words::of(looks, alert.level.word()).and(Role::Dim, " · ").and(looks, alert.brief())),
        Block::Fact("why", Words::say(alert.why(scene.now))),
    ];
    let number = |v: f64| match alert.unit {
        "" => plain(v),
        "x" => format!("{}×", plain(v)),
        unit => format!("{} {unit}", plain(v)),
    };
    match (alert.value, alert.threshold) {
        (Some(value), Some(threshold)) => out.push(Block::Fact(
            "number",
            Words::of(looks, number(value)).and(Role::Dim, format!(" against {}", number(threshold))),
        )),
        (Some(value), None) => out.push(Block::Fact("number", Words::of(looks, number(value)))),
        (None, _) => {}
    }
    out.push(fact(
        "since",
        format!("{} ({}), {}", moment(alert.since, scene.now), clock(alert.since), age(alert.since, scene.now)),
    ));
    out.push(Block::Gap);
    out.push(fact("rule", alert.rule.word()));
    out.push(fact("about", incidents::about(alert)));
    out.push(Block::Fact("subject", Words::dim(alert.subject())));
    out.push(Block::Gap);
    match &alert.about {
        Subject::Entry(entry) => out.push(common::fed_by(scene, entry)),
        Subject::Workload(cluster, _) | Subject::Pods(cluster, ..) => {
            out.push(common::fed_by(scene, &EntryRef::Cluster(cluster.as_ref().to_owned())));
        }
        Subject::Source(_) => {}
    }
    Some(out)
}

/// What it is about: the thing itself, and what that belongs to.
pub(super) fn listing<'a>(scene: &Scene<'a>, rule: &str, subject: &str, section: usize) -> Option<Listing<'a>> {
    if section > 0 {
        return None;
    }
    let things = find(scene, rule, subject).map(|a| about(scene, a)).unwrap_or_default();
    Some(Listing::new("About", Table::Anything, things, "nothing of it is known any more"))
}

fn about<'a>(scene: &Scene<'a>, alert: &'a Alert) -> Vec<Thing<'a>> {
    match &alert.about {
        Subject::Entry(entry) => entry_thing(scene, entry).into_iter().collect(),
        Subject::Workload(name, key) => {
            let Some(cluster) = scene.estate.cluster(name) else { return Vec::new() };
            let workload = cluster.workloads().get(key).map(|w| Thing::Workload(cluster, w));
            workload.into_iter().chain([Thing::Cluster(cluster)]).collect()
        }
        Subject::Pods(name, ..) => scene.estate.cluster(name).map(Thing::Cluster).into_iter().collect(),
        Subject::Source(key) => {
            let source = scene.estate.sources().iter().find(|s| s.key == *key);
            let feeds = source.into_iter().flat_map(|s| &s.feeds).filter_map(|e| entry_thing(scene, e));
            source.map(Thing::Source).into_iter().chain(feeds).collect()
        }
    }
}

/// An entry as a thing of a list.
pub(super) fn entry_thing<'a>(scene: &Scene<'a>, entry: &EntryRef) -> Option<Thing<'a>> {
    let estate = scene.estate;
    match entry {
        EntryRef::Account(name) | EntryRef::Costs(name) => estate.account(name).map(Thing::Account),
        EntryRef::Cluster(name) => estate.cluster(name).map(Thing::Cluster),
        EntryRef::Database(name) => estate.database(name).map(Thing::Database),
        EntryRef::Slo(name) => {
            let found = estate.slos().iter().enumerate().find(|(_, s)| s.declared.name == *name);
            found.map(|(index, s)| Thing::Slo(s, index))
        }
        EntryRef::Service(name) => estate.service(name).map(Thing::Service),
        EntryRef::Budget(name) => estate.budget(name).map(Thing::Budget),
    }
}
