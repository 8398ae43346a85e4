//! The Aurora clusters of the world: what RDS describes and what CloudWatch measures.

mod deed;
mod global;
mod numbers;
mod restored;
mod roster;

pub(super) use deed::{DatabaseDeed, MemberPlan};

use super::chance::grain;
use super::course::Course;
use super::moment::At;
use crate::estate::capacity::SERVERLESS;
use crate::estate::{DatabaseFacts, Member, MemberRole};

/// One Aurora cluster of the world.
#[derive(Debug, Clone)]
pub(super) struct DatabasePlan {
    /// Its name in the estate file.
    pub(super) name: String,
    pub(super) account: String,
    pub(super) account_id: String,
    pub(super) region: String,
    /// The `DBClusterIdentifier`.
    pub(super) cluster: String,
    /// The Global Database that it is part of.
    pub(super) global: Option<GlobalPlan>,
    /// Members, the writer of quiet days first.
    members: Vec<MemberPlan>,
    /// Serverless: the range in ACU.
    acu: Option<(f64, f64)>,
    /// Connections of the writer on average.
    connections: f64,
    /// CPU of the writer on average, percent.
    cpu: f64,
    grain: u64,
    course: Course,
    /// The one whose writer dies.
    fragile: bool,
    /// What people asked RDS for, in order.
    pub(super) deeds: Vec<(At, DatabaseDeed)>,
}

/// A Global Database, and the cluster in its second region.
#[derive(Debug, Clone)]
pub(super) struct GlobalPlan {
    /// The `GlobalClusterIdentifier`.
    pub(super) id: String,
    /// The second region.
    pub(super) region: String,
    /// The `DBClusterIdentifier` there.
    pub(super) cluster: String,
    members: Vec<MemberPlan>,
}

/// The writer's successor takes over so long after its death, seconds.
const PROMOTED: At = 35;
/// RDS calls the cluster available again after so long.
const SETTLED: At = 90;
/// The old writer is back as a reader after so long.
const REVIVED: At = 210;
/// The last traces are gone after so long.
const CALMED: At = 420;

impl DatabasePlan {
    /// Seconds since the writer died, if it did: nobody had made another one the writer before.
    fn since_death(&self, at: At) -> Option<At> {
        let dies = self.course.failover().filter(|_| self.fragile)?;
        (at >= dies && self.promoted(dies).is_none()).then_some(at - dies)
    }

    /// The name of its writer; none while another region has it.
    pub(super) fn writer(&self, at: At) -> Option<&str> {
        if self.primary(at) != self.region {
            return None;
        }
        let heir = usize::from(self.since_death(at).is_some_and(|d| d >= PROMOTED)).min(self.members.len() - 1);
        Some(self.promoted(at).unwrap_or(&self.members[heir].name))
    }

    /// The cluster as RDS describes it.
    pub(super) fn facts(&self, at: At) -> DatabaseFacts {
        let writer = self.writer(at);
        let member = |(plan, status): (&MemberPlan, &str)| plan.described(writer == Some(&plan.name), status);
        let mut members: Vec<Member> = self.roster(at).into_iter().map(member).collect();
        members.sort_by_key(|m| m.role != MemberRole::Writer);
        self.cluster_of(&self.region, &self.cluster, self.status(at), self.range(at), members)
    }

    fn cluster_of(
        &self,
        region: &str,
        cluster: &str,
        status: &str,
        range: Option<(f64, f64)>,
        members: Vec<Member>,
    ) -> DatabaseFacts {
        DatabaseFacts {
            arn: Some(self.arn(region, cluster)),
            status: status.to_owned(),
            engine: "aurora-postgresql".to_owned(),
            version: Some("16.6".to_owned()),
            acu_min: range.map(|(min, _)| min),
            acu_max: range.map(|(_, max)| max),
            members,
        }
    }

    pub(super) fn arn(&self, region: &str, cluster: &str) -> String {
        format!("arn:aws:rds:{region}:{}:cluster:{cluster}", self.account_id)
    }
}

/// The databases of Innovate Inc. The names come as the estate file has them.
pub(super) fn plan(
    seed: u64,
    course: Course,
    declared: &crate::estate::DeclaredDatabase,
    account_id: &str,
    spec: Spec,
) -> DatabasePlan {
    let class = if spec.acu.is_some() { SERVERLESS } else { "db.r6g.large" };
    let members = |region: &str, stem: &str| {
        let member = |i: usize| MemberPlan {
            name: format!("{stem}-{}", i + 1),
            class: class.to_owned(),
            az: format!("{region}{}", ["a", "b", "c"][i % 3]),
            tier: u32::try_from(i).unwrap_or(15),
        };
        (0..spec.members).map(member).collect::<Vec<_>>()
    };
    let second = |id: String| GlobalPlan {
        id,
        region: "us-west-2".to_owned(),
        cluster: "innovate-dr".to_owned(),
        members: members("us-west-2", "innovate-dr"),
    };
    DatabasePlan {
        name: declared.name.clone(),
        account: declared.account.clone(),
        account_id: account_id.to_owned(),
        region: declared.region.clone(),
        cluster: declared.cluster.clone(),
        global: declared.global.clone().map(second),
        members: members(&declared.region, &declared.name),
        acu: spec.acu,
        connections: spec.connections,
        cpu: spec.cpu,
        grain: grain(seed, &format!("database/{}", declared.cluster)),
        course,
        fragile: spec.fragile,
        deeds: Vec::new(),
    }
}

/// What an estate file does not say of a database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec {
    pub(super) members: usize,
    pub(super) acu: Option<(f64, f64)>,
    pub(super) connections: f64,
    pub(super) cpu: f64,
    pub(super) fragile: bool,
}
