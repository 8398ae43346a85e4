//! `autoscaler.bounds`: the least and the most replicas that an autoscaler may choose.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::change::{Found, MERGE, object_of, patch};
use super::evidence;
use super::given::{number, staying};
use super::kubectl::kubectl;
use super::object::{count, each, text};
use super::reads::{Subject, list_path, object_path};
use super::scaler::Scaler;
use super::workload::{pinned, replicas};
use crate::operate::work::pieces::{change, must, unchanged};
use crate::operate::{
    Call, Draft, Happened, Intent, Pinned, Plan, Progress, Read, Refusal, Sent, Sights, Undo, Verification, Work,
};

const GROUP: &str = "autoscaling/v2";
const PLURAL: &str = "horizontalpodautoscalers";

/// The operation.
pub(super) struct Bounds;

fn subject(target: &Pinned) -> Subject {
    let namespace = target.namespace.as_deref();
    Subject {
        what: "autoscaler",
        path: object_path(GROUP, namespace, PLURAL, &target.id),
        likes: list_path(GROUP, namespace, PLURAL),
    }
}

/// The read of what an autoscaler scales, where that is a deployment or a stateful set.
fn scaled(target: &Pinned, hpa: &Value) -> Option<Read> {
    let plural = match text(hpa, "/spec/scaleTargetRef/kind")? {
        "Deployment" => "deployments",
        "StatefulSet" => "statefulsets",
        _ => return None,
    };
    let name = text(hpa, "/spec/scaleTargetRef/name")?;
    Some(Read::Kubernetes(object_path("apps/v1", target.namespace.as_deref(), plural, name)))
}

impl Work for Bounds {
    fn name(&self) -> &'static str {
        "autoscaler.bounds"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let subject = subject(&intent.target);
        let mut out = subject.reads(seen);
        out.extend(seen.there(&subject.read()).and_then(|hpa| scaled(&intent.target, hpa)));
        out
    }

    fn needs(&self, read: &Read) -> bool {
        // What it scales only says what the bounds will do.
        matches!(read, Read::Kubernetes(path) if path.contains(PLURAL))
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _now: Timestamp) -> Result<Draft, Refusal> {
        let (min, max) = (number(intent, "min")?, number(intent, "max")?);
        if min.is_none() && max.is_none() {
            return Err(Refusal::because("autoscaler.bounds needs min=NUMBER, max=NUMBER, or both"));
        }
        let subject = subject(&intent.target);
        let hpa = subject.found(intent, seen)?;
        let target = &intent.target;
        let before = Scaler::of(hpa);
        let after = Scaler { min: min.unwrap_or(before.min), max: max.unwrap_or(before.max), ..before.clone() };
        let workload = scaled(target, hpa).and_then(|read| seen.there(&read));
        let zero_allowed = each(hpa, "/spec/metrics").any(|m| matches!(text(m, "/type"), Some("Object" | "External")));
        let mut preconditions = vec![
            unchanged("bounds", format!("{} to {}", before.min, before.max)),
            must(
                "new bounds",
                format!("{} to {}", after.min, after.max),
                "other than now, and the lower one not above the upper one",
                after != before && after.min <= after.max,
            ),
            must(
                "lower bound",
                after.min,
                if zero_allowed { "0 or more" } else { "1 or more: it has no metric that could be read at 0 pods" },
                after.min >= i64::from(!zero_allowed),
            ),
            must("upper bound", after.max, "1 or more", after.max >= 1),
        ];
        preconditions.extend(staying(hpa));
        let mut spec = json!({});
        for (field, given) in [("minReplicas", min), ("maxReplicas", max)] {
            if let Some(given) = given {
                spec[field] = json!(given);
            }
        }
        let body = json!({ "spec": spec });
        let cli = kubectl(target, &["patch", "hpa", &target.id, "--type=merge", "-p", &body.to_string()]);
        let action = format!("patch horizontalpodautoscalers {}", target.id);
        let mut call = patch(hpa, &subject.path, &action, None, (MERGE, body), cli);
        call.request["bounds"] = json!([after.min, after.max]);
        let both = [("min", before.min, after.min), ("max", before.max, after.max)];
        let changed: Vec<_> = both.into_iter().filter(|(_, was, becomes)| was != becomes).collect();
        Ok(Draft {
            target: pinned(intent, hpa),
            danger: intent.operation.danger,
            changes: changed.iter().map(|(field, was, becomes)| change(*field, was, becomes)).collect(),
            blast_radius: hits(hpa, workload, &after),
            preconditions,
            calls: vec![call],
            verification: Verification {
                what: format!("the bounds are {} to {}, and its workload lies within them", after.min, after.max),
                within_s: 180,
            },
            undo: Some(Undo {
                operation: self.name().to_owned(),
                parameters: changed
                    .iter()
                    .map(|(f, was, _)| ((*f).to_owned(), was.to_string()))
                    .collect::<BTreeMap<_, _>>(),
            }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        vec![subject(&plan.target).read()]
    }

    fn verify(&self, plan: &Plan, _sent: &[Sent], seen: &Sights) -> Progress {
        let Some(call) = plan.calls.first() else { return Progress::Failed("the plan has no call".to_owned()) };
        let hpa = match object_of(call, seen) {
            Found::There(hpa) => hpa,
            Found::Absent(_) => return Progress::Failed("the autoscaler was deleted meanwhile".to_owned()),
            Found::Unseen(why) => return Progress::Waiting(format!("it cannot be seen: {why}")),
        };
        let now = Scaler::of(hpa);
        if json!([now.min, now.max]) != call.request["bounds"] {
            return Progress::Failed(format!("the bounds are {} to {}: somebody else changed them", now.min, now.max));
        }
        let wanted = count(hpa, "/status/desiredReplicas");
        let there = count(hpa, "/status/currentReplicas");
        if !now.bears(wanted) || !now.bears(there) {
            return Progress::Waiting(format!("{there} replicas, {wanted} wanted; the autoscaler looks every 15 s"));
        }
        Progress::Done(format!("the bounds are {} to {}; {there} replicas", now.min, now.max))
    }

    fn happened(&self, _plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        evidence::of(call, seen, |hpa| {
            let now = Scaler::of(hpa);
            (json!([now.min, now.max]) == call.request["bounds"], format!("the bounds are {} to {}", now.min, now.max))
        })
    }
}

/// What new bounds do at once, in words and numbers.
fn hits(hpa: &Value, workload: Option<&Value>, after: &Scaler) -> String {
    let kind = text(hpa, "/spec/scaleTargetRef/kind").unwrap_or("?").to_lowercase();
    let name = text(hpa, "/spec/scaleTargetRef/name").unwrap_or("?");
    let now = workload.map_or_else(|| count(hpa, "/status/currentReplicas"), replicas);
    let what = format!("{kind} {name} has {now} replicas");
    match now {
        0 => format!("{what}: the autoscaler is off until somebody scales it up"),
        n if n < after.min => format!("{what}, below the new bounds: {} more start within a minute", after.min - n),
        n if n > after.max => {
            let less = n - after.max;
            format!("{what}, above the new bounds: {less} stop within a minute, {} % of the capacity", less * 100 / n)
        }
        _ => format!("{what}, within the new bounds: none starts or stops at once"),
    }
}
