//! The regions of a Global Database: which one takes writes, and what is under way.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::chance::{between, mix};
use super::super::course::FAILING_REGION;
use super::super::moment::At;
use super::super::wave::Wave;
use super::deed::{RESYNCED, moves_in, settles_in};
use super::numbers::minute_before;
use super::{DatabaseDeed, DatabasePlan};
use crate::estate::database::GlobalLags;
use crate::estate::{DatabaseFacts, GlobalFacts, GlobalMember, GlobalRole, Sample};

/// A move that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Move<'a> {
    /// To this region.
    pub(in super::super) to: &'a str,
    /// Without waiting for what it has not received.
    pub(in super::super) forced: bool,
    /// Asked for so many seconds ago.
    since: At,
}

impl DatabasePlan {
    /// The region that takes writes.
    pub(in super::super) fn primary(&self, at: At) -> &str {
        let moved = self.asked(at).rev().find_map(|(since, deed)| match deed {
            DatabaseDeed::Moves(to, forced) if since >= moves_in(*forced) => Some(to.as_str()),
            _ => None,
        });
        moved.unwrap_or(&self.region)
    }

    /// The region that follows, and its cluster.
    pub(in super::super) fn follower(&self, at: At) -> Option<(&str, &str)> {
        let global = self.global.as_ref()?;
        if self.primary(at) == self.region {
            Some((&global.region, &global.cluster))
        } else {
            Some((&self.region, &self.cluster))
        }
    }

    /// The move that is under way.
    pub(in super::super) fn moving(&self, at: At) -> Option<Move<'_>> {
        self.asked(at).rev().find_map(|(since, deed)| match deed {
            DatabaseDeed::Moves(to, forced) if since < settles_in(*forced) => Some(Move { to, forced: *forced, since }),
            _ => None,
        })
    }

    /// RDS' word for the cluster of a region while a move is under way.
    pub(super) fn moving_word(&self, region: &str, at: At) -> Option<&'static str> {
        let moving = self.moving(at)?;
        Some(if moving.to == region { "promoting" } else { "modifying" })
    }

    /// Whether the instances of a region restart, since it takes over or has been taken over from.
    pub(super) fn restarts_by_move(&self, region: &str, at: At) -> bool {
        let around = |m: Move<'_>| {
            let takes = moves_in(m.forced);
            (m.to == region || !m.forced) && (takes - 10..takes + 15).contains(&m.since)
        };
        self.moving(at).is_some_and(around)
    }

    /// Whether a region was given up and is being made whole again.
    pub(in super::super) fn resyncs(&self, region: &str, at: At) -> bool {
        let last = self.asked(at).rev().find_map(|(since, deed)| match deed {
            DatabaseDeed::Moves(to, forced) if since >= moves_in(*forced) => Some((since, to, *forced)),
            _ => None,
        });
        last.is_some_and(|(since, to, forced)| forced && to != region && since < RESYNCED)
    }

    /// The cluster in the second region as RDS describes it there.
    pub(in super::super) fn facts_away(&self, at: At) -> Option<DatabaseFacts> {
        let global = self.global.as_ref()?;
        let primary = self.primary(at) == global.region;
        let status = self.moving_word(&global.region, at).unwrap_or("available");
        let word = if self.restarts_by_move(&global.region, at) { "rebooting" } else { "available" };
        let members = global.members.iter().enumerate();
        let members = members.map(|(i, plan)| plan.described(primary && i == 0, word)).collect();
        Some(self.cluster_of(&global.region, &global.cluster, status, self.acu, members))
    }

    /// Its Global Database.
    pub(in super::super) fn global_facts(&self, at: At) -> Option<GlobalFacts> {
        let global = self.global.as_ref()?;
        let member = |region: &str, cluster: &str| GlobalMember {
            region: region.to_owned(),
            role: if self.primary(at) == region { GlobalRole::Primary } else { GlobalRole::Secondary },
            arn: self.arn(region, cluster),
        };
        let mut members = vec![member(&self.region, &self.cluster), member(&global.region, &global.cluster)];
        members.sort_by_key(|m| m.role != GlobalRole::Primary);
        let word = |m: Move<'_>| if m.forced { "failing-over" } else { "switching-over" };
        Some(GlobalFacts {
            id: global.id.clone(),
            failover_state: self.moving(at).map(|m| word(m).to_owned()),
            members,
        })
    }

    /// The lag of the region that follows, as it measures it itself; none while it is made whole.
    pub(in super::super) fn lag(&self, at: At) -> Option<GlobalLags> {
        let minute = minute_before(at);
        let (region, _) = self.follower(minute + 59)?;
        if self.resyncs(region, minute + 59) {
            return Some(BTreeMap::new());
        }
        let load = Wave::traffic(self.grain, 1.0).at(minute);
        let mut value = 260.0 + 240.0 * load + between(mix(self.grain, minute.cast_unsigned()), 0.0, 120.0);
        let outage = self.course.outage(Some(FAILING_REGION)).filter(|_| self.primary(minute) == FAILING_REGION);
        if let Some(outage) = outage {
            let behind = (minute + 60).min(outage.end + 120) - outage.start;
            // Once the region is back, what was missed is caught up within some minutes.
            let caught_up = ((minute - outage.end) as f64 / 300.0).clamp(0.0, 1.0);
            value += behind.max(0) as f64 * 1_000.0 * (1.0 - caught_up);
        }
        if self.since_death(minute + 59).is_some_and(|d| d < 180) {
            value += 3_800.0;
        }
        let at = Timestamp::from_second(minute).ok()?;
        Some(BTreeMap::from([(region.to_owned(), Sample { value, at })]))
    }
}
