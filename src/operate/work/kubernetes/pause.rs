//! `workload.pause` and `workload.resume`: whether a deployment's rollout is held.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::change::{Found, MERGE, object_of, patch};
use super::evidence;
use super::given::staying;
use super::kubectl::kubectl;
use super::object::{count, generation};
use super::workload::{Kind, named, paused, pinned, replicas, rolled_out, rollout_within, subject, watched};
use crate::operate::work::pieces::{change, counted, must, unchanged};
use crate::operate::{
    Call, Danger, Draft, Happened, Intent, Plan, Progress, Read, Refusal, Sent, Sights, Undo, Verification, Work,
};

/// Either operation: `true` holds the rollout.
pub(super) struct Hold(pub(super) bool);

impl Work for Hold {
    fn name(&self) -> &'static str {
        if self.0 { "workload.pause" } else { "workload.resume" }
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        subject(&intent.target).map(|(_, subject)| subject.reads(seen)).unwrap_or_default()
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _now: Timestamp) -> Result<Draft, Refusal> {
        let (kind, subject) = subject(&intent.target)?;
        if kind == Kind::StatefulSet {
            return Err(Refusal::because(
                "a stateful set's rollout cannot be paused: the API has no such field; its `partition` holds back pods",
            ));
        }
        let workload = subject.found(intent, seen)?;
        let target = &intent.target;
        let now = paused(workload);
        let verb = if self.0 { "pause" } else { "resume" };
        let cli = kubectl(target, &["rollout", verb, &named(kind, target)]);
        let action = format!("patch deployments {}", target.id);
        let body = json!({"spec": {"paused": self.0}});
        let mut call = patch(workload, &subject.path, &action, None, (MERGE, body), cli);
        call.request["paused"] = json!(self.0);
        let mut preconditions = vec![
            must("paused", now, !self.0, now != self.0),
            unchanged("generation", generation(workload).unwrap_or_default()),
        ];
        preconditions.extend(staying(workload));
        Ok(Draft {
            target: pinned(intent, workload),
            // Pods are replaced where a rollout goes on.
            danger: if !self.0 && unfinished(workload) { Danger::Disruptive } else { intent.operation.danger },
            changes: vec![change("paused", now, self.0)],
            blast_radius: self.hits(workload),
            preconditions,
            calls: vec![call],
            verification: if self.0 {
                Verification { what: "its controller holds the rollout".to_owned(), within_s: 60 }
            } else {
                Verification {
                    what: "the rollout is over and all pods serve".to_owned(),
                    within_s: rollout_within(kind, workload),
                }
            },
            undo: Some(Undo { operation: Self(!self.0).name().to_owned(), parameters: BTreeMap::new() }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        watched(&plan.target)
    }

    fn verify(&self, plan: &Plan, _sent: &[Sent], seen: &Sights) -> Progress {
        let Some(call) = plan.calls.first() else { return Progress::Failed("the plan has no call".to_owned()) };
        match object_of(call, seen) {
            Found::There(workload) if paused(workload) != self.0 => {
                Progress::Failed(format!("paused is {} again: somebody else changed it", paused(workload)))
            }
            Found::There(workload) if self.0 => {
                let observed = count(workload, "/status/observedGeneration");
                if observed < generation(workload).unwrap_or_default() {
                    return Progress::Waiting("its controller has not seen it yet".to_owned());
                }
                Progress::Done("the rollout is held".to_owned())
            }
            Found::There(workload) => rolled_out(Kind::Deployment, workload, Some(call)),
            Found::Absent(_) => Progress::Failed("the deployment was deleted meanwhile".to_owned()),
            Found::Unseen(why) => Progress::Waiting(format!("it cannot be seen: {why}")),
        }
    }

    fn happened(&self, _plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        evidence::of(call, seen, |workload| (paused(workload) == self.0, format!("paused is {}", paused(workload))))
    }
}

/// Whether pods of an older template are there, or too few of the new.
fn unfinished(workload: &Value) -> bool {
    let updated = count(workload, "/status/updatedReplicas");
    count(workload, "/status/replicas") > updated || updated < replicas(workload)
}

impl Hold {
    fn hits(&self, workload: &Value) -> String {
        let (wanted, updated) = (replicas(workload), count(workload, "/status/updatedReplicas"));
        let old = count(workload, "/status/replicas") - updated;
        match (self.0, unfinished(workload)) {
            (true, true) => format!(
                "the rollout stops where it is: {} of the new template, {old} of the old; scaling still works",
                counted(updated, "pod")
            ),
            (true, false) => "no rollout runs; changes of the template wait until it is resumed".to_owned(),
            (false, true) => {
                format!("the rollout goes on: {} still to be replaced", counted(old.max(wanted - updated), "pod"))
            }
            (false, false) => "no pod changes, unless the template was changed while it was paused".to_owned(),
        }
    }
}
