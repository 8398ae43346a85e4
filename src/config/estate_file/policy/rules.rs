//! The alert rules by name, with the defaults that a half-changed rule keeps.

use crate::judge::{Rule, RuleId, Thresholds};

const fn rule(id: RuleId, warn: Option<f64>, crit: Option<f64>, below: bool, unit: &'static str) -> Rule {
    Rule { id, defaults: Thresholds { warn, crit }, below, inclusive: false, unit, source: "" }
}

use RuleId as R;

pub(super) const RULES: [Rule; 23] = [
    rule(R::DatabaseConnectionsPercent, Some(70.0), Some(85.0), false, "%"),
    rule(R::DatabaseCpuPercent, Some(70.0), Some(85.0), false, "%"),
    rule(R::DatabaseFreeableMemoryPercent, Some(30.0), Some(15.0), true, "%"),
    rule(R::DatabaseReplicaLagMs, Some(100.0), Some(1_000.0), false, " ms"),
    rule(R::DatabaseStatus, None, None, false, ""),
    rule(R::ClusterCpuPercent, Some(70.0), Some(85.0), false, "%"),
    rule(R::ClusterMemoryPercent, Some(75.0), Some(90.0), false, "%"),
    rule(R::ClusterNodesPercentOfMax, Some(90.0), Some(100.0), false, "%"),
    rule(R::ClusterNodesNotReady, Some(1.0), None, false, ""),
    rule(R::ClusterPodsPending, Some(1.0), None, false, ""),
    rule(R::ClusterStatus, None, None, false, ""),
    rule(R::WorkloadRestarts1h, Some(3.0), Some(10.0), false, "/h"),
    rule(R::WorkloadDegraded, Some(1.0), None, false, ""),
    rule(R::AppLatencyP99Ms, Some(300.0), Some(500.0), false, " ms"),
    rule(R::AppErrors5xxPercent, Some(0.5), Some(1.0), false, "%"),
    rule(R::AppErrors4xxPercent, Some(5.0), Some(10.0), false, "%"),
    rule(R::AppRequestsChangePercent, Some(50.0), Some(100.0), false, "%"),
    rule(R::SloBurn, None, None, false, "x"),
    rule(R::SloBudget, Some(0.0), None, true, "%"),
    rule(R::BudgetActualPercent, Some(80.0), Some(100.0), false, "%"),
    rule(R::BudgetForecastPercent, Some(100.0), None, false, "%"),
    rule(R::AccountIdentity, None, None, false, ""),
    rule(R::SourceFailing, None, None, false, ""),
];

/// The rule of that name.
pub(super) fn named(word: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.id.word() == word)
}

/// Every rule's name.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|r| r.id.word())
}
