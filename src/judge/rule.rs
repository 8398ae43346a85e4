//! The rules: what each compares, with which thresholds by default, and where the default comes from.
//!
//! One file per area judges them; the team's own rules are data, on a catalogue of what can be measured.

mod account;
mod budget;
mod cluster;
mod database;
mod id;
mod service;
mod slo;
mod source;
mod status;
mod team;
mod workload;

pub(super) use self::{
    account::account, budget::budget, cluster::cluster, database::database, service::service, slo::slo, source::source,
};
pub use self::{cluster::fullest, id::RuleId, slo::slo_why};
use super::Thresholds;
use super::standing::MARGIN;

/// How a value meets a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

impl Comparison {
    /// Every comparison, by the word that stands for it in the estate file.
    pub const WORDS: [(&'static str, Self); 4] =
        [("above", Self::Above), ("at_least", Self::AtLeast), ("below", Self::Below), ("at_most", Self::AtMost)];

    /// Whether lower values are worse.
    pub fn below(self) -> bool {
        matches!(self, Self::Below | Self::AtMost)
    }

    /// Its sign: `>`, `≥`, `<`, `≤`.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::AtLeast => "≥",
            Self::Below => "<",
            Self::AtMost => "≤",
        }
    }

    /// It in a sentence: `above`, `at or above`, `below`, `at or below`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::AtLeast => "at or above",
            Self::Below => "below",
            Self::AtMost => "at or below",
        }
    }

    /// Where a value is in order again: `at or below` for one that breaks above.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Above => Self::AtMost,
            Self::AtLeast => Self::Below,
            Self::Below => Self::AtLeast,
            Self::AtMost => Self::Above,
        }
    }

    /// Whether a value breaks a threshold. A difference below one part in a billion is the arithmetic's, not the value's.
    pub fn breaks(self, value: f64, threshold: f64) -> bool {
        let noise = 1e-9 * threshold.abs().max(1.0);
        match self {
            Self::Above => value - threshold > noise,
            Self::AtLeast => value - threshold >= -noise,
            Self::Below => threshold - value > noise,
            Self::AtMost => threshold - value >= -noise,
        }
    }

    /// The threshold less the margin: the value beyond which an alert may clear.
    pub fn clears_at(self, threshold: f64) -> f64 {
        let margin = MARGIN * threshold.abs();
        if self.below() { threshold + margin } else { threshold - margin }
    }
}

/// How a rule compares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// What it measures, in a few words.
    pub title: &'static str,
    /// The default thresholds.
    pub defaults: Thresholds,
    /// How a value meets them.
    pub comparison: Comparison,
    /// Unit of value and thresholds: `%`, `ms`, `x`, `/h`, or empty.
    pub unit: &'static str,
    /// Where the default comes from.
    pub source: &'static str,
}

const fn rule(
    id: RuleId,
    title: &'static str,
    (warn, crit): (Option<f64>, Option<f64>),
    comparison: Comparison,
    unit: &'static str,
    source: &'static str,
) -> Rule {
    Rule { id, title, defaults: Thresholds { warn, crit }, comparison, unit, source }
}

use Comparison::{Above, AtLeast, AtMost, Below};
use RuleId as R;

/// A rule about a state: no thresholds, on or off.
const STATE: (Option<f64>, Option<f64>) = (None, None);

impl Rule {
    /// Every rule with its defaults, in the order in which the documentation names them.
    pub const ALL: [Self; 23] = [
        rule(
            R::DatabaseConnectionsPercent,
            "connections",
            (Some(70.0), Some(85.0)),
            Above,
            "%",
            "seed 003 §6.2, DB, connections",
        ),
        rule(R::DatabaseCpuPercent, "CPU", (Some(70.0), Some(85.0)), Above, "%", "seed 003 §6.2, DB, CPU"),
        rule(
            R::DatabaseFreeableMemoryPercent,
            "free memory",
            (Some(30.0), Some(15.0)),
            Below,
            "%",
            "seed 003 §6.2, DB, free mem",
        ),
        rule(
            R::DatabaseReplicaLagMs,
            "replica lag",
            (Some(100.0), Some(1_000.0)),
            Above,
            "ms",
            "seed 003 §6.2, DB, replica lag",
        ),
        rule(
            R::DatabaseStatus,
            "status",
            STATE,
            AtLeast,
            "",
            "seed 003 §6.4, DB connection issues, step 1: the status",
        ),
        rule(R::ClusterCpuPercent, "CPU", (Some(70.0), Some(85.0)), Above, "%", "seed 003 §6.2, Infra, CPU"),
        rule(R::ClusterMemoryPercent, "memory", (Some(75.0), Some(90.0)), Above, "%", "seed 003 §6.2, Infra, memory"),
        // The seed says "near max" without a number: four fifths, as for its budgets, leaves one node in five.
        rule(
            R::ClusterNodesPercentOfMax,
            "nodes of max",
            (Some(80.0), Some(100.0)),
            AtLeast,
            "%",
            "seed 003 §6.2, Infra, node count",
        ),
        rule(
            R::ClusterNodesNotReady,
            "nodes not ready",
            (Some(1.0), None),
            AtLeast,
            "",
            "seed 003 §6.5, a node dies: back in 5 min",
        ),
        rule(
            R::ClusterPodsPending,
            "pods pending",
            (Some(1.0), None),
            AtLeast,
            "",
            "seed 003 §4.3: pending pods call for nodes",
        ),
        rule(R::ClusterStatus, "status", STATE, AtLeast, "", "seed 003 §4.3, EKS"),
        rule(
            R::WorkloadRestarts1h,
            "restarts",
            (Some(3.0), Some(10.0)),
            Above,
            "/h",
            "seed 003 §6.2, Infra, pod restarts",
        ),
        rule(
            R::WorkloadDegraded,
            "replicas missing",
            (Some(1.0), None),
            AtLeast,
            "",
            "seed 003 §6.5, a pod dies: back in 1 min",
        ),
        rule(
            R::AppLatencyP99Ms,
            "p99 latency",
            (Some(300.0), Some(500.0)),
            Above,
            "ms",
            "seed 003 §6.2, App, p99 latency",
        ),
        rule(R::AppErrors5xxPercent, "5xx rate", (Some(0.5), Some(1.0)), Above, "%", "seed 003 §6.2, App, 5xx rate"),
        rule(R::AppErrors4xxPercent, "4xx rate", (Some(5.0), Some(10.0)), Above, "%", "seed 003 §6.2, App, 4xx rate"),
        rule(
            R::AppRequestsChangePercent,
            "change of requests",
            (Some(50.0), Some(100.0)),
            Above,
            "%",
            "seed 003 §6.2, App, request spike",
        ),
        rule(R::SloBurn, "burn", STATE, Above, "x", "Google SRE Workbook, chapter 5; seed 003 §6.6"),
        rule(R::SloBudget, "error budget left", (Some(0.0), None), AtMost, "%", "seed 003 §6.6, the error budget"),
        rule(R::BudgetActualPercent, "spent", (Some(80.0), Some(100.0)), AtLeast, "%", "seed 003 §3.3, budget alerts"),
        rule(R::BudgetForecastPercent, "forecast", (Some(100.0), None), AtLeast, "%", "seed 003 §3.3, budget alerts"),
        rule(R::AccountIdentity, "identity", STATE, AtLeast, "", "seed 003 §3.1: accounts are the walls of the estate"),
        rule(R::SourceFailing, "failing", STATE, AtLeast, "", "seed 003 §6.1: what is not observed is not in order"),
    ];

    /// The built-in rule of that id; none for a rule of the team's own.
    pub fn of(id: RuleId) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.id == id)
    }
}

static RULES: [Rule; Rule::ALL.len()] = Rule::ALL;
