//! The pods of one cluster, with all that is counted of them as they change.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::restarts::{RestartCounts, Rises, SPAN};
use crate::estate::{Batch, Name, Pod, PodPhase};

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

/// Whether a pod may need someone: it ever restarted, or is pending, failed or crash looping.
fn is_uneasy(pod: &Pod) -> bool {
    pod.restarts > 0 || pod.crash_looping || matches!(pod.phase, PodPhase::Pending | PodPhase::Failed)
}

/// Since when a pod is pending; none where it is not.
fn pending_since(pod: &Pod) -> Option<Timestamp> {
    pod.created.filter(|_| pod.phase == PodPhase::Pending)
}

/// The pods of one cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Pods {
    /// By namespace and name.
    pub(super) all: BTreeMap<Name, Pod>,
    pub(super) tally: PodTally,
    /// The few that may need someone.
    pub(super) uneasy: BTreeSet<Name>,
    /// Pods in phase `Pending`, the oldest first.
    pub(super) pending: BTreeSet<(Timestamp, Name)>,
    pub(super) restarts: RestartCounts,
    pub(super) rises: Rises,
    /// When pods were last told, to know whether a rise can be dated.
    told: Option<Timestamp>,
}

impl Pods {
    /// Takes in what was told at `at`.
    pub(super) fn take(&mut self, batch: Batch<Pod, Name>, at: Timestamp) {
        match batch {
            Batch::Snapshot(all) => self.replace(all, at),
            Batch::Changes { put, gone } => {
                for name in gone {
                    self.remove(&name);
                    self.rises.remove(&name);
                }
                for pod in put {
                    let earlier = self.remove(&pod.name).filter(|p| p.uid == pod.uid);
                    if earlier.is_none() {
                        self.rises.remove(&pod.name);
                    }
                    self.put(pod, earlier.as_ref(), at);
                }
            }
        }
        self.told = Some(at);
    }

    /// Everything there is. The trees are built at once, which is much quicker than pod by pod.
    fn replace(&mut self, mut all: Vec<Pod>, at: Timestamp) {
        let mut before = std::mem::take(&mut self.all).into_iter().peekable();
        let mut rises = std::mem::take(&mut self.rises);
        all.sort_by(|a, b| a.name.cmp(&b.name));
        let mut pods: Vec<(Name, Pod)> = Vec::with_capacity(all.len());
        for pod in all {
            while before.next_if(|(name, _)| *name < pod.name).is_some() {}
            let known = before.next_if(|(name, _)| *name == pod.name).map(|(_, p)| p).filter(|p| p.uid == pod.uid);
            if known.is_some()
                && let Some(seen) = rises.remove(&pod.name)
            {
                self.rises.insert(pod.name.clone(), seen);
            }
            // A list read page by page may name a pod twice; the later word counts.
            let twice = pods.pop_if(|(name, _)| *name == pod.name).map(|(_, p)| p).filter(|p| p.uid == pod.uid);
            self.date(&pod, twice.or(known).as_ref(), at);
            pods.push((pod.name.clone(), pod));
        }
        self.tally = PodTally::default();
        for (_, pod) in &pods {
            self.tally.count(pod, true);
        }
        self.uneasy = pods.iter().filter(|(_, pod)| is_uneasy(pod)).map(|(name, _)| name.clone()).collect();
        let waiting = pods.iter().filter_map(|(name, pod)| Some((pending_since(pod)?, name.clone())));
        self.pending = waiting.collect();
        self.all = pods.into_iter().collect();
        self.restarts.recount(&self.all, &self.rises, at);
    }

    /// Takes note of a rise of a pod's restarts, where it can be said when that was.
    fn date(&mut self, pod: &Pod, earlier: Option<&Pod>, at: Timestamp) {
        let datable = self.told.is_some_and(|told| at.duration_since(told) < SPAN);
        if let Some(rise) = earlier.and_then(|e| pod.restarts.checked_sub(e.restarts)).filter(|&n| n > 0 && datable) {
            let seen = self.rises.entry(pod.name.clone()).or_default();
            seen.retain(|(then, _)| *then > at.saturating_sub(SPAN).unwrap_or(Timestamp::MIN));
            seen.push((at, rise));
        }
    }

    fn put(&mut self, pod: Pod, earlier: Option<&Pod>, at: Timestamp) {
        self.date(&pod, earlier, at);
        self.tally.count(&pod, true);
        if is_uneasy(&pod) {
            self.uneasy.insert(pod.name.clone());
        }
        if let Some(created) = pending_since(&pod) {
            self.pending.insert((created, pod.name.clone()));
        }
        self.restarts.put(&pod, &self.rises, at);
        self.all.insert(pod.name.clone(), pod);
    }

    fn remove(&mut self, name: &Name) -> Option<Pod> {
        let pod = self.all.remove(name)?;
        self.tally.count(&pod, false);
        self.uneasy.remove(name);
        if let Some(created) = pending_since(&pod) {
            self.pending.remove(&(created, pod.name.clone()));
        }
        self.restarts.remove(&pod);
        Some(pod)
    }

    /// Time has passed, of which restarts depend.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        self.restarts.pass_time(&self.all, &self.rises, now);
    }
}
