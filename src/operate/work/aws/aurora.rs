//! An Aurora cluster as RDS describes it: its writer, its readers, and which of them may take over.

use serde_json::Value;

use super::{name, require};
use crate::estate::capacity::{SERVERLESS, memory_bytes};
use crate::operate::{Intent, Pinned, Read, Refusal, Sights};

/// One member of a cluster.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    /// Its `DBInstanceIdentifier`.
    pub(super) name: String,
    /// Whether it is the writer.
    pub(super) writer: bool,
    /// Its promotion tier, 0 to 15.
    pub(super) tier: Option<i64>,
    /// Its class.
    pub(super) class: Option<String>,
    /// Its availability zone.
    pub(super) az: Option<String>,
    /// Its status; `unknown` where RDS names none.
    pub(super) status: String,
    /// Its ARN.
    pub(super) arn: Option<String>,
    /// The rest of it.
    pub(super) described: Option<Value>,
}

impl Member {
    pub(super) fn available(&self) -> bool {
        self.status == "available"
    }
}

/// A cluster with its members.
#[derive(Debug, Clone)]
pub(super) struct Aurora<'a> {
    /// Its status.
    pub(super) status: String,
    /// Its members, the writer first, then by name.
    pub(super) members: Vec<Member>,
    /// The rest of it.
    pub(super) described: &'a Value,
}

impl<'a> Aurora<'a> {
    /// The cluster of that identifier or ARN, if it and its instances were seen.
    pub(super) fn seen(seen: &'a Sights, id: &str) -> Option<Self> {
        let described = seen.there(&Read::DbCluster(id.to_owned()))?;
        let instances = seen.there(&Read::DbInstances(id.to_owned()))?;
        Some(Self::of(described, instances))
    }

    /// The target's cluster.
    ///
    /// # Errors
    /// It does not exist or could not be seen.
    pub(super) fn of_target(intent: &Intent, seen: &'a Sights) -> Result<Self, Refusal> {
        let id = &intent.target.id;
        let what = format!("Aurora cluster {id} in {}", require::region(intent));
        let described = require::there(seen, &Read::DbCluster(id.clone()), &what)?;
        let instances = require::there(seen, &Read::DbInstances(id.clone()), &format!("the members of {id}"))?;
        Ok(Self::of(described, instances))
    }

    fn of(described: &'a Value, instances: &Value) -> Self {
        let all = instances.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut members: Vec<Member> =
            list(described, "DBClusterMembers").iter().filter_map(|member| joined(member, all)).collect();
        members.sort_by(|a, b| (!a.writer, &a.name).cmp(&(!b.writer, &b.name)));
        Self { status: text(described, "Status").unwrap_or("unknown").to_owned(), members, described }
    }

    pub(super) fn writer(&self) -> Option<&Member> {
        self.members.iter().find(|m| m.writer)
    }

    pub(super) fn readers(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|m| !m.writer)
    }

    pub(super) fn member(&self, wanted: &str) -> Option<&Member> {
        self.members.iter().find(|m| name::same(&m.name, wanted))
    }

    /// The cluster's range of capacity, where it has one and a member that uses it.
    pub(super) fn capacity(&self) -> Option<(f64, f64)> {
        let serverless = self.members.is_empty() || self.members.iter().any(|m| m.class.as_deref() == Some(SERVERLESS));
        let range = self.described.get("ServerlessV2ScalingConfiguration").filter(|_| serverless)?;
        Some((range.get("MinCapacity")?.as_f64()?, range.get("MaxCapacity")?.as_f64()?))
    }

    /// Whether a member of class `other` has less memory than one of `class`; unknown classes are not called smaller.
    pub(super) fn smaller(&self, other: Option<&str>, class: Option<&str>) -> bool {
        let ceiling = self.capacity().map(|(_, max)| max);
        let memory = |class: Option<&str>| class.and_then(|c| memory_bytes(c, ceiling));
        matches!((memory(other), memory(class)), (Some(a), Some(b)) if a < b)
    }
}

fn joined(member: &Value, instances: &[Value]) -> Option<Member> {
    let id = text(member, "DBInstanceIdentifier")?;
    let instance = instances.iter().find(|i| text(i, "DBInstanceIdentifier").is_some_and(|n| name::same(n, id)));
    let own = |key: &str| instance.and_then(|i| text(i, key)).map(str::to_owned);
    Some(Member {
        name: id.to_owned(),
        writer: member.get("IsClusterWriter").and_then(Value::as_bool) == Some(true),
        tier: member.get("PromotionTier").and_then(Value::as_i64),
        class: own("DBInstanceClass"),
        az: own("AvailabilityZone"),
        status: own("DBInstanceStatus").unwrap_or_else(|| "unknown".to_owned()),
        arn: own("DBInstanceArn"),
        described: instance.cloned(),
    })
}

/// Cluster and members of the target.
pub(super) fn reads(target: &Pinned) -> Vec<Read> {
    vec![Read::DbCluster(target.id.clone()), Read::DbInstances(target.id.clone())]
}

/// A member of a JSON object that is text.
pub(super) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// A member of a JSON object that is a list; empty where there is none.
pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// How many connections an instance has: what to read.
pub(super) fn connections(instance: &str) -> Read {
    Read::InstanceMetric { metric: "DatabaseConnections".to_owned(), instance: instance.to_owned() }
}

/// The status words of an instance or a cluster that will not become available by waiting.
pub(super) fn broken(status: &str) -> bool {
    status.starts_with("incompatible-")
        || matches!(
            status,
            "failed"
                | "storage-full"
                | "restore-error"
                | "insufficient-capacity"
                | "inaccessible-encryption-credentials"
        )
}
