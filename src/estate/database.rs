//! An Aurora cluster, its members, its Global Database and their numbers, in the words of RDS and CloudWatch.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One Aurora cluster as RDS describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatabaseFacts {
    /// The cluster's ARN.
    pub arn: Option<String>,
    /// RDS' own word, such as `available` or `failing-over`.
    pub status: String,
    /// Such as `aurora-postgresql`.
    pub engine: String,
    /// Such as `16.6`.
    pub version: Option<String>,
    /// The smallest capacity of its serverless members, in ACU.
    pub acu_min: Option<f64>,
    /// The largest capacity of its serverless members, in ACU.
    pub acu_max: Option<f64>,
    /// Its members, writer first.
    pub members: Vec<Member>,
}

/// What a member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberRole {
    /// Takes writes.
    Writer,
    /// Serves reads.
    Reader,
}

/// One member of an Aurora cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The `DBInstanceIdentifier`.
    pub name: String,
    /// What it does.
    pub role: MemberRole,
    /// Such as `db.serverless` or `db.r6g.large`; none where RDS did not say.
    pub class: Option<String>,
    /// Its availability zone.
    pub az: Option<String>,
    /// 0 to 15; the lowest is promoted first.
    pub promotion_tier: Option<u32>,
    /// RDS' own word; none where RDS did not say.
    pub status: Option<String>,
}

/// One number with the time of its point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The value, in the unit of its field.
    pub value: f64,
    /// The start of its period.
    pub at: Timestamp,
}

/// The newest numbers of one member; a metric without a recent point is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberNumbers {
    /// `CPUUtilization`, percent.
    pub cpu_percent: Option<Sample>,
    /// `DatabaseConnections`, count.
    pub connections: Option<Sample>,
    /// `FreeableMemory`, bytes.
    pub freeable_memory_bytes: Option<Sample>,
    /// `AuroraReplicaLag`, milliseconds.
    pub replica_lag_ms: Option<Sample>,
    /// `ServerlessDatabaseCapacity`, ACU.
    pub acu: Option<Sample>,
}

/// One Global Database as RDS describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalFacts {
    /// The `GlobalClusterIdentifier`.
    pub id: String,
    /// RDS' own word (`pending`, `failing-over`, `switching-over`, `cancelling`) while one is under way.
    pub failover_state: Option<String>,
    /// Its regions, primary first.
    pub members: Vec<GlobalMember>,
}

/// What a region does in a Global Database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GlobalRole {
    /// Takes writes.
    Primary,
    /// Follows.
    Secondary,
}

/// One region of a Global Database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalMember {
    /// The AWS region.
    pub region: String,
    /// What it does.
    pub role: GlobalRole,
    /// The ARN of its cluster.
    pub arn: String,
}

/// `AuroraGlobalDBReplicationLag` by region, milliseconds.
pub type GlobalLags = BTreeMap<String, Sample>;
