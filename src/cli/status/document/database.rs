//! Databases.

use jiff::Timestamp;
use serde::Serialize;

use super::Plain;
use crate::estate::{DatabaseState, GlobalRole, MemberRole};
use crate::judge::Level;

/// One Aurora cluster. The plain numbers are the writer's; `replica_lag_ms` is the worst reader's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Database {
    /// Its name in the estate file.
    pub name: String,
    /// The account's name.
    pub account: String,
    /// The region.
    pub region: String,
    /// Its level.
    pub level: Level,
    /// RDS' own word.
    pub status: Option<String>,
    /// Such as `aurora-postgresql`.
    pub engine: Option<String>,
    /// The engine's version.
    pub version: Option<String>,
    /// The member that takes writes.
    pub writer: Option<String>,
    /// The members that serve reads.
    pub readers: Option<Vec<String>>,
    /// The writer's CPU.
    pub cpu_percent: Option<f64>,
    /// The writer's connections.
    pub connections: Option<Plain>,
    /// The writer's connections in percent of the most that it takes.
    pub connections_percent: Option<f64>,
    /// The writer's free memory in percent of its class's, or of 2 GiB × `acu_max`.
    pub freeable_memory_percent: Option<f64>,
    /// The worst reader's lag.
    pub replica_lag_ms: Option<f64>,
    /// The writer's capacity; null for a provisioned class.
    pub acu: Option<f64>,
    /// The smallest capacity; null for a provisioned class.
    pub acu_min: Option<f64>,
    /// The largest capacity; null for a provisioned class.
    pub acu_max: Option<f64>,
    /// Its members, writer first.
    pub members: Option<Vec<Member>>,
    /// Its Global Database.
    pub global: Global,
    /// When the oldest of it was true.
    pub as_of: Option<Timestamp>,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Member {
    /// The `DBInstanceIdentifier`.
    pub name: String,
    /// What it does.
    pub role: MemberRole,
    /// Its class.
    pub class: Option<String>,
    /// Its availability zone.
    pub az: Option<String>,
    /// The lowest is promoted first.
    pub promotion_tier: Option<u32>,
    /// RDS' own word.
    pub status: Option<String>,
    /// Its CPU.
    pub cpu_percent: Option<f64>,
    /// Its connections.
    pub connections: Option<Plain>,
    /// Its free memory, as the cluster's.
    pub freeable_memory_percent: Option<f64>,
    /// Its lag; null for the writer.
    pub replica_lag_ms: Option<f64>,
    /// Its capacity; null for a provisioned class.
    pub acu: Option<f64>,
}

/// A Global Database; without one, `id` is null and `members` is empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Global {
    /// The `GlobalClusterIdentifier`.
    pub id: Option<String>,
    /// RDS' own word while a failover or switchover is under way.
    pub failover_state: Option<String>,
    /// Its regions, primary first.
    pub members: Option<Vec<GlobalMember>>,
}

/// One region of a Global Database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GlobalMember {
    /// The region.
    pub region: String,
    /// What it does.
    pub role: GlobalRole,
    /// Its lag; null for the primary.
    pub lag_ms: Option<f64>,
}

impl Database {
    pub(super) fn of(state: &DatabaseState, level: Level, mismatched: bool) -> Self {
        let (declared, facts) = (&state.declared, state.described());
        let (acu_min, acu_max) = state.acu_range();
        Self {
            name: declared.name.clone(),
            account: declared.account.clone(),
            region: declared.region.clone(),
            level,
            status: facts.map(|f| f.status.clone()),
            engine: facts.map(|f| f.engine.clone()),
            version: facts.and_then(|f| f.version.clone()),
            writer: state.writer().map(|m| m.name.clone()),
            readers: facts.map(|_| state.readers().map(|m| m.name.clone()).collect()),
            cpu_percent: state.cpu_percent(),
            connections: state.connections().map(Plain),
            connections_percent: state.connections_percent(),
            freeable_memory_percent: state.freeable_memory_percent(),
            replica_lag_ms: state.replica_lag_ms(),
            acu: state.acu(),
            acu_min,
            acu_max,
            members: facts.map(|f| f.members.iter().map(|m| member(state, m)).collect()),
            global: global(state, mismatched),
            as_of: state.as_of(),
        }
    }
}

fn member(state: &DatabaseState, member: &crate::estate::Member) -> Member {
    let numbers = state.numbers_of(&member.name).cloned().unwrap_or_default();
    Member {
        name: member.name.clone(),
        role: member.role,
        class: member.class.clone(),
        az: member.az.clone(),
        promotion_tier: member.promotion_tier,
        status: member.status.clone(),
        cpu_percent: numbers.cpu_percent.map(|s| s.value),
        connections: numbers.connections.map(|s| Plain(s.value)),
        freeable_memory_percent: state.freeable_memory_percent_of(member),
        replica_lag_ms: numbers.replica_lag_ms.filter(|_| member.role == MemberRole::Reader).map(|s| s.value),
        acu: numbers.acu.filter(|_| member.serverless()).map(|s| s.value),
    }
}

fn global(state: &DatabaseState, mismatched: bool) -> Global {
    if let Some(facts) = state.described_global() {
        let region = |m: &crate::estate::GlobalMember| GlobalMember {
            region: m.region.clone(),
            role: m.role,
            lag_ms: state.global_lag_ms(&m.region).filter(|_| m.role == GlobalRole::Secondary),
        };
        return Global {
            id: Some(facts.id.clone()),
            failover_state: facts.failover_state.clone(),
            members: Some(facts.members.iter().map(region).collect()),
        };
    }
    // Known to have none: the estate file names none, or RDS does not have the one that it names.
    let none = !mismatched && (state.declared.global.is_none() || state.global.is_some());
    Global { id: None, failover_state: None, members: none.then(Vec::new) }
}
