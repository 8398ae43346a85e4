//! `workload.restart`: a rolling restart, as `kubectl rollout restart` does it.

use jiff::Timestamp;
use serde_json::json;

use super::change::{Found, MERGE, object_of, patch};
use super::evidence;
use super::given::staying;
use super::kubectl::kubectl;
use super::object::{each, generation, text, uid};
use super::reads::{autoscalers, members};
use super::scaler::scaler_of;
use super::workload::{
    Kind, named, paused, pinned, replicas, revision, rolled_out, rollout_hits, rollout_within, subject, watched,
};
use crate::operate::work::pieces::{change, counted, must, unchanged};
use crate::operate::{
    Call, Draft, Happened, Intent, Plan, Precondition, Progress, Read, Refusal, Sent, Sights, Verification, Work,
};

/// The annotation of the template that a restart sets, `kubectl`'s own.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// The operation.
pub(super) struct Restart;

impl Work for Restart {
    fn name(&self) -> &'static str {
        "workload.restart"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let Ok((_, subject)) = subject(&intent.target) else { return Vec::new() };
        let mut out = subject.reads(seen);
        out.push(autoscalers(&intent.target));
        out
    }

    fn needs(&self, read: &Read) -> bool {
        // Whether an autoscaler changes the replicas meanwhile only says which changes are to be expected.
        !matches!(read, Read::Kubernetes(path) if path.ends_with("horizontalpodautoscalers"))
    }

    fn draft(&self, intent: &Intent, seen: &Sights, now: Timestamp) -> Result<Draft, Refusal> {
        let (kind, subject) = subject(&intent.target)?;
        let workload = subject.found(intent, seen)?;
        let target = &intent.target;
        let before = workload
            .pointer("/spec/template/metadata/annotations")
            .and_then(|a| a.get(RESTARTED_AT))
            .and_then(|at| at.as_str())
            .unwrap_or("never");
        let at = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let body = json!({"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: at}}}}});
        let cli = kubectl(target, &["rollout", "restart", &named(kind, target)]);
        let action = format!("patch {} {}", kind.plural(), target.id);
        let mut call = patch(workload, &subject.path, &action, None, (MERGE, body), cli);
        call.request["restartedAt"] = json!(at);
        let mut preconditions = rollable(kind, workload);
        let scaled = scaler_of(members(seen, &autoscalers(target)), kind.kind(), &target.id);
        if scaled.is_none() {
            preconditions.push(unchanged("generation", generation(workload).unwrap_or_default()));
        }
        Ok(Draft {
            target: pinned(intent, workload),
            danger: intent.operation.danger,
            changes: vec![change("restarted at", before, "when the call is made")],
            blast_radius: hits(kind, workload),
            preconditions,
            calls: vec![call],
            verification: Verification {
                what: format!(
                    "{} of the new template serve, and none of the old is left",
                    counted(replicas(workload), "pod")
                ),
                within_s: rollout_within(kind, workload),
            },
            undo: None,
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
            let at = workload.pointer("/spec/template/metadata/annotations").and_then(|a| a.get(RESTARTED_AT));
            let at = at.and_then(|at| at.as_str());
            let words = at.map_or_else(|| "it was never restarted".to_owned(), |at| format!("restarted at {at}"));
            (at.is_some() && at == text(&call.request, "/restartedAt"), words)
        })
    }
}

/// What must hold for pods to be replaced by the controller, and the revision that they are of.
pub(super) fn rollable(kind: Kind, workload: &serde_json::Value) -> Vec<Precondition> {
    let mut out = vec![unchanged("revision", revision(kind, workload))];
    match kind {
        Kind::Deployment => {
            let held = paused(workload);
            out.push(must("paused", held, "false; let it go on with workload.resume", !held));
        }
        Kind::StatefulSet => {
            let strategy = text(workload, "/spec/updateStrategy/type").unwrap_or("RollingUpdate");
            let rolls = strategy == "RollingUpdate";
            out.push(must(
                "update strategy",
                strategy,
                "RollingUpdate: with OnDelete no pod is replaced by itself",
                rolls,
            ));
        }
    }
    out.extend(staying(workload));
    out
}

/// What a rollout hits, with what is special about the workload.
pub(super) fn hits(kind: Kind, workload: &serde_json::Value) -> String {
    let mut words = vec![rollout_hits(kind, workload)];
    let partition = super::object::count(workload, "/spec/updateStrategy/rollingUpdate/partition");
    if kind == Kind::StatefulSet && partition > 0 {
        words.push(format!("pods below ordinal {partition} are left as they are (partition)"));
    }
    if each(workload, "/spec/template/spec/volumes").any(|v| v.get("emptyDir").is_some()) {
        words.push("what the pods keep in emptyDir volumes goes with them".to_owned());
    }
    words.join("; ")
}

/// Whether the rollout that a plan began is over.
pub(super) fn rolled(plan: &Plan, seen: &Sights) -> Progress {
    let (Ok((kind, _)), Some(call)) = (subject(&plan.target), plan.calls.first()) else {
        return Progress::Failed("the plan has no call".to_owned());
    };
    match object_of(call, seen) {
        Found::There(workload) if Some(uid(workload)) != plan.target.uid.as_deref() => {
            Progress::Failed("it was deleted and made anew meanwhile".to_owned())
        }
        Found::There(workload) if kind == Kind::Deployment && paused(workload) => {
            Progress::Failed("somebody has paused the rollout; let it go on with workload.resume".to_owned())
        }
        Found::There(workload) => rolled_out(kind, workload, Some(call)),
        Found::Absent(_) => Progress::Failed("it was deleted meanwhile".to_owned()),
        Found::Unseen(why) => Progress::Waiting(format!("it cannot be seen: {why}")),
    }
}
