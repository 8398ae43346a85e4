//! `workload.scale`: the number of replicas of one deployment or stateful set.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::budget::budgets_of;
use super::change::{Found, MERGE, name_of, object_of, patch};
use super::given::{required, staying};
use super::kubectl::kubectl;
use super::object::{count, generation, name, text, uid};
use super::reads::{autoscalers, budgets, members, object_path, unseen};
use super::scaler::{Scaler, scaler_of};
use super::workload::{Kind, available, pinned, replicas, rollout_within, stuck, subject, watched};
use crate::operate::work::pieces::{change, counted, must, unchanged};
use crate::operate::{
    Call, Danger, Draft, Happened, Intent, Pinned, Plan, Precondition, Progress, Read, Refusal, Sent, Sights, Undo,
    Verification, Work,
};

/// The operation.
pub(super) struct Scale;

impl Work for Scale {
    fn name(&self) -> &'static str {
        "workload.scale"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let Ok((_, subject)) = subject(&intent.target) else { return Vec::new() };
        let mut out = subject.reads(seen);
        out.extend([autoscalers(&intent.target), budgets(intent.target.namespace.as_deref())]);
        out
    }

    fn needs(&self, read: &Read) -> bool {
        // Budgets only say how much it hits.
        !matches!(read, Read::Kubernetes(path) if path.ends_with("poddisruptionbudgets"))
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _now: Timestamp) -> Result<Draft, Refusal> {
        let (kind, subject) = subject(&intent.target)?;
        let wanted = required(intent, "replicas")?;
        let workload = subject.found(intent, seen)?;
        let target = &intent.target;
        let before = replicas(workload);
        let scalers = autoscalers(target);
        let scaler = scaler_of(members(seen, &scalers), kind.kind(), &target.id);
        let mut preconditions = vec![
            must("replicas", before, format!("other than {wanted}"), before != wanted),
            unchanged("generation", generation(workload).unwrap_or_default()),
            bears(scaler.as_ref(), unseen(seen, &scalers), wanted),
        ];
        preconditions.extend(staying(workload));
        let loses = loses_volumes(kind, workload, before, wanted);
        let held = budgets_of(members(seen, &budgets(target.namespace.as_deref())), &like_its_pods(workload))
            .into_iter()
            .map(|b| {
                format!(
                    "budget {} needs {} healthy pods, and does not hold this back",
                    name(b),
                    count(b, "/status/desiredHealthy")
                )
            });
        let mut hits = vec![hits(workload, before, wanted)];
        hits.extend(scaler.as_ref().map(|s| owned(s, before, wanted)));
        hits.extend(held.filter(|_| wanted < before));
        hits.extend(
            loses.then(|| "its volume claims are deleted with the pods that go (whenScaled: Delete)".to_owned()),
        );
        Ok(Draft {
            target: pinned(intent, workload),
            danger: if loses { Danger::DataLoss } else { intent.operation.danger },
            changes: vec![change("replicas", before, wanted)],
            blast_radius: hits.join("; "),
            preconditions,
            calls: vec![call(kind, target, workload, wanted)],
            verification: Verification {
                what: match wanted {
                    0 => "no pod of it is left".to_owned(),
                    _ => format!("{} serve", counted(wanted, "pod")),
                },
                within_s: within(kind, workload, before, wanted),
            },
            undo: Some(Undo {
                operation: self.name().to_owned(),
                parameters: BTreeMap::from([("replicas".to_owned(), before.to_string())]),
            }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        watched(&plan.target)
    }

    fn verify(&self, plan: &Plan, _sent: &[Sent], seen: &Sights) -> Progress {
        let Some(call) = plan.calls.first() else { return Progress::Failed("the plan has no call".to_owned()) };
        scaled(call, seen)
    }

    fn happened(&self, _plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        was_scaled(call, seen)
    }
}

/// The call that scales one workload.
pub(super) fn call(kind: Kind, target: &Pinned, workload: &Value, wanted: i64) -> Call {
    let path = object_path("apps/v1", target.namespace.as_deref(), kind.plural(), name(workload));
    let named = format!("{}/{}", kind.word(), name(workload));
    let (now, then) = (format!("--current-replicas={}", replicas(workload)), format!("--replicas={wanted}"));
    let cli = kubectl(target, &["scale", &named, &now, &then]);
    let action = format!("patch {}/scale {}", kind.plural(), name(workload));
    let mut call = patch(workload, &path, &action, Some("scale"), (MERGE, json!({"spec": {"replicas": wanted}})), cli);
    call.request["replicas"] = json!(wanted);
    call.request["before"] = json!(replicas(workload));
    call
}

/// Whether a workload has as many replicas as a call asked for, and they serve.
pub(super) fn scaled(call: &Call, seen: &Sights) -> Progress {
    let what = name_of(call);
    let wanted = call.request["replicas"].as_i64().unwrap_or_default();
    let workload = match object_of(call, seen) {
        Found::There(workload) => workload,
        Found::Absent(_) => return Progress::Failed(format!("{what} was deleted meanwhile")),
        Found::Unseen(why) => return Progress::Waiting(format!("{what} cannot be seen: {why}")),
    };
    if Some(uid(workload)) != text(&call.request, "/uid") {
        return Progress::Failed(format!("{what} was deleted and made anew meanwhile"));
    }
    let (now, there, serving) = (replicas(workload), count(workload, "/status/replicas"), available(workload));
    if now != wanted {
        return Progress::Failed(format!("{what} was set to {now} by somebody else, or by its autoscaler"));
    }
    if count(workload, "/status/observedGeneration") < generation(workload).unwrap_or_default() {
        return Progress::Waiting(format!("{what}: its controller has not seen the change yet"));
    }
    if there != wanted {
        return Progress::Waiting(format!("{what} has {there} of {wanted} pods"));
    }
    let before = call.request["before"].as_i64().unwrap_or(0);
    if wanted > before && serving < wanted {
        return match stuck(workload, Some(call)) {
            Some(stuck) => Progress::Failed(format!("{what}: {stuck}")),
            None => Progress::Waiting(format!("{serving} of {wanted} pods of {what} serve")),
        };
    }
    Progress::Done(format!("{what} has {}, {serving} serve", counted(there, "pod")))
}

/// Whether a call to scale acted.
pub(super) fn was_scaled(call: &Call, seen: &Sights) -> Happened {
    super::evidence::of(call, seen, |workload| {
        (Some(replicas(workload)) == call.request["replicas"].as_i64(), format!("replicas is {}", replicas(workload)))
    })
}

/// That no autoscaler will undo it.
fn bears(scaler: Option<&Scaler>, unseen: Option<&str>, wanted: i64) -> Precondition {
    let field = "autoscaler";
    match (scaler, unseen) {
        (None, Some(why)) => must(field, format!("not known: {why}"), "to be seen", false),
        (None, None) => must(field, "none", "none that sets it back", true),
        (Some(s), _) if s.bears(wanted) => must(field, s.said(), "none that sets it back", true),
        (Some(s), _) => must(
            field,
            s.said(),
            format!(
                "bounds that {wanted} lies within: it would be set back at once; change them with autoscaler.bounds"
            ),
            false,
        ),
    }
}

/// What an autoscaler will make of it, in words.
pub(super) fn owned(scaler: &Scaler, before: i64, wanted: i64) -> String {
    let said = scaler.said();
    match (before, wanted) {
        (_, 0) => format!("{said} is switched off by 0 replicas, until somebody scales it up"),
        (0, _) => format!("{said} takes over again from then on"),
        _ => format!("{said} goes on choosing between its bounds, and may set another number soon"),
    }
}

/// What a change of replicas hits, in words and numbers.
pub(super) fn hits(workload: &Value, before: i64, wanted: i64) -> String {
    let serving = available(workload);
    let now = if serving < before { format!(" ({serving} of {before} serve now)") } else { String::new() };
    match wanted - before {
        _ if wanted == 0 => format!("{}{now}: nothing will serve", does(before, "pod", "stop")),
        less @ ..0 => {
            let percent = -less * 100 / before.max(1);
            format!("{}, {percent} % of the capacity goes{now}", does(-less, "pod", "stop"))
        }
        0 => "nothing".to_owned(),
        more => format!("{}{now}; none stops", does(more, "more pod", "start")),
    }
}

/// `1 pod stops`, `3 pods stop`.
fn does(number: i64, what: &str, verb: &str) -> String {
    let verb = if number == 1 { format!("{verb}s") } else { verb.to_owned() };
    format!("{} {verb}", counted(number, what))
}

/// Whether a stateful set deletes the claims of pods that it is scaled down by.
fn loses_volumes(kind: Kind, workload: &Value, before: i64, wanted: i64) -> bool {
    kind == Kind::StatefulSet
        && wanted < before
        && text(workload, "/spec/persistentVolumeClaimRetentionPolicy/whenScaled") == Some("Delete")
        && workload.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array).is_some_and(|c| !c.is_empty())
}

/// How long it may take, seconds: pods that stop have their grace period, pods that start have the rollout's time.
pub(super) fn within(kind: Kind, workload: &Value, before: i64, wanted: i64) -> u64 {
    if wanted > before {
        return rollout_within(kind, workload);
    }
    let grace = super::object::number(workload, "/spec/template/spec/terminationGracePeriodSeconds").unwrap_or(30);
    let turns = if kind == Kind::StatefulSet { before - wanted } else { 1 };
    u64::try_from((grace + 15) * turns.max(1) + 60).unwrap_or(600).min(4 * 3_600)
}

/// Something that has the labels of a workload's pods.
fn like_its_pods(workload: &Value) -> Value {
    json!({"metadata": {
        "namespace": super::object::namespace(workload),
        "labels": workload.pointer("/spec/template/metadata/labels"),
    }})
}
