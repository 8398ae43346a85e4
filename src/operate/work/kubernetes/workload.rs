//! A deployment or a stateful set as the API gives it: its numbers, and how far its rollout is.

use serde_json::Value;

use super::change::progressed;
use super::object::{condition, count, flag, generation, number, text};
use super::reads::{Subject, list_path, object_path};
use crate::operate::work::pieces::counted;
use crate::operate::{Call, Intent, Pinned, Progress, Read, Refusal};

/// The two kinds that scale, restart and roll back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Deployment,
    StatefulSet,
}

impl Kind {
    /// The kind of a target.
    pub(super) fn of(target: &Pinned) -> Result<Self, Refusal> {
        match target.resource.as_deref() {
            Some("deployment") => Ok(Self::Deployment),
            Some("statefulset") => Ok(Self::StatefulSet),
            other => Err(Refusal::because(format!(
                "{} is no workload that can be acted on; name a deployment or a statefulset",
                other.unwrap_or("this")
            ))),
        }
    }

    /// Its word, as in `deployment/cart`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
        }
    }

    /// Its kind in owner references.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
        }
    }

    /// The API's plural.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Deployment => "deployments",
            Self::StatefulSet => "statefulsets",
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::StatefulSet => "stateful set",
        }
    }
}

/// What a target's workload is and where it is read.
pub(super) fn subject(target: &Pinned) -> Result<(Kind, Subject), Refusal> {
    let kind = Kind::of(target)?;
    let namespace = target.namespace.as_deref();
    let what = kind.said();
    let path = object_path("apps/v1", namespace, kind.plural(), &target.id);
    Ok((kind, Subject { what, path, likes: list_path("apps/v1", namespace, kind.plural()) }))
}

/// What is looked at while a workload changes.
pub(super) fn watched(target: &Pinned) -> Vec<Read> {
    subject(target).map(|(_, subject)| vec![subject.read()]).unwrap_or_default()
}

/// Replicas that are wanted; one where nothing is said.
pub(super) fn replicas(workload: &Value) -> i64 {
    number(workload, "/spec/replicas").unwrap_or(1)
}

/// Replicas that serve.
pub(super) fn available(workload: &Value) -> i64 {
    count(workload, "/status/availableReplicas")
}

/// `deployment/cart`.
pub(super) fn named(kind: Kind, target: &Pinned) -> String {
    format!("{}/{}", kind.word(), target.id)
}

/// The template's revision: it changes with the template and with nothing else.
pub(super) fn revision(kind: Kind, workload: &Value) -> String {
    match kind {
        Kind::Deployment => super::object::annotation(workload, "deployment.kubernetes.io/revision").map(str::to_owned),
        Kind::StatefulSet => text(workload, "/status/updateRevision").map(str::to_owned),
    }
    .unwrap_or_else(|| "none yet".to_owned())
}

/// A share or a number of pods, as `maxSurge` and `maxUnavailable` have it.
fn share(value: Option<&Value>, of: i64, default_percent: i64, up: bool) -> i64 {
    let percent = |p: i64| if up { (of * p + 99) / 100 } else { of * p / 100 };
    match value {
        Some(Value::Number(n)) => n.as_i64().unwrap_or(0),
        Some(Value::String(s)) => s.trim_end_matches('%').parse().map_or(0, percent),
        _ => percent(default_percent),
    }
}

/// How many pods may be missing at once while a rollout runs, and how many may be there in addition.
pub(super) fn leeway(kind: Kind, workload: &Value) -> (i64, i64) {
    let wanted = replicas(workload);
    match kind {
        Kind::Deployment if text(workload, "/spec/strategy/type") == Some("Recreate") => (wanted, 0),
        Kind::Deployment => {
            let at = |name: &str| workload.pointer(&format!("/spec/strategy/rollingUpdate/{name}"));
            let surge = share(at("maxSurge"), wanted, 25, true);
            let missing = share(at("maxUnavailable"), wanted, 25, false);
            // Both may round to nothing, and then one pod at a time is taken down.
            (if surge == 0 { missing.max(1) } else { missing }.min(wanted), surge)
        }
        Kind::StatefulSet => {
            let at = workload.pointer("/spec/updateStrategy/rollingUpdate/maxUnavailable");
            (at.map_or(1, |value| share(Some(value), wanted, 0, false).max(1)).min(wanted), 0)
        }
    }
}

/// What a rollout of all pods does to those who are served, in words and numbers.
pub(super) fn rollout_hits(kind: Kind, workload: &Value) -> String {
    let (wanted, serving) = (replicas(workload), available(workload));
    if wanted == 0 {
        return "no pods run, so none restarts; the next ones are of the new template".to_owned();
    }
    let (missing, surge) = leeway(kind, workload);
    let pods = counted(wanted, "pod");
    let how = if kind == Kind::Deployment && text(workload, "/spec/strategy/type") == Some("Recreate") {
        format!("{pods} stop before any new one starts: nothing serves meanwhile")
    } else {
        let percent = missing * 100 / wanted;
        let gone = if missing == 0 {
            "none of the capacity goes".to_owned()
        } else {
            format!("up to {missing} at once, {percent} % of the capacity")
        };
        let more = if surge > 0 { format!(", {surge} more than wanted run meanwhile") } else { String::new() };
        format!("{pods} restart; {gone}{more}")
    };
    let now = if serving < wanted { format!("; {serving} of {wanted} serve now") } else { String::new() };
    format!("{how}{now}")
}

/// How long a rollout may take, seconds: what its own deadline grants, and a wave's time for each wave.
pub(super) fn rollout_within(kind: Kind, workload: &Value) -> u64 {
    let wanted = replicas(workload);
    let (missing, surge) = leeway(kind, workload);
    let waves = (wanted + (missing + surge).max(1) - 1) / (missing + surge).max(1);
    let settled = count(workload, "/spec/minReadySeconds");
    let deadline = match kind {
        Kind::Deployment => number(workload, "/spec/progressDeadlineSeconds").unwrap_or(600).min(3_600),
        Kind::StatefulSet => 300,
    };
    u64::try_from(deadline + waves * (settled + 30)).unwrap_or(600).clamp(60, 4 * 3_600)
}

/// Whether a workload's rollout is over and all its pods serve, as `kubectl rollout status` sees it.
/// `call` is the one that began it, if one did.
pub(super) fn rolled_out(kind: Kind, workload: &Value, call: Option<&Call>) -> Progress {
    let wanted = replicas(workload);
    let observed = number(workload, "/status/observedGeneration").unwrap_or(0);
    if generation(workload).is_some_and(|generation| observed < generation) {
        return Progress::Waiting("its controller has not seen the change yet".to_owned());
    }
    if let Some(stuck) = stuck(workload, call) {
        return Progress::Failed(stuck);
    }
    let partition = match kind {
        Kind::StatefulSet => count(workload, "/spec/updateStrategy/rollingUpdate/partition").min(wanted),
        Kind::Deployment => 0,
    };
    let (updated, there, serving) =
        (count(workload, "/status/updatedReplicas"), count(workload, "/status/replicas"), available(workload));
    let due = wanted - partition;
    if updated < due {
        return Progress::Waiting(format!("{updated} of {due} pods are of the new template"));
    }
    if kind == Kind::Deployment && there > updated {
        return Progress::Waiting(format!("{} of the old template still to stop", counted(there - updated, "pod")));
    }
    if there > wanted {
        return Progress::Waiting(format!("{} still to stop", counted(there - wanted, "pod")));
    }
    if serving < wanted {
        return Progress::Waiting(format!("{serving} of {wanted} pods serve"));
    }
    Progress::Done(format!("{serving} of {wanted} pods serve, {updated} of the new template"))
}

/// Why a rollout will not come to an end, if its controller has given up since the call.
pub(super) fn stuck(workload: &Value, call: Option<&Call>) -> Option<String> {
    let progressing = condition(workload, "Progressing")?;
    if call.is_some_and(|call| progressed(workload) == text(&call.request, "/progress")) {
        return None;
    }
    let late = text(progressing, "/reason") == Some("ProgressDeadlineExceeded");
    late.then(|| {
        let failed = condition(workload, "ReplicaFailure").and_then(|c| text(c, "/message"));
        let words = failed.or_else(|| text(progressing, "/message")).unwrap_or("no progress");
        format!("it missed its progress deadline: {words}")
    })
}

/// Whether a deployment's rollout is held.
pub(super) fn paused(workload: &Value) -> bool {
    flag(workload, "/spec/paused")
}

/// The target with its uid filled in.
pub(super) fn pinned(intent: &Intent, object: &Value) -> Pinned {
    Pinned { uid: Some(super::object::uid(object).to_owned()), ..intent.target.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn leeway_rounds_as_the_controller_does() {
        let of = |replicas: i64, rolling: Value| {
            leeway(Kind::Deployment, &json!({"spec": {"replicas": replicas, "strategy": {"rollingUpdate": rolling}}}))
        };
        assert_eq!(of(4, json!({})), (1, 1));
        assert_eq!(of(3, json!({"maxUnavailable": "25%", "maxSurge": "25%"})), (0, 1));
        assert_eq!(of(3, json!({"maxUnavailable": 0, "maxSurge": 0})), (1, 0), "one at a time");
        assert_eq!(of(10, json!({"maxUnavailable": "50%", "maxSurge": 2})), (5, 2));
        assert_eq!(
            leeway(Kind::Deployment, &json!({"spec": {"replicas": 3, "strategy": {"type": "Recreate"}}})),
            (3, 0)
        );
        assert_eq!(leeway(Kind::StatefulSet, &json!({"spec": {"replicas": 3}})), (1, 0));
    }

    #[test]
    fn a_rollout_is_over_when_all_is_new_and_serves() {
        let of = |generation: i64, updated: i64, there: i64, serving: i64| {
            rolled_out(
                Kind::Deployment,
                &json!({
                    "metadata": {"generation": generation}, "spec": {"replicas": 3},
                    "status": {"observedGeneration": 2, "updatedReplicas": updated, "replicas": there, "availableReplicas": serving},
                }),
                None,
            )
        };
        let waiting = |progress| matches!(progress, Progress::Waiting(_));
        assert!(matches!(of(2, 3, 3, 3), Progress::Done(_)));
        assert!(waiting(of(3, 3, 3, 3)), "the controller has not looked");
        assert!(waiting(of(2, 2, 3, 3)) && waiting(of(2, 3, 4, 3)) && waiting(of(2, 3, 3, 2)));
        let late = json!({
            "metadata": {"generation": 1}, "spec": {"replicas": 1},
            "status": {"observedGeneration": 1, "conditions": [
                {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out"},
            ]},
        });
        assert!(matches!(rolled_out(Kind::Deployment, &late, None), Progress::Failed(_)));
    }
}
