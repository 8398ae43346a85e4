//! One cluster as it is known now, its tallies kept as the pods change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Known;
use crate::estate::{
    Batch, ControlPlane, Coverage, DeclaredCluster, Kind, Name, Node, Pod, PodPhase, Readiness, Resources, Usage,
    Workload, WorkloadKey,
};

/// The span over which restarts are counted.
const RESTART_SPAN: SignedDuration = SignedDuration::from_hours(1);

/// Pods by phase; `crash_looping` whatever the phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PodTally {
    /// All pods.
    pub total: usize,
    /// In phase `Running`.
    pub running: usize,
    /// In phase `Pending`.
    pub pending: usize,
    /// In phase `Failed`.
    pub failed: usize,
    /// With a container waiting in `CrashLoopBackOff`.
    pub crash_looping: usize,
}

impl PodTally {
    fn count(&mut self, pod: &Pod, add: bool) {
        let step = |n: &mut usize| *n = if add { *n + 1 } else { n.saturating_sub(1) };
        step(&mut self.total);
        match pod.phase {
            PodPhase::Running => step(&mut self.running),
            PodPhase::Pending => step(&mut self.pending),
            PodPhase::Failed => step(&mut self.failed),
            PodPhase::Succeeded | PodPhase::Unknown => {}
        }
        if pod.crash_looping {
            step(&mut self.crash_looping);
        }
    }
}

/// Nodes by readiness.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NodeTally {
    /// All nodes.
    pub total: usize,
    /// With a `Ready` condition that is `True`, cordoned or not.
    pub ready: usize,
    /// Marked unschedulable, ready or not.
    pub cordoned: usize,
}

/// One cluster: what was declared and what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterState {
    /// What the team declared.
    pub declared: DeclaredCluster,
    /// What EKS says; an inner none says that EKS does not have it.
    pub control_plane: Option<Known<Option<ControlPlane>>>,
    /// What its nodes use.
    pub usage: Option<Known<Usage>>,
    coverage: BTreeMap<Kind, Coverage>,
    nodes: BTreeMap<Arc<str>, Node>,
    node_tally: NodeTally,
    workloads: BTreeMap<WorkloadKey, Workload>,
    /// Workloads that are degraded, kept as they change.
    degraded: BTreeSet<WorkloadKey>,
    pods: BTreeMap<Name, Pod>,
    tally: PodTally,
    /// Pods that ever restarted, or that are pending, failed or crash looping: the few that may need someone.
    uneasy: BTreeSet<Name>,
    /// Pods in phase `Pending`, the oldest first.
    pending: BTreeSet<(Timestamp, Name)>,
    /// Pods whose restarts may count, by the instant after which they no longer do: a judgement looks at the end only.
    counting: BTreeSet<(Timestamp, Name)>,
    /// The same instants by pod, to find them again.
    counting_until: BTreeMap<Name, Timestamp>,
    /// Restarts that were seen, by pod: when and how many.
    rises: BTreeMap<Name, Vec<(Timestamp, u32)>>,
    /// When pods were last told, to know whether a rise can be dated.
    pods_told: Option<Timestamp>,
    /// The kinds that this run has heard of, apart from what an earlier one remembered.
    heard: BTreeSet<Kind>,
}

impl ClusterState {
    pub(super) fn new(declared: DeclaredCluster) -> Self {
        Self {
            declared,
            control_plane: None,
            usage: None,
            coverage: BTreeMap::new(),
            nodes: BTreeMap::new(),
            node_tally: NodeTally::default(),
            workloads: BTreeMap::new(),
            degraded: BTreeSet::new(),
            pods: BTreeMap::new(),
            tally: PodTally::default(),
            uneasy: BTreeSet::new(),
            pending: BTreeSet::new(),
            counting: BTreeSet::new(),
            counting_until: BTreeMap::new(),
            rises: BTreeMap::new(),
            pods_told: None,
            heard: BTreeSet::new(),
        }
    }

    /// How much of a kind is seen.
    pub fn coverage(&self, kind: Kind) -> &Coverage {
        self.coverage.get(&kind).unwrap_or(&Coverage::Unknown)
    }

    /// Whether every one of the kinds is seen whole.
    pub fn complete(&self, kinds: &[Kind]) -> bool {
        kinds.iter().all(|&k| *self.coverage(k) == Coverage::Complete)
    }

    /// Nodes by name.
    pub fn nodes(&self) -> &BTreeMap<Arc<str>, Node> {
        &self.nodes
    }

    /// What its nodes use and what they have to give, summed over the nodes of which both are known, and how many those
    /// are; none where there is no such node.
    pub fn used(&self) -> Option<(Resources, Resources, usize)> {
        let Usage::Measured { nodes, .. } = &self.usage.as_ref()?.value else { return None };
        let both = nodes.iter().filter_map(|(name, used)| Some((used, self.nodes.get(name)?.allocatable?)));
        let (used, given, count) = both.fold((Resources::default(), Resources::default(), 0), |sum, (used, given)| {
            (sum.0.plus(*used), sum.1.plus(given), sum.2 + 1)
        });
        (count > 0).then_some((used, given, count))
    }

    /// Percent of the nodes' processors that is used.
    pub fn cpu_percent(&self) -> Option<f64> {
        let (used, given, _) = self.used()?;
        (given.cpu_milli > 0).then(|| 100.0 * used.cpu_milli as f64 / given.cpu_milli as f64)
    }

    /// Percent of the nodes' memory that is used.
    pub fn memory_percent(&self) -> Option<f64> {
        let (used, given, _) = self.used()?;
        (given.memory_bytes > 0).then(|| 100.0 * used.memory_bytes as f64 / given.memory_bytes as f64)
    }

    /// Nodes counted by readiness.
    pub fn node_tally(&self) -> NodeTally {
        self.node_tally
    }

    /// Workloads by kind and name.
    pub fn workloads(&self) -> &BTreeMap<WorkloadKey, Workload> {
        &self.workloads
    }

    /// The workloads that are degraded, by kind and name.
    pub fn degraded(&self) -> impl ExactSizeIterator<Item = &WorkloadKey> {
        self.degraded.iter()
    }

    /// Pods by namespace and name.
    pub fn pods(&self) -> &BTreeMap<Name, Pod> {
        &self.pods
    }

    /// Pods counted by phase.
    pub fn tally(&self) -> PodTally {
        self.tally
    }

    /// The pods that may need someone: restarted, pending, failed or crash looping ones, by name.
    pub fn uneasy(&self) -> impl Iterator<Item = &Pod> {
        self.uneasy.iter().filter_map(|name| self.pods.get(name))
    }

    /// How many pods are in phase `Pending` and were created at `then` or before.
    pub fn pending_since(&self, then: Timestamp) -> usize {
        self.pending.iter().take_while(|(created, _)| *created <= then).count()
    }

    /// One pod's restarts within the hour before `now`: for a pod younger than that its restart count; for an older
    /// one the rise that was seen, and at least 1 where a container's last termination lies within the hour.
    pub fn restarts_1h_of(&self, pod: &Pod, now: Timestamp) -> u32 {
        let since = before(now, RESTART_SPAN);
        if pod.created.is_some_and(|created| created > since) {
            return pod.restarts;
        }
        let seen = self.rises.get(&pod.name).map_or(0, |rises| {
            rises.iter().filter(|(at, _)| *at > since).fold(0u32, |sum, (_, n)| sum.saturating_add(*n))
        });
        let ended = pod.last_termination.as_ref().and_then(|t| t.at).is_some_and(|at| at > since);
        seen.max(u32::from(ended))
    }

    /// The pods that restarted within the hour before `now`, with how often. Looks at no other pod.
    pub fn restarting(&self, now: Timestamp) -> impl Iterator<Item = (&Pod, u32)> {
        self.counting
            .iter()
            .rev()
            .take_while(move |(until, _)| *until > now)
            .filter_map(move |(_, name)| self.pods.get(name))
            .map(move |pod| (pod, self.restarts_1h_of(pod, now)))
            .filter(|(_, restarts)| *restarts > 0)
    }

    /// Restarts within the hour before `now`, summed over the pods.
    pub fn restarts_1h(&self, now: Timestamp) -> u32 {
        self.restarting(now).fold(0, |sum, (_, n)| sum.saturating_add(n))
    }

    /// Whether this run has heard of every kind, be it that it may not be read.
    pub fn heard_all(&self) -> bool {
        self.heard.len() == Kind::ALL.len()
    }

    pub(super) fn cover(&mut self, kind: Kind, coverage: Coverage) {
        self.heard.insert(kind);
        self.coverage.insert(kind, coverage);
    }

    /// What was taken in so far came from an earlier run.
    pub(super) fn unhear(&mut self) {
        self.heard.clear();
    }

    pub(super) fn take_nodes(&mut self, batch: Batch<Node, Arc<str>>) {
        match batch {
            Batch::Snapshot(all) => self.nodes = all.into_iter().map(|n| (n.name.clone(), n)).collect(),
            Batch::Changes { put, gone } => {
                for key in gone {
                    self.nodes.remove(&key);
                }
                self.nodes.extend(put.into_iter().map(|n| (n.name.clone(), n)));
            }
        }
        self.node_tally = self.nodes.values().fold(NodeTally::default(), |sum, node| NodeTally {
            total: sum.total + 1,
            ready: sum.ready + usize::from(node.readiness == Readiness::Ready),
            cordoned: sum.cordoned + usize::from(node.cordoned),
        });
    }

    pub(super) fn take_workloads(&mut self, kind: Kind, batch: Batch<Workload, WorkloadKey>) {
        let put = match batch {
            Batch::Snapshot(all) => {
                self.workloads.retain(|key, _| key.kind.kind() != kind);
                self.degraded.retain(|key| key.kind.kind() != kind);
                all
            }
            Batch::Changes { put, gone } => {
                for key in gone {
                    self.workloads.remove(&key);
                    self.degraded.remove(&key);
                }
                put
            }
        };
        for workload in put {
            if workload.degraded() {
                self.degraded.insert(workload.key.clone());
            } else {
                self.degraded.remove(&workload.key);
            }
            self.workloads.insert(workload.key.clone(), workload);
        }
    }

    pub(super) fn take_pods(&mut self, batch: Batch<Pod, Name>, at: Timestamp) {
        match batch {
            Batch::Snapshot(all) => {
                let mut before = std::mem::take(&mut self.pods);
                let mut rises = std::mem::take(&mut self.rises);
                self.tally = PodTally::default();
                self.uneasy.clear();
                self.pending.clear();
                self.counting.clear();
                self.counting_until.clear();
                for pod in all {
                    let earlier = before.remove(&pod.name).filter(|p| p.uid == pod.uid);
                    if earlier.is_some()
                        && let Some(seen) = rises.remove(&pod.name)
                    {
                        self.rises.insert(pod.name.clone(), seen);
                    }
                    // A list read page by page may name a pod twice; the later word counts.
                    let twice = self.remove_pod_keeping_rises(&pod.name).filter(|p| p.uid == pod.uid);
                    let earlier = twice.or(earlier);
                    self.put_pod(pod, earlier.as_ref(), at);
                }
            }
            Batch::Changes { put, gone } => {
                for name in gone {
                    self.remove_pod(&name);
                }
                for pod in put {
                    let earlier = self.remove_pod_keeping_rises(&pod.name);
                    let earlier = earlier.filter(|p| p.uid == pod.uid);
                    if earlier.is_none() {
                        self.rises.remove(&pod.name);
                    }
                    self.put_pod(pod, earlier.as_ref(), at);
                }
            }
        }
        self.pods_told = Some(at);
    }

    fn put_pod(&mut self, pod: Pod, earlier: Option<&Pod>, at: Timestamp) {
        let datable = self.pods_told.is_some_and(|told| at.duration_since(told) < RESTART_SPAN);
        if let Some(rise) = earlier.and_then(|e| pod.restarts.checked_sub(e.restarts)).filter(|&n| n > 0 && datable) {
            let seen = self.rises.entry(pod.name.clone()).or_default();
            seen.retain(|(then, _)| *then > before(at, RESTART_SPAN));
            seen.push((at, rise));
        }
        self.tally.count(&pod, true);
        if pod.restarts > 0 || pod.crash_looping || matches!(pod.phase, PodPhase::Pending | PodPhase::Failed) {
            self.uneasy.insert(pod.name.clone());
        }
        if let (PodPhase::Pending, Some(created)) = (pod.phase, pod.created) {
            self.pending.insert((created, pod.name.clone()));
        }
        if let Some(until) = self.counts_until(&pod) {
            self.counting.insert((until, pod.name.clone()));
            self.counting_until.insert(pod.name.clone(), until);
        }
        self.pods.insert(pod.name.clone(), pod);
    }

    fn remove_pod_keeping_rises(&mut self, name: &Name) -> Option<Pod> {
        let pod = self.pods.remove(name)?;
        self.tally.count(&pod, false);
        self.uneasy.remove(name);
        if let Some(created) = pod.created {
            self.pending.remove(&(created, name.clone()));
        }
        if let Some(until) = self.counting_until.remove(name) {
            self.counting.remove(&(until, name.clone()));
        }
        Some(pod)
    }

    /// The instant after which none of a pod's restarts lies within the last hour; none where it never restarted.
    fn counts_until(&self, pod: &Pod) -> Option<Timestamp> {
        let ended = pod.last_termination.as_ref().and_then(|t| t.at);
        let seen = self.rises.get(&pod.name).and_then(|rises| rises.iter().map(|(at, _)| *at).max());
        if pod.restarts == 0 && ended.is_none() && seen.is_none() {
            return None;
        }
        let newest = [pod.created, ended, seen].into_iter().flatten().max()?;
        Some(newest.saturating_add(RESTART_SPAN).unwrap_or(Timestamp::MAX))
    }

    fn remove_pod(&mut self, name: &Name) {
        self.remove_pod_keeping_rises(name);
        self.rises.remove(name);
    }

    pub(super) fn forget_kubernetes(&mut self) {
        *self = Self { control_plane: self.control_plane.take(), ..Self::new(self.declared.clone()) };
    }
}

/// The instant a span before another; the beginning of time where there is none.
fn before(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_sub(span).unwrap_or(Timestamp::MIN)
}
