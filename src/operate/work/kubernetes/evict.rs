//! `pod.evict` and `pod.delete`: one pod goes, asking its disruption budget or not.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::budget::{allowed, budgets_of};
use super::evidence::{self, Pod};
use super::kubectl::{kubectl, post};
use super::object::{deleting, listed, name, text, uid};
use super::pods::{grace, hits, mirrored, owner, subject};
use super::reads::{budgets, members, unseen};
use super::workload::pinned;
use crate::operate::journal::Outcome;
use crate::operate::work::pieces::{change, must, unchanged};
use crate::operate::{
    Answer, Call, Change, Draft, Happened, Intent, Pinned, Plan, Progress, Read, Refusal, Sent, Service, Sights,
    Verification, Work,
};

/// Either operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Go {
    /// By the eviction API.
    Evict,
    /// By a plain deletion.
    Delete,
}

impl Work for Go {
    fn name(&self) -> &'static str {
        match self {
            Self::Evict => "pod.evict",
            Self::Delete => "pod.delete",
        }
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let subject = subject(&intent.target);
        let mut out = subject.reads(seen);
        out.push(budgets(intent.target.namespace.as_deref()));
        out.extend(seen.there(&subject.read()).and_then(|pod| owner(&intent.target, pod)));
        out
    }

    fn needs(&self, read: &Read) -> bool {
        // The owner says how much it hits; a deletion asks no budget.
        let Read::Kubernetes(path) = read else { return true };
        path.contains("/pods") || (*self == Self::Evict && path.ends_with("poddisruptionbudgets"))
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _now: Timestamp) -> Result<Draft, Refusal> {
        let subject = subject(&intent.target);
        let pod = subject.found(intent, seen)?;
        let target = &intent.target;
        let mut preconditions = vec![must("stopping already", deleting(pod), false, !deleting(pod)), placed(pod)];
        if mirrored(pod) {
            preconditions.push(must("static pod", true, "false: its kubelet would go on running it", false));
        }
        let (holding, not_seen) =
            (budgets(target.namespace.as_deref()), unseen(seen, &budgets(target.namespace.as_deref())));
        let all = members(seen, &holding);
        let mut blast = hits(target, pod, seen);
        match self {
            Self::Evict if not_seen.is_some() => preconditions.push(must(
                "disruption budget",
                format!("not known: {}", not_seen.unwrap_or_default()),
                "allows an eviction",
                false,
            )),
            Self::Evict => preconditions.push(allowed(all, pod)),
            Self::Delete => {
                let held: Vec<&str> = budgets_of(all, pod).into_iter().map(name).collect();
                if !held.is_empty() {
                    blast = format!("{blast}; budget {} is NOT asked: pod.evict would", listed(held));
                }
            }
        }
        Ok(Draft {
            target: pinned(intent, pod),
            danger: intent.operation.danger,
            changes: vec![Change { after: None, ..change(format!("pod {}", target.id), "runs", "") }],
            blast_radius: blast,
            preconditions,
            calls: vec![match self {
                Self::Evict => evict(target, pod, true),
                Self::Delete => delete(target, pod, &subject.path),
            }],
            verification: Verification { what: "the pod is gone".to_owned(), within_s: grace(pod) + 60 },
            undo: None,
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        vec![subject(&plan.target).read()]
    }

    fn turned_down(&self, _plan: &Plan, sent: &Sent) -> Outcome {
        match &sent.answer {
            // A disruption budget says no.
            Some(Answer::Declined { status: 429, .. }) => Outcome::Refused,
            _ => Outcome::Failed,
        }
    }

    fn verify(&self, plan: &Plan, _sent: &[Sent], seen: &Sights) -> Progress {
        let uid = plan.target.uid.as_deref().unwrap_or_default();
        match evidence::pod(&subject(&plan.target).read(), uid, seen) {
            Pod::Gone(words) => Progress::Done(words),
            Pod::Going(words) => Progress::Waiting(words),
            Pod::There => Progress::Waiting("the pod is there still".to_owned()),
            Pod::Unseen(why) => Progress::Waiting(format!("it cannot be seen: {why}")),
        }
    }

    fn happened(&self, _plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        evidence::of_pod(call, seen)
    }
}

/// On which node it is: a pod that has moved is another one.
fn placed(pod: &Value) -> crate::operate::Precondition {
    unchanged("node", text(pod, "/spec/nodeName").unwrap_or("none"))
}

/// An eviction of the very pod that was seen; `version` binds it to the state that was seen too.
pub(super) fn evict(target: &Pinned, pod: &Value, version: bool) -> Call {
    let (namespace, pod_name) = (super::object::namespace(pod), name(pod));
    let path = super::pods::pod_path(namespace, pod_name);
    let mut preconditions = json!({"uid": uid(pod)});
    if version {
        preconditions["resourceVersion"] = json!(text(pod, "/metadata/resourceVersion"));
    }
    let body = json!({
        "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod_name, "namespace": namespace},
        "deleteOptions": {"preconditions": preconditions},
    });
    // What a person copies names the pod, not its version, which is another one by then.
    let mut copied = body.clone();
    copied["deleteOptions"]["preconditions"] = json!({"uid": uid(pod)});
    let eviction = format!("{path}/eviction");
    Call {
        service: Service::Kubernetes,
        action: format!("create pods/eviction {namespace}/{pod_name}"),
        region: None,
        cli: post(target, &eviction, &copied),
        request: json!({
            "method": "POST", "path": eviction, "content_type": "application/json", "body": body,
            "object": path, "uid": uid(pod),
        }),
    }
}

fn delete(target: &Pinned, pod: &Value, path: &str) -> Call {
    let version = text(pod, "/metadata/resourceVersion");
    Call {
        service: Service::Kubernetes,
        action: format!("delete pods {}/{}", super::object::namespace(pod), name(pod)),
        region: None,
        cli: kubectl(target, &["delete", "pod", name(pod), "--wait=false"]),
        request: json!({
            "method": "DELETE", "path": path, "content_type": "application/json",
            "body": {
                "apiVersion": "v1", "kind": "DeleteOptions",
                "preconditions": {"uid": uid(pod), "resourceVersion": version},
            },
            "object": path, "uid": uid(pod),
        }),
    }
}
