//! What people have done to a world: its one memory. The world as it was acted on is a pure function of time again.

use jiff::Timestamp;
use tokio::sync::watch;

use super::database::{DatabaseDeed, DatabasePlan};
use super::deed::Deed;
use super::moment::At;
use super::part::at;
use super::plan::{ClusterPlan, Sizes};
use super::slo::SloPlan;
use super::world::World;

/// One change that somebody made.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// To a workload: the indices of its cluster and of itself.
    Workload(usize, usize, Deed),
    /// To a node of a cluster: whether it is cordoned.
    Node(usize, String, bool),
    /// To a node group of a cluster, by their indices: its sizes.
    Pool(usize, usize, Sizes),
    /// To a database, by its index.
    Database(usize, DatabaseDeed),
    /// Nothing: a mishap of the scenario, by its index, had the call turned down.
    Throttled(usize),
}

impl Act {
    /// The index of the cluster that it changes.
    fn cluster(&self) -> Option<usize> {
        match self {
            Self::Workload(cluster, ..) | Self::Node(cluster, ..) | Self::Pool(cluster, ..) => Some(*cluster),
            Self::Database(..) | Self::Throttled(_) => None,
        }
    }
}

/// What a bad revision harms is well again so long after the one before was put back, seconds.
const HEALS: At = 45;

/// Everything that was done, in order, and when.
pub(super) type Acts = watch::Sender<Vec<(At, Act)>>;

impl World {
    /// Does something, from now on.
    pub(super) fn act(&self, now: Timestamp, act: Act) {
        self.acts.send_modify(|acts| acts.push((at(now), act)));
    }

    /// How often a mishap has had a call turned down.
    pub(super) fn throttled(&self, mishap: usize) -> usize {
        self.acts.borrow().iter().filter(|(_, act)| *act == Act::Throttled(mishap)).count()
    }

    /// Tells when something is done.
    pub(super) fn watch_acts(&self) -> watch::Receiver<Vec<(At, Act)>> {
        self.acts.subscribe()
    }

    /// A cluster with all that was done to it.
    pub(super) fn acted_cluster(&self, index: usize) -> ClusterPlan {
        let mut plan = self.clusters[index].clone();
        for (at, act) in self.acts.borrow().iter() {
            match act {
                Act::Workload(cluster, workload, deed) if *cluster == index => {
                    plan.workloads[*workload].deeds.push((*at, deed.clone()));
                }
                Act::Node(cluster, node, cordoned) if *cluster == index => {
                    plan.cordons.push((*at, node.clone(), *cordoned));
                }
                Act::Pool(cluster, pool, sizes) if *cluster == index => plan.resize(*at, *pool, *sizes),
                _ => {}
            }
            plan.acted += usize::from(act.cluster() == Some(index));
        }
        plan
    }

    /// Whether something was done to a cluster since `was`.
    pub(super) fn has_acted(&self, index: usize, was: &ClusterPlan) -> bool {
        self.acts.borrow().iter().filter(|(_, act)| act.cluster() == Some(index)).count() != was.acted
    }

    /// The SLOs, which heal with the workload that harms them.
    pub(super) fn acted_slos(&self) -> Vec<SloPlan> {
        let mut plans = self.slos.clone();
        let back = |(at, act): &(At, Act)| matches!(act, Act::Workload(.., Deed::RolledBack)).then_some(*at + HEALS);
        let healed = self.acts.borrow().iter().find_map(back);
        for plan in &mut plans {
            plan.course.healed = healed;
        }
        plans
    }

    /// The databases with all that was done to them.
    pub(super) fn acted_databases(&self) -> Vec<DatabasePlan> {
        let mut plans = self.databases.clone();
        for (at, act) in self.acts.borrow().iter() {
            if let Act::Database(database, deed) = act {
                plans[*database].deeds.push((*at, deed.clone()));
            }
        }
        plans
    }
}
