//! The pods of a workload at a moment, and the workload as its controller counts them.

use std::sync::Arc;

use jiff::Timestamp;

use super::chance::{letters, mix, uid};
use super::health::Health;
use super::life::{Cause, Life, Replica};
use super::moment::{At, Moment};
use super::plan::{ClusterPlan, Strategy, WorkloadPlan};
use crate::estate::{Name, Owner, Pod, Workload, WorkloadKey, WorkloadKind};

/// Seconds that a pod takes to end once it is deleted.
const GRACE: At = 8;
/// Seconds until a rollout that does not progress is called stuck (`progressDeadlineSeconds`).
const DEADLINE: At = 600;

/// A workload with its pods, as they are at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) workload: Workload,
    pub(super) pods: Vec<Pod>,
    /// Which replica each of the pods is of; for a daemon set at which place it is.
    pub(super) slots: Vec<usize>,
}

impl ClusterPlan {
    /// A workload and its pods.
    pub(super) fn scene(&self, w: &WorkloadPlan, m: &mut Moment) -> Scene {
        if w.kind == WorkloadKind::DaemonSet { self.daemon(w, m) } else { self.replicated(w, m) }
    }

    fn replicated(&self, w: &WorkloadPlan, m: &mut Moment) -> Scene {
        let newest = w.newest(self.course.crash(), m);
        let (mut wanted, mut available, mut updated) = (0, 0, 0);
        let (mut pods, mut slots) = (Vec::with_capacity(w.slots()), Vec::with_capacity(w.slots()));
        for slot in 0..w.slots() {
            match self.replica(w, slot, m) {
                Some(Replica::Alive(life)) => {
                    wanted += 1;
                    updated += u32::from(life.revision == newest);
                    let pod = self.pod(w, slot, life, None, m);
                    let mut ready = is_ready(&pod);
                    if let Some(before) = self.predecessor(w, slot, life, m) {
                        ready |= is_ready(&before);
                        pods.push(before);
                    }
                    available += u32::from(ready);
                    pods.push(pod);
                }
                Some(Replica::Idle(since)) if w.kind == WorkloadKind::Deployment && !m.past(since + GRACE) => {
                    if let Some(Replica::Alive(life)) = self.replica(w, slot, &mut Moment::new(since - 1)) {
                        pods.push(self.pod(w, slot, life, Some(since), m));
                    }
                }
                Some(Replica::Idle(_)) | None => {}
            }
            slots.resize(pods.len(), slot);
        }
        let stuck = self.course.crash().filter(|_| w.fragile).is_some_and(|since| m.past(since + DEADLINE));
        let stuck = stuck && w.rolled_back(m).is_none();
        let workload = Workload { paused: w.held(m), ..w.counted(wanted, available, updated, stuck) };
        Scene { workload, pods, slots }
    }

    /// The pod that a replica's pod took over from, while it is still there.
    fn predecessor(&self, w: &WorkloadPlan, slot: usize, life: Life, m: &mut Moment) -> Option<Pod> {
        if w.kind != WorkloadKind::Deployment || life.cause == Cause::Scaled {
            return None;
        }
        let surges = life.cause == Cause::Rollout && w.strategy == Strategy::Surge;
        // One that waits for a node keeps the one before from going.
        let leaves = if surges { life.seated.map_or(At::MAX, |seated| seated + w.startup) } else { life.born };
        if m.past(leaves.saturating_add(GRACE)) {
            return None;
        }
        match self.replica(w, slot, &mut Moment::new(life.born - 1))? {
            Replica::Alive(before) => Some(self.pod(w, slot, before, Some(leaves), m)),
            Replica::Idle(_) => None,
        }
    }

    fn daemon(&self, w: &WorkloadPlan, m: &mut Moment) -> Scene {
        let standing = self.standing(m);
        let slots = standing.iter().map(|s| s.place).collect();
        let wanted = u32::try_from(standing.len()).unwrap_or(u32::MAX);
        let pods: Vec<Pod> = standing
            .into_iter()
            .map(|s| {
                let born = w.gone(s.place, m).unwrap_or(At::MIN).max(s.born + 1);
                let life = Life {
                    born,
                    cause: Cause::Moved,
                    revision: 0,
                    seated: Some(born),
                    place: s.place,
                    generation: s.generation,
                };
                self.pod(w, s.place, life, None, m)
            })
            .collect();
        let available = pods.iter().filter(|p| is_ready(p)).count();
        let available = u32::try_from(available).unwrap_or(u32::MAX);
        Scene { workload: w.counted(wanted, available, wanted, false), pods, slots }
    }

    /// One pod of a replica; `leaves` is when it was or will be deleted.
    fn pod(&self, w: &WorkloadPlan, slot: usize, life: Life, leaves: Option<At>, m: &mut Moment) -> Pod {
        let Health { phase, reason, crash_looping, restarts, ready, last } = w.health(slot, life, m);
        let deleting = leaves.is_some_and(|at| m.past(at));
        let ready = ready && self.reports(life.place, m);
        let id = mix(mix(w.grain, slot as u64), life.born.cast_unsigned());
        let name = match w.kind {
            WorkloadKind::Deployment => {
                let replica_set = letters(mix(w.grain, life.revision.cast_unsigned()), 9);
                format!("{}-{replica_set}-{}", w.name, letters(id, 5))
            }
            WorkloadKind::StatefulSet => format!("{}-{slot}", w.name),
            WorkloadKind::DaemonSet => format!("{}-{}", w.name, letters(id, 5)),
        };
        Pod {
            name: Name { namespace: w.namespace.clone(), name: Arc::from(name) },
            uid: Arc::from(uid(id)),
            phase,
            reason: reason.map(Arc::from),
            crash_looping,
            restarts,
            ready: (if ready { w.containers } else { 0 }, w.containers),
            last_termination: last,
            node: life.seated.map(|_| self.node_name(life.place, life.generation)),
            owner: Owner::Workload(w.kind, w.name.clone()),
            created: Timestamp::from_second(life.born).ok(),
            deleting,
        }
    }
}

fn is_ready(pod: &Pod) -> bool {
    !pod.deleting && pod.ready.0 == pod.ready.1
}

impl WorkloadPlan {
    fn counted(&self, wanted: u32, available: u32, updated: u32, stuck: bool) -> Workload {
        Workload {
            key: WorkloadKey {
                kind: self.kind,
                name: Name { namespace: self.namespace.clone(), name: self.name.clone() },
            },
            uid: self.uid.clone(),
            wanted,
            available,
            updated,
            stuck: stuck.then(|| "ProgressDeadlineExceeded".to_owned()),
            rollout: None,
            paused: false,
            created: Timestamp::from_second(self.created).ok(),
        }
    }
}
