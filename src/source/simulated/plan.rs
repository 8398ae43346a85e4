//! What a cluster is built of: pools of nodes, and workloads with their habits.

use std::sync::Arc;

use super::chance::{below, grain, mix};
use super::course::Course;
use super::deed::Deed;
use super::moment::{At, DAY, Recurring};
use crate::estate::{Capacity, WorkloadKind};

/// One cluster of the world.
#[derive(Debug, Clone)]
pub(super) struct ClusterPlan {
    /// Its name in the estate file.
    pub(super) name: String,
    /// Its account's name.
    pub(super) account: String,
    /// Its account's id.
    pub(super) account_id: String,
    /// Its AWS region.
    pub(super) region: String,
    /// Kubernetes' major and minor version.
    pub(super) version: &'static str,
    /// Its chance.
    pub(super) grain: u64,
    /// What goes wrong.
    pub(super) course: Course,
    /// Its node groups.
    pub(super) pools: Vec<PoolPlan>,
    /// Places for nodes, pool after pool; a place keeps its pods when its node is replaced.
    pub(super) places: Vec<Place>,
    /// Its workloads.
    pub(super) workloads: Vec<WorkloadPlan>,
    /// Nodes that people have cordoned, or have let take pods again, and when.
    pub(super) cordons: Vec<(At, String, bool)>,
    /// Sizes of node groups that people have set, by the group's index, and when.
    pub(super) resizes: Vec<(At, usize, Sizes)>,
    /// How often people have acted on it.
    pub(super) acted: usize,
}

/// The sizes of a node group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) desired: u32,
}

/// A node group.
#[derive(Debug, Clone)]
pub(super) struct PoolPlan {
    pub(super) name: Arc<str>,
    pub(super) capacity: Capacity,
    pub(super) instance_type: Arc<str>,
    pub(super) arch: Arc<str>,
    pub(super) size: u32,
    pub(super) min: u32,
    pub(super) max: u32,
}

/// A place for a node.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) pool: usize,
    pub(super) zone: Arc<str>,
    pub(super) grain: u64,
    /// When its node is replaced: spot nodes every few days, the others with each new image.
    pub(super) replaced: Recurring,
    /// When its first node was asked for; none of one that was always there.
    pub(super) opened: Option<At>,
    /// When its node was given up, for good.
    pub(super) closes: Option<At>,
}

/// A disruption budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Budget {
    /// So many may be missing.
    MaxUnavailable(u32),
    /// So many must be there.
    MinAvailable(u32),
}

/// How a workload's pods are replaced in a rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// A new pod first, then the old one goes.
    Surge,
    /// The old pod goes first.
    Replace,
}

/// One workload.
#[derive(Debug, Clone)]
pub(super) struct WorkloadPlan {
    pub(super) kind: WorkloadKind,
    pub(super) namespace: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) uid: Arc<str>,
    pub(super) created: At,
    pub(super) grain: u64,
    /// Replicas at night.
    pub(super) base: usize,
    /// Replicas that the autoscaler adds over the day.
    pub(super) extra: usize,
    pub(super) containers: u16,
    pub(super) strategy: Strategy,
    pub(super) rollouts: Recurring,
    /// Seconds between one replica's turn in a rollout and the next one's.
    pub(super) turn: At,
    /// Seconds from creation to ready.
    pub(super) startup: At,
    /// May run on spot nodes.
    pub(super) tolerant: bool,
    /// The one that crash loops.
    pub(super) fragile: bool,
    /// Its disruption budget.
    pub(super) budget: Option<Budget>,
    /// Its pods keep something in an `emptyDir` volume.
    pub(super) scratch: bool,
    /// What people have done to it, in order.
    pub(super) deeds: Vec<(At, Deed)>,
}

/// Builds the places of pools.
pub(super) fn places(region: &str, seed: u64, cluster: &str, pools: &[PoolPlan]) -> Vec<Place> {
    let zones: Vec<Arc<str>> = ["a", "b", "c"].iter().map(|z| Arc::from(format!("{region}{z}"))).collect();
    let mut all = Vec::new();
    for (pool, plan) in pools.iter().enumerate() {
        for i in 0..plan.size as usize {
            let grain = grain(seed, &format!("{cluster}/{}/{i}", plan.name));
            let replaced = Recurring::new(grain, lasts(plan.capacity, grain));
            all.push(Place { pool, zone: zones[i % 3].clone(), grain, replaced, opened: None, closes: None });
        }
    }
    all
}

/// How long a node lasts, on average.
pub(super) fn lasts(capacity: Capacity, grain: u64) -> At {
    match capacity {
        Capacity::Spot => 3 * DAY + below(mix(grain, 5), 2 * DAY),
        _ => 20 * DAY + below(mix(grain, 5), 5 * DAY),
    }
}

/// A workload as a table names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) kind: WorkloadKind,
    pub(super) base: usize,
    pub(super) extra: usize,
    pub(super) tolerant: bool,
}

/// How often a workload is rolled out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Habit {
    /// The team's own: a few times a day to every other day.
    Product,
    /// Third-party: every week or two.
    Platform,
}

/// Builds a workload.
pub(super) fn workload(
    seed: u64,
    cluster: &str,
    namespace: Arc<str>,
    name: &str,
    row: Row,
    habit: Habit,
) -> WorkloadPlan {
    let grain = grain(seed, &format!("{cluster}/{namespace}/{name}"));
    let often = match habit {
        Habit::Product => 4 * 3_600 + below(mix(grain, 21), 20 * 3_600),
        Habit::Platform => 9 * DAY + below(mix(grain, 21), 7 * DAY),
    };
    // Workloads were created in the course of 2025.
    let created = 1_735_689_600 + below(mix(grain, 22), 300 * DAY);
    WorkloadPlan {
        kind: row.kind,
        namespace,
        name: Arc::from(name),
        uid: Arc::from(super::chance::uid(mix(grain, 23))),
        created,
        grain,
        base: row.base,
        extra: row.extra,
        containers: if matches!(habit, Habit::Product) && mix(grain, 24).is_multiple_of(3) { 2 } else { 1 },
        strategy: if row.kind == WorkloadKind::Deployment { Strategy::Surge } else { Strategy::Replace },
        rollouts: Recurring::new(mix(grain, 25), often),
        turn: 9 + below(mix(grain, 26), 9),
        startup: 6 + below(mix(grain, 27), 8),
        tolerant: row.tolerant,
        fragile: false,
        budget: None,
        scratch: false,
        deeds: Vec::new(),
    }
}
