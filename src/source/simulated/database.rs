//! The Aurora clusters of the world: what RDS describes and what CloudWatch measures.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::chance::{between, grain, mix};
use super::course::{Course, FAILING_REGION};
use super::moment::At;
use super::wave::Wave;
use crate::estate::capacity::GIB;
use crate::estate::database::GlobalLags;
use crate::estate::{DatabaseFacts, GlobalFacts, GlobalMember, GlobalRole, Member, MemberNumbers, MemberRole, Sample};

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
    /// The Global Database: its identifier, the second region and the cluster there.
    pub(super) global: Option<(String, String, String)>,
    /// Members, the writer of quiet days first: name and zone.
    pub(super) members: Vec<(String, String)>,
    /// Serverless: the range in ACU.
    pub(super) acu: Option<(f64, f64)>,
    /// Memory of a member, bytes.
    pub(super) memory: f64,
    /// Connections of the writer on average.
    pub(super) connections: f64,
    /// CPU of the writer on average, percent.
    pub(super) cpu: f64,
    pub(super) grain: u64,
    pub(super) course: Course,
    /// The one whose writer dies.
    pub(super) fragile: bool,
    /// When people asked for which member to be the writer, in order.
    pub(super) failovers: Vec<(At, usize)>,
}

/// The writer's successor takes over so long after its death, seconds.
const PROMOTED: At = 35;
/// RDS calls the cluster available again after so long.
const SETTLED: At = 90;
/// The old writer is back as a reader after so long.
const REVIVED: At = 210;
/// The last traces are gone after so long.
const CALMED: At = 420;

/// A reader that somebody chose takes over so long after it was asked for: nobody has to notice a death first.
const TAKES_OVER: At = 20;
/// RDS calls the cluster available again so long after that was asked for.
const AVAILABLE: At = 28;
/// The writer of before is back as a reader so long after that was asked for.
const BACK: At = 45;

impl DatabasePlan {
    /// The last failover that somebody asked for: seconds since then, the writer of before and the one of then.
    fn asked(&self, at: At) -> Option<(At, usize, usize)> {
        let n = self.failovers.iter().filter(|(asked, _)| *asked <= at).count().checked_sub(1)?;
        let (asked, to) = self.failovers[n];
        Some((at - asked, self.writer(asked - 1), to))
    }

    /// Seconds since the writer died, if it did.
    fn since_death(&self, at: At) -> Option<At> {
        let dies = self.course.failover().filter(|_| self.fragile)?;
        (at >= dies).then_some(at - dies)
    }

    /// The index of the writer.
    fn writer(&self, at: At) -> usize {
        match self.asked(at) {
            Some((since, _, to)) if since >= TAKES_OVER => return to,
            Some((_, before, _)) => return before,
            None => {}
        }
        usize::from(self.since_death(at).is_some_and(|d| d >= PROMOTED)).min(self.members.len() - 1)
    }

    /// The cluster as RDS describes it.
    pub(super) fn facts(&self, at: At) -> DatabaseFacts {
        let writer = self.writer(at);
        let since = self.since_death(at);
        let asked = self.asked(at);
        let fails_over = since.is_some_and(|d| (5..SETTLED).contains(&d)) || asked.is_some_and(|(d, ..)| d < AVAILABLE);
        let status = if fails_over { "failing-over" } else { "available" };
        let restarts = |i: usize| {
            (i == 0 && since.is_some_and(|d| d < REVIVED))
                || asked.is_some_and(|(d, before, _)| i == before && (TAKES_OVER..BACK).contains(&d))
        };
        let member = |(i, (name, az)): (usize, &(String, String))| Member {
            name: name.clone(),
            role: if i == writer { MemberRole::Writer } else { MemberRole::Reader },
            class: Some(if self.acu.is_some() { "db.serverless" } else { "db.r6g.large" }.to_owned()),
            az: Some(az.clone()),
            promotion_tier: u32::try_from(i).ok(),
            status: Some(if restarts(i) { "rebooting" } else { "available" }.to_owned()),
        };
        let mut members: Vec<Member> = self.members.iter().enumerate().map(member).collect();
        members.sort_by_key(|m| m.role != MemberRole::Writer);
        DatabaseFacts {
            arn: Some(self.arn(&self.region, &self.cluster)),
            status: status.to_owned(),
            engine: "aurora-postgresql".to_owned(),
            version: Some("16.6".to_owned()),
            acu_min: self.acu.map(|(min, _)| min),
            acu_max: self.acu.map(|(_, max)| max),
            members,
        }
    }

    /// Its Global Database.
    pub(super) fn global_facts(&self) -> Option<GlobalFacts> {
        let (id, region, cluster) = self.global.as_ref()?;
        let member = |role, region: &str, cluster: &str| GlobalMember {
            region: region.to_owned(),
            role,
            arn: self.arn(region, cluster),
        };
        let members = vec![
            member(GlobalRole::Primary, &self.region, &self.cluster),
            member(GlobalRole::Secondary, region, cluster),
        ];
        Some(GlobalFacts { id: id.clone(), failover_state: None, members })
    }

    pub(super) fn arn(&self, region: &str, cluster: &str) -> String {
        format!("arn:aws:rds:{region}:{}:cluster:{cluster}", self.account_id)
    }

    /// The newest whole minute's numbers, by member.
    pub(super) fn numbers(&self, at: At) -> BTreeMap<String, MemberNumbers> {
        let minute = minute_before(at);
        let writer = self.writer(minute + 59);
        let all = self.members.iter().enumerate();
        all.map(|(i, (name, _))| (name.clone(), self.member_numbers(i, i == writer, minute))).collect()
    }

    fn member_numbers(&self, i: usize, writes: bool, minute: At) -> MemberNumbers {
        let since = self.since_death(minute + 59);
        if i == 0 && since.is_some_and(|d| (60..REVIVED).contains(&d)) {
            return MemberNumbers::default();
        }
        let g = mix(self.grain, i as u64);
        let load = Wave::traffic(self.grain, 1.0).at(minute) * between(mix(g, minute.cast_unsigned()), 0.96, 1.04);
        let storm = if writes || since.is_some_and(|d| d < PROMOTED + 60) { storm(since) } else { 1.0 };
        let share = if writes { 1.0 } else { 0.55 };
        let busy = (self.cpu * share * load * storm.clamp(0.15, 1.9)).min(97.0);
        let sample = |value: f64| Timestamp::from_second(minute).ok().map(|at| Sample { value, at });
        let lag = 9.0 + 12.0 * load + between(mix(g, minute.cast_unsigned() ^ 0x55), 0.0, 8.0) + catching_up(since);
        let free = 0.66 - 0.10 * load - 0.04 * storm.max(1.0);
        MemberNumbers {
            cpu_percent: sample(busy),
            connections: sample((self.connections * share * load * storm).round()),
            freeable_memory_bytes: sample((self.memory * free).round()),
            replica_lag_ms: if writes { None } else { sample(lag) },
            acu: self.acu.and_then(|(min, max)| sample(((min + (max - min) * busy / 130.0) * 2.0).round() / 2.0)),
        }
    }

    /// The lag of the second region, as it measures it itself.
    pub(super) fn lag(&self, at: At) -> Option<GlobalLags> {
        let (_, region, _) = self.global.as_ref()?;
        let minute = minute_before(at);
        let load = Wave::traffic(self.grain, 1.0).at(minute);
        let mut value = 260.0 + 240.0 * load + between(mix(self.grain, minute.cast_unsigned()), 0.0, 120.0);
        if let Some(outage) = self.course.outage(Some(FAILING_REGION)).filter(|_| self.region == FAILING_REGION) {
            let behind = (minute + 60).min(outage.end + 120) - outage.start;
            // Once the region is back, what was missed is caught up within some minutes.
            let caught_up = ((minute - outage.end) as f64 / 300.0).clamp(0.0, 1.0);
            value += behind.max(0) as f64 * 1_000.0 * (1.0 - caught_up);
        }
        if self.since_death(minute + 59).is_some_and(|d| d < 180) {
            value += 3_800.0;
        }
        let at = Timestamp::from_second(minute).ok()?;
        Some(BTreeMap::from([(region.clone(), Sample { value, at })]))
    }
}

/// The start of the newest whole minute.
fn minute_before(at: At) -> At {
    at.div_euclid(60) * 60 - 60
}

/// How many connections there are so long after the writer's death, relative to a quiet day: none, then all at once.
fn storm(since: Option<At>) -> f64 {
    match since {
        Some(d) if d < PROMOTED + 60 => 0.04,
        Some(d) if d < SETTLED + 90 => 1.85,
        Some(d) if d < CALMED => 1.85 - 0.85 * (d - SETTLED - 90) as f64 / (CALMED - SETTLED - 90) as f64,
        None | Some(_) => 1.0,
    }
}

/// Milliseconds that a reader is behind because of the failover.
fn catching_up(since: Option<At>) -> f64 {
    match since {
        Some(d) if (PROMOTED..CALMED).contains(&d) => 2_400.0 * (-((d - PROMOTED) as f64) / 110.0).exp(),
        _ => 0.0,
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
    let zone = |i: usize| format!("{}{}", declared.region, ["a", "b", "c"][i % 3]);
    DatabasePlan {
        name: declared.name.clone(),
        account: declared.account.clone(),
        account_id: account_id.to_owned(),
        region: declared.region.clone(),
        cluster: declared.cluster.clone(),
        global: declared.global.clone().map(|id| (id, "us-west-2".to_owned(), "innovate-dr".to_owned())),
        members: (0..spec.members).map(|i| (format!("{}-{}", declared.name, i + 1), zone(i))).collect(),
        acu: spec.acu,
        // A serverless member has 2 GiB for each ACU of its largest size; a db.r6g.large has 16 GiB.
        memory: spec.acu.map_or(16.0, |(_, max)| 2.0 * max) * GIB,
        connections: spec.connections,
        cpu: spec.cpu,
        grain: grain(seed, &format!("database/{}", declared.cluster)),
        course,
        fragile: spec.fragile,
        failovers: Vec::new(),
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
