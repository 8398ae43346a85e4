//! Pods as an API server would give them, and the disruption budgets that hold them.

use serde_json::{Value, json};

use super::super::chance::{mix, uid};
use super::super::moment::{At, Moment};
use super::super::plan::{Budget, ClusterPlan, WorkloadPlan};
use super::super::pod::Scene;
use super::objects::versioned;
use crate::estate::{Pod, WorkloadKind};

/// One pod of a cluster: of which workload, by its index, and of which of its replicas.
pub(super) struct Found {
    pub(super) workload: usize,
    pub(super) slot: usize,
    pub(super) pod: Pod,
}

/// The pods of a cluster, or of one of its namespaces.
pub(super) fn pods(cluster: &ClusterPlan, namespace: Option<&str>, at: At) -> Vec<Found> {
    let own = cluster.workloads.iter().enumerate().filter(|(_, w)| namespace.is_none_or(|n| n == &*w.namespace));
    let of = |(workload, plan): (usize, &WorkloadPlan)| {
        let Scene { pods, slots, .. } = cluster.scene(plan, &mut Moment::new(at));
        pods.into_iter().zip(slots).map(move |(pod, slot)| Found { workload, slot, pod }).collect::<Vec<_>>()
    };
    own.flat_map(of).collect()
}

/// A pod.
pub(super) fn pod(cluster: &ClusterPlan, found: &Found) -> Value {
    let (pod, plan) = (&found.pod, &cluster.workloads[found.workload]);
    let (kind, owner, owner_uid) = match plan.kind {
        // What owns it is named as it is, but for what tells one from the other.
        WorkloadKind::Deployment => {
            let set = pod.name.name.rsplit_once('-').map_or("", |(set, _)| set);
            ("ReplicaSet", set, uid(mix(plan.grain, super::super::chance::grain(0, set))))
        }
        WorkloadKind::StatefulSet => ("StatefulSet", &*plan.name, plan.uid.to_string()),
        WorkloadKind::DaemonSet => ("DaemonSet", &*plan.name, plan.uid.to_string()),
    };
    let ready = if pod.ready.0 == pod.ready.1 { "True" } else { "False" };
    let mut object = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": &*pod.name.name, "namespace": &*pod.name.namespace, "uid": &*pod.uid,
            "labels": {"app": &*plan.name},
            "ownerReferences": [{"kind": kind, "name": owner, "uid": owner_uid, "controller": true}],
            "creationTimestamp": pod.created.map(|t| t.to_string()),
        },
        "spec": {
            "nodeName": pod.node.as_deref(), "terminationGracePeriodSeconds": 30,
            "containers": [{"name": &*plan.name}],
        },
        "status": {"phase": pod.phase.word(), "conditions": [{"type": "Ready", "status": ready}]},
    });
    if plan.scratch {
        object["spec"]["volumes"] = json!([{"name": "scratch", "emptyDir": {}}]);
    }
    if pod.deleting {
        object["metadata"]["deletionTimestamp"] = object["metadata"]["creationTimestamp"].clone();
    }
    versioned(object)
}

/// The replica set of a name, as far as its pods tell of it.
pub(super) fn replica_set(cluster: &ClusterPlan, namespace: &str, name: &str, at: At) -> Option<Value> {
    let (stem, _) = name.rsplit_once('-')?;
    let plan = cluster.workloads.iter().find(|w| *w.namespace == *namespace && *w.name == *stem)?;
    let Scene { workload, .. } = cluster.scene(plan, &mut Moment::new(at));
    Some(json!({
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"replicas": workload.wanted}, "status": {"readyReplicas": workload.available},
    }))
}

/// How a disruption budget stands.
pub(super) struct Standing {
    pub(super) healthy: u32,
    pub(super) wanted: u32,
    expected: u32,
}

impl Standing {
    /// How many pods may be evicted now.
    pub(super) fn allowed(&self) -> u32 {
        self.healthy.saturating_sub(self.wanted)
    }
}

/// How the disruption budget of a workload stands; none where it has none.
pub(super) fn standing(cluster: &ClusterPlan, plan: &WorkloadPlan, at: At) -> Option<Standing> {
    let budget = plan.budget?;
    let Scene { workload, pods, .. } = cluster.scene(plan, &mut Moment::new(at));
    let healthy = pods.iter().filter(|p| !p.deleting && p.ready.0 == p.ready.1).count();
    let wanted = match budget {
        Budget::MaxUnavailable(missing) => workload.wanted.saturating_sub(missing),
        Budget::MinAvailable(there) => there,
    };
    Some(Standing { healthy: u32::try_from(healthy).unwrap_or(u32::MAX), wanted, expected: workload.wanted })
}

/// The disruption budget of a workload.
pub(super) fn budget(cluster: &ClusterPlan, plan: &WorkloadPlan, at: At) -> Option<Value> {
    let stands = standing(cluster, plan, at)?;
    let mut object = json!({
        "metadata": {"name": &*plan.name, "namespace": &*plan.namespace, "uid": uid(mix(plan.grain, 31))},
        "spec": {"selector": {"matchLabels": {"app": &*plan.name}}},
        "status": {
            "disruptionsAllowed": stands.allowed(), "currentHealthy": stands.healthy, "desiredHealthy": stands.wanted,
            "expectedPods": stands.expected,
        },
    });
    match plan.budget? {
        Budget::MaxUnavailable(missing) => object["spec"]["maxUnavailable"] = json!(missing),
        Budget::MinAvailable(there) => object["spec"]["minAvailable"] = json!(there),
    }
    Some(object)
}
