//! `namespace.scale`: the number of replicas of every deployment of a namespace.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::change::{Found, name_of, object_of};
use super::given::{whole, yes};
use super::object::{listed, name, uid};
use super::reads::{autoscalers, list, members, object_path, unseen};
use super::scale::{call, hits, owned, scaled, was_scaled, within};
use super::scaler::{Scaler, scaler_of};
use super::workload::{Kind, available, replicas};
use crate::operate::work::pieces::{change, counted, must, unchanged};
use crate::operate::work::turn::declined;
use crate::operate::{
    Call, Draft, Happened, Intent, Pinned, Plan, Progress, Read, Refusal, Sent, Sight, Sights, Undo, Verification, Work,
};

/// The operation.
pub(super) struct NamespaceScale;

/// How many replicas each deployment is to have.
enum Wanted {
    /// All the same.
    All(i64),
    /// Those that are named, each its own, as an undo gives them back.
    Each(BTreeMap<String, i64>),
}

impl Wanted {
    /// `3`, or `cart:3,checkout:2`.
    fn of(intent: &Intent) -> Result<Self, Refusal> {
        let given = intent.parameter("replicas").ok_or_else(|| {
            Refusal::because("namespace.scale needs replicas=NUMBER, or replicas=NAME:NUMBER,NAME:NUMBER for some")
        })?;
        if !given.contains(':') {
            return whole("replicas", given).map(Self::All);
        }
        let each = given.split(',').map(|pair| match pair.split_once(':') {
            Some((name, number)) if !name.is_empty() => Ok((name.to_owned(), whole("replicas", number)?)),
            _ => Err(Refusal::because(format!("replicas={given}: {pair} is not NAME:NUMBER"))),
        });
        each.collect::<Result<_, _>>().map(Self::Each)
    }

    fn of_one(&self, name: &str) -> Option<i64> {
        match self {
            Self::All(number) => Some(*number),
            Self::Each(each) => each.get(name).copied(),
        }
    }
}

/// What becomes of the deployments of a namespace.
struct Sorted<'a> {
    /// Those that change, what they will have, and what scales them.
    change: Vec<(&'a Value, i64, Option<Scaler>)>,
    /// Those that have as many already.
    there: Vec<&'a str>,
    /// Those that an autoscaler owns, and that are left to it.
    left: Vec<String>,
    /// Those that an autoscaler owns and would set back at once.
    set_back: Vec<String>,
}

fn sort<'a>(deployments: &'a [Value], scalers: &[Value], wanted: &Wanted, autoscaled: bool) -> Sorted<'a> {
    let mut out = Sorted { change: Vec::new(), there: Vec::new(), left: Vec::new(), set_back: Vec::new() };
    for deployment in deployments {
        let Some(number) = wanted.of_one(name(deployment)) else { continue };
        let scaler = scaler_of(scalers, Kind::Deployment.kind(), name(deployment));
        if let Some(scaler) = &scaler {
            let said = format!("{} ({})", name(deployment), scaler.said());
            if !autoscaled {
                out.left.push(said);
                continue;
            }
            if !scaler.bears(number) {
                out.set_back.push(said);
            }
        }
        if replicas(deployment) == number {
            out.there.push(name(deployment));
        } else {
            out.change.push((deployment, number, scaler));
        }
    }
    out
}

fn deployments(target: &Pinned) -> Read {
    list("apps/v1", target.namespace.as_deref(), "deployments")
}

fn namespace(target: &Pinned) -> Read {
    Read::Kubernetes(object_path("v1", None, "namespaces", &target.id))
}

impl Work for NamespaceScale {
    fn name(&self) -> &'static str {
        "namespace.scale"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let target = &intent.target;
        let mut out = vec![namespace(target), deployments(target), autoscalers(target)];
        if matches!(seen.sight(&out[0]), Some(Sight::Absent(_))) {
            out.push(list("v1", None, "namespaces"));
        }
        out
    }

    fn needs(&self, read: &Read) -> bool {
        // Rights in a namespace need not cover the namespace itself; it then has no uid here.
        !matches!(read, Read::Kubernetes(path) if path.starts_with("/api/v1/namespaces"))
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _now: Timestamp) -> Result<Draft, Refusal> {
        let (target, wanted, autoscaled) =
            (pin(intent, seen)?, Wanted::of(intent)?, yes(intent, "include-autoscaled")?);
        let read = deployments(&target);
        if let Some(why) = unseen(seen, &read) {
            return Err(Refusal::because(format!("the deployments of {}: {why}", target.id)));
        }
        let (all, scalers) = (members(seen, &read), autoscalers(&target));
        if let Wanted::Each(each) = &wanted
            && let Some(missing) = each.keys().find(|n| !all.iter().any(|d| name(d) == *n))
        {
            let there = listed(all.iter().map(name));
            return Err(Refusal::because(format!("{} has no deployment {missing}; there are {there}", target.id)));
        }
        let sorted = sort(all, members(seen, &scalers), &wanted, autoscaled);
        let mut preconditions = vec![
            must("deployments to change", sorted.change.len(), "1 or more", !sorted.change.is_empty()),
            match unseen(seen, &scalers) {
                Some(why) => must("autoscalers", format!("not known: {why}"), "to be seen", false),
                None => must(
                    "autoscalers that would set it back",
                    listed(sorted.set_back.iter().map(String::as_str)),
                    "none; change their bounds with autoscaler.bounds",
                    sorted.set_back.is_empty(),
                ),
            },
        ];
        preconditions
            .extend(sorted.change.iter().map(|(d, ..)| unchanged(format!("replicas of {}", name(d)), replicas(d))));
        let calls = sorted.change.iter().map(|(d, n, _)| call(Kind::Deployment, &target, d, *n)).collect();
        let within_s =
            sorted.change.iter().map(|(d, n, _)| within(Kind::Deployment, d, replicas(d), *n)).max().unwrap_or(60);
        Ok(Draft {
            danger: intent.operation.danger,
            changes: sorted
                .change
                .iter()
                .map(|(d, n, _)| change(format!("replicas of {}", name(d)), replicas(d), n))
                .collect(),
            blast_radius: blast(&sorted),
            preconditions,
            calls,
            verification: Verification {
                what: format!("{} changed, and the pods that start serve", counted(sorted.change.len(), "deployment")),
                within_s,
            },
            undo: undo(self.name(), &sorted, autoscaled),
            target,
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        vec![deployments(&plan.target)]
    }

    fn verify(&self, plan: &Plan, sent: &[Sent], seen: &Sights) -> Progress {
        // One that broke off has sent the first of its calls only.
        let taken = sent.iter().filter(|s| !declined(s)).count();
        let each: Vec<Progress> = plan.calls.iter().take(taken).map(|call| scaled(call, seen)).collect();
        if let Some(failed) = each.iter().find(|p| matches!(p, Progress::Failed(_))) {
            return failed.clone();
        }
        let done = |i: usize| matches!(each.get(i), Some(Progress::Done(_)));
        let missing: Vec<&str> =
            plan.calls.iter().enumerate().filter(|(i, _)| !done(*i)).map(|(_, call)| name_of(call)).collect();
        let all = plan.calls.len();
        if missing.is_empty() {
            return Progress::Done(format!("all {all} are as planned"));
        }
        Progress::Waiting(format!("{} of {all} are as planned; not yet: {}", all - missing.len(), listed(missing)))
    }

    fn broke_off(&self, plan: &Plan, sent: &[Sent], seen: &Sights) -> String {
        let each = plan.calls.iter().map(|call| {
            let wanted = call.request["replicas"].as_i64().unwrap_or_default();
            match object_of(call, seen) {
                Found::There(workload) if replicas(workload) == wanted => {
                    format!("{} is set to {wanted}", name_of(call))
                }
                Found::There(workload) => {
                    format!("{} has {} and not {wanted}", name_of(call), replicas(workload))
                }
                Found::Absent(_) => format!("{} is gone", name_of(call)),
                Found::Unseen(_) => format!("{} cannot be seen", name_of(call)),
            }
        });
        let calls = counted(sent.len(), "call");
        format!("it broke off after {calls}: {}", each.collect::<Vec<_>>().join(", "))
    }

    fn happened(&self, _plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        was_scaled(call, seen)
    }
}

/// The target with its uid, where the namespace itself may be seen.
fn pin(intent: &Intent, seen: &Sights) -> Result<Pinned, Refusal> {
    let target = &intent.target;
    match seen.sight(&namespace(target)) {
        Some(Sight::There(object)) => {
            if target.uid.as_deref().is_some_and(|pinned| pinned != uid(object)) {
                let words =
                    format!("namespace {} is another one than was chosen: it was made anew; look at it", target.id);
                return Err(Refusal::because(words));
            }
            Ok(Pinned { uid: Some(uid(object).to_owned()), ..target.clone() })
        }
        Some(Sight::Absent(_)) => {
            let there = listed(members(seen, &list("v1", None, "namespaces")).iter().map(name));
            Err(Refusal::because(format!("there is no namespace {}; there are {there}", target.id)))
        }
        _ => Ok(target.clone()),
    }
}

fn blast(sorted: &Sorted) -> String {
    let mut words: Vec<String> = sorted
        .change
        .iter()
        .map(|(d, n, scaler)| {
            let hits = format!("{}: {}", name(d), hits(d, replicas(d), *n));
            let owned = scaler.as_ref().map(|s| owned(s, replicas(d), *n));
            owned.map_or_else(|| hits.clone(), |owned| format!("{hits}, {owned}"))
        })
        .collect();
    let serving: i64 = sorted.change.iter().map(|(d, ..)| available(d)).sum();
    let stopping: i64 = sorted.change.iter().map(|(d, n, _)| (replicas(d) - n).max(0)).sum();
    words.insert(0, format!("in all {} to stop, {serving} serve now", counted(stopping, "pod")));
    if !sorted.left.is_empty() {
        let left = listed(sorted.left.iter().map(String::as_str));
        words.push(format!("left to their autoscalers: {left}; include-autoscaled=true takes them along"));
    }
    if !sorted.there.is_empty() {
        words.push(format!("as many already: {}", listed(sorted.there.iter().copied())));
    }
    words.join("; ")
}

/// Each deployment gets back what it had.
fn undo(operation: &str, sorted: &Sorted, autoscaled: bool) -> Option<Undo> {
    if sorted.change.is_empty() {
        return None;
    }
    let before: Vec<String> = sorted.change.iter().map(|(d, ..)| format!("{}:{}", name(d), replicas(d))).collect();
    let mut parameters = BTreeMap::from([("replicas".to_owned(), before.join(","))]);
    if autoscaled {
        parameters.insert("include-autoscaled".to_owned(), "true".to_owned());
    }
    Some(Undo { operation: operation.to_owned(), parameters })
}
