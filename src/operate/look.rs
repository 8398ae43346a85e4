//! Looking at the service itself: what an operation asks to see, and what was seen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

/// One read of a service, live: never from what a source said earlier.
///
/// AWS is asked in the target's region, or in the region of an ARN where one stands in place of an identifier. A Global
/// Database is asked for in the account's other regions too where the target's does not answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Read {
    /// GET of a path of the target cluster's API server, query included. An object, or a list's whole `items`
    /// (pages are put together).
    Kubernetes(String),
    /// `DescribeDBClusters` of one: its member.
    DbCluster(String),
    /// `DescribeDBInstances` of a cluster: an array of them.
    DbInstances(String),
    /// `DescribeDBInstances` of one: its member.
    DbInstance(String),
    /// `DescribeGlobalClusters` of one: its member.
    GlobalCluster(String),
    /// `DescribeDBClusterSnapshots` of one.
    DbClusterSnapshot(String),
    /// The latest point of a CloudWatch metric of `AWS/RDS` in the last minutes, by instance: `{"Value", "Timestamp"}`.
    InstanceMetric {
        /// The metric, such as `DatabaseConnections`.
        metric: String,
        /// The `DBInstanceIdentifier`.
        instance: String,
    },
    /// The latest `AuroraGlobalDBReplicationLag` (ms) of a secondary cluster in its region: `{"Value", "Timestamp"}`.
    GlobalLag {
        /// The secondary's region.
        region: String,
        /// Its `DBClusterIdentifier`.
        cluster: String,
    },
    /// `DescribeNodegroup` of the target's EKS cluster: its member.
    NodeGroup {
        /// The EKS cluster's name.
        cluster: String,
        /// The node group's name.
        name: String,
    },
    /// `DescribeUpdate` of one update of a node group of the target's EKS cluster: its member.
    NodeGroupUpdate {
        /// The EKS cluster's name.
        cluster: String,
        /// The node group's name.
        name: String,
        /// The update's id, as the answer to the call named it.
        id: String,
    },
}

/// What a read came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// What is there, by the service's own names: `{"DBClusterIdentifier": …, "Status": …}`.
    There(Value),
    /// The service says that there is no such thing.
    Absent(String),
    /// It could not be seen: why.
    Unseen(String),
}

/// Everything that was seen in one look.
#[derive(Debug, Clone, PartialEq)]
pub struct Sights {
    /// When the look ended.
    pub at: Timestamp,
    /// Each read and what it came to.
    pub seen: BTreeMap<Read, Sight>,
}

impl Sights {
    /// What a read came to; none where it was not asked for.
    pub fn sight(&self, read: &Read) -> Option<&Sight> {
        self.seen.get(read)
    }

    /// What is there; none where it is absent, unseen or not asked for.
    pub fn there(&self, read: &Read) -> Option<&Value> {
        match self.seen.get(read)? {
            Sight::There(value) => Some(value),
            Sight::Absent(_) | Sight::Unseen(_) => None,
        }
    }
}
