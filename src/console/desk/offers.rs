//! What can be done to a thing: its operations, each with its target pinned as it stands on the screen now.

use std::collections::BTreeMap;

use crate::console::pane::autoscalers;
use crate::console::scene::Scene;
use crate::console::view::Spot;
use crate::estate::{
    Autoscaler, ClusterState, Coverage, DatabaseState, DeclaredAccount, EntryRef, Kind, MemberRole, Owner, Pod,
    Workload, WorkloadKey, WorkloadKind,
};
use crate::judge::Subject;
use crate::operate::catalogue::find;
use crate::operate::{OperationSpec, Pinned, TargetKind, pin};

/// One operation on one thing, before its parameters are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What.
    pub operation: &'static OperationSpec,
    /// To what: the whole identity, as it was when the menu was opened.
    pub target: Pinned,
    /// Parameters that the thing itself gives, such as the reader that was selected, and values to begin with.
    pub values: BTreeMap<&'static str, String>,
    /// What a person ought to know before they fill anything in, one line each.
    pub hints: Vec<String>,
}

/// What can be done to the thing at a spot, the gentlest first.
pub fn offers(scene: &Scene, spot: &Spot) -> Vec<Offer> {
    let estate = scene.estate;
    match spot {
        Spot::Workload(cluster, key) => estate.cluster(cluster).map(|c| of_workload(scene, c, key)).unwrap_or_default(),
        Spot::Pod(cluster, name) => {
            let Some(cluster) = estate.cluster(cluster) else { return Vec::new() };
            cluster.pods().get(name).map(|pod| of_pod(scene, cluster, pod)).unwrap_or_default()
        }
        Spot::Autoscaler(cluster, name) => {
            let Some(cluster) = estate.cluster(cluster) else { return Vec::new() };
            cluster.autoscalers().get(name).and_then(|a| of_autoscaler(scene, cluster, a)).into_iter().collect()
        }
        Spot::Node(cluster, name) => estate.cluster(cluster).map(|c| of_node(scene, c, name)).unwrap_or_default(),
        Spot::Entry(EntryRef::Cluster(name)) => estate.cluster(name).map(|c| of_cluster(scene, c)).unwrap_or_default(),
        Spot::Entry(EntryRef::Database(name)) => {
            estate.database(name).map(|d| of_database(scene, d, None)).unwrap_or_default()
        }
        Spot::Member(database, member) => {
            estate.database(database).map(|d| of_database(scene, d, Some(member))).unwrap_or_default()
        }
        Spot::Alert(rule, subject) => {
            let alert = scene.judgement.alerts.iter().find(|a| a.rule.word() == *rule && a.subject() == *subject);
            match alert.map(|a| &a.about) {
                Some(Subject::Entry(entry)) => offers(scene, &Spot::Entry(entry.clone())),
                Some(Subject::Workload(cluster, key)) => {
                    offers(scene, &Spot::Workload(cluster.to_string(), key.clone()))
                }
                Some(Subject::Pods(..) | Subject::Source(_)) | None => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The account of a cluster, as the estate file declares it.
fn account<'a>(scene: &Scene<'a>, cluster: &ClusterState) -> Option<&'a DeclaredAccount> {
    scene.estate.account(cluster.declared.account.as_deref()?).map(|a| &a.declared)
}

/// An offer, if the catalogue knows the operation.
fn offer<const N: usize>(name: &str, target: &Pinned, values: [(&'static str, String); N]) -> Option<Offer> {
    Some(Offer {
        operation: find(name)?,
        target: target.clone(),
        values: values.into_iter().collect(),
        hints: Vec::new(),
    })
}

fn of_workload(scene: &Scene, cluster: &ClusterState, key: &WorkloadKey) -> Vec<Offer> {
    let Some(workload) = cluster.workloads().get(key) else { return Vec::new() };
    let namespace = &*key.name.namespace;
    let account = account(scene, cluster);
    let space = pin::namespace(account, &cluster.declared, namespace);
    let whole = [offer("namespace.scale", &space, [])].into_iter().flatten();
    let of = pinned_workload(scene, cluster, workload);
    let bounds = of_its_autoscalers(scene, cluster, key);
    match key.kind {
        WorkloadKind::DaemonSet => whole.collect(),
        WorkloadKind::StatefulSet => of_replicated(cluster, &of, workload).chain(bounds).chain(whole).collect(),
        WorkloadKind::Deployment => {
            let hold = if workload.paused { "workload.resume" } else { "workload.pause" };
            of_replicated(cluster, &of, workload).chain(offer(hold, &of, [])).chain(bounds).chain(whole).collect()
        }
    }
}

/// The bounds of the autoscalers that hold a workload. Where autoscalers are not seen, one is offered whose name is to be told.
fn of_its_autoscalers(scene: &Scene, cluster: &ClusterState, key: &WorkloadKey) -> Vec<Offer> {
    let seen: Vec<Offer> = cluster.autoscalers_of(key).filter_map(|a| of_autoscaler(scene, cluster, a)).collect();
    if !seen.is_empty() || *cluster.coverage(Kind::Autoscalers) == Coverage::Complete {
        return seen;
    }
    let (account, name) = (account(scene, cluster), &key.name);
    let target = pin::namespaced(account, &cluster.declared, TargetKind::Autoscaler, &name.namespace, &name.name, None);
    offer("autoscaler.bounds", &target, []).into_iter().collect()
}

/// The bounds of an autoscaler, as they are to begin with.
fn of_autoscaler(scene: &Scene, cluster: &ClusterState, autoscaler: &Autoscaler) -> Option<Offer> {
    let Autoscaler { name, uid, min, max, .. } = autoscaler;
    let account = account(scene, cluster);
    let target =
        pin::namespaced(account, &cluster.declared, TargetKind::Autoscaler, &name.namespace, &name.name, Some(uid));
    let mut offer = offer("autoscaler.bounds", &target, [("min", min.to_string()), ("max", max.to_string())])?;
    offer.hints.push(format!("it holds {}; {}", autoscalers::held(autoscaler), autoscalers::standing(autoscaler)));
    Some(offer)
}

fn pinned_workload(scene: &Scene, cluster: &ClusterState, workload: &Workload) -> Pinned {
    let name = &workload.key.name;
    let (resource, uid) = (workload.key.kind.word(), Some(&*workload.uid));
    pin::workload(account(scene, cluster), &cluster.declared, resource, &name.namespace, &name.name, uid)
}

fn of_replicated(cluster: &ClusterState, target: &Pinned, workload: &Workload) -> impl Iterator<Item = Offer> + use<> {
    let mut scale = offer("workload.scale", target, [("replicas", workload.wanted.to_string())]);
    if let Some(scale) = &mut scale {
        let held = |a| format!("held by {}; beyond that it is set back", autoscalers::standing(a));
        scale.hints.extend(cluster.autoscalers_of(&workload.key).map(held));
        let unknown = autoscalers::unknown(cluster).filter(|_| scale.hints.is_empty());
        scale.hints.extend(unknown.map(|why| format!("whether an autoscaler holds it is not known{why}")));
    }
    [offer("workload.restart", target, []), scale, offer("workload.rollback", target, [])].into_iter().flatten()
}

fn of_pod(scene: &Scene, cluster: &ClusterState, pod: &Pod) -> Vec<Offer> {
    let (namespace, name, uid) = (&*pod.name.namespace, &*pod.name.name, Some(&*pod.uid));
    let target = pin::namespaced(account(scene, cluster), &cluster.declared, TargetKind::Pod, namespace, name, uid);
    let mut out: Vec<Offer> =
        [offer("pod.evict", &target, []), offer("pod.delete", &target, [])].into_iter().flatten().collect();
    if let Owner::Workload(kind, owner) = &pod.owner {
        let key = cluster
            .workloads()
            .keys()
            .find(|k| k.kind == *kind && k.name.name == *owner && k.name.namespace == pod.name.namespace);
        out.extend(key.map(|key| of_workload(scene, cluster, key)).unwrap_or_default());
    }
    out
}

fn of_node(scene: &Scene, cluster: &ClusterState, name: &str) -> Vec<Offer> {
    let Some(node) = cluster.nodes().get(name) else { return Vec::new() };
    let target = pin::of_cluster(account(scene, cluster), &cluster.declared, TargetKind::Node, name, Some(&*node.uid));
    let gate = if node.cordoned { "node.uncordon" } else { "node.cordon" };
    let (bare, local) = (("bare-pods", "false".to_owned()), ("local-data", "false".to_owned()));
    [offer(gate, &target, []), offer("node.drain", &target, [bare, local])].into_iter().flatten().collect()
}

fn of_cluster(scene: &Scene, cluster: &ClusterState) -> Vec<Offer> {
    let groups = cluster.control().and_then(|c| c.nodegroups.as_ref());
    let said = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    groups
        .into_iter()
        .flatten()
        .filter_map(|g| {
            let target =
                pin::of_cluster(account(scene, cluster), &cluster.declared, TargetKind::NodeGroup, &g.name, None);
            offer(
                "nodegroup.scale",
                &target,
                [("min", said(g.min)), ("max", said(g.max)), ("desired", said(g.desired))],
            )
        })
        .collect()
}

fn of_database(scene: &Scene, database: &DatabaseState, member: Option<&String>) -> Vec<Offer> {
    let Some(facts) = database.described() else { return Vec::new() };
    let target =
        pin::database(scene.estate.account(&database.declared.account).map(|a| &a.declared), &database.declared);
    let reader = facts.members.iter().find(|m| Some(&m.name) == member && m.role == MemberRole::Reader);
    let named = |key| reader.map(|r| (key, r.name.clone()));
    let readers = facts.members.iter().any(|m| m.role == MemberRole::Reader);
    let acu = |n: Option<f64>| n.map(|n| n.to_string()).unwrap_or_default();
    let mut out = Vec::new();
    out.extend(offer("database.snapshot", &target, []));
    if readers {
        out.extend(with(offer("database.failover", &target, []), named("to")));
        out.extend(with(offer("database.remove-reader", &target, []), named("name")));
    }
    out.extend(offer("database.add-reader", &target, []));
    if facts.acu_max.is_some() {
        out.extend(offer("database.capacity", &target, [("min", acu(facts.acu_min)), ("max", acu(facts.acu_max))]));
    }
    out.extend(offer("database.restore", &target, []));
    if database.declared.global.is_some() {
        out.extend(offer("global.switchover", &target, []));
        out.extend(offer("global.failover", &target, []));
    }
    out
}

fn with(offer: Option<Offer>, value: Option<(&'static str, String)>) -> Option<Offer> {
    let mut offer = offer?;
    offer.values.extend(value);
    Some(offer)
}
