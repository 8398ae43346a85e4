//! What a call to a cluster's API server does to the world, and why it does nothing.

use serde_json::Value;

use super::super::act::Act;
use super::super::deed::Deed;
use super::super::moment::{At, Moment};
use super::super::plan::ClusterPlan;
use super::objects::{self, Place};
use super::pods::{self, Found};
use super::refused::Refused;
use crate::estate::PodPhase;
use crate::operate::Call;

/// The most replicas of a workload that are played.
const REPLICAS: usize = 1_000;

/// What a call to a cluster does.
pub(super) fn on_cluster(cluster: &ClusterPlan, index: usize, call: &Call, at: At) -> Result<Act, Refused> {
    let path = call.request.get("path").and_then(Value::as_str).unwrap_or_default();
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let method = call.request.get("method").and_then(Value::as_str).unwrap_or_default();
    let body = &call.request["body"];
    let place = Place::of(path).ok_or_else(|| Refused::cannot(call))?;
    match (method, place.plural.as_str(), place.sub.as_deref()) {
        ("PATCH", ..) => {}
        ("POST", "pods", Some("eviction")) => return evicted(cluster, index, &place, &body["deleteOptions"], at),
        ("DELETE", "pods", None) => {
            let found = pod(cluster, &place, body, at)?;
            return Ok(Act::Workload(index, found.workload, Deed::Gone(found.slot)));
        }
        _ => return Err(Refused::cannot(call)),
    }
    let name = place.name.as_deref().unwrap_or_default();
    let absent = || Refused::new(404, "NotFound", format!("{} \"{name}\" not found", place.plural));
    match (place.plural.as_str(), place.sub.as_deref()) {
        (plural @ ("deployments" | "statefulsets"), sub) => {
            let namespace = place.namespace.as_deref();
            let found = objects::workloads(cluster, namespace, plural).find(|(_, w)| *w.name == *name);
            let (workload, plan) = found.ok_or_else(absent)?;
            let back = objects::before(cluster, plan, at);
            let back = back.filter(|template| sub.is_none() && operation(body, "/spec/template") == Some(template));
            let deed = back.map(|_| Deed::RolledBack).or_else(|| deed(body, sub));
            let deed = playable(deed.ok_or_else(|| Refused::cannot(call))?)?;
            current(body, &objects::workload(cluster, plan, at), name)?;
            Ok(Act::Workload(index, workload, deed))
        }
        ("horizontalpodautoscalers", None) => {
            let namespace = place.namespace.as_deref();
            let found =
                objects::workloads(cluster, namespace, "deployments").find(|(_, w)| *w.name == *name && w.extra > 0);
            let (workload, plan) = found.ok_or_else(absent)?;
            current(body, &objects::scaler(cluster, plan, at), name)?;
            let (least, most) = plan.bounds(&mut Moment::new(at));
            let bound = |key: &str| body["spec"][key].as_u64().and_then(|n| usize::try_from(n).ok());
            let bounds = (bound("minReplicas").unwrap_or(least), bound("maxReplicas").unwrap_or(most));
            Ok(Act::Workload(index, workload, playable(Deed::Bounded(bounds.0, bounds.1))?))
        }
        ("nodes", None) => {
            let nodes = cluster.nodes(&mut Moment::new(at));
            let node = nodes.iter().find(|n| *n.name == *name).ok_or_else(absent)?;
            let cordoned = body.pointer("/spec/unschedulable").and_then(Value::as_bool);
            let cordoned = cordoned.ok_or_else(|| Refused::cannot(call))?;
            current(body, &objects::node(node), name)?;
            Ok(Act::Node(index, name.to_owned(), cordoned))
        }
        _ => Err(Refused::cannot(call)),
    }
}

/// What evicting a pod does: nothing while its disruption budget allows none.
fn evicted(cluster: &ClusterPlan, index: usize, place: &Place, options: &Value, at: At) -> Result<Act, Refused> {
    let found = pod(cluster, place, options, at)?;
    let plan = &cluster.workloads[found.workload];
    let counts = found.pod.phase == PodPhase::Running && !found.pod.deleting;
    let held = pods::standing(cluster, plan, at).filter(|stands| counts && stands.allowed() == 0);
    // A pod that is not ready is let go where enough others are.
    let ready = found.pod.ready.0 == found.pod.ready.1;
    if let Some(stands) = held.filter(|stands| ready || stands.healthy < stands.wanted) {
        let words = format!(
            "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget {} needs {} healthy \
             pods and has {} currently",
            plan.name, stands.wanted, stands.healthy
        );
        return Err(Refused::new(429, "TooManyRequests", words));
    }
    Ok(Act::Workload(index, found.workload, Deed::Gone(found.slot)))
}

/// The pod at a place, if it is the one that is meant.
fn pod(cluster: &ClusterPlan, place: &Place, options: &Value, at: At) -> Result<Found, Refused> {
    let name = place.name.as_deref().unwrap_or_default();
    let all = pods::pods(cluster, place.namespace.as_deref(), at);
    let found = all.into_iter().find(|f| *f.pod.name.name == *name);
    let found = found.ok_or_else(|| Refused::new(404, "NotFound", format!("pods \"{name}\" not found")))?;
    let object = pods::pod(cluster, &found);
    let asked = &options["preconditions"];
    let differs = |key: &str| !asked[key].is_null() && asked[key] != object["metadata"][key];
    if found.pod.deleting || differs("uid") || differs("resourceVersion") {
        let words = format!("Operation cannot be fulfilled on pods \"{name}\": it is another one, or going already");
        return Err(Refused::new(409, "Conflict", words));
    }
    Ok(found)
}

/// What a patch of a workload asks for.
fn deed(body: &Value, sub: Option<&str>) -> Option<Deed> {
    match sub {
        Some("scale") => {
            let replicas = body.pointer("/spec/replicas")?.as_u64()?;
            usize::try_from(replicas).ok().map(Deed::Scaled)
        }
        None => {
            let restarted = body
                .pointer("/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt")
                .and_then(Value::as_str);
            let held = body.pointer("/spec/paused").and_then(Value::as_bool).map(Deed::Held);
            restarted.map(|words| Deed::Restarted(words.to_owned())).or(held)
        }
        Some(_) => None,
    }
}

/// That a deed asks for no more pods than can be played: each of them is worked out at every look.
fn playable(deed: Deed) -> Result<Deed, Refused> {
    if deed.replicas() > REPLICAS {
        return Err(Refused::beyond(REPLICAS, "replicas of a workload"));
    }
    Ok(deed)
}

/// What an operation of a JSON patch puts at a path.
fn operation<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    body.as_array()?.iter().find(|o| o["path"] == path)?.get("value")
}

/// That a patch is of the object and the version that is there now.
fn current(body: &Value, object: &Value, name: &str) -> Result<(), Refused> {
    let named = |key: &str| operation(body, &format!("/metadata/{key}")).unwrap_or(&body["metadata"][key]);
    let same = |key: &str| *named(key) == object["metadata"][key];
    if same("uid") && same("resourceVersion") {
        return Ok(());
    }
    let words = format!("Operation cannot be fulfilled on \"{name}\": the object has been modified");
    Err(Refused::new(409, "Conflict", words))
}
