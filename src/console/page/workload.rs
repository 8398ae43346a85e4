//! A workload: what it wants and has; its pods.

use super::common;
use crate::console::pane::clusters::share;
use crate::console::pane::listing::{Listing, Table};
use crate::console::pane::{autoscalers, pods, workloads};
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::quantity::{age, count};
use crate::console::widget::words::Words;
use crate::estate::{Owner, WorkloadKey};

/// Its facts.
pub(super) fn facts(scene: &Scene, cluster: &str, key: &WorkloadKey) -> Option<Vec<Block>> {
    let cluster = scene.estate.cluster(cluster)?;
    let workload = cluster.workloads().get(key)?;
    let alerts = workloads::alerts(scene, cluster, workload);
    let mut out: Vec<Block> = alerts.iter().map(|a| common::why(scene, a)).collect();
    if let Some(stuck) = &workload.stuck {
        out.push(Block::Fact("rollout", Words::of(Role::Warning, format!("does not progress: {stuck}"))));
    }
    let ready = share(workload.available as usize, workload.wanted as usize, Role::Warning);
    out.push(Block::Fact(
        "ready",
        ready.and(Role::Dim, format!(" · {} of the newest revision", count(workload.updated))),
    ));
    out.extend(autoscalers::holding(cluster, key).into_iter().map(|held| Block::Fact("held by", held)));
    if workload.paused {
        out.push(fact("rollout", "paused"));
    }
    out.push(fact("kind", workload.key.kind.word()));
    out.push(fact("namespace", &*key.name.namespace));
    out.push(fact("cluster", &cluster.declared.name));
    if let Some(at) = workload.created {
        out.push(fact("age", age(at, scene.now)));
    }
    out.push(fact("uid", &*workload.uid));
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &cluster.entry()));
    Some(out)
}

/// Its pods.
pub(super) fn listing<'a>(scene: &Scene<'a>, cluster: &str, key: &WorkloadKey, section: usize) -> Option<Listing<'a>> {
    let cluster = scene.estate.cluster(cluster)?;
    match section {
        0 => {}
        1 => {
            let said = cluster.workloads().get(key).map(|w| workloads::alerts(scene, cluster, w));
            return Some(common::alerts(said.unwrap_or_default().into_iter()));
        }
        _ => return None,
    }
    let of_workload = |pod: &crate::estate::Pod| {
        matches!(&pod.owner, Owner::Workload(kind, name) if *kind == key.kind && *name == key.name.name)
            && pod.name.namespace == key.name.namespace
    };
    let things = pods::things(scene, cluster, of_workload);
    let empty = if crate::console::pane::clusters::seen(cluster, crate::estate::Kind::Pods) {
        "no pod of it is seen".to_owned()
    } else {
        workloads::why_empty(cluster, &[crate::estate::Kind::Pods], "pod")
    };
    Some(Listing::new("Pods", Table::Pods, things, empty))
}
