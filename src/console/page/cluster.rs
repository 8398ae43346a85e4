//! A cluster: its control plane, node groups and add-ons; its workloads, pods and nodes.

use super::common;
use crate::console::pane::listing::{Listing, Table};
use crate::console::pane::{autoscalers, clusters, nodes, pods, standing, workloads};
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact, list};
use crate::console::widget::quantity::{UNKNOWN, count, known};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{ClusterState, ControlPlane, Coverage, EntryRef, Kind, NodeGroup, Usage};

/// The lists of its page.
pub(super) fn titles(scene: &Scene, name: &str) -> Vec<(&'static str, Option<usize>)> {
    let cluster = scene.estate.cluster(name);
    let number = |kind: Kind, n: fn(&ClusterState) -> usize| cluster.filter(|c| clusters::seen(c, kind)).map(n);
    vec![
        ("Workloads", number(Kind::Deployments, |c| c.workloads().len())),
        ("Pods", number(Kind::Pods, |c| c.pods().len())),
        ("Nodes", number(Kind::Nodes, |c| c.nodes().len())),
        ("Alerts", Some(standing::alerts(scene, &EntryRef::Cluster(name.to_owned())).count())),
        ("Autoscalers", number(Kind::Autoscalers, |c| c.autoscalers().len())),
    ]
}

/// One list of its page.
pub(super) fn listing<'a>(scene: &Scene<'a>, name: &str, section: usize) -> Option<Listing<'a>> {
    let cluster = scene.estate.cluster(name)?;
    Some(match section {
        0 => Listing::new("Workloads", Table::Workloads, workloads::things(scene, cluster), workloads::empty(cluster)),
        1 => Listing::new(
            "Pods",
            Table::Pods,
            pods::things(scene, cluster, |_| true),
            workloads::why_empty(cluster, &[Kind::Pods], "pod"),
        ),
        2 => Listing::new(
            "Nodes",
            Table::Nodes,
            nodes::things(cluster),
            workloads::why_empty(cluster, &[Kind::Nodes], "node"),
        ),
        3 => common::alerts_of(scene, &EntryRef::Cluster(name.to_owned())),
        4 => Listing::new(
            "Autoscalers",
            Table::Autoscalers,
            autoscalers::things(cluster),
            workloads::why_empty(cluster, &[Kind::Autoscalers], "autoscaler"),
        ),
        _ => return None,
    })
}

const GROUPS: [Column; 6] = [
    Column::name("node group"),
    Column::number("now", 0),
    Column::number("min", 1),
    Column::number("max", 0),
    Column::word("capacity", 2),
    Column::word("status", 3),
];

const ADDONS: [Column; 3] = [Column::name("add-on"), Column::word("version", 1), Column::word("status", 0)];

/// Its facts.
pub(super) fn facts(scene: &Scene, name: &str) -> Option<Vec<Block>> {
    let cluster = scene.estate.cluster(name)?;
    let entry = EntryRef::Cluster(name.to_owned());
    let declared = &cluster.declared;
    let mut out = Vec::new();
    out.push(Block::Fact(
        "now",
        Words::joined([
            Words::dim("nodes ").then(clusters::nodes(cluster)),
            Words::dim("pods ").then(clusters::pods(cluster)),
            Words::dim("workloads ").then(clusters::workloads(cluster)),
            Words::dim("restarts ").then(clusters::restarts(scene, cluster)),
        ]),
    ));
    out.extend(common::verdict(scene, &entry));
    out.extend(Kind::ALL.into_iter().chain([Kind::Autoscalers]).filter_map(|kind| match cluster.coverage(kind) {
        Coverage::Partial(why) => {
            Some(Block::Fact("seen in part", Words::of(Role::Unknown, format!("{}: {why}", kind.plural()))))
        }
        Coverage::Forbidden(why) => {
            Some(Block::Fact("forbidden", Words::of(Role::Unknown, format!("{}: {why}", kind.plural()))))
        }
        Coverage::Unknown | Coverage::Complete => None,
    }));
    if let Some(Usage::Unmeasured(why)) = cluster.usage.as_ref().map(|k| &k.value) {
        out.push(Block::Fact("usage", Words::of(Role::Unknown, why)));
    }
    out.extend(common::courses(scene, &entry));
    if let Some(control) = cluster.control() {
        if let Some(groups) = &control.nodegroups {
            out.push(Block::Gap);
            out.push(Block::Grid(&GROUPS, groups.iter().map(group).collect()));
        }
        out.push(Block::Gap);
        out.extend(control_plane(control));
    } else if declared.eks.is_some() {
        let why = match &cluster.control_plane {
            Some(_) => "EKS does not have a cluster of that name",
            None => UNKNOWN,
        };
        out.push(Block::Fact("control plane", Words::of(Role::Unknown, why)));
    }
    out.push(Block::Gap);
    out.push(fact("account", declared.account.as_deref().unwrap_or("none: a cluster outside AWS")));
    if let Some(region) = &declared.region {
        out.push(fact("region", region));
    }
    if let Some(context) = &declared.context {
        out.push(fact("context", context));
    }
    if !declared.namespaces.is_empty() {
        out.push(fact("namespaces", list(declared.namespaces.iter().map(String::as_str))));
    }
    if let Some(addons) = cluster.control().and_then(|c| c.addons.as_ref()).filter(|a| !a.is_empty()) {
        out.push(Block::Gap);
        let rows = addons.iter().map(|a| {
            let version = Words::dim(a.version.as_deref().unwrap_or(UNKNOWN));
            vec![Words::say(&a.name), version, clusters::status(&a.status, "ACTIVE")]
        });
        out.push(Block::Grid(&ADDONS, rows.collect()));
    }
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &entry));
    Some(out)
}

fn control_plane(control: &ControlPlane) -> Vec<Block> {
    let endpoint = &control.endpoint;
    let cidrs = if endpoint.public && !endpoint.public_cidrs.is_empty() {
        format!(" from {}", list(endpoint.public_cidrs.iter().map(String::as_str)))
    } else {
        String::new()
    };
    let encrypted = if control.secrets_encrypted {
        Words::say("encrypted with a KMS key")
    } else {
        Words::of(Role::Strong, "not encrypted with a KMS key")
    };
    let logging =
        if control.logging.is_empty() { "off".to_owned() } else { list(control.logging.iter().map(String::as_str)) };
    let status = Words::say(format!("EKS {} ", control.version.as_deref().unwrap_or(UNKNOWN)))
        .then(clusters::status(&control.status, "ACTIVE"));
    let mut out = vec![
        Block::Fact("control plane", status),
        fact("endpoint", format!("{}{cidrs}", clusters::exposure(endpoint.public, endpoint.private))),
        fact("logging", logging),
        Block::Fact("secrets", encrypted),
    ];
    if control.addons.is_none() {
        out.push(Block::Fact("add-ons", Words::dim(UNKNOWN)));
    }
    if control.nodegroups.is_none() {
        out.push(Block::Fact("node groups", Words::dim(UNKNOWN)));
    }
    out
}

fn group(group: &NodeGroup) -> Vec<Words> {
    let full = group.desired.zip(group.max).is_some_and(|(desired, max)| desired >= max);
    vec![
        Words::say(&group.name),
        Words::of(if full { Role::Strong } else { Role::Text }, known(group.desired, count)),
        Words::dim(known(group.min, count)),
        Words::say(known(group.max, count)),
        Words::dim(group.capacity.map_or(UNKNOWN, crate::estate::Capacity::word)),
        clusters::status(&group.status, "ACTIVE"),
    ]
}
