//! A node: its conditions and what it is; the pods on it.

use super::common;
use crate::console::pane::listing::{Listing, Table};
use crate::console::pane::{nodes, pods};
use crate::console::scene::Scene;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::quantity::{UNKNOWN, age};

/// Its facts.
pub(super) fn facts(scene: &Scene, cluster: &str, name: &str) -> Option<Vec<Block>> {
    let cluster = scene.estate.cluster(cluster)?;
    let node = cluster.nodes().get(name)?;
    let text = |value: &Option<std::sync::Arc<str>>| value.as_deref().unwrap_or(UNKNOWN).to_owned();
    let mut out = vec![
        Block::Fact("state", nodes::state(node)),
        fact("zone", text(&node.zone)),
        fact("type", text(&node.instance_type)),
        fact("capacity", text(&node.capacity_type)),
        fact("pool", text(&node.pool)),
        fact("arch", text(&node.arch)),
        fact("kubelet", text(&node.kubelet)),
    ];
    if let Some(at) = node.created {
        out.push(fact("age", age(at, scene.now)));
    }
    out.push(fact("cluster", &cluster.declared.name));
    out.push(fact("uid", &*node.uid));
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &cluster.entry()));
    Some(out)
}

/// The pods on it.
pub(super) fn listing<'a>(scene: &Scene<'a>, cluster: &str, name: &str, section: usize) -> Option<Listing<'a>> {
    let cluster = scene.estate.cluster(cluster).filter(|_| section == 0)?;
    let things = pods::things(scene, cluster, |p| p.node.as_deref() == Some(name));
    Some(Listing::new("Pods", Table::Pods, things, "no pod is seen on it"))
}
