//! The nodes of a cluster, worst first.

use super::row::Row;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::quantity::age;
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{ClusterState, Node, Readiness};
use crate::judge::Level;

/// Name, state, zone, type, pool, age.
pub const COLUMNS: [Column; 8] = [
    Column::name("node"),
    Column::word("state", 0).least(5),
    Column::word("zone", 2),
    Column::word("type", 4),
    Column::word("capacity", 3),
    Column::word("pool", 5),
    Column::word("arch", 7),
    Column::number("age", 6),
];

/// How a node stands.
pub fn level(node: &Node) -> Level {
    if node.readiness != Readiness::Ready || !node.pressures.is_empty() { Level::Warning } else { Level::Ok }
}

/// The nodes: not ready ones first, then cordoned ones, then by name.
pub fn things(cluster: &ClusterState) -> Vec<Thing<'_>> {
    let mut out: Vec<&Node> = cluster.nodes().values().collect();
    out.sort_by_key(|n| (std::cmp::Reverse(level(n)), !n.cordoned));
    out.into_iter().map(|n| Thing::Node(cluster, n)).collect()
}

/// A node's row.
pub fn row(scene: &Scene, node: &Node) -> Row {
    let word = |text: &Option<std::sync::Arc<str>>| text.as_deref().map_or_else(Words::none, Words::dim);
    Row::new(
        level(node).into(),
        vec![
            Words::say(&*node.name),
            state(node),
            word(&node.zone),
            word(&node.instance_type),
            word(&node.capacity_type),
            word(&node.pool),
            word(&node.arch),
            node.created.map_or_else(Words::none, |at| Words::dim(age(at, scene.now))),
        ],
    )
}

/// A node's state in words: readiness, pressures, cordoned.
pub fn state(node: &Node) -> Words {
    let readiness = match node.readiness {
        Readiness::Ready => Words::dim("ready"),
        Readiness::NotReady => Words::of(Role::Warning, "not ready"),
        Readiness::Unknown => Words::of(Role::Warning, "not reporting"),
    };
    let pressures = node.pressures.iter().map(|p| Words::of(Role::Warning, p));
    let cordoned = if node.cordoned { Words::say("cordoned") } else { Words::none() };
    Words::joined(std::iter::once(readiness).chain(pressures).chain([cordoned]))
}
