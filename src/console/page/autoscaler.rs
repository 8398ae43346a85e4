//! An autoscaler: what it holds, between which bounds, and what hinders it.

use super::common;
use crate::console::pane::autoscalers::{bounds, held, hindrance};
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::quantity::{age, count};
use crate::console::widget::words::Words;
use crate::estate::Name;

/// Its facts.
pub(super) fn facts(scene: &Scene, cluster: &str, name: &Name) -> Option<Vec<Block>> {
    let cluster = scene.estate.cluster(cluster)?;
    let autoscaler = cluster.autoscalers().get(name)?;
    let mut out: Vec<Block> =
        autoscaler.hindrances.iter().map(|h| Block::Fact("hindered", hindrance(h, true))).collect();
    let wants = match autoscaler.desired {
        same if same == autoscaler.current => Words::none(),
        other => Words::of(Role::Strong, format!("wants {}", count(other))),
    };
    out.push(Block::Fact("replicas", Words::joined([Words::say(count(autoscaler.current)), wants])));
    out.push(fact("bounds", bounds(autoscaler)));
    out.push(fact("holds", held(autoscaler)));
    out.push(fact("namespace", &*name.namespace));
    out.push(fact("cluster", &cluster.declared.name));
    if let Some(at) = autoscaler.created {
        out.push(fact("age", age(at, scene.now)));
    }
    out.push(fact("uid", &*autoscaler.uid));
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &cluster.entry()));
    Some(out)
}
