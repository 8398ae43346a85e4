//! Objects of a cluster as its API server would give them.

use serde_json::{Value, json};

use super::super::chance::{grain, letters, mix, uid};
use super::super::deed::Deed;
use super::super::life::BROKEN;
use super::super::moment::{At, Moment};
use super::super::plan::{ClusterPlan, WorkloadPlan};
use super::{pods, stamp, unplayed};
use crate::estate::{Node, Readiness, Workload, WorkloadKind};
use crate::operate::Sight;

/// A controller has seen a change after so long, seconds.
const OBSERVED: At = 1;

/// A path of the API, in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// None for what belongs to no namespace.
    pub(super) namespace: Option<String>,
    /// The API's plural.
    pub(super) plural: String,
    /// None for a list.
    pub(super) name: Option<String>,
    /// Such as `scale`.
    pub(super) sub: Option<String>,
}

impl Place {
    /// A path without its query; none where the embedded estate does not know its form.
    pub(super) fn of(path: &str) -> Option<Self> {
        let words: Vec<String> = path.strip_prefix('/')?.split('/').map(decoded).collect();
        let mut words = words.into_iter();
        match words.next()?.as_str() {
            "apis" => words.nth(1)?,
            "api" => words.next()?,
            _ => return None,
        };
        let first = words.next()?;
        let rest: Vec<String> = words.collect();
        let (namespace, plural, rest) = match rest.as_slice() {
            [namespace, plural, rest @ ..] if first == "namespaces" => (Some(namespace.clone()), plural.clone(), rest),
            rest => (None, first, rest),
        };
        let (name, sub) = (rest.first().cloned(), rest.get(1).cloned());
        (rest.len() <= 2).then_some(Self { namespace, plural, name, sub })
    }
}

fn decoded(word: &str) -> String {
    let mut out = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let [first, more @ ..] = rest {
        let hex = more.get(..2).filter(|_| *first == b'%').and_then(|h| std::str::from_utf8(h).ok());
        if let Some(byte) = hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            out.push(byte);
            rest = &more[2..];
        } else {
            out.push(*first);
            rest = more;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What a read of a path comes to.
pub(super) fn see(cluster: &ClusterPlan, path: &str, at: At) -> Sight {
    let (bare, query) = path.split_once('?').map_or((path, None), |(bare, query)| (bare, Some(query)));
    let Some(place) = Place::of(bare) else { return unplayed(path) };
    let namespace = place.namespace.as_deref();
    if let Some(query) = query {
        // Of all that can be asked for, what runs on a node.
        let node = query.strip_prefix("fieldSelector=").map(decoded);
        let node = node.as_deref().and_then(|s| s.strip_prefix("spec.nodeName=")).filter(|_| place.plural == "pods");
        let Some(node) = node else { return unplayed(path) };
        let here = pods::pods(cluster, namespace, at).into_iter().filter(|f| f.pod.node.as_deref() == Some(node));
        return Sight::There(here.map(|found| pods::pod(cluster, &found)).collect());
    }
    if let ("replicasets", Some(namespace), Some(name)) = (place.plural.as_str(), namespace, &place.name) {
        let found = pods::replica_set(cluster, namespace, name, at);
        return found.map_or_else(|| Sight::Absent(format!("replicasets \"{name}\" not found")), Sight::There);
    }
    let all: Vec<Value> = match (place.plural.as_str(), &place.sub) {
        (plural @ ("deployments" | "statefulsets" | "daemonsets"), None) => {
            workloads(cluster, namespace, plural).map(|(_, w)| workload(cluster, w, at)).collect()
        }
        ("horizontalpodautoscalers", None) => workloads(cluster, namespace, "deployments")
            .filter(|(_, w)| w.extra > 0)
            .map(|(_, w)| scaler(cluster, w, at))
            .collect(),
        ("replicasets", None) => {
            workloads(cluster, namespace, "deployments").flat_map(|(_, w)| replica_sets(cluster, w, at)).collect()
        }
        ("pods", None) => pods::pods(cluster, namespace, at).iter().map(|found| pods::pod(cluster, found)).collect(),
        ("poddisruptionbudgets", None) => {
            let own = cluster.workloads.iter().filter(|w| namespace.is_none_or(|n| *n == *w.namespace));
            own.filter_map(|w| pods::budget(cluster, w, at)).collect()
        }
        ("nodes", None) => cluster.nodes(&mut Moment::new(at)).iter().map(node).collect(),
        ("namespaces", None) => namespaces(cluster),
        _ => return unplayed(path),
    };
    let Some(name) = &place.name else { return Sight::There(Value::Array(all)) };
    match all.into_iter().find(|o| o.pointer("/metadata/name").and_then(Value::as_str) == Some(name)) {
        Some(object) => Sight::There(object),
        None => Sight::Absent(format!("{} \"{name}\" not found", place.plural)),
    }
}

/// The workloads of a namespace, or of all, by the API's plural, with their indices.
pub(super) fn workloads<'a>(
    cluster: &'a ClusterPlan,
    namespace: Option<&'a str>,
    plural: &str,
) -> impl Iterator<Item = (usize, &'a WorkloadPlan)> + use<'a> {
    let kind = match plural {
        "deployments" => Some(WorkloadKind::Deployment),
        "statefulsets" => Some(WorkloadKind::StatefulSet),
        "daemonsets" => Some(WorkloadKind::DaemonSet),
        _ => None,
    };
    let all = cluster.workloads.iter().enumerate();
    all.filter(move |(_, w)| Some(w.kind) == kind && namespace.is_none_or(|n| *n == *w.namespace))
}

/// A deployment or a stateful set.
pub(super) fn workload(cluster: &ClusterPlan, plan: &WorkloadPlan, at: At) -> Value {
    let m = &mut Moment::new(at);
    let scene = cluster.scene(plan, m);
    let Workload { wanted, available, updated, paused, stuck, .. } = scene.workload;
    let there = scene.pods.iter().filter(|p| !p.deleting).count();
    let newest = plan.newest(cluster.course.crash(), m);
    let rollouts = plan.rollouts.last(m) - plan.rollouts.last(&mut Moment::new(plan.created));
    let restarts = i64::try_from(plan.restarts()).unwrap_or(0);
    let of_spec: Vec<At> = plan.deeds.iter().filter(|(_, deed)| deed.of_spec()).map(|(done, _)| *done).collect();
    let generation = 1 + rollouts + i64::try_from(of_spec.len()).unwrap_or(0);
    let seen = of_spec.last().is_none_or(|done| done + OBSERVED <= at);
    let labels = json!({"app": &*plan.name});
    let template = template(plan, newest == BROKEN, true, m);
    let deployment = plan.kind == WorkloadKind::Deployment;
    let broken = plan.fragile && cluster.course.crash().is_some_and(|since| m.past(since));
    let revision = rollouts + restarts + i64::from(broken);
    let mut object = json!({
        "apiVersion": "apps/v1",
        "kind": match plan.kind {
            WorkloadKind::Deployment => "Deployment",
            WorkloadKind::StatefulSet => "StatefulSet",
            WorkloadKind::DaemonSet => "DaemonSet",
        },
        "metadata": {
            "name": &*plan.name, "namespace": &*plan.namespace, "uid": &*plan.uid, "generation": generation,
            "creationTimestamp": stamp(plan.created), "labels": labels,
        },
        "spec": {"replicas": wanted, "selector": {"matchLabels": labels}, "template": template},
        "status": {
            "observedGeneration": if seen { generation } else { generation - 1 },
            "replicas": there, "updatedReplicas": updated, "readyReplicas": available, "availableReplicas": available,
        },
    });
    if deployment {
        object["metadata"]["annotations"] = json!({"deployment.kubernetes.io/revision": revision.to_string()});
        object["spec"]["paused"] = json!(paused);
        object["spec"]["progressDeadlineSeconds"] = json!(600);
        object["spec"]["strategy"] =
            json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}});
        object["status"]["conditions"] = json!([progressing(cluster, stuck.as_deref())]);
    } else if plan.kind == WorkloadKind::DaemonSet {
        object["status"]["desiredNumberScheduled"] = json!(wanted);
        object["status"]["numberReady"] = json!(available);
    } else {
        object["spec"]["updateStrategy"] = json!({"type": "RollingUpdate"});
        let hash = letters(mix(plan.grain, newest.cast_unsigned()), 9);
        object["status"]["updateRevision"] = json!(format!("{}-{hash}", plan.name));
    }
    versioned(object)
}

/// The template of pods, of the bad revision or of the team's own newest one.
fn template(plan: &WorkloadPlan, broken: bool, restarted: bool, m: &mut Moment) -> Value {
    let own = plan.rollouts.last(m);
    let tag = letters(mix(plan.grain, if broken { BROKEN } else { own }.cast_unsigned()), 7);
    let image = format!("registry.innovate.example/{}:{tag}", plan.name);
    let mut template = json!({
        "metadata": {"labels": {"app": &*plan.name}},
        "spec": {
            "terminationGracePeriodSeconds": 30,
            "containers": [{"name": &*plan.name, "image": image}],
        },
    });
    if let Some((_, words)) = plan.restarted(m).filter(|_| restarted) {
        template["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/restartedAt": words});
    }
    template
}

/// The template that was there before the bad revision; none where no bad one is there.
pub(super) fn before(cluster: &ClusterPlan, plan: &WorkloadPlan, at: At) -> Option<Value> {
    let m = &mut Moment::new(at);
    (plan.newest(cluster.course.crash(), m) == BROKEN).then(|| template(plan, false, false, m))
}

/// The revisions of a deployment that can be gone back to: the embedded estate keeps the one before a bad one.
fn replica_sets(cluster: &ClusterPlan, plan: &WorkloadPlan, at: At) -> Vec<Value> {
    let deployment = workload(cluster, plan, at);
    let current = deployment.pointer("/metadata/annotations/deployment.kubernetes.io~1revision");
    let current: i64 = current.and_then(Value::as_str).and_then(|r| r.parse().ok()).unwrap_or(1);
    let restarts = i64::try_from(plan.restarts()).unwrap_or(0);
    let kept = before(cluster, plan, at).map(|template| (current - 1 - restarts, template));
    let newest = (current, deployment["spec"]["template"].clone());
    let set = |(number, template): (i64, Value)| {
        let hash = letters(mix(plan.grain, number.cast_unsigned()), 9);
        json!({
            "metadata": {
                "name": format!("{}-{hash}", plan.name), "namespace": &*plan.namespace, "uid": uid(mix(plan.grain, number.cast_unsigned())),
                "annotations": {"deployment.kubernetes.io/revision": number.to_string()},
                "ownerReferences": [{"kind": "Deployment", "name": &*plan.name, "uid": &*plan.uid, "controller": true}],
            },
            "spec": {"template": template},
        })
    };
    kept.into_iter().chain([newest]).map(set).collect()
}

fn progressing(cluster: &ClusterPlan, stuck: Option<&str>) -> Value {
    match (stuck, cluster.course.crash()) {
        (Some(reason), Some(since)) => json!({
            "type": "Progressing", "status": "False", "reason": reason, "lastUpdateTime": stamp(since + 600),
            "message": "the new pods do not become ready",
        }),
        _ => json!({"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}),
    }
}

/// The autoscaler of a deployment that has one.
pub(super) fn scaler(cluster: &ClusterPlan, plan: &WorkloadPlan, at: At) -> Value {
    let m = &mut Moment::new(at);
    let (least, most) = plan.bounds(m);
    let scene = cluster.scene(plan, m);
    let there = scene.pods.iter().filter(|p| !p.deleting).count();
    let changes = plan.deeds.iter().filter(|(_, deed)| matches!(deed, Deed::Bounded(..))).count();
    versioned(json!({
        "metadata": {
            "name": &*plan.name, "namespace": &*plan.namespace, "uid": plan.scaler_uid(),
            "generation": 1 + changes,
        },
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": &*plan.name},
            "minReplicas": least, "maxReplicas": most,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu"}}],
        },
        "status": {"currentReplicas": there, "desiredReplicas": scene.workload.wanted},
    }))
}

/// A node.
pub(super) fn node(node: &Node) -> Value {
    let ready = match node.readiness {
        Readiness::Ready => "True",
        Readiness::NotReady => "False",
        Readiness::Unknown => "Unknown",
    };
    let mut object = json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {
            "name": &*node.name, "uid": &*node.uid,
            "labels": {"topology.kubernetes.io/zone": node.zone.as_deref(), "kubernetes.io/arch": node.arch.as_deref()},
        },
        "spec": {},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    });
    if node.cordoned {
        object["spec"]["unschedulable"] = json!(true);
    }
    versioned(object)
}

fn namespaces(cluster: &ClusterPlan) -> Vec<Value> {
    let mut names: Vec<&str> = cluster.workloads.iter().map(|w| &*w.namespace).collect();
    names.sort_unstable();
    names.dedup();
    let object = |name: &str| json!({"metadata": {"name": name, "uid": uid(grain(cluster.grain, name))}});
    names.into_iter().map(object).collect()
}

/// An object with a version that changes whenever anything of it does.
pub(super) fn versioned(mut object: Value) -> Value {
    let version = grain(0, &object.to_string()) >> 24;
    object["metadata"]["resourceVersion"] = json!(version.to_string());
    object
}
