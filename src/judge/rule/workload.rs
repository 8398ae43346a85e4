//! Workloads: what is degraded, and what keeps restarting.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cluster::seen;
use crate::estate::{ClusterState, EntryRef, Name, Owner, Pod, WorkloadKey, WorkloadKind};
use crate::judge::docket::{Docket, Ground};
use crate::judge::{RuleId, Subject, words};

/// Judges a cluster's workloads; looks only at those that are degraded and at pods that restarted within the hour.
pub(super) fn workloads(docket: &mut Docket<'_>, state: &ClusterState) {
    degraded(docket, state);
    restarts(docket, state);
}

/// `cluster/namespace/kind/name`.
fn subject(state: &ClusterState, name: &Name, kind: &str) -> String {
    format!("{}/{}/{kind}/{}", state.declared.name, name.namespace, name.name)
}

fn degraded(docket: &mut Docket<'_>, state: &ClusterState) {
    for key in state.degraded() {
        let Some(workload) = state.workloads().get(key) else { continue };
        let missing = workload.wanted.saturating_sub(workload.available);
        // A rollout that is stuck counts as one missing, though all the old replicas may still serve.
        let Some(breach) = docket.weigh(RuleId::WorkloadDegraded, f64::from(missing.max(1))) else { continue };
        let serving = format!("{} of {} available", workload.available, workload.wanted);
        let brief = match (&workload.stuck, missing) {
            (Some(reason), 0) => format!("rollout stuck: {reason}"),
            (Some(reason), _) => format!("{serving}, rollout stuck: {reason}"),
            (None, _) => serving.clone(),
        };
        let stuck = workload.stuck.as_deref().map_or_else(String::new, |r| format!(", its rollout is stuck ({r})"));
        let finding = format!(
            "{} {}/{} has {serving}{stuck}: {missing} missing, {}.",
            key.kind.word(),
            key.name.namespace,
            key.name.name,
            breach.against(),
        );
        let ground = Ground::new(finding, seen(docket, state));
        let about = Subject::Workload(state.declared.name.clone(), key.clone());
        docket.raise(breach, about, subject(state, &key.name, key.kind.word()), brief, ground);
    }
}

/// What a pod's restarts are counted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    Workload(WorkloadKind, Name),
    /// Another owner, such as a job: its kind and name.
    Other(Arc<str>, Name),
    Bare(Name),
}

impl Root {
    fn of(pod: &Pod) -> Self {
        let beside = |name: &Arc<str>| Name { namespace: pod.name.namespace.clone(), name: name.clone() };
        match &pod.owner {
            Owner::Workload(kind, name) => Self::Workload(*kind, beside(name)),
            Owner::Other(kind, name) => Self::Other(kind.clone(), beside(name)),
            Owner::Nobody => Self::Bare(pod.name.clone()),
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Restarts {
    times: u32,
    pods: usize,
    crash_looping: usize,
}

fn restarts(docket: &mut Docket<'_>, state: &ClusterState) {
    let mut roots: BTreeMap<Root, Restarts> = BTreeMap::new();
    for (pod, times) in state.restarting(docket.now) {
        let root = roots.entry(Root::of(pod)).or_default();
        root.times = root.times.saturating_add(times);
        root.pods += 1;
        root.crash_looping += usize::from(pod.crash_looping);
    }
    for (root, Restarts { times, pods, crash_looping }) in roots {
        let Some(breach) = docket.weigh(RuleId::WorkloadRestarts1h, f64::from(times)) else { continue };
        let cluster = || state.declared.name.clone();
        // A workload is named by what the alert is about; another owner only by these words.
        let whose = match &root {
            Root::Workload(..) => String::new(),
            Root::Other(kind, name) => format!("{} {}/{}: ", kind.to_lowercase(), name.namespace, name.name),
            Root::Bare(name) => format!("pod {}/{}: ", name.namespace, name.name),
        };
        let (about, kind, name) = match root {
            Root::Workload(kind, name) => {
                let key = WorkloadKey { kind, name: name.clone() };
                (Subject::Workload(cluster(), key), kind.word().to_owned(), name)
            }
            Root::Other(kind, name) => (Subject::Entry(EntryRef::Cluster(cluster())), kind.to_lowercase(), name),
            Root::Bare(name) => (Subject::Entry(EntryRef::Cluster(cluster())), "pod".to_owned(), name),
        };
        let crashing = match crash_looping {
            0 => String::new(),
            n => format!(", {} crash looping", words::count(n, "pod", "pods")),
        };
        let said = words::number(f64::from(times));
        let finding = format!(
            "{} of {kind} {}/{} restarted {said} times in the last hour{crashing}, {}.",
            words::count(pods, "pod", "pods"),
            name.namespace,
            name.name,
            breach.against(),
        );
        let ground = Ground::new(finding, seen(docket, state));
        docket.raise(
            breach,
            about,
            subject(state, &name, &kind),
            format!("{whose}{said} restarts /h{crashing}"),
            ground,
        );
    }
}
