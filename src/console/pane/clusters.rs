//! The clusters: nodes, pods, restarts, and what is worst in each.

use super::row::Row;
use super::standing;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{UNKNOWN, count};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{Capacity, ClusterState, EntryRef, Kind, NodeGroup, Readiness, SourceState};
use crate::judge::{Alert, Level, Subject};

/// Name, nodes, pods, restarts, what is worst; more where there is room.
pub const COLUMNS: [Column; 9] = [
    Column::name("name"),
    Column::number("nodes", 0).least(5),
    Column::number("pods", 0).least(7),
    Column::number("restarts", 2).least(8),
    Column::prose("worst", 3, 20),
    Column::number("workloads", 6),
    Column::word("version", 5),
    Column::word("account", 8),
    Column::word("region", 7),
];

/// The clusters, worst first, then in the file's order.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    let mut out: Vec<&ClusterState> = scene.estate.clusters().iter().collect();
    out.sort_by_cached_key(|c| std::cmp::Reverse(standing::level(scene, &entry(c))));
    out.into_iter().map(Thing::Cluster).collect()
}

fn entry(cluster: &ClusterState) -> EntryRef {
    EntryRef::Cluster(cluster.declared.name.clone())
}

/// A cluster's row.
pub fn row(scene: &Scene, cluster: &ClusterState) -> Row {
    let entry = entry(cluster);
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
        worst(scene, &entry, mark),
        workloads(cluster),
        place(cluster.control().and_then(|c| c.version.as_deref())),
        place(account),
        place(region),
    ];
    Row::new(mark, cells).detailed(details(cluster))
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
    let all = cluster.nodes().len();
    let ready = cluster.nodes().values().filter(|n| n.readiness == Readiness::Ready).count();
    share(ready, all, Role::Warning)
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

/// Workloads that have what they want, of all.
pub fn workloads(cluster: &ClusterState) -> Words {
    if !cluster.complete(&[Kind::Deployments, Kind::StatefulSets, Kind::DaemonSets]) {
        return Words::dim(UNKNOWN);
    }
    let all = cluster.workloads().len();
    let degraded = cluster.workloads().values().filter(|w| w.degraded()).count();
    share(all - degraded, all, Role::Warning)
}

/// So many of so many, in a role where some are missing.
pub fn share(part: usize, all: usize, role: Role) -> Words {
    let role = if part < all { role } else { Role::Text };
    Words::of(role, format!("{}/{}", count(part), count(all)))
}

/// What is worst in an entry: its worst alerts, how old it is, or what is not known of it.
pub fn worst(scene: &Scene, entry: &EntryRef, mark: Mark) -> Words {
    let alerts = standing::alerts(scene, entry).map(|a| match &a.about {
        Subject::Workload(_, key) => Words::of(level_role(a.level), format!("{} {}", key.name.name, a.brief)),
        Subject::Entry(_) | Subject::Source(_) => Words::of(level_role(a.level), &a.brief),
    });
    let doubt = matches!(mark, Mark::Stale | Mark::Unknown) || standing::silent(scene, entry).is_some();
    let doubt = if doubt { standing::doubt(scene, entry) } else { None };
    Words::joined(alerts.chain(doubt))
}

fn details(cluster: &ClusterState) -> Vec<Words> {
    let mut out = Vec::new();
    if let Some(control) = cluster.control() {
        let parts = [
            Words::dim(format!("EKS {}", control.version.as_deref().unwrap_or(UNKNOWN))),
            status(&control.status, "ACTIVE"),
            Words::dim(exposure(control.endpoint.public, control.endpoint.private)),
        ];
        out.push(Words::joined(parts));
    }
    let groups = cluster.control().and_then(|c| c.nodegroups.as_deref()).unwrap_or_default();
    out.push(Words::joined(groups.iter().map(group)));
    if cluster.complete(&[Kind::Pods]) {
        let tally = cluster.tally();
        let some = |n: usize, what: &str, role| {
            if n == 0 { Words::none() } else { Words::of(role, format!("{} {what}", count(n))) }
        };
        out.push(Words::joined([
            some(tally.crash_looping, "crash looping", Role::Warning),
            some(tally.pending, "pending", Role::Dim),
            some(tally.failed, "failed", Role::Warning),
        ]));
    }
    out
}

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
        Some(Capacity::Spot) => words.and(Role::Dim, " spot"),
        Some(Capacity::CapacityBlock) => words.and(Role::Dim, " block"),
        Some(Capacity::OnDemand) | None => words,
    }
}

/// The worst level of a cluster's alerts about a workload.
pub fn workload_level(scene: &Scene, cluster: &str, key: &crate::estate::WorkloadKey) -> Level {
    let about = |a: &&Alert| matches!(&a.about, Subject::Workload(c, k) if c == cluster && k == key);
    scene.judgement.alerts.iter().find(about).map_or(Level::Ok, |a| a.level)
}

/// Whether a cluster's API server answers now.
pub fn answers(scene: &Scene, cluster: &ClusterState) -> bool {
    let name = cluster.declared.name.as_str();
    let entry = entry(cluster);
    scene
        .estate
        .feeding(&entry)
        .filter(|s| s.key.subject.as_deref() == Some(name))
        .all(|s| s.state == SourceState::Live)
}
