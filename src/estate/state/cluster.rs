//! One cluster as it is known now, its tallies kept as the pods change.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Known;
use super::pods::{PodTally, Pods};
use super::restarts::{self, PodRoot, RootRestarts};
use crate::estate::{
    Autoscaler, Batch, ControlPlane, Coverage, DeclaredCluster, EntryRef, Kind, Name, Node, Pod, Readiness, Resources,
    Rollouts, Usage, Workload, WorkloadKey,
};

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
    /// Its rollouts, where an SLO counts them.
    pub rollouts: Option<Rollouts>,
    /// What its nodes use.
    pub usage: Option<Known<Usage>>,
    coverage: BTreeMap<Kind, Coverage>,
    nodes: BTreeMap<Arc<str>, Node>,
    node_tally: NodeTally,
    pub(super) workloads: BTreeMap<WorkloadKey, Workload>,
    /// Workloads that are degraded, kept as they change.
    degraded: BTreeSet<WorkloadKey>,
    pods: Pods,
    autoscalers: BTreeMap<Name, Autoscaler>,
    /// The kinds that this run has heard of, apart from what an earlier one remembered.
    heard: BTreeSet<Kind>,
    /// This run has heard what the nodes use, or why that cannot be known.
    heard_usage: bool,
}

impl ClusterState {
    /// A cluster of which nothing is known; `counted`: an SLO counts its rollouts.
    pub(super) fn new(declared: DeclaredCluster, counted: bool) -> Self {
        Self {
            declared,
            control_plane: None,
            rollouts: counted.then(Rollouts::default),
            usage: None,
            coverage: BTreeMap::new(),
            nodes: BTreeMap::new(),
            node_tally: NodeTally::default(),
            workloads: BTreeMap::new(),
            degraded: BTreeSet::new(),
            pods: Pods::default(),
            autoscalers: BTreeMap::new(),
            heard: BTreeSet::new(),
            heard_usage: false,
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

    /// Its entry in the estate file.
    pub fn entry(&self) -> EntryRef {
        EntryRef::Cluster(self.declared.name.clone())
    }

    /// What EKS says of it; none while it is not known or EKS does not have it.
    pub fn control(&self) -> Option<&ControlPlane> {
        self.control_plane.as_ref().and_then(|k| k.value.as_ref())
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
        &self.pods.all
    }

    /// Horizontal pod autoscalers by namespace and name.
    pub fn autoscalers(&self) -> &BTreeMap<Name, Autoscaler> {
        &self.autoscalers
    }

    /// The autoscalers that hold a workload: one, where nobody has made a mistake.
    pub fn autoscalers_of(&self, workload: &WorkloadKey) -> impl Iterator<Item = &Autoscaler> {
        self.autoscalers.values().filter(move |a| a.holds(workload))
    }

    /// Pods counted by phase.
    pub fn tally(&self) -> PodTally {
        self.pods.tally
    }

    /// The pods that may need someone: restarted, pending, failed or crash looping ones, by name.
    pub fn uneasy(&self) -> impl Iterator<Item = &Pod> {
        self.pods.uneasy.iter().filter_map(|name| self.pods.all.get(name))
    }

    /// How many pods are in phase `Pending` and were created at `then` or before.
    pub fn pending_since(&self, then: Timestamp) -> usize {
        self.pods.pending.iter().take_while(|(created, _)| *created <= then).count()
    }

    /// One pod's restarts within the hour before `now`: for a pod younger than that its restart count; for an older
    /// one the rise that was seen, and at least 1 where a container's last termination lies within the hour.
    pub fn restarts_1h_of(&self, pod: &Pod, now: Timestamp) -> u32 {
        restarts::within_hour(pod, &self.pods.rises, now)
    }

    /// What restarted within the hour before `now`, with how often. Looks at no pod where time was said to pass
    /// ([`super::Estate::pass_time`]).
    pub fn restarts_by_root(&self, now: Timestamp) -> Cow<'_, BTreeMap<PodRoot, RootRestarts>> {
        self.pods.restarts.roots(&self.pods.all, &self.pods.rises, now)
    }

    /// Restarts within the hour before `now`, summed over the pods.
    pub fn restarts_1h(&self, now: Timestamp) -> u32 {
        self.pods.restarts.total(&self.pods.all, &self.pods.rises, now)
    }

    /// Whether this run has heard of every kind, be it that it may not be read.
    pub fn heard_all(&self) -> bool {
        Kind::ALL.iter().all(|kind| self.heard.contains(kind))
    }

    /// Whether this run has heard what the nodes use, be it that it cannot be known.
    pub fn heard_usage(&self) -> bool {
        self.heard_usage
    }

    pub(super) fn cover(&mut self, kind: Kind, coverage: Coverage) {
        self.heard.insert(kind);
        self.coverage.insert(kind, coverage);
    }

    /// What was taken in so far came from an earlier run.
    pub(super) fn unhear(&mut self) {
        self.heard.clear();
        self.heard_usage = false;
    }

    pub(super) fn take_usage(&mut self, usage: Known<Usage>) {
        self.heard_usage = true;
        self.usage = Some(usage);
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

    pub(super) fn take_workloads(&mut self, kind: Kind, batch: Batch<Workload, WorkloadKey>, at: Timestamp) {
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
            if let Some(rollouts) = &mut self.rollouts {
                rollouts.take(&workload, at);
            }
            if workload.degraded() {
                self.degraded.insert(workload.key.clone());
            } else {
                self.degraded.remove(&workload.key);
            }
            self.workloads.insert(workload.key.clone(), workload);
        }
    }

    pub(super) fn take_autoscalers(&mut self, batch: Batch<Autoscaler, Name>) {
        let put = match batch {
            Batch::Snapshot(all) => {
                self.autoscalers.clear();
                all
            }
            Batch::Changes { put, gone } => {
                for name in gone {
                    self.autoscalers.remove(&name);
                }
                put
            }
        };
        self.autoscalers.extend(put.into_iter().map(|a| (a.name.clone(), a)));
    }

    pub(super) fn take_pods(&mut self, batch: Batch<Pod, Name>, at: Timestamp) {
        self.pods.take(batch, at);
    }

    /// Time has passed, on which restarts within the last hour depend.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        self.pods.pass_time(now);
    }

    pub(super) fn forget_kubernetes(&mut self) {
        let fresh = Self::new(self.declared.clone(), self.rollouts.is_some());
        *self = Self { control_plane: self.control_plane.take(), ..fresh };
    }
}
