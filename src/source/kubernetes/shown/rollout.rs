//! Rollouts: how a deployment's newest one stands, and the replica sets that were gone back to.

use bytes::Bytes;

use super::Interner;
use super::interner::{own, text};
use crate::estate::{Name, Restored, Rollout, RolloutEnd};
use crate::source::kubernetes::wire::meta::{Pair, Time};
use crate::source::kubernetes::wire::objects::{Deployment, ReplicaSet};

/// What the deployment controller numbers its rollouts by.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// On a replica set that was gone back to: the revisions that it had before, with commas between.
const EARLIER: &str = "deployment.kubernetes.io/revision-history";

/// How the newest rollout of a deployment stands; none where the controller has not numbered one.
///
/// It has ended well when `kubectl rollout status` would say so, and badly when its progress deadline was missed. Of a
/// deployment without replicas nothing is rolled out.
pub(super) fn rollout(wire: &Deployment, wanted: u32) -> Option<Rollout> {
    let meta = wire.metadata.as_ref()?;
    let revision = revision(&meta.annotations, REVISION)?;
    let ended = wire.status.as_ref().and_then(|status| {
        // What the controller has not looked at yet it says nothing about.
        if status.observed_generation < meta.generation || wanted == 0 {
            return None;
        }
        let condition = status.conditions.iter().find(|c| c.kind == "Progressing")?;
        let at = condition.last_update_time.or(condition.last_transition_time).and_then(Time::instant)?;
        let all = i32::try_from(wanted).ok()?;
        let complete = status.updated_replicas == all && status.replicas == all && status.available_replicas == all;
        match (&*condition.status, &*condition.reason) {
            (b"True", b"NewReplicaSetAvailable") if complete => Some(RolloutEnd { at, good: true }),
            (b"False", b"ProgressDeadlineExceeded") => Some(RolloutEnd { at, good: false }),
            _ => None,
        }
    });
    Some(Rollout { revision, ended })
}

/// What is kept of a replica set: those that a deployment went back to, and nothing of all others.
pub(super) fn restored(wire: &ReplicaSet, strings: &mut Interner) -> Option<Restored> {
    let meta = wire.metadata.as_ref().filter(|m| !m.name.is_empty())?;
    let earlier = annotation(&meta.annotations, EARLIER)?;
    let earlier = text(earlier).split(',').filter_map(|n| n.trim().parse().ok()).max()?;
    let owner = meta.owner_references.iter().find(|o| o.controller && o.kind == "Deployment")?;
    Some(Restored {
        name: Name { namespace: strings.share(&meta.namespace), name: own(&meta.name) },
        deployment: strings.share(&owner.name),
        uid: own(&owner.uid),
        revision: revision(&meta.annotations, REVISION)?,
        earlier,
    })
}

fn annotation<'a>(annotations: &'a [Pair], key: &str) -> Option<&'a Bytes> {
    annotations.iter().find(|pair| pair.key == key.as_bytes()).map(|pair| &pair.value)
}

fn revision(annotations: &[Pair], key: &str) -> Option<u64> {
    text(annotation(annotations, key)?).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kubernetes::wire::meta::{AnnotatedMeta, OwnerUid};
    use crate::source::kubernetes::wire::objects::{DeploymentCondition, DeploymentStatus};

    fn pair(key: &'static str, value: &'static str) -> Pair {
        Pair { key: key.into(), value: value.into() }
    }

    fn deployment(observed: i64, replicas: (i32, i32, i32), status: &'static str, reason: &'static str) -> Deployment {
        let at = |seconds| Some(Time { seconds: Some(seconds), nanos: 0 });
        Deployment {
            metadata: Some(AnnotatedMeta {
                name: "checkout".into(),
                generation: 7,
                annotations: vec![pair("kubectl.kubernetes.io/x", "9"), pair(REVISION, "3")],
                ..AnnotatedMeta::default()
            }),
            spec: None,
            status: Some(DeploymentStatus {
                observed_generation: observed,
                replicas: replicas.0,
                updated_replicas: replicas.1,
                available_replicas: replicas.2,
                conditions: vec![DeploymentCondition {
                    kind: "Progressing".into(),
                    status: status.into(),
                    reason: reason.into(),
                    last_update_time: at(1_000),
                    last_transition_time: at(500),
                }],
            }),
        }
    }

    #[test]
    fn a_rollout_ends_when_kubectl_would_say_so() {
        let (good, missed) = (("True", "NewReplicaSetAvailable"), ("False", "ProgressDeadlineExceeded"));
        for (observed, replicas, (status, reason), expected) in [
            (7, (3, 3, 3), good, Some(true)),
            (6, (3, 3, 3), good, None),
            (7, (4, 3, 3), good, None),
            (7, (3, 3, 2), good, None),
            (7, (3, 2, 3), good, None),
            (7, (4, 1, 3), missed, Some(false)),
            (6, (4, 1, 3), missed, None),
            (7, (4, 2, 3), ("True", "ReplicaSetUpdated"), None),
            (7, (3, 3, 3), ("Unknown", "DeploymentPaused"), None),
        ] {
            let rollout = rollout(&deployment(observed, replicas, status, reason), 3).unwrap();
            assert_eq!((rollout.revision, rollout.ended.map(|e| e.good)), (3, expected), "{replicas:?} {reason}");
            assert!(rollout.ended.is_none_or(|e| e.at.as_second() == 1_000));
        }
        let nothing = rollout(&deployment(7, (0, 0, 0), good.0, good.1), 0).unwrap();
        assert_eq!(nothing.ended, None, "nothing is rolled out without replicas");
        assert_eq!(rollout(&Deployment::default(), 3), None);
    }

    #[test]
    fn a_replica_set_that_was_gone_back_to() {
        let set = |annotations: Vec<Pair>| ReplicaSet {
            metadata: Some(AnnotatedMeta {
                name: "checkout-7d4b9c".into(),
                namespace: "shop".into(),
                annotations,
                owner_references: vec![OwnerUid {
                    kind: "Deployment".into(),
                    name: "checkout".into(),
                    uid: "u-1".into(),
                    controller: true,
                }],
                ..AnnotatedMeta::default()
            }),
        };
        let restored = |annotations| restored(&set(annotations), &mut Interner::default());
        let found = restored(vec![pair(EARLIER, "1,4"), pair(REVISION, "6")]).unwrap();
        assert_eq!((found.revision, found.earlier, &*found.uid, &*found.deployment), (6, 4, "u-1", "checkout"));
        assert_eq!(restored(vec![pair(REVISION, "6")]), None);
        assert_eq!(restored(vec![pair(EARLIER, "x"), pair(REVISION, "6")]), None);
        assert_eq!(restored(vec![pair(EARLIER, "2")]), None);
    }
}
