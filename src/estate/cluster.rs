//! An EKS cluster's control plane and node groups, as the EKS API names them.

use serde::{Deserialize, Serialize};

/// The control plane of one EKS cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlPlane {
    /// The cluster's ARN.
    pub arn: Option<String>,
    /// EKS' own word: `ACTIVE`, `CREATING`, `UPDATING`, `DELETING`, `FAILED`, `PENDING`.
    pub status: String,
    /// Major and minor version, such as `1.33`.
    pub version: Option<String>,
    /// How the API server can be reached.
    pub endpoint: Endpoint,
    /// Log types that are on, such as `api` and `audit`.
    pub logging: Vec<String>,
    /// Whether secrets are encrypted with a KMS key.
    pub secrets_encrypted: bool,
    /// Add-ons; none where they could not be read.
    pub addons: Option<Vec<Addon>>,
    /// Managed node groups; none where they could not be read.
    pub nodegroups: Option<Vec<NodeGroup>>,
}

/// How an API server can be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The server's URL.
    pub url: Option<String>,
    /// Reachable from the internet.
    pub public: bool,
    /// Reachable inside the VPC.
    pub private: bool,
    /// Blocks that may use the public endpoint.
    pub public_cidrs: Vec<String>,
}

/// One EKS add-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addon {
    /// Such as `vpc-cni`.
    pub name: String,
    /// Such as `v1.20.1-eksbuild.1`.
    pub version: Option<String>,
    /// EKS' own word, such as `ACTIVE` or `DEGRADED`.
    pub status: String,
}

/// How a node group's instances are bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Capacity {
    /// `ON_DEMAND`.
    OnDemand,
    /// `SPOT`.
    Spot,
    /// `CAPACITY_BLOCK`.
    CapacityBlock,
}

impl Capacity {
    /// EKS' own word.
    pub fn word(self) -> &'static str {
        match self {
            Self::OnDemand => "ON_DEMAND",
            Self::Spot => "SPOT",
            Self::CapacityBlock => "CAPACITY_BLOCK",
        }
    }
}

/// One managed node group; sizes in nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroup {
    /// Its name.
    pub name: String,
    /// EKS' own word, such as `ACTIVE`.
    pub status: String,
    /// The wanted size.
    pub desired: Option<u32>,
    /// The smallest size.
    pub min: Option<u32>,
    /// The largest size.
    pub max: Option<u32>,
    /// How its instances are bought.
    pub capacity: Option<Capacity>,
    /// Instance types, such as `m7g.large`.
    pub instance_types: Vec<String>,
}
