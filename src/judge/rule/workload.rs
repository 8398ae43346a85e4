//! Workloads: what is degraded, and what keeps restarting.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::estate::{ClusterState, Name, Owner, Pod, WorkloadKey, WorkloadKind};
use crate::judge::docket::Docket;
use crate::judge::finding::{Finding, Rests};
use crate::judge::{RuleId, Subject};

/// Judges a cluster's workloads; looks only at those that are degraded and at pods that restarted within the hour.
pub(super) fn workloads(docket: &mut Docket<'_>, state: &ClusterState) {
    let (cluster, rests) = (state.declared.name.as_str().into(), docket.seen(state));
    restarts(docket, state, &cluster, &rests);
    degraded(docket, state, &cluster, &rests);
}

fn degraded(docket: &mut Docket<'_>, state: &ClusterState, cluster: &Arc<str>, rests: &Rests) {
    for key in state.degraded() {
        let Some(workload) = state.workloads().get(key) else { continue };
        let missing = workload.wanted.saturating_sub(workload.available);
        // A rollout that is stuck counts as one missing, though all the old replicas may still serve.
        let Some(breach) = docket.weigh(RuleId::WorkloadDegraded, f64::from(missing.max(1))) else { continue };
        let (available, wanted, stuck) = (workload.available, workload.wanted, workload.stuck.clone());
        let about = Subject::Workload(cluster.clone(), key.clone());
        docket.raise(breach, about, Finding::Degraded { available, wanted, stuck }, rests.clone());
    }
}

/// What a pod's restarts are counted for. Borrowed: most of those that restart are within their thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Root<'a> {
    Workload(&'a str, WorkloadKind, &'a str),
    /// Another owner, such as a job: its kind and name.
    Other(&'a str, &'a str, &'a str),
    Bare(&'a str, &'a str),
}

impl<'a> Root<'a> {
    fn of(pod: &'a Pod) -> Self {
        let namespace = &*pod.name.namespace;
        match &pod.owner {
            Owner::Workload(kind, name) => Self::Workload(namespace, *kind, name),
            Owner::Other(kind, name) => Self::Other(namespace, kind, name),
            Owner::Nobody => Self::Bare(namespace, &pod.name.name),
        }
    }
}

/// What an alert about a pod's restarts is about.
fn about(pod: &Pod, cluster: &Arc<str>) -> Subject {
    let beside = |name: &Arc<str>| Name { namespace: pod.name.namespace.clone(), name: name.clone() };
    match &pod.owner {
        Owner::Workload(kind, name) => {
            Subject::Workload(cluster.clone(), WorkloadKey { kind: *kind, name: beside(name) })
        }
        Owner::Other(kind, name) => Subject::Pods(cluster.clone(), kind.to_lowercase().into(), beside(name)),
        Owner::Nobody => Subject::Pods(cluster.clone(), "pod".into(), pod.name.clone()),
    }
}

#[derive(Debug, Clone, Copy)]
struct Restarts<'a> {
    /// One of the pods.
    pod: &'a Pod,
    times: u32,
    pods: usize,
    crash_looping: usize,
}

fn restarts(docket: &mut Docket<'_>, state: &ClusterState, cluster: &Arc<str>, rests: &Rests) {
    let mut roots: BTreeMap<Root<'_>, Restarts<'_>> = BTreeMap::new();
    for (pod, times) in state.restarting(docket.now) {
        let root = roots.entry(Root::of(pod)).or_insert(Restarts { pod, times: 0, pods: 0, crash_looping: 0 });
        root.times = root.times.saturating_add(times);
        root.pods += 1;
        root.crash_looping += usize::from(pod.crash_looping);
    }
    for Restarts { pod, times, pods, crash_looping } in roots.into_values() {
        let Some(breach) = docket.weigh(RuleId::WorkloadRestarts1h, f64::from(times)) else { continue };
        docket.raise(breach, about(pod, cluster), Finding::Restarts { pods, crash_looping }, rests.clone());
    }
}
