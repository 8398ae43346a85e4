//! The target of an operation, pinned: its whole identity, copied when the key is pressed.

use serde::{Deserialize, Serialize};

/// What kind of thing a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// A deployment or a stateful set.
    Workload,
    /// A namespace of a cluster.
    Namespace,
    /// A horizontal pod autoscaler.
    Autoscaler,
    /// A pod.
    Pod,
    /// A node.
    Node,
    /// A managed node group.
    NodeGroup,
    /// A database of the estate file, with its Global Database where it has one.
    Database,
}

impl TargetKind {
    /// How a target of this kind is written on the command line.
    pub fn form(self) -> &'static str {
        match self {
            Self::Workload => "CLUSTER/NAMESPACE/deployment/NAME (or statefulset)",
            Self::Namespace => "CLUSTER/NAMESPACE",
            Self::Autoscaler => "CLUSTER/NAMESPACE/hpa/NAME",
            Self::Pod => "CLUSTER/NAMESPACE/pod/NAME",
            Self::Node => "CLUSTER/node/NAME",
            Self::NodeGroup => "CLUSTER/nodegroup/NAME",
            Self::Database => "DATABASE",
        }
    }
}

/// The whole identity of what an operation acts on. Nothing looks a selection up again: a refresh, a new order or another
/// context cannot redirect it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pinned {
    /// Its kind.
    pub kind: TargetKind,
    /// What a person calls it, and types to confirm: the last part of the target as it is written.
    pub name: String,
    /// The account's name in the estate file; none for a cluster outside AWS.
    pub account: Option<String>,
    /// The account's twelve digits as the estate file has them.
    pub account_id: Option<String>,
    /// The AWS region.
    pub region: Option<String>,
    /// The cluster's name in the estate file.
    pub cluster: Option<String>,
    /// What EKS calls the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eks: Option<String>,
    /// The kubeconfig context by which `kubectl` reaches the cluster: the estate file's, or the ARN by which
    /// `aws eks update-kubeconfig` names one. Commands to be copied name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The kubeconfig file that the estate file names for that context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// The Kubernetes namespace.
    pub namespace: Option<String>,
    /// Which Kubernetes resource a workload is: `deployment` or `statefulset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The service's own identifier: the object's name, the `DBClusterIdentifier`, the node group's name.
    pub id: String,
    /// Kubernetes' own identifier of this very object; a new one of the same name is another target.
    pub uid: Option<String>,
    /// The `GlobalClusterIdentifier` of the Global Database that a database is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global: Option<String>,
    /// The AWS profile that the account's credentials come from, for command lines; none for the SDK's default chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

impl Pinned {
    /// What no two operations may hold at once: the same thing has the same key, whatever it is called in an estate file.
    pub fn key(&self) -> String {
        let parts = [
            self.account_id.as_deref().or(self.account.as_deref()).unwrap_or(""),
            self.region.as_deref().unwrap_or(""),
            self.eks.as_deref().or(self.cluster.as_deref()).unwrap_or(""),
            self.namespace.as_deref().unwrap_or(""),
            self.resource.as_deref().unwrap_or(""),
            &self.id,
        ];
        format!("{:?}|{}", self.kind, parts.join("|")).to_lowercase()
    }
}
