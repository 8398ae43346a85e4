//! `workload.rollback`: an earlier revision's template, as `kubectl rollout undo` puts it back.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::change::{OPERATIONS, STRATEGIC, patch};
use super::evidence;
use super::given::number;
use super::history::{Revision, history, list_of, plain};
use super::kubectl::kubectl;
use super::object::{each, listed, text};
use super::reads::{members, unseen};
use super::restart::{hits, rollable, rolled};
use super::workload::{Kind, available, named, pinned, replicas, rollout_within, subject, watched};
use crate::operate::work::pieces::{change, must, unchanged};
use crate::operate::{
    Call, Change, Draft, Happened, Intent, Plan, Progress, Read, Refusal, Sent, Sights, Undo, Verification, Work,
};

/// Annotations that stay the deployment's own when it takes on a revision's, as `kubectl` has them.
const STAY: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// The operation.
pub(super) struct Rollback;

impl Work for Rollback {
    fn name(&self) -> &'static str {
        "workload.rollback"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let Ok((kind, subject)) = subject(&intent.target) else { return Vec::new() };
        let mut out = subject.reads(seen);
        out.push(list_of(kind, &intent.target));
        out
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _now: Timestamp) -> Result<Draft, Refusal> {
        let (kind, subject) = subject(&intent.target)?;
        let wanted = number(intent, "revision")?.filter(|n| *n > 0);
        let workload = subject.found(intent, seen)?;
        let target = &intent.target;
        let list = list_of(kind, target);
        if let Some(why) = unseen(seen, &list) {
            return Err(Refusal::because(format!("the revisions of {}: {why}", target.id)));
        }
        let history = history(kind, workload, members(seen, &list));
        let current = history.current;
        let revision = chosen(&history.revisions, current, wanted, &target.id)?;
        let before = plain(workload.pointer("/spec/template"));
        let after = plain(revision.template());
        let differs = before != after;
        let to = format!("--to-revision={}", revision.number);
        let cli = kubectl(target, &["rollout", "undo", &named(kind, target), &to]);
        let action = format!("patch {} {}", kind.plural(), target.id);
        let body = match kind {
            Kind::Deployment => (OPERATIONS, as_operations(workload, revision, &after)),
            Kind::StatefulSet => (STRATEGIC, revision.object.get("data").cloned().unwrap_or(Value::Null)),
        };
        let mut call = patch(workload, &subject.path, &action, None, body, cli);
        call.request["template"] = after.clone();
        let mut preconditions = rollable(kind, workload);
        preconditions.push(unchanged("goes back to", format!("revision {} ({})", revision.number, revision.name)));
        preconditions.push(must(
            "template",
            if differs { "another than the revision's" } else { "the revision's already" },
            "another than the revision's",
            differs,
        ));
        let mut blast = hits(kind, workload);
        if kind == Kind::StatefulSet
            && text(workload, "/spec/podManagementPolicy") != Some("Parallel")
            && available(workload) < replicas(workload)
        {
            blast.push_str("; a pod that never became ready is waited for by the controller: delete it with pod.delete if it hangs");
        }
        Ok(Draft {
            target: pinned(intent, workload),
            danger: intent.operation.danger,
            changes: changes(current, revision, &before, &after, workload),
            blast_radius: blast,
            preconditions,
            calls: vec![call],
            verification: Verification {
                what: format!("all pods are of revision {}'s template, and serve", revision.number),
                within_s: rollout_within(kind, workload),
            },
            undo: current.map(|current| Undo {
                operation: self.name().to_owned(),
                parameters: BTreeMap::from([("revision".to_owned(), current.to_string())]),
            }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        watched(&plan.target)
    }

    fn verify(&self, plan: &Plan, _sent: &[Sent], seen: &Sights) -> Progress {
        rolled(plan, seen)
    }

    fn happened(&self, _plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        evidence::of(call, seen, |workload| {
            let so = plain(workload.pointer("/spec/template")) == call.request["template"];
            (so, if so { "the template is the revision's" } else { "the template is not the revision's" }.to_owned())
        })
    }
}

/// The revision that was named, or the one before the current one.
fn chosen<'a>(
    revisions: &'a [Revision],
    current: Option<i64>,
    wanted: Option<i64>,
    name: &str,
) -> Result<&'a Revision<'a>, Refusal> {
    let numbers: Vec<String> = revisions.iter().map(|r| r.number.to_string()).collect();
    let there = || listed(numbers.iter().map(String::as_str));
    match wanted {
        Some(number) => revisions
            .iter()
            .find(|r| r.number == number)
            .ok_or_else(|| Refusal::because(format!("{name} has no revision {number}; there are {}", there()))),
        None => revisions.iter().rev().find(|r| current.is_none_or(|current| r.number < current)).ok_or_else(|| {
            Refusal::because(format!(
                "{name} has no revision before the current one to go back to; there are {}",
                there()
            ))
        }),
    }
}

/// What `kubectl` patches: the whole template, and the annotations that tell where it came from (the change cause).
fn as_operations(deployment: &Value, revision: &Revision, template: &Value) -> Value {
    let of = |object: &Value| object.pointer("/metadata/annotations").and_then(Value::as_object).cloned();
    let stays = |name: &str| STAY.contains(&name);
    let own = of(deployment).unwrap_or_default().into_iter().filter(|(name, _)| stays(name));
    let taken = of(revision.object).unwrap_or_default().into_iter().filter(|(name, _)| !stays(name));
    let annotations: Map<String, Value> = own.chain(taken).collect();
    json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "add", "path": "/metadata/annotations", "value": annotations},
    ])
}

/// What a person wants to know of the difference: the revision, its cause, and the images.
fn changes(current: Option<i64>, revision: &Revision, before: &Value, after: &Value, workload: &Value) -> Vec<Change> {
    let now = current.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
    let mut out = vec![change("revision", now, format!("the template of {}", revision.number))];
    let cause = |object: &Value| super::object::annotation(object, "kubernetes.io/change-cause").map(str::to_owned);
    let (was, becomes) = (cause(workload), cause(revision.object));
    if was != becomes {
        out.push(Change { field: "change cause".to_owned(), before: was, after: becomes });
    }
    for kind in ["initContainers", "containers"] {
        let images = |template: &Value| -> BTreeMap<String, String> {
            each(template, &format!("/spec/{kind}"))
                .filter_map(|c| Some((text(c, "/name")?.to_owned(), text(c, "/image")?.to_owned())))
                .collect()
        };
        let (was, becomes) = (images(before), images(after));
        let names: std::collections::BTreeSet<&String> = was.keys().chain(becomes.keys()).collect();
        out.extend(names.into_iter().filter(|n| was.get(*n) != becomes.get(*n)).map(|name| Change {
            field: format!("image of {name}"),
            before: was.get(name).cloned(),
            after: becomes.get(name).cloned(),
        }));
    }
    out
}
