//! `node.cordon` and `node.uncordon`: whether new pods may come onto a node.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::change::{Found, MERGE, object_of, patch};
use super::evidence;
use super::given::staying;
use super::kubectl::kubectl;
use super::object::{condition, flag, text};
use super::reads::{Subject, list, list_path, members, object_path};
use super::workload::pinned;
use crate::operate::work::pieces::{change, counted, must};
use crate::operate::{
    Call, Draft, Happened, Intent, Pinned, Plan, Progress, Read, Refusal, Sent, Sights, Undo, Verification, Work,
};

/// Either operation: `true` cordons.
pub(super) struct Cordon(pub(super) bool);

/// A target's node.
pub(super) fn subject(target: &Pinned) -> Subject {
    Subject { what: "node", path: object_path("v1", None, "nodes", &target.id), likes: list_path("v1", None, "nodes") }
}

/// Whether no new pods may come onto a node.
pub(super) fn cordoned(node: &Value) -> bool {
    flag(node, "/spec/unschedulable")
}

/// The call that cordons a node, or lifts it.
pub(super) fn call(target: &Pinned, node: &Value, cordon: bool) -> Call {
    let verb = if cordon { "cordon" } else { "uncordon" };
    let path = subject(target).path;
    let body = json!({"spec": {"unschedulable": cordon}});
    let action = format!("patch nodes {}", target.id);
    patch(node, &path, &action, None, (MERGE, body), kubectl(target, &[verb, &target.id]))
}

/// Whether a call to cordon acted.
pub(super) fn was_cordoned(call: &Call, seen: &Sights) -> Happened {
    let wanted = call.request.pointer("/body/spec/unschedulable").and_then(Value::as_bool);
    evidence::of(call, seen, |node| {
        (Some(cordoned(node)) == wanted, format!("the node is {}cordoned", if cordoned(node) { "" } else { "not " }))
    })
}

impl Work for Cordon {
    fn name(&self) -> &'static str {
        if self.0 { "node.cordon" } else { "node.uncordon" }
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let mut out = subject(&intent.target).reads(seen);
        out.push(list("v1", None, "nodes"));
        out
    }

    fn needs(&self, read: &Read) -> bool {
        // How many other nodes there are only says what it hits.
        !matches!(read, Read::Kubernetes(path) if path.ends_with("/nodes"))
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _now: Timestamp) -> Result<Draft, Refusal> {
        let node = subject(&intent.target).found(intent, seen)?;
        let now = cordoned(node);
        let mut preconditions = vec![must("cordoned", now, !self.0, now != self.0)];
        preconditions.extend(staying(node));
        Ok(Draft {
            target: pinned(intent, node),
            danger: intent.operation.danger,
            changes: vec![change("cordoned", now, self.0)],
            blast_radius: if self.0 {
                format!(
                    "no pod stops; new ones go to other nodes: {}",
                    others(node, members(seen, &list("v1", None, "nodes")))
                )
            } else {
                "no pod stops; new ones may come onto it again".to_owned()
            },
            preconditions,
            calls: vec![call(&intent.target, node, self.0)],
            verification: Verification {
                what: if self.0 { "the node is cordoned" } else { "the node takes pods again" }.to_owned(),
                within_s: 30,
            },
            undo: Some(Undo { operation: Self(!self.0).name().to_owned(), parameters: BTreeMap::new() }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        vec![subject(&plan.target).read()]
    }

    fn verify(&self, plan: &Plan, _sent: &[Sent], seen: &Sights) -> Progress {
        let Some(call) = plan.calls.first() else { return Progress::Failed("the plan has no call".to_owned()) };
        match object_of(call, seen) {
            Found::There(node) if cordoned(node) == self.0 => {
                Progress::Done(format!("the node is {}cordoned", if self.0 { "" } else { "no longer " }))
            }
            Found::There(_) => Progress::Failed("somebody else has changed it back".to_owned()),
            Found::Absent(_) => Progress::Failed("the node is gone".to_owned()),
            Found::Unseen(why) => Progress::Waiting(format!("it cannot be seen: {why}")),
        }
    }

    fn happened(&self, _plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        was_cordoned(call, seen)
    }
}

/// How many other nodes take pods, of all and of the same zone.
pub(super) fn others(node: &Value, nodes: &[Value]) -> String {
    let zone = |n: &Value| text(n, "/metadata/labels/topology.kubernetes.io~1zone").map(str::to_owned);
    let takes = |n: &&Value| {
        super::object::name(n) != super::object::name(node)
            && !cordoned(n)
            && condition(n, "Ready").is_some_and(|c| text(c, "/status") == Some("True"))
    };
    if nodes.is_empty() {
        return "how many take pods is not known".to_owned();
    }
    let all = counted(nodes.iter().filter(takes).count(), "other node");
    match zone(node) {
        Some(zone_name) => {
            let near = nodes.iter().filter(takes).filter(|n| zone(n).as_ref() == Some(&zone_name)).count();
            format!("{all} take pods, {near} of them in zone {zone_name}")
        }
        None => format!("{all} take pods"),
    }
}
