//! What a cluster's API server says: nodes, workloads and pods, only the fields that are shown.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Resources, Rollout};

/// A namespaced name; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl Name {
    /// A name in a namespace.
    pub fn new(namespace: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

/// The kinds that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// `nodes`.
    Nodes,
    /// `deployments`.
    Deployments,
    /// `statefulsets`.
    StatefulSets,
    /// `daemonsets`.
    DaemonSets,
    /// `pods`.
    Pods,
    /// `replicasets`: their metadata, where an SLO counts rollouts.
    ReplicaSets,
    /// `horizontalpodautoscalers`.
    Autoscalers,
}

impl Kind {
    /// Every kind that the picture of a cluster rests on.
    pub const ALL: [Self; 5] = [Self::Nodes, Self::Deployments, Self::StatefulSets, Self::DaemonSets, Self::Pods];

    /// Whether the picture of a cluster may rest on it. Nothing waits for a kind that is not vital, or fails with it: a cluster
    /// is in order where it may not be read, or is not served at all.
    pub fn vital(self) -> bool {
        self != Self::Autoscalers
    }

    /// The resource's plural name in the API.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::Deployments => "deployments",
            Self::StatefulSets => "statefulsets",
            Self::DaemonSets => "daemonsets",
            Self::Pods => "pods",
            Self::ReplicaSets => "replicasets",
            Self::Autoscalers => "horizontalpodautoscalers",
        }
    }
}

/// How much of a kind is seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Coverage {
    /// Nothing has been read yet.
    #[default]
    Unknown,
    /// Everything that the estate file asks for.
    Complete,
    /// Only some namespaces: what is missing, in words.
    Partial(String),
    /// Nothing may be read: why, in words.
    Forbidden(String),
}

/// The three watched workload kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WorkloadKind {
    /// A `Deployment`.
    Deployment,
    /// A `StatefulSet`.
    StatefulSet,
    /// A `DaemonSet`.
    DaemonSet,
}

impl WorkloadKind {
    /// The kind in lower case, as in a subject.
    pub fn word(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
            Self::DaemonSet => "daemonset",
        }
    }

    /// The kind as a watched resource.
    pub fn kind(self) -> Kind {
        match self {
            Self::Deployment => Kind::Deployments,
            Self::StatefulSet => Kind::StatefulSets,
            Self::DaemonSet => Kind::DaemonSets,
        }
    }
}

/// Names one workload of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkloadKey {
    /// Its kind.
    pub kind: WorkloadKind,
    /// Its namespaced name.
    pub name: Name,
}

/// Whether a node is ready, by its `Ready` condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Readiness {
    /// `True`.
    Ready,
    /// `False`.
    NotReady,
    /// `Unknown`, or no such condition: the node does not report. Counts as not ready.
    Unknown,
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its name.
    pub name: Arc<str>,
    /// Its UID.
    pub uid: Arc<str>,
    /// Its `Ready` condition.
    pub readiness: Readiness,
    /// `spec.unschedulable`.
    pub cordoned: bool,
    /// Conditions that are true and ought not to be, such as `MemoryPressure`.
    pub pressures: Vec<String>,
    /// `topology.kubernetes.io/zone`.
    pub zone: Option<Arc<str>>,
    /// `kubernetes.io/arch`.
    pub arch: Option<Arc<str>>,
    /// `eks.amazonaws.com/capacityType` or `karpenter.sh/capacity-type`.
    pub capacity_type: Option<Arc<str>>,
    /// `node.kubernetes.io/instance-type`.
    pub instance_type: Option<Arc<str>>,
    /// `eks.amazonaws.com/nodegroup` or `karpenter.sh/nodepool`.
    pub pool: Option<Arc<str>>,
    /// What its pods may use, of its own; none where it does not say.
    pub allocatable: Option<Resources>,
    /// The kubelet's version.
    pub kubelet: Option<Arc<str>>,
    /// When it was created.
    pub created: Option<Timestamp>,
}

/// One deployment, stateful set or daemon set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// Its kind and name.
    pub key: WorkloadKey,
    /// Its UID.
    pub uid: Arc<str>,
    /// Replicas that are wanted (daemon sets: `desiredNumberScheduled`).
    pub wanted: u32,
    /// Replicas that are available (daemon sets: `numberReady`).
    pub available: u32,
    /// Replicas of the newest revision.
    pub updated: u32,
    /// The reason of a `Progressing` condition that is `False`, such as `ProgressDeadlineExceeded`.
    pub stuck: Option<String>,
    /// The newest rollout of a deployment, as far as it is known.
    pub rollout: Option<Rollout>,
    /// `spec.paused`.
    pub paused: bool,
    /// When it was created.
    pub created: Option<Timestamp>,
}

impl Workload {
    /// Fewer available than wanted, or a rollout that does not progress.
    pub fn degraded(&self) -> bool {
        self.available < self.wanted || self.stuck.is_some()
    }
}

/// `status.phase` of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PodPhase {
    /// Accepted, not all containers started.
    Pending,
    /// Bound, at least one container runs.
    Running,
    /// All containers ended well.
    Succeeded,
    /// All containers ended, at least one badly.
    Failed,
    /// The node does not say.
    Unknown,
}

impl PodPhase {
    /// Its word in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
        }
    }
}

/// What owns a pod, resolved to the workload where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Owner {
    /// A watched workload in the pod's namespace (a replica set is resolved to its deployment).
    Workload(WorkloadKind, Arc<str>),
    /// Something else: kind and name.
    Other(Arc<str>, Arc<str>),
    /// A bare pod.
    Nobody,
}

/// How a container ended last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Termination {
    /// When.
    pub at: Option<Timestamp>,
    /// Such as `OOMKilled` or `Error`.
    pub reason: Arc<str>,
    /// The exit code.
    pub exit_code: i32,
}

/// One pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    /// Its namespaced name.
    pub name: Name,
    /// Its UID.
    pub uid: Arc<str>,
    /// Its phase.
    pub phase: PodPhase,
    /// The most telling reason: a container's waiting reason, else the pod's (`Evicted`, `Unschedulable` …).
    pub reason: Option<Arc<str>>,
    /// A container (init containers too) waits in `CrashLoopBackOff`.
    pub crash_looping: bool,
    /// Restarts, summed over its containers, init containers too.
    pub restarts: u32,
    /// Containers that are ready, of all.
    pub ready: (u16, u16),
    /// The newest last termination of its containers.
    pub last_termination: Option<Termination>,
    /// The node it is bound to.
    pub node: Option<Arc<str>>,
    /// What owns it.
    pub owner: Owner,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// A deletion has been asked for.
    pub deleting: bool,
}

/// New facts of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Batch<T, K> {
    /// Everything there is: what is not in it is gone.
    Snapshot(Vec<T>),
    /// What came or changed, and what went.
    Changes {
        /// New or changed.
        put: Vec<T>,
        /// Deleted.
        gone: Vec<K>,
    },
}
