//! The rules: what each compares, with which thresholds by default, and where the default comes from.
//!
//! One file per area judges them; the rules whose facts no source tells yet (`app.*`, a cluster's CPU and memory) stand
//! in the table and are judged once those facts come.

mod account;
mod budget;
mod cluster;
mod database;
mod slo;
mod source;
mod status;
mod workload;

use serde::{Deserialize, Serialize};

pub(super) use self::{
    account::account, budget::budget, cluster::cluster, database::database, slo::slo, source::source,
};
pub use self::{cluster::fullest, slo::slo_why};
use super::{Level, Thresholds, words};

/// The rules, named as in `policy.alerts.AREA.RULE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

const fn rule(
    id: RuleId,
    (warn, crit): (Option<f64>, Option<f64>),
    compares: Compares,
    unit: &'static str,
    source: &'static str,
) -> Rule {
    let (below, inclusive) = match compares {
        Compares::Above => (false, false),
        Compares::From => (false, true),
        Compares::Below => (true, false),
        Compares::DownFrom => (true, true),
    };
    Rule { id, defaults: Thresholds { warn, crit }, below, inclusive, unit, source }
}

/// How a value meets a threshold.
#[derive(Clone, Copy)]
enum Compares {
    /// `>`
    Above,
    /// `>=`
    From,
    /// `<`
    Below,
    /// `<=`
    DownFrom,
}

use Compares::{Above, Below, DownFrom, From as AtLeast};
use RuleId as R;

/// A rule about a state: no thresholds, on or off.
const STATE: (Option<f64>, Option<f64>) = (None, None);

impl Rule {
    /// Every rule with its defaults, in the order in which the documentation names them.
    pub const ALL: [Self; 23] = [
        rule(R::DatabaseConnectionsPercent, (Some(70.0), Some(85.0)), Above, "%", "seed 003 §6.2, DB, connections"),
        rule(R::DatabaseCpuPercent, (Some(70.0), Some(85.0)), Above, "%", "seed 003 §6.2, DB, CPU"),
        rule(R::DatabaseFreeableMemoryPercent, (Some(30.0), Some(15.0)), Below, "%", "seed 003 §6.2, DB, free mem"),
        rule(R::DatabaseReplicaLagMs, (Some(100.0), Some(1_000.0)), Above, "ms", "seed 003 §6.2, DB, replica lag"),
        rule(R::DatabaseStatus, STATE, AtLeast, "", "seed 003 §6.4, DB connection issues, step 1: the status"),
        rule(R::ClusterCpuPercent, (Some(70.0), Some(85.0)), Above, "%", "seed 003 §6.2, Infra, CPU"),
        rule(R::ClusterMemoryPercent, (Some(75.0), Some(90.0)), Above, "%", "seed 003 §6.2, Infra, memory"),
        // The seed says "near max" without a number: four fifths, as for its budgets, leaves one node in five.
        rule(R::ClusterNodesPercentOfMax, (Some(80.0), Some(100.0)), AtLeast, "%", "seed 003 §6.2, Infra, node count"),
        rule(R::ClusterNodesNotReady, (Some(1.0), None), AtLeast, "", "seed 003 §6.5, a node dies: back in 5 min"),
        rule(R::ClusterPodsPending, (Some(1.0), None), AtLeast, "", "seed 003 §4.3: pending pods call for nodes"),
        rule(R::ClusterStatus, STATE, AtLeast, "", "seed 003 §4.3, EKS"),
        rule(R::WorkloadRestarts1h, (Some(3.0), Some(10.0)), Above, "/h", "seed 003 §6.2, Infra, pod restarts"),
        rule(R::WorkloadDegraded, (Some(1.0), None), AtLeast, "", "seed 003 §6.5, a pod dies: back in 1 min"),
        rule(R::AppLatencyP99Ms, (Some(300.0), Some(500.0)), Above, "ms", "seed 003 §6.2, App, p99 latency"),
        rule(R::AppErrors5xxPercent, (Some(0.5), Some(1.0)), Above, "%", "seed 003 §6.2, App, 5xx rate"),
        rule(R::AppErrors4xxPercent, (Some(5.0), Some(10.0)), Above, "%", "seed 003 §6.2, App, 4xx rate"),
        rule(R::AppRequestsChangePercent, (Some(50.0), Some(100.0)), Above, "%", "seed 003 §6.2, App, request spike"),
        rule(R::SloBurn, STATE, Above, "x", "Google SRE Workbook, chapter 5; seed 003 §6.6"),
        rule(R::SloBudget, (Some(0.0), None), DownFrom, "%", "seed 003 §6.6, the error budget"),
        rule(R::BudgetActualPercent, (Some(80.0), Some(100.0)), AtLeast, "%", "seed 003 §3.3, budget alerts"),
        rule(R::BudgetForecastPercent, (Some(100.0), None), AtLeast, "%", "seed 003 §3.3, budget alerts"),
        rule(R::AccountIdentity, STATE, AtLeast, "", "seed 003 §3.1: accounts are the walls of the estate"),
        rule(R::SourceFailing, STATE, AtLeast, "", "seed 003 §6.1: what is not observed is not in order"),
    ];

    /// The rule of that id.
    pub fn of(id: RuleId) -> &'static Self {
        // The table follows the order of the ids; a test holds it to that.
        &RULES[id as usize]
    }

    /// How bad a value is and the threshold that it broke; none where it breaks none.
    ///
    /// A difference below one part in a billion is the arithmetic's, not the value's.
    pub fn breach(&self, thresholds: Thresholds, value: f64) -> Option<(Level, f64)> {
        let breaks = |threshold: f64| {
            let noise = 1e-9 * threshold.abs().max(1.0);
            let beyond = if self.below { threshold - value } else { value - threshold };
            if self.inclusive { beyond >= -noise } else { beyond > noise }
        };
        let critical = thresholds.crit.filter(|&t| breaks(t)).map(|t| (Level::Critical, t));
        critical.or_else(|| thresholds.warn.filter(|&t| breaks(t)).map(|t| (Level::Warning, t)))
    }
}

static RULES: [Rule; Rule::ALL.len()] = Rule::ALL;

impl RuleId {
    /// A threshold in words: `above the warning threshold of 70 %`.
    pub(super) fn against(self, level: Level, threshold: f64) -> String {
        let rule = Rule::of(self);
        let relation = match (rule.below, rule.inclusive) {
            (false, false) => "above",
            (false, true) => "at or above",
            (true, false) => "below",
            (true, true) => "at or below",
        };
        let limit = words::with_unit(words::threshold(threshold), rule.unit);
        format!("{relation} the {} threshold of {limit}", level.word())
    }

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

    /// The rule of that name; none where there is no such rule.
    pub fn from_word(word: &str) -> Option<Self> {
        Rule::ALL.iter().map(|rule| rule.id).find(|id| id.word() == word)
    }
}
