//! Deployments, stateful sets and daemon sets: how many are wanted, how many are there, and whether a rollout is stuck.

use super::Interner;
use super::interner::{own, text};
use super::rollout::rollout;
use crate::estate::{Name, Workload, WorkloadKey, WorkloadKind};
use crate::source::kubernetes::wire::meta::{AnnotatedMeta, ObjectMeta, Time};
use crate::source::kubernetes::wire::objects::{DaemonSet, Deployment, DeploymentCondition, StatefulSet};

/// What the API takes `spec.replicas` for where it is not set.
const DEFAULT_REPLICAS: i32 = 1;

/// What is kept of a deployment.
pub(super) fn deployment(wire: &Deployment, strings: &mut Interner) -> Option<Workload> {
    let meta = wire.metadata.as_ref().map(AnnotatedMeta::plain);
    let mut shown = named(WorkloadKind::Deployment, meta.as_ref(), strings)?;
    let status = wire.status.as_ref();
    shown.wanted = count(wire.spec.and_then(|s| s.replicas).unwrap_or(DEFAULT_REPLICAS));
    shown.paused = wire.spec.is_some_and(|s| s.paused);
    shown.available = count(status.map_or(0, |s| s.available_replicas));
    shown.updated = count(status.map_or(0, |s| s.updated_replicas));
    shown.stuck = status.and_then(|s| stuck(&s.conditions));
    shown.rollout = rollout(wire, shown.wanted);
    Some(shown)
}

/// What is kept of a stateful set.
pub(super) fn stateful_set(wire: &StatefulSet, strings: &mut Interner) -> Option<Workload> {
    let mut shown = named(WorkloadKind::StatefulSet, wire.metadata.as_ref(), strings)?;
    shown.wanted = count(wire.spec.and_then(|s| s.replicas).unwrap_or(DEFAULT_REPLICAS));
    shown.available = count(wire.status.map_or(0, |s| s.available_replicas));
    shown.updated = count(wire.status.map_or(0, |s| s.updated_replicas));
    Some(shown)
}

/// What is kept of a daemon set.
pub(super) fn daemon_set(wire: &DaemonSet, strings: &mut Interner) -> Option<Workload> {
    let mut shown = named(WorkloadKind::DaemonSet, wire.metadata.as_ref(), strings)?;
    shown.wanted = count(wire.status.map_or(0, |s| s.desired_number_scheduled));
    shown.available = count(wire.status.map_or(0, |s| s.number_ready));
    shown.updated = count(wire.status.map_or(0, |s| s.updated_number_scheduled));
    Some(shown)
}

fn named(kind: WorkloadKind, meta: Option<&ObjectMeta>, strings: &mut Interner) -> Option<Workload> {
    let meta = meta.filter(|m| !m.name.is_empty())?;
    Some(Workload {
        key: WorkloadKey { kind, name: Name { namespace: strings.share(&meta.namespace), name: own(&meta.name) } },
        uid: own(&meta.uid),
        wanted: 0,
        available: 0,
        updated: 0,
        stuck: None,
        rollout: None,
        paused: false,
        created: meta.creation_timestamp.and_then(Time::instant),
    })
}

/// The API's numbers of replicas are signed but never negative.
fn count(replicas: i32) -> u32 {
    u32::try_from(replicas).unwrap_or(0)
}

fn stuck(conditions: &[DeploymentCondition]) -> Option<String> {
    let progressing = conditions.iter().find(|c| c.kind == "Progressing" && c.status == "False")?;
    let reason = text(&progressing.reason);
    Some(if reason.is_empty() { "NotProgressing".to_owned() } else { reason.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kubernetes::wire::objects::{
        DaemonSetStatus, DeploymentSpec, DeploymentStatus, StatefulSetSpec, StatefulSetStatus,
    };

    fn meta() -> ObjectMeta {
        ObjectMeta { name: "checkout".into(), namespace: "shop".into(), ..ObjectMeta::default() }
    }

    #[test]
    fn a_deployment_without_replicas_wants_one() {
        for (replicas, wanted) in [(None, 1), (Some(0), 0), (Some(3), 3), (Some(-1), 0)] {
            let wire = Deployment {
                metadata: Some(AnnotatedMeta { name: "checkout".into(), ..AnnotatedMeta::default() }),
                spec: Some(DeploymentSpec { replicas, paused: false }),
                status: Some(DeploymentStatus { available_replicas: 2, ..DeploymentStatus::default() }),
            };
            let shown = deployment(&wire, &mut Interner::default()).unwrap();
            assert_eq!((shown.wanted, shown.available), (wanted, 2));
        }
    }

    #[test]
    fn a_rollout_is_stuck_when_progressing_is_false_alone() {
        let condition = |kind: &'static str, status: &'static str, reason: &'static str| DeploymentCondition {
            kind: kind.into(),
            status: status.into(),
            reason: reason.into(),
            ..DeploymentCondition::default()
        };
        for (conditions, expected) in [
            (vec![condition("Progressing", "False", "ProgressDeadlineExceeded")], Some("ProgressDeadlineExceeded")),
            (vec![condition("Progressing", "False", "")], Some("NotProgressing")),
            (vec![condition("Progressing", "True", "NewReplicaSetAvailable")], None),
            (vec![condition("Progressing", "Unknown", "DeploymentPaused")], None),
            (vec![condition("Available", "False", "MinimumReplicasUnavailable")], None),
        ] {
            assert_eq!(stuck(&conditions).as_deref(), expected);
        }
    }

    #[test]
    fn each_kind_has_its_own_numbers() {
        let set = StatefulSet {
            metadata: Some(meta()),
            spec: Some(StatefulSetSpec { replicas: Some(3) }),
            status: Some(StatefulSetStatus { updated_replicas: 1, available_replicas: 2 }),
        };
        let shown = stateful_set(&set, &mut Interner::default()).unwrap();
        assert_eq!((shown.wanted, shown.available, shown.updated), (3, 2, 1));
        let status = DaemonSetStatus { desired_number_scheduled: 6, number_ready: 5, updated_number_scheduled: 4 };
        let set = DaemonSet { metadata: Some(meta()), status: Some(status) };
        let shown = daemon_set(&set, &mut Interner::default()).unwrap();
        assert_eq!((shown.wanted, shown.available, shown.updated), (6, 5, 4));
        assert!(shown.degraded());
        assert!(daemon_set(&DaemonSet::default(), &mut Interner::default()).is_none());
    }
}
