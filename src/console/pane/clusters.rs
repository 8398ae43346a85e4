//! The clusters: nodes, pods, restarts, and what is worst in each.

use super::pods;
use super::row::Row;
use super::standing;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{UNKNOWN, count, percent};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{Capacity, ClusterState, EntryRef, Kind, NodeGroup};
use crate::judge::{Alert, Level, RuleId, Subject};

/// Name, nodes, pods, restarts, what is worst; more where there is room.
pub const COLUMNS: [Column; 12] = [
    Column::name("name"),
    Column::number("nodes", 0).least(5),
    Column::number("pods", 0).least(7),
    Column::number("restarts", 2).least(8),
    Column::number("CPU", 4).least(5),
    Column::number("mem", 5).least(5),
    Column::prose("worst", 3, 16),
    Column::number("workloads", 21),
    Column::word("version", 20),
    Column::word("account", 23),
    Column::word("region", 22),
    Column::number("", 1),
];

/// The clusters, worst first, then in the file's order.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    let mut out: Vec<&ClusterState> = scene.estate.clusters().iter().collect();
    out.sort_by_cached_key(|c| std::cmp::Reverse(standing::level(scene, &c.entry())));
    out.into_iter().map(Thing::Cluster).collect()
}

/// A cluster's row.
pub fn row(scene: &Scene, cluster: &ClusterState) -> Row {
    let entry = cluster.entry();
    let mark = standing::mark(scene, &entry);
    let name = Words::say(&cluster.declared.name);
    let told = Kind::ALL.iter().any(|&k| seen(cluster, k));
    let (account, region) = (cluster.declared.account.as_deref(), cluster.declared.region.as_deref());
    let place = |text: Option<&str>| Words::dim(text.unwrap_or_default());
    if !told && cluster.control().is_none() {
        return Row::new(mark, vec![name]).remarked(1, standing::doubt(scene, &entry));
    }
    let cells = vec![
        name,
        nodes(cluster),
        pods(cluster),
        restarts(scene, cluster),
        used(scene, &entry, RuleId::ClusterCpuPercent, cluster.cpu_percent()),
        used(scene, &entry, RuleId::ClusterMemoryPercent, cluster.memory_percent()),
        worst(scene, &entry),
        workloads(cluster),
        place(cluster.control().and_then(|c| c.version.as_deref())),
        place(account),
        place(region),
        standing::old(scene, &entry),
    ];
    let doubt = standing::reason(scene, &entry);
    let (trouble, rest) = details(scene, cluster);
    // What is worst may have no column.
    let trouble = if trouble.is_empty() && mark >= Mark::Warning { worst(scene, &entry) } else { trouble };
    Row::new(mark, cells).because(doubt).detailed([trouble]).traced(entry).detailed(rest)
}

/// Whether anything of a kind may be seen.
pub fn seen(cluster: &ClusterState, kind: Kind) -> bool {
    use crate::estate::Coverage::{Complete, Partial};
    matches!(cluster.coverage(kind), Complete | Partial(_))
}

/// Ready nodes of all, `5/6`.
pub fn nodes(cluster: &ClusterState) -> Words {
    if !cluster.complete(&[Kind::Nodes]) {
        return Words::dim(UNKNOWN);
    }
    let tally = cluster.node_tally();
    share(tally.ready, tally.total, Role::Warning)
}

/// Running pods of all, `203/210`.
pub fn pods(cluster: &ClusterState) -> Words {
    if !cluster.complete(&[Kind::Pods]) {
        return Words::dim(UNKNOWN);
    }
    let tally = cluster.tally();
    share(tally.running, tally.total, Role::Text)
}

/// Restarts within the last hour, `14 /h`.
pub fn restarts(scene: &Scene, cluster: &ClusterState) -> Words {
    if !cluster.complete(&[Kind::Pods]) {
        return Words::dim(UNKNOWN);
    }
    let restarts = cluster.restarts_1h(scene.now);
    Words::of(if restarts == 0 { Role::Dim } else { Role::Text }, count(restarts)).and(Role::Dim, " /h")
}

/// What is used of what its nodes have, where that is measured.
fn used(scene: &Scene, entry: &EntryRef, rule: RuleId, share: Option<f64>) -> Words {
    let level = standing::alerts(scene, entry).find(|a| a.rule == rule).map(|a| a.level);
    share.map_or_else(Words::none, |share| Words::of(standing::number_role(level), percent(share)))
}

/// Workloads that have what they want, of all.
pub fn workloads(cluster: &ClusterState) -> Words {
    if !cluster.complete(&[Kind::Deployments, Kind::StatefulSets, Kind::DaemonSets]) {
        return Words::dim(UNKNOWN);
    }
    let all = cluster.workloads().len();
    let degraded = cluster.degraded().len();
    share(all.saturating_sub(degraded), all, Role::Warning)
}

/// So many of so many, in a role where some are missing.
pub fn share(part: usize, all: usize, role: Role) -> Words {
    let role = if part < all { role } else { Role::Text };
    Words::of(role, format!("{}/{}", count(part), count(all)))
}

/// So many of an entry's alerts are named in its row: no line has room for more, and there may be thousands.
const NAMED: usize = 40;

/// What is worst in an entry: its alerts, else what is not known although every source answers.
pub fn worst(scene: &Scene, entry: &EntryRef) -> Words {
    let mut alerts = standing::alerts(scene, entry).take(NAMED).map(brief).peekable();
    if alerts.peek().is_none() && standing::reason(scene, entry).is_none() {
        return standing::doubt(scene, entry).unwrap_or_default();
    }
    Words::joined(alerts)
}

/// An alert in a few words; one about a workload names it.
fn brief(alert: &Alert) -> Words {
    match &alert.about {
        Subject::Workload(_, key) => {
            Words::of(level_role(alert.level), format!("{}: {}", key.name.name, alert.brief()))
        }
        Subject::Pods(_, kind, name) => {
            Words::of(level_role(alert.level), format!("{kind} {}: {}", name.name, alert.brief()))
        }
        Subject::Entry(_) | Subject::Source(_) => Words::of(level_role(alert.level), alert.brief()),
    }
}

/// What a cluster's row has to say where there is room: pods in trouble; and node groups, the control plane.
fn details(scene: &Scene, cluster: &ClusterState) -> (Words, Vec<Words>) {
    let mut out = Vec::new();
    let mut trouble = Words::none();
    if cluster.complete(&[Kind::Pods]) {
        let tally = cluster.tally();
        let some = |n: usize, what: &str, role| {
            if n == 0 { Words::none() } else { Words::of(role, format!("{} {what}", count(n))) }
        };
        trouble = Words::joined([
            some(tally.crash_looping, "crash looping", Role::Warning),
            some(tally.pending, "pending", Role::Dim),
            some(tally.failed, "failed", Role::Warning),
        ]);
    }
    let groups = cluster.control().and_then(|c| c.nodegroups.as_deref()).unwrap_or_default();
    if !groups.is_empty() {
        out.push(Words::dim("node groups ").then(Words::joined(groups.iter().map(group))));
    }
    if let Some(control) = cluster.control() {
        let parts = [
            Words::dim(format!("EKS {}", control.version.as_deref().unwrap_or(UNKNOWN))),
            status(&control.status, "ACTIVE"),
            Words::dim(exposure(control.endpoint.public, control.endpoint.private)),
        ];
        out.push(Words::joined(parts));
    }
    let looked = cluster.uneasy().take(LOOKED).map(|p| (pods::level(p, scene.now), p));
    let troubled = looked.filter(|(level, _)| *level > Level::Ok).take(TOLD);
    out.extend(troubled.map(|(level, pod)| {
        let name = Words::dim(format!("pod {}/{} ", pod.name.namespace, pod.name.name));
        name.then(pods::state(pod, level))
    }));
    (trouble, out)
}

/// So many uneasy pods are looked at, and so many of those in trouble are named below their cluster.
const LOOKED: usize = 200;
const TOLD: usize = 6;

/// A service's own word for a state, quiet where it is the good one.
pub fn status(word: &str, good: &str) -> Words {
    Words::of(if word == good { Role::Dim } else { Role::Warning }, word)
}

/// How an API server can be reached.
pub fn exposure(public: bool, private: bool) -> &'static str {
    match (public, private) {
        (true, true) => "public and private endpoint",
        (true, false) => "public endpoint",
        (false, true) => "private endpoint",
        (false, false) => "no endpoint",
    }
}

fn group(group: &NodeGroup) -> Words {
    let size = |n: Option<u32>| n.map_or_else(|| UNKNOWN.to_owned(), count);
    let full = group.desired.zip(group.max).is_some_and(|(desired, max)| desired >= max);
    let words = Words::dim(format!("{} ", group.name))
        .and(if full { Role::Text } else { Role::Dim }, format!("{}/{}", size(group.desired), size(group.max)));
    match group.capacity {
        Some(Capacity::Spot) if !group.name.contains("spot") => words.and(Role::Dim, " spot"),
        Some(Capacity::CapacityBlock) => words.and(Role::Dim, " block"),
        _ => words,
    }
}
