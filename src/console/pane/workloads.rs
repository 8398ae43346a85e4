//! The workloads of a cluster, worst first.

use super::clusters::{seen, share};
use super::row::Row;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{age, count};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{ClusterState, Workload};
use crate::judge::{Alert, Level};

/// Kind, name, available of wanted, what is wrong.
pub const COLUMNS: [Column; 6] = [
    Column::name("workload"),
    Column::word("kind", 4),
    Column::number("ready", 0).least(5),
    Column::number("updated", 3),
    Column::prose("worst", 1, 20),
    Column::number("age", 5).least(4),
];

/// The workloads, worst first, then by namespace and name.
pub fn things<'a>(scene: &Scene<'a>, cluster: &'a ClusterState) -> Vec<Thing<'a>> {
    let level = |w: &Workload| level(scene, cluster, w);
    let mut out: Vec<(Level, &Workload)> = cluster.workloads().values().map(|w| (level(w), w)).collect();
    out.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.key.name.cmp(&y.key.name)).then(x.key.kind.cmp(&y.key.kind)));
    out.into_iter().map(|(_, w)| Thing::Workload(cluster, w)).collect()
}

/// The alerts about one workload, the worst first.
pub fn alerts<'a>(scene: &Scene<'a>, cluster: &ClusterState, workload: &Workload) -> Vec<&'a Alert> {
    scene.alerts_about(&cluster.declared.name, &workload.key).collect()
}

/// How a workload stands: its worst alert; one that is degraded at least a warning.
fn level(scene: &Scene, cluster: &ClusterState, workload: &Workload) -> Level {
    let alert = scene.alerts_about(&cluster.declared.name, &workload.key).next().map_or(Level::Ok, |a| a.level);
    if workload.degraded() { alert.max(Level::Warning) } else { alert }
}

/// A workload's row.
pub fn row(scene: &Scene, cluster: &ClusterState, workload: &Workload) -> Row {
    let level = level(scene, cluster, workload);
    let said = alerts(scene, cluster, workload);
    let mut what: Vec<Words> = said.iter().map(|a| Words::of(level_role(a.level), a.brief())).collect();
    if let (Some(stuck), true) = (&workload.stuck, said.is_empty()) {
        what.push(Words::of(Role::Warning, stuck));
    }
    if workload.paused {
        what.push(Words::dim("paused"));
    }
    let old = super::standing::mark(scene, &cluster.entry());
    let mark = if level == Level::Ok && old == Mark::Stale { Mark::Stale } else { level.into() };
    let name = &workload.key.name;
    Row::new(
        mark,
        vec![
            Words::dim(format!("{}/", name.namespace)).plus(&*name.name),
            Words::dim(workload.key.kind.word()),
            share(workload.available as usize, workload.wanted as usize, Role::Warning),
            Words::dim(count(workload.updated)),
            Words::joined(what),
            workload.created.map_or_else(Words::none, |at| Words::dim(age(at, scene.now))),
        ],
    )
}

/// Why the list is empty.
pub fn empty(cluster: &ClusterState) -> String {
    use crate::estate::Kind::{DaemonSets, Deployments, StatefulSets};
    why_empty(cluster, &[Deployments, StatefulSets, DaemonSets], "workload")
}

/// Why a list of kinds of a cluster is empty.
pub fn why_empty(cluster: &ClusterState, kinds: &[crate::estate::Kind], noun: &str) -> String {
    use crate::estate::Coverage;
    let forbidden = kinds.iter().find_map(|&k| match cluster.coverage(k) {
        Coverage::Forbidden(why) => Some(why),
        _ => None,
    });
    match forbidden {
        Some(why) => format!("may not be read: {why}"),
        None if kinds.iter().any(|&k| seen(cluster, k)) => format!("no {noun} in {}", cluster.declared.name),
        None => format!("waiting for kubernetes {}", cluster.declared.name),
    }
}
