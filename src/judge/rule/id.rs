//! What a rule is called.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Rule;

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
    /// A rule of the team's own, by its name.
    Team(&'static str),
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
            Self::Team(name) => name,
        }
    }

    /// What it measures, in a few words; a rule of the team's own is called by its name.
    pub fn title(self) -> &'static str {
        Rule::of(self).map_or(self.word(), |rule| rule.title)
    }

    /// The built-in rule of that name; none where there is no such rule.
    pub fn from_word(word: &str) -> Option<Self> {
        Rule::ALL.iter().map(|rule| rule.id).find(|id| id.word() == word)
    }

    /// A rule of the team's own. Its name is kept for as long as the program runs, so that an id is a word to copy: an
    /// estate file is read once, and has a handful of them.
    pub fn team(name: &str) -> Self {
        Self::Team(Box::leak(name.to_owned().into_boxed_str()))
    }

    /// Whether the rule is about a state rather than a number.
    pub fn about_state(self) -> bool {
        matches!(
            self,
            Self::DatabaseStatus | Self::ClusterStatus | Self::SloBurn | Self::AccountIdentity | Self::SourceFailing
        )
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(Self::from_word(&word).unwrap_or_else(|| Self::team(&word)))
    }
}
