//! What CloudWatch measures of a database's members.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::chance::{between, grain, mix};
use super::super::moment::At;
use super::super::wave::Wave;
use super::deed::BUILT;
use super::{CALMED, DatabasePlan, MemberPlan, PROMOTED, REVIVED, SETTLED};
use crate::estate::capacity::{SERVERLESS, memory_bytes};
use crate::estate::{MemberNumbers, Sample};

impl DatabasePlan {
    /// The newest whole minute's numbers, by member.
    pub(in super::super) fn numbers(&self, at: At) -> BTreeMap<String, MemberNumbers> {
        let minute = minute_before(at);
        let writer = self.writer(minute + 59);
        let all = self.roster(at).into_iter();
        all.map(|(m, _)| (m.name.clone(), self.member_numbers(m, writer == Some(&m.name), minute))).collect()
    }

    /// The numbers of the writer in the second region, once that takes the writes.
    pub(in super::super) fn numbers_away(&self, at: At) -> Option<(String, MemberNumbers)> {
        let global = self.global.as_ref()?;
        let first = global.members.first()?;
        let minute = minute_before(at);
        let writes = self.primary(minute + 59) == global.region;
        Some((first.name.clone(), self.member_numbers(first, writes, minute)))
    }

    fn member_numbers(&self, member: &MemberPlan, writes: bool, minute: At) -> MemberNumbers {
        let since = self.since_death(minute + 59);
        let first = self.members[0].name == member.name;
        let dead = first && since.is_some_and(|d| (60..REVIVED).contains(&d));
        // CloudWatch has nothing of an instance that is not there yet.
        let unborn = self.serves_from(&member.name).is_some_and(|serves| minute + 59 < serves - BUILT / 6);
        if dead || unborn {
            return MemberNumbers::default();
        }
        let index = self.members.iter().position(|m| m.name == member.name);
        let g = index.map_or_else(|| grain(self.grain, &member.name), |i| mix(self.grain, i as u64));
        let load = Wave::traffic(self.grain, 1.0).at(minute) * between(mix(g, minute.cast_unsigned()), 0.96, 1.04);
        let storm = if writes || since.is_some_and(|d| d < PROMOTED + 60) { storm(since) } else { 1.0 };
        let share = if writes { 1.0 } else { 0.55 };
        let busy = (self.cpu * share * load * storm.clamp(0.15, 1.9)).min(97.0);
        let sample = |value: f64| Timestamp::from_second(minute).ok().map(|at| Sample { value, at });
        let lag = 9.0 + 12.0 * load + between(mix(g, minute.cast_unsigned() ^ 0x55), 0.0, 8.0) + catching_up(since);
        let free = 0.66 - 0.10 * load - 0.04 * storm.max(1.0);
        let range = self.range(minute + 59).filter(|_| member.class == SERVERLESS);
        let memory = memory_bytes(&member.class, range.map(|(_, max)| max));
        MemberNumbers {
            cpu_percent: sample(busy),
            connections: sample((self.connections * share * load * storm).round()),
            freeable_memory_bytes: memory.and_then(|memory| sample((memory * free).round())),
            replica_lag_ms: if writes { None } else { sample(lag) },
            acu: range.and_then(|(min, max)| sample(((min + (max - min) * busy / 130.0) * 2.0).round() / 2.0)),
        }
    }
}

/// The start of the newest whole minute.
pub(super) fn minute_before(at: At) -> At {
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
