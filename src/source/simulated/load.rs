//! The load estate: as many clusters and pods as one wants, for benches.

use std::sync::Arc;

use super::course::Course;
use super::plan::{ClusterPlan, Habit, PoolPlan, Row, workload};
use super::world::bare_cluster;
use crate::estate::{Capacity, DeclaredEstate, WorkloadKind};

/// Replicas of each deployment.
const REPLICAS: usize = 10;
/// Deployments in a namespace.
const DEPLOYMENTS: usize = 20;
/// Pods on a node.
const PODS_PER_NODE: usize = 25;

/// The declared clusters, each with about so many pods.
pub(super) fn clusters(seed: u64, course: Course, declared: &DeclaredEstate, pods: usize) -> Vec<ClusterPlan> {
    declared.clusters.iter().enumerate().map(|(i, c)| cluster(seed, course, declared, c, i, pods)).collect()
}

fn cluster(
    seed: u64,
    course: Course,
    declared: &DeclaredEstate,
    cluster: &crate::estate::DeclaredCluster,
    index: usize,
    pods: usize,
) -> ClusterPlan {
    let size = u32::try_from(pods.div_ceil(PODS_PER_NODE).max(1)).unwrap_or(u32::MAX);
    let pool = PoolPlan {
        name: "on-demand".into(),
        capacity: Capacity::OnDemand,
        instance_type: "m7g.2xlarge".into(),
        arch: "arm64".into(),
        size,
        min: 1,
        max: size.saturating_mul(2),
    };
    let mut plan = bare_cluster(seed, course, declared, cluster, "1.33", vec![pool]);
    let names: Vec<Arc<str>> =
        (0..pods.div_ceil(REPLICAS * DEPLOYMENTS)).map(|n| Arc::from(format!("team-{n:02}"))).collect();
    let mut left = pods;
    for n in 0..pods.div_ceil(REPLICAS) {
        let base = left.min(REPLICAS);
        left -= base;
        let row = Row { name: "", kind: WorkloadKind::Deployment, base, extra: 0, tolerant: true };
        let mut w = workload(
            seed,
            &cluster.name,
            names[n / DEPLOYMENTS].clone(),
            &format!("service-{:02}", n % DEPLOYMENTS),
            row,
            Habit::Product,
        );
        w.fragile = index == 0 && n == 0;
        plan.workloads.push(w);
    }
    plan
}
