//! What is known of a pod that is to go: whose it is, whether it comes back, and what goes with it.

use serde_json::Value;

use super::object::{annotation, controller, count, each, listed, name, number, text};
use super::reads::{Subject, list_path, object_path};
use crate::operate::{Pinned, Read, Sights};

/// The path of a pod.
pub(super) fn pod_path(namespace: &str, pod: &str) -> String {
    object_path("v1", Some(namespace), "pods", pod)
}

/// A target's pod.
pub(super) fn subject(target: &Pinned) -> Subject {
    let namespace = target.namespace.as_deref();
    Subject {
        what: "pod",
        path: object_path("v1", namespace, "pods", &target.id),
        likes: list_path("v1", namespace, "pods"),
    }
}

/// The read of what owns a pod and counts its pods.
pub(super) fn owner(target: &Pinned, pod: &Value) -> Option<Read> {
    let (kind, owner) = controller(pod)?;
    let (group, plural) = match kind {
        "ReplicaSet" => ("apps/v1", "replicasets"),
        "StatefulSet" => ("apps/v1", "statefulsets"),
        "DaemonSet" => ("apps/v1", "daemonsets"),
        "Job" => ("batch/v1", "jobs"),
        _ => return None,
    };
    Some(Read::Kubernetes(object_path(group, target.namespace.as_deref(), plural, owner)))
}

/// Whether a pod is the kubelet's own, of a file on its node; the API only mirrors it.
pub(super) fn mirrored(pod: &Value) -> bool {
    annotation(pod, "kubernetes.io/config.mirror").is_some()
}

/// Whether it has ended by itself.
pub(super) fn finished(pod: &Value) -> bool {
    matches!(text(pod, "/status/phase"), Some("Succeeded" | "Failed"))
}

/// Names of the volumes whose data goes with the pod.
pub(super) fn local(pod: &Value) -> Vec<&str> {
    each(pod, "/spec/volumes").filter(|v| v.get("emptyDir").is_some()).filter_map(|v| text(v, "/name")).collect()
}

/// How long it may take to stop, seconds.
pub(super) fn grace(pod: &Value) -> u64 {
    let grace = number(pod, "/spec/terminationGracePeriodSeconds").unwrap_or(30);
    u64::try_from(grace).unwrap_or(30).min(3_600)
}

/// What its going hits, in words and numbers.
pub(super) fn hits(target: &Pinned, pod: &Value, seen: &Sights) -> String {
    let mut words = vec![comes_back(pod)];
    if let Some(owner) = owner(target, pod).and_then(|read| seen.there(&read)) {
        let (wanted, ready) = match controller(pod) {
            Some(("DaemonSet", _)) => ("/status/desiredNumberScheduled", "/status/numberReady"),
            _ => ("/spec/replicas", "/status/readyReplicas"),
        };
        if let Some(wanted) = number(owner, wanted).filter(|n| *n > 0) {
            let ready = count(owner, ready);
            words.push(format!(
                "{} has {ready} of {wanted} pods ready; until it is back {} % of the capacity is gone",
                name(owner),
                100 / wanted
            ));
        }
    }
    let local = local(pod);
    if !local.is_empty() {
        words.push(format!("what it keeps in {} (emptyDir) goes with it", listed(local)));
    }
    words.join("; ")
}

/// Whether it comes back, and how.
fn comes_back(pod: &Value) -> String {
    if mirrored(pod) {
        return "a static pod: its kubelet runs it on, whatever the API says; change its file on the node".to_owned();
    }
    match controller(pod) {
        Some(("ReplicaSet", owner)) => format!("replica set {owner} starts another one in its place"),
        Some(("StatefulSet", owner)) => {
            format!("stateful set {owner} starts it again under the same name, once it has stopped")
        }
        Some(("DaemonSet", owner)) => format!("daemon set {owner} starts another one on the same node"),
        Some(("Job", owner)) => format!("job {owner} starts another one, as long as its backoff limit allows"),
        Some((kind, owner)) => format!("{kind} {owner} owns it, and decides whether it comes back"),
        None if finished(pod) => "it has ended by itself, and nothing starts it again".to_owned(),
        None => "NOTHING OWNS IT: it will not come back".to_owned(),
    }
}
