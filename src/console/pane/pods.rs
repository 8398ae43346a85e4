//! The pods of a cluster, of a workload, of a node: the few that are in trouble first, then by name.

use jiff::{SignedDuration, Timestamp};

use super::row::Row;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::quantity::{age, count};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{ClusterState, Pod, PodPhase};
use crate::judge::Level;

/// A pod may be pending, or running without being ready, for so long before it counts as in trouble.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// Name, ready, restarts, state, age, node.
pub const COLUMNS: [Column; 6] = [
    Column::name("pod"),
    Column::number("ready", 2).least(5),
    Column::number("restarts", 1).least(8),
    Column::word("state", 0).least(9),
    Column::number("age", 3).least(6),
    Column::prose("node", 4, 16),
];

/// How a pod stands by what it says itself.
pub fn level(pod: &Pod, now: Timestamp) -> Level {
    let old = pod.created.is_none_or(|at| now.duration_since(at) > PATIENCE);
    match pod.phase {
        _ if pod.crash_looping => Level::Warning,
        PodPhase::Failed => Level::Warning,
        PodPhase::Unknown => Level::Unknown,
        PodPhase::Pending if old => Level::Warning,
        PodPhase::Running if old && pod.ready.0 < pod.ready.1 && !pod.deleting => Level::Warning,
        PodPhase::Pending | PodPhase::Running | PodPhase::Succeeded => Level::Ok,
    }
}

/// The pods that pass, those in trouble first (most restarts in the last hour first), then by namespace and name.
///
/// It looks at each pod once and sorts only the troubled ones.
pub fn things<'a>(scene: &Scene<'a>, cluster: &'a ClusterState, passes: impl Fn(&Pod) -> bool) -> Vec<Thing<'a>> {
    let mut troubled: Vec<(Level, u32, &Pod)> = Vec::new();
    let mut quiet: Vec<Thing<'a>> = Vec::with_capacity(cluster.pods().len());
    for pod in cluster.pods().values().filter(|p| passes(p)) {
        let restarts = if pod.restarts > 0 { cluster.restarts_1h_of(pod, scene.now) } else { 0 };
        let level = level(pod, scene.now);
        if level > Level::Ok || restarts > 0 {
            troubled.push((level, restarts, pod));
        } else {
            quiet.push(Thing::Pod(cluster, pod));
        }
    }
    // Stable: among equals the order by name stays.
    troubled.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)));
    let mut out: Vec<Thing<'a>> = troubled.into_iter().map(|(_, _, pod)| Thing::Pod(cluster, pod)).collect();
    out.append(&mut quiet);
    out
}

/// A pod's row.
pub fn row(scene: &Scene, cluster: &ClusterState, pod: &Pod) -> Row {
    let level = level(pod, scene.now);
    let old = super::standing::mark(scene, &cluster.entry()) == Mark::Stale;
    let mark = if old && level == Level::Ok { Mark::Stale } else { level.into() };
    let recent = if pod.restarts > 0 { cluster.restarts_1h_of(pod, scene.now) } else { 0 };
    Row::new(
        mark,
        vec![
            Words::dim(format!("{}/", pod.name.namespace)).plus(&*pod.name.name),
            ready(pod),
            restarts(pod.restarts, recent),
            state(pod, level),
            pod.created.map_or_else(Words::none, |at| Words::dim(age(at, scene.now))),
            pod.node.as_deref().map_or_else(Words::none, |node| Words::dim(short_node(node))),
        ],
    )
}

/// A node's name without its domain.
fn short_node(name: &str) -> &str {
    name.split_once('.').map_or(name, |(host, _)| host)
}

/// Ready containers of all.
pub fn ready(pod: &Pod) -> Words {
    let (ready, all) = pod.ready;
    let short = ready < all && pod.phase != PodPhase::Succeeded;
    Words::of(if short { Role::Warning } else { Role::Text }, format!("{ready}/{all}"))
}

/// Restarts, and how many of them within the last hour.
fn restarts(all: u32, recent: u32) -> Words {
    match (all, recent) {
        (0, _) => Words::dim("0"),
        (all, 0) => Words::dim(count(all)),
        (all, recent) => {
            Words::of(Role::Warning, format!("{} /h", count(recent))).and(Role::Dim, format!(" of {}", count(all)))
        }
    }
}

/// A pod's state in a word: its telling reason, else its phase.
pub fn state(pod: &Pod, level: Level) -> Words {
    let word = match &pod.reason {
        _ if pod.deleting => "Terminating",
        Some(reason) => reason,
        None if pod.crash_looping => "CrashLoopBackOff",
        None => pod.phase.word(),
    };
    let role = if level > Level::Ok { crate::console::widget::mark::level_role(level) } else { Role::Dim };
    // A reason is one word of the API; what is longer was made up by someone.
    Words::of(role, crate::gate::fit(word, 28))
}
