//! Workloads: what is degraded, and what keeps restarting.

use std::sync::Arc;

use crate::estate::{ClusterState, PodRoot, RootRestarts};
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
        let value = f64::from(missing.max(1));
        if docket.quiet(RuleId::WorkloadDegraded, value) {
            continue;
        }
        let about = Subject::Workload(cluster.clone(), key.clone());
        let Some(breach) = docket.weigh(RuleId::WorkloadDegraded, value, &about) else { continue };
        let (available, wanted, stuck) = (workload.available, workload.wanted, workload.stuck.clone());
        docket.raise(breach, about, Finding::Degraded { available, wanted, stuck }, rests.clone());
    }
}

/// What an alert about restarts is about.
fn about(root: &PodRoot, cluster: &Arc<str>) -> Subject {
    match root {
        PodRoot::Workload(key) => Subject::Workload(cluster.clone(), key.clone()),
        PodRoot::Other(kind, name) => Subject::Pods(cluster.clone(), kind.to_lowercase().into(), name.clone()),
        PodRoot::Bare(name) => Subject::Pods(cluster.clone(), "pod".into(), name.clone()),
    }
}

fn restarts(docket: &mut Docket<'_>, state: &ClusterState, cluster: &Arc<str>, rests: &Rests) {
    for (root, &RootRestarts { times, pods, crash_looping }) in state.restarts_by_root(docket.now).iter() {
        if docket.quiet(RuleId::WorkloadRestarts1h, times as f64) {
            continue;
        }
        let about = about(root, cluster);
        let Some(breach) = docket.weigh(RuleId::WorkloadRestarts1h, times as f64, &about) else { continue };
        docket.raise(breach, about, Finding::Restarts { pods, crash_looping }, rests.clone());
    }
}
