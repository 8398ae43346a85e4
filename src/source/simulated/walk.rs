//! Walking along a cluster's time: everything at first, then only what came, changed or went.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::moment::{At, Moment};
use super::plan::{ClusterPlan, WorkloadPlan};
use crate::estate::{Autoscaler, Batch, Coverage, Fact, Kind, Name, Node, Pod, Workload, WorkloadKey};

/// Where a reader of one cluster stands. It keeps two instants a workload and nothing of the pods: what was seen
/// before is computed again when it is needed.
#[derive(Debug)]
pub(super) struct Walk {
    nodes: Seen,
    workloads: Vec<Seen>,
}

/// When something was last looked at, and from when on it may look different.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: At,
    until: At,
}

/// What changed of one kind.
#[derive(Debug)]
struct Delta<T, K> {
    put: Vec<T>,
    gone: Vec<K>,
}

impl<T, K> Default for Delta<T, K> {
    fn default() -> Self {
        Self { put: Vec::new(), gone: Vec::new() }
    }
}

impl<T: PartialEq, K: Ord> Delta<T, K> {
    fn add(&mut self, before: Vec<T>, now: Vec<T>, key: impl Fn(&T) -> K) {
        let mut old: BTreeMap<K, T> = before.into_iter().map(|t| (key(&t), t)).collect();
        for t in now {
            if old.remove(&key(&t)).as_ref() != Some(&t) {
                self.put.push(t);
            }
        }
        self.gone.extend(old.into_keys());
    }

    fn batch(self) -> Option<Batch<T, K>> {
        (!self.put.is_empty() || !self.gone.is_empty()).then_some(Batch::Changes { put: self.put, gone: self.gone })
    }
}

const KINDS: [Kind; 3] = [Kind::Deployments, Kind::StatefulSets, Kind::DaemonSets];

impl Walk {
    /// Begins: the whole cluster at an instant.
    pub(super) fn begin(cluster: &ClusterPlan, now: At) -> (Self, Vec<Fact>) {
        let mut m = Moment::new(now);
        let nodes = cluster.nodes(&mut m);
        let mut walk = Self { nodes: Seen { at: now, until: m.next() }, workloads: Vec::new() };
        let mut of_kind: BTreeMap<Kind, Vec<Workload>> = BTreeMap::new();
        let mut pods = Vec::new();
        let mut scalers = Vec::new();
        for plan in &cluster.workloads {
            let mut m = Moment::new(now);
            let scene = cluster.scene(plan, &mut m);
            walk.workloads.push(Seen { at: now, until: m.next() });
            scalers.extend(plan.autoscaler(&scene.workload, now));
            of_kind.entry(plan.kind.kind()).or_default().push(scene.workload);
            pods.extend(scene.pods);
        }
        let name = || cluster.name.clone();
        let mut facts = vec![Fact::Nodes(name(), Batch::Snapshot(nodes))];
        for kind in KINDS {
            facts.push(Fact::Workloads(name(), kind, Batch::Snapshot(of_kind.remove(&kind).unwrap_or_default())));
        }
        facts.push(Fact::Pods(name(), Batch::Snapshot(pods)));
        facts.push(Fact::Autoscalers(name(), Batch::Snapshot(scalers)));
        let kinds = Kind::ALL.into_iter().chain([Kind::Autoscalers]);
        facts.extend(kinds.map(|kind| Fact::Coverage(name(), kind, Coverage::Complete)));
        (walk, facts)
    }

    /// When something may look different next.
    pub(super) fn next(&self) -> At {
        self.workloads.iter().map(|s| s.until).fold(self.nodes.until, At::min)
    }

    /// Goes on to an instant: what came, changed or went since.
    pub(super) fn advance(&mut self, cluster: &ClusterPlan, now: At) -> Vec<Fact> {
        self.step(cluster, cluster, now)
    }

    /// Goes on to an instant in a cluster to which somebody did something since `was`.
    pub(super) fn acted(&mut self, was: &ClusterPlan, cluster: &ClusterPlan, now: At) -> Vec<Fact> {
        for seen in self.workloads.iter_mut().chain([&mut self.nodes]) {
            seen.until = now;
        }
        self.step(was, cluster, now)
    }

    fn step(&mut self, was: &ClusterPlan, cluster: &ClusterPlan, now: At) -> Vec<Fact> {
        let mut nodes: Delta<Node, Arc<str>> = Delta::default();
        if self.nodes.until <= now {
            let mut m = Moment::new(now);
            let before = was.nodes(&mut Moment::new(self.nodes.at));
            nodes.add(before, cluster.nodes(&mut m), |n| n.name.clone());
            self.nodes = Seen { at: now, until: m.next() };
        }
        let mut workloads: BTreeMap<Kind, Delta<Workload, WorkloadKey>> = BTreeMap::new();
        let mut pods: Delta<Pod, Name> = Delta::default();
        let mut scalers: Delta<Autoscaler, Name> = Delta::default();
        let plans = was.workloads.iter().zip(&cluster.workloads).zip(&mut self.workloads);
        for ((old, plan), seen) in plans.filter(|(_, seen)| seen.until <= now) {
            let mut m = Moment::new(now);
            let before = was.scene(old, &mut Moment::new(seen.at));
            let scene = cluster.scene(plan, &mut m);
            let scaler = |plan: &WorkloadPlan, w, at| plan.autoscaler(w, at).into_iter().collect();
            let earlier = scaler(old, &before.workload, seen.at);
            scalers.add(earlier, scaler(plan, &scene.workload, now), |a| a.name.clone());
            *seen = Seen { at: now, until: m.next() };
            workloads
                .entry(plan.kind.kind())
                .or_default()
                .add(vec![before.workload], vec![scene.workload], |w| w.key.clone());
            pods.add(before.pods, scene.pods, |p| p.name.clone());
        }
        let name = || cluster.name.clone();
        let mut facts = Vec::new();
        facts.extend(nodes.batch().map(|b| Fact::Nodes(name(), b)));
        facts.extend(workloads.into_iter().filter_map(|(kind, d)| d.batch().map(|b| Fact::Workloads(name(), kind, b))));
        facts.extend(pods.batch().map(|b| Fact::Pods(name(), b)));
        facts.extend(scalers.batch().map(|b| Fact::Autoscalers(name(), b)));
        facts
    }
}
