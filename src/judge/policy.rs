//! The team's policy as far as judging needs it: every alert rule with its thresholds, each default with its source.

use std::collections::BTreeMap;

/// Warn and crit of one rule, in the rule's unit; a rule may have one of them alone.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Thresholds {
    /// From here on (or below, for free memory) a warning.
    pub warn: Option<f64>,
    /// From here on (or below) critical.
    pub crit: Option<f64>,
}

/// The rules, named as in `policy.alerts.AREA.RULE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant is its documented rule name")]
pub enum RuleId {
    DatabaseConnectionsPercent,
    DatabaseCpuPercent,
    DatabaseFreeableMemoryPercent,
    DatabaseReplicaLagMs,
    DatabaseStatus,
    ClusterCpuPercent,
    ClusterMemoryPercent,
    ClusterNodesPercentOfMax,
    ClusterNodesNotReady,
    ClusterPodsPending,
    ClusterStatus,
    WorkloadRestarts1h,
    WorkloadDegraded,
    AppLatencyP99Ms,
    AppErrors5xxPercent,
    AppErrors4xxPercent,
    AppRequestsChangePercent,
    SloBurn,
    SloBudget,
    BudgetActualPercent,
    BudgetForecastPercent,
    AccountIdentity,
    SourceFailing,
}

/// How a rule compares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// The default thresholds.
    pub defaults: Thresholds,
    /// Breaks below its thresholds rather than above.
    pub below: bool,
    /// Whether the threshold itself already breaks it (`>=`), as for counts and budgets.
    pub inclusive: bool,
    /// Unit of value and thresholds: `%`, `ms`, `x`, `/h`, or empty.
    pub unit: &'static str,
    /// Where the default comes from.
    pub source: &'static str,
}

/// The team's policy as far as judging needs it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Rules that the team changed; none inside: switched off.
    pub alerts: BTreeMap<RuleId, Option<Thresholds>>,
    /// The console's own API calls may cost this much a day, US dollars.
    pub spend_cap_usd_per_day: Option<f64>,
}

impl RuleId {
    /// The rule's name, such as `database.replica_lag_ms`.
    pub fn word(self) -> &'static str {
        match self {
            Self::DatabaseConnectionsPercent => "database.connections_percent",
            Self::DatabaseCpuPercent => "database.cpu_percent",
            Self::DatabaseFreeableMemoryPercent => "database.freeable_memory_percent",
            Self::DatabaseReplicaLagMs => "database.replica_lag_ms",
            Self::DatabaseStatus => "database.status",
            Self::ClusterCpuPercent => "cluster.cpu_percent",
            Self::ClusterMemoryPercent => "cluster.memory_percent",
            Self::ClusterNodesPercentOfMax => "cluster.nodes_percent_of_max",
            Self::ClusterNodesNotReady => "cluster.nodes_not_ready",
            Self::ClusterPodsPending => "cluster.pods_pending",
            Self::ClusterStatus => "cluster.status",
            Self::WorkloadRestarts1h => "workload.restarts_1h",
            Self::WorkloadDegraded => "workload.degraded",
            Self::AppLatencyP99Ms => "app.latency_p99_ms",
            Self::AppErrors5xxPercent => "app.errors_5xx_percent",
            Self::AppErrors4xxPercent => "app.errors_4xx_percent",
            Self::AppRequestsChangePercent => "app.requests_change_percent",
            Self::SloBurn => "slo.burn",
            Self::SloBudget => "slo.budget",
            Self::BudgetActualPercent => "budget.actual_percent",
            Self::BudgetForecastPercent => "budget.forecast_percent",
            Self::AccountIdentity => "account.identity",
            Self::SourceFailing => "source.failing",
        }
    }
}
