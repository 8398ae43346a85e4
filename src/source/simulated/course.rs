//! The course of a scenario: what goes wrong, from when until when. Instants are relative to the world's first one.

use std::ops::Range;

use super::chance::{below, mix};
use super::moment::At;
use super::scenario::Scenario;

/// The region that fails in [`Scenario::RegionDown`].
pub(super) const FAILING_REGION: &str = "us-east-1";

/// When things go wrong in one world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    pub(super) scenario: Scenario,
    pub(super) origin: At,
    /// When the bad revision no longer does harm, since somebody put the one before back.
    pub(super) healed: Option<At>,
}

/// A span in which a share of an SLO's events is bad.
pub(super) struct Episode {
    pub(super) span: Range<At>,
    pub(super) bad_share: f64,
}

/// What an SLO measures, as far as a scenario cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Answers of the service that crash loops.
    Checkout,
    /// Its speed.
    CheckoutLatency,
    /// A service that needs the database.
    Payments,
    /// Another service in the failing region.
    Other,
    /// Deployments.
    Delivery,
    /// Something that few people use.
    Reports,
    /// Something that has stopped telling.
    Exports,
    /// Something that was not heard of for some hours.
    Webhooks,
    /// Something that fails, and whose source falls silent.
    Refunds,
}

impl Course {
    /// When the bad revision came, 18 minutes before the start: the first screen shows it in full.
    pub(super) fn crash(&self) -> Option<At> {
        (self.scenario == Scenario::CrashLoop).then_some(self.origin - 18 * 60)
    }

    /// When the writer dies.
    pub(super) fn failover(&self) -> Option<At> {
        (self.scenario == Scenario::AuroraFailover).then_some(self.origin + 20)
    }

    /// While the region is down.
    pub(super) fn outage(&self, region: Option<&str>) -> Option<Range<At>> {
        let begins = self.origin + 20;
        (self.scenario == Scenario::RegionDown && region == Some(FAILING_REGION)).then_some(begins..begins + 40 * 60)
    }

    /// While a node in the failing region does not report: one after the other within a minute.
    pub(super) fn node_outage(&self, region: &str, grain: u64) -> Option<Range<At>> {
        let outage = self.outage(Some(region))?;
        Some(outage.start + below(mix(grain, 71), 50)..outage.end + below(mix(grain, 72), 90))
    }

    /// While an API in the failing region does not answer: from 100 s after the nodes, so that they are still seen.
    pub(super) fn api_outage(&self, region: Option<&str>, grain: u64) -> Option<Range<At>> {
        let outage = self.outage(region)?;
        Some(outage.start + 100 + below(mix(grain, 73), 20)..outage.end)
    }

    /// When the login of the account expires.
    pub(super) fn login_expires(&self, account_is_production: bool) -> Option<At> {
        (self.scenario == Scenario::ExpiredCredentials && account_is_production).then_some(self.origin + 20)
    }

    /// When nothing was told of what an SLO measures.
    pub(super) fn gaps(&self, role: Role) -> Vec<Range<At>> {
        let (origin, hour) = (self.origin, 3_600);
        match role {
            Role::Exports => {
                let for_good = origin - 2 * hour - 600..At::MAX;
                vec![for_good]
            }
            Role::Webhooks => vec![origin - 71 * hour..origin - 66 * hour, origin - 9 * hour..origin - 8 * hour],
            _ => Vec::new(),
        }
    }

    /// When the Prometheus server stops answering.
    pub(super) fn queries_end(&self) -> Option<At> {
        (self.scenario == Scenario::BlindSpots).then_some(self.origin + 45)
    }

    /// Whether budgets are overrun.
    pub(super) fn overrun(&self) -> bool {
        self.scenario == Scenario::BudgetOverrun
    }

    /// What goes wrong for an SLO.
    pub(super) fn episodes(&self, role: Role) -> Option<Episode> {
        let healed = self.healed.unwrap_or(At::MAX);
        let (span, bad_share) = match (self.scenario, role) {
            (Scenario::CrashLoop, Role::Checkout) => (self.crash()?..healed, 0.06),
            (Scenario::CrashLoop, Role::CheckoutLatency) => (self.crash()?..healed, 0.09),
            (Scenario::CrashLoop, Role::Delivery) => (self.crash()?..healed, 0.02),
            (Scenario::AuroraFailover, Role::Checkout | Role::Payments) => {
                let dies = self.failover()?;
                (dies..dies + 55, 0.45)
            }
            (Scenario::BlindSpots, Role::Refunds) => (self.origin - 25 * 60..At::MAX, 0.05),
            (Scenario::RegionDown, Role::Delivery) => return None,
            (Scenario::RegionDown, _) => (self.outage(Some(FAILING_REGION))?, 0.7),
            _ => return None,
        };
        Some(Episode { span, bad_share })
    }
}
