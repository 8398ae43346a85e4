//! Clusters.

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::{ClusterState, ControlPlane, Coverage, Kind, SourceRecord, Usage};
use crate::judge::Level;

/// One cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// Its name in the estate file.
    pub name: String,
    /// The account's name; null outside AWS.
    pub account: Option<String>,
    /// The region; null outside AWS.
    pub region: Option<String>,
    /// Its level.
    pub level: Level,
    /// Major and minor version.
    pub version: Option<String>,
    /// EKS' own word.
    pub status: Option<String>,
    /// How its API server can be reached.
    pub endpoint: Endpoint,
    /// Log types that are on.
    pub logging: Option<Vec<String>>,
    /// Whether secrets are encrypted with a KMS key.
    pub secrets_encrypted: Option<bool>,
    /// Its add-ons.
    pub addons: Option<Vec<Addon>>,
    /// Its nodes.
    pub nodes: Nodes,
    /// Its pods.
    pub pods: Pods,
    /// Restarts within the last hour, summed over the pods.
    pub restarts_1h: Option<u32>,
    /// What its nodes use.
    pub usage: NodeUsage,
    /// Its deployments, stateful sets and daemon sets.
    pub workloads: Workloads,
    /// Its managed node groups.
    pub nodegroups: Option<Vec<NodeGroup>>,
    /// When the oldest of it was true.
    pub as_of: Option<Timestamp>,
}

/// How an API server can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// From the internet.
    pub public: Option<bool>,
    /// Inside the VPC.
    pub private: Option<bool>,
    /// Blocks that may use the public endpoint.
    pub public_cidrs: Option<Vec<String>>,
}

/// One add-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addon {
    /// Such as `vpc-cni`.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// EKS' own word.
    pub status: String,
}

/// Nodes counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nodes {
    /// With a `Ready` condition that is true.
    pub ready: Option<usize>,
    /// All.
    pub total: Option<usize>,
    /// Marked unschedulable.
    pub cordoned: Option<usize>,
}

/// What nodes use, by the cluster's metrics API.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeUsage {
    /// Percent of their processors.
    pub cpu_percent: Option<f64>,
    /// Percent of their memory.
    pub memory_percent: Option<f64>,
    /// How many nodes that rests on.
    pub nodes: Option<usize>,
    /// When the oldest measurement ended.
    pub as_of: Option<Timestamp>,
    /// Why it cannot be known, and what to do about it.
    pub error: Option<String>,
}

/// Pods counted by phase; `crash_looping` whatever the phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pods {
    /// All.
    pub total: Option<usize>,
    /// In phase `Running`.
    pub running: Option<usize>,
    /// In phase `Pending`.
    pub pending: Option<usize>,
    /// In phase `Failed`.
    pub failed: Option<usize>,
    /// With a container waiting in `CrashLoopBackOff`.
    pub crash_looping: Option<usize>,
}

/// Workloads counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workloads {
    /// All.
    pub total: Option<usize>,
    /// Fewer available than wanted, or a rollout that does not progress.
    pub degraded: Option<usize>,
}

/// One managed node group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeGroup {
    /// Its name.
    pub name: String,
    /// EKS' own word.
    pub status: String,
    /// The wanted size.
    pub desired: Option<u32>,
    /// The smallest size.
    pub min: Option<u32>,
    /// The largest size.
    pub max: Option<u32>,
    /// `ON_DEMAND`, `SPOT` or `CAPACITY_BLOCK`.
    pub capacity: Option<&'static str>,
}

impl Cluster {
    pub(super) fn of(state: &ClusterState, level: Level, watcher: Option<&SourceRecord>, now: Timestamp) -> Self {
        let declared = &state.declared;
        let plane = state.control();
        let (nodes, pods) = (state.node_tally(), state.tally());
        let nodes_seen = |n: usize| state.complete(&[Kind::Nodes]).then_some(n);
        let pods_seen = |n: usize| state.complete(&[Kind::Pods]).then_some(n);
        let workloads_seen =
            |n: usize| state.complete(&[Kind::Deployments, Kind::StatefulSets, Kind::DaemonSets]).then_some(n);
        Self {
            name: declared.name.clone(),
            account: declared.account.clone(),
            region: declared.region.clone(),
            level,
            version: plane.and_then(|p| p.version.clone()),
            status: plane.map(|p| p.status.clone()),
            endpoint: Endpoint {
                public: plane.map(|p| p.endpoint.public),
                private: plane.map(|p| p.endpoint.private),
                public_cidrs: plane.map(|p| p.endpoint.public_cidrs.clone()),
            },
            logging: plane.map(|p| p.logging.clone()),
            secrets_encrypted: plane.map(|p| p.secrets_encrypted),
            addons: plane.and_then(addons),
            nodes: Nodes {
                ready: nodes_seen(nodes.ready),
                total: nodes_seen(nodes.total),
                cordoned: nodes_seen(nodes.cordoned),
            },
            pods: Pods {
                total: pods_seen(pods.total),
                running: pods_seen(pods.running),
                pending: pods_seen(pods.pending),
                failed: pods_seen(pods.failed),
                crash_looping: pods_seen(pods.crash_looping),
            },
            restarts_1h: state.complete(&[Kind::Pods]).then(|| state.restarts_1h(now)),
            usage: usage(state),
            workloads: Workloads {
                total: workloads_seen(state.workloads().len()),
                degraded: workloads_seen(state.degraded().len()),
            },
            nodegroups: plane.and_then(nodegroups),
            as_of: as_of(state, watcher),
        }
    }
}

fn usage(state: &ClusterState) -> NodeUsage {
    let (as_of, error) = match state.usage.as_ref().map(|k| &k.value) {
        Some(Usage::Measured { at, .. }) => (Some(*at), None),
        Some(Usage::Unmeasured(why)) => (None, Some(why.clone())),
        None => (None, None),
    };
    NodeUsage {
        cpu_percent: state.cpu_percent(),
        memory_percent: state.memory_percent(),
        nodes: state.used().map(|(_, _, nodes)| nodes),
        as_of,
        error,
    }
}

fn addons(plane: &ControlPlane) -> Option<Vec<Addon>> {
    let addons = plane.addons.as_ref()?.iter();
    let addon =
        |a: &crate::estate::Addon| Addon { name: a.name.clone(), version: a.version.clone(), status: a.status.clone() };
    Some(addons.map(addon).collect())
}

fn nodegroups(plane: &ControlPlane) -> Option<Vec<NodeGroup>> {
    let groups = plane.nodegroups.as_ref()?.iter();
    let group = |g: &crate::estate::NodeGroup| NodeGroup {
        name: g.name.clone(),
        status: g.status.clone(),
        desired: g.desired,
        min: g.min,
        max: g.max,
        capacity: g.capacity.map(crate::estate::Capacity::word),
    };
    Some(groups.map(group).collect())
}

/// When the oldest of its facts was true: EKS', and the API server's once it has told something.
fn as_of(state: &ClusterState, watcher: Option<&SourceRecord>) -> Option<Timestamp> {
    let told = Kind::ALL.iter().any(|&kind| *state.coverage(kind) != Coverage::Unknown);
    let last_told = watcher.filter(|_| told).and_then(|s| s.as_of);
    [state.control_plane.as_ref().map(|k| k.as_of), last_told].into_iter().flatten().min()
}
