//! What a call does to the world, and why it does nothing.

use serde_json::Value;

use super::super::act::Act;
use super::super::deed::Deed;
use super::super::moment::{At, Moment};
use super::super::plan::ClusterPlan;
use super::super::world::World;
use super::objects::{self, Place};
use super::rds;
use crate::operate::{Call, Pinned};

/// The code of what the embedded estate cannot play.
const UNPLAYED: &str = "NotPlayed";

/// Why a call is turned down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refused {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn cannot(call: &Call) -> Self {
        let message =
            format!("the embedded estate does not play {}; try it on a cluster or account for trials", call.action);
        Self::new(422, UNPLAYED, message)
    }

    /// Whether it is only that the embedded estate cannot play it.
    pub(super) fn unplayed(&self) -> bool {
        self.code == UNPLAYED
    }
}

/// What a call to a cluster does.
pub(super) fn on_cluster(cluster: &ClusterPlan, index: usize, call: &Call, at: At) -> Result<Act, Refused> {
    let path = call.request.get("path").and_then(Value::as_str).unwrap_or_default();
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let patches = call.request.get("method").and_then(Value::as_str) == Some("PATCH");
    let body = &call.request["body"];
    let place = Place::of(path).filter(|_| patches).ok_or_else(|| Refused::cannot(call))?;
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
            let deed = deed.ok_or_else(|| Refused::cannot(call))?;
            current(body, &objects::workload(cluster, plan, at), name)?;
            Ok(Act::Workload(index, workload, deed))
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

/// What a call to RDS does.
pub(super) fn on_database(world: &World, target: &Pinned, call: &Call, at: At) -> Result<Act, Refused> {
    let text = |key: &str| call.request.get(key).and_then(Value::as_str).unwrap_or_default();
    if call.action != "FailoverDBCluster" {
        return Err(Refused::cannot(call));
    }
    let id = text("DBClusterIdentifier");
    let plans = world.acted_databases();
    let Some(index) = rds::find(&plans, target, id) else {
        return Err(Refused::new(404, "DBClusterNotFoundFault", format!("DBCluster {id} not found.")));
    };
    let plan = &plans[index];
    let wanted = text("TargetDBInstanceIdentifier");
    let Some(to) = plan.members.iter().position(|(name, _)| name == wanted) else {
        return Err(Refused::new(404, "DBInstanceNotFound", format!("DBInstance {wanted} not found.")));
    };
    let status = plan.facts(at).status;
    if status != "available" {
        let words = format!("The DB cluster {id} is {status}; it must be available.");
        return Err(Refused::new(400, "InvalidDBClusterStateFault", words));
    }
    Ok(Act::Failover(index, to))
}
