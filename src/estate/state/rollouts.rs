//! From a cluster's rollouts to the histories of the SLOs that rest on them.

use jiff::{SignedDuration, Timestamp};

use super::{ClusterState, Estate, SloState};
use crate::estate::{Batch, Coverage, Kind, Name, Restored, Sli, WorkloadKey, WorkloadKind, series};

/// Rollouts are remembered for the longest window that anyone counts, and at least so long.
const REMEMBERED_S: u64 = 35 * 86_400;

impl ClusterState {
    /// Takes in replica sets that deployments went back to.
    pub(super) fn take_restored(&mut self, batch: Batch<Restored, Name>, now: Timestamp) {
        let Some(rollouts) = &mut self.rollouts else { return };
        let touched = match batch {
            Batch::Snapshot(all) => rollouts.restore(all, &[], true),
            Batch::Changes { put, gone } => rollouts.restore(put, &gone, false),
        };
        for name in touched {
            if let Some(deployment) = self.workloads.get(&WorkloadKey { kind: WorkloadKind::Deployment, name }) {
                rollouts.take(deployment, now);
            }
        }
    }
}

impl Estate {
    /// Counts the rollouts of the clusters that a source watches, once it has been heard as of `as_of`.
    pub(super) fn count_rollouts(&mut self, origin: usize, as_of: Timestamp, now: Timestamp) {
        let record = &self.sources[origin];
        for cluster in self.clusters.iter_mut().filter(|c| record.watches(&c.declared.name)) {
            let seen = *cluster.coverage(Kind::Deployments) == Coverage::Complete;
            let ways_back_seen = *cluster.coverage(Kind::ReplicaSets) == Coverage::Complete;
            let name = &cluster.declared.name;
            let Some(rollouts) = cluster.rollouts.as_mut().filter(|_| seen) else { continue };
            let about = |s: &&mut SloState| matches!(&s.declared.sli, Sli::Rollouts { cluster, .. } if cluster == name);
            let longest = self.slos.iter().map(|s| s.declared.window_s).max().unwrap_or(0).max(REMEMBERED_S);
            let Some(recount) = rollouts.settle(as_of, before(now, longest)) else { continue };
            for slo in self.slos.iter_mut().filter(about) {
                let Sli::Rollouts { namespaces, .. } = &slo.declared.sli else { continue };
                let kept_s = slo.series.minutes_kept_s().unsigned_abs();
                let mut points = rollouts.points(&recount, namespaces, before(now, kept_s), ways_back_seen);
                points.counts_at = Some(series::whole_minute(as_of));
                slo.take(&points, as_of, origin, now);
            }
        }
    }
}

fn before(at: Timestamp, seconds: u64) -> Timestamp {
    let span = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    at.saturating_sub(span).unwrap_or(Timestamp::MIN)
}
