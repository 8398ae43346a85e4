//! How bad it is for people: from an alert, where it is and how far it reaches to P1 … P4 (seed 003 §6.3).

use std::time::Duration;

use super::finding::Finding;
use super::{Alert, Level, Policy, RuleId, burn};
use crate::estate::AccountState;

/// How bad an incident is (seed 003 §6.3); the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Down.
    P1,
    /// Major.
    P2,
    /// Degraded.
    P3,
    /// Minor.
    P4,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 4] = [Self::P1, Self::P2, Self::P3, Self::P4];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P4 => "P4",
        }
    }

    /// What it means: `Down`, `Major`, `Degraded`, `Minor`.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::P1 => "Down",
            Self::P2 => "Major",
            Self::P3 => "Degraded",
            Self::P4 => "Minor",
        }
    }

    /// How soon someone must answer, where the team does not say otherwise (seed 003 §6.3; the next day for a P4).
    pub fn answer_within(self) -> Duration {
        match self {
            Self::P1 => Duration::from_mins(15),
            Self::P2 => Duration::from_mins(30),
            Self::P3 => Duration::from_hours(4),
            Self::P4 => Duration::from_hours(24),
        }
    }

    /// So many steps less severe; never less than P4.
    fn less(self, steps: usize) -> Self {
        let index = Self::ALL.iter().position(|s| *s == self).unwrap_or(0) + steps;
        Self::ALL[index.min(Self::ALL.len() - 1)]
    }
}

/// What the team says of one severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityRule {
    /// Which.
    pub severity: Severity,
    /// How soon someone must answer.
    pub answer_within: Duration,
    /// Critical alerts of these rules are of this severity, whatever the defaults say.
    pub rules: Vec<RuleId>,
}

/// Where something is, as far as its severity depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Production, or nobody says where: what is not known to be harmless is not harmless.
    #[default]
    Production,
    /// Neither production nor a place to try things: staging, shared services, security.
    Beside,
    /// A place to try things: development, sandbox, test.
    Trial,
}

impl Environment {
    /// That of an account by its `environment`; production where there is none.
    pub fn of(account: Option<&AccountState>) -> Self {
        let Some(account) = account else { return Self::Production };
        match account.declared.environment.to_lowercase().as_str() {
            "production" | "prod" | "live" => Self::Production,
            "development" | "dev" | "sandbox" | "test" | "testing" | "qa" => Self::Trial,
            _ => Self::Beside,
        }
    }

    /// How many steps less severe the same is here than in production.
    fn steps(self) -> usize {
        match self {
            Self::Production => 0,
            Self::Beside => 1,
            Self::Trial => 2,
        }
    }
}

/// An alert's severity, and the rule that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// How severe.
    pub severity: Severity,
    /// What decided.
    decided: Decided,
    environment: Environment,
}

impl Default for Ranked {
    fn default() -> Self {
        Self {
            severity: Severity::P4,
            decided: Decided::Default("nothing decided"),
            environment: Environment::Production,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decided {
    /// `policy.severity` names the rule.
    Policy(RuleId),
    /// A default, in words.
    Default(&'static str),
}

impl Ranked {
    /// The rule that decided, in words.
    pub fn because(&self) -> String {
        match self.decided {
            Decided::Policy(rule) => {
                format!("policy.severity.{} names critical {}", self.severity.word(), rule.word())
            }
            Decided::Default(words) => {
                let place = match self.environment {
                    Environment::Production => "",
                    Environment::Beside => ", one step less outside production",
                    Environment::Trial => ", two steps less in a place to try things",
                };
                format!("{words}{place}")
            }
        }
    }

    /// Severity, meaning and rule in one phrase: `P2 Major: an SLO pages`.
    pub fn words(&self) -> String {
        format!("{} {}: {}", self.severity.word(), self.severity.meaning(), self.because())
    }
}

/// A severity, in words what makes it, and whether an alert does.
type Example = (Severity, &'static str, fn(&Alert) -> bool);

/// What an alert makes by default in production; the first that fits decides. Each is worded as an example of what seed
/// 003 §6.3 calls down, major, degraded and minor.
const DEFAULTS: [Example; 12] = [
    (Severity::P1, "a database is down (seed 003 §6.4: DB down = P1)", |a| {
        critical(a) && a.rule == RuleId::DatabaseStatus
    }),
    (Severity::P1, "half of what users ask for fails, or more: it is down", half_fails),
    (Severity::P1, "no node of the cluster is ready", |a| share_not_ready(a).is_some_and(|share| share >= 1.0)),
    (Severity::P2, "half of the cluster's nodes are not ready, or more", |a| {
        share_not_ready(a).is_some_and(|share| share >= 0.5)
    }),
    (Severity::P2, "nothing of a workload is available", |a| {
        matches!(a.finding, Finding::Degraded { available: 0, wanted: 1.., .. })
    }),
    (Severity::P2, "an SLO pages: users feel it, and the budget goes fast", |a| {
        critical(a) && a.rule == RuleId::SloBurn
    }),
    (Severity::P3, "slow, odd or much asked for, but it answers (seed 003 §6.3: a slow endpoint)", |a| {
        let rules = [RuleId::AppLatencyP99Ms, RuleId::AppErrors4xxPercent, RuleId::AppRequestsChangePercent];
        critical(a) && rules.contains(&a.rule)
    }),
    (Severity::P3, "one workload keeps restarting", |a| critical(a) && a.rule == RuleId::WorkloadRestarts1h),
    (Severity::P3, "money is over its limit, nobody is hurt", |a| {
        critical(a) && matches!(a.rule, RuleId::BudgetActualPercent | RuleId::BudgetForecastPercent)
    }),
    (Severity::P3, "the watch is blind here, users are not touched", |a| {
        critical(a) && a.rule == RuleId::AccountIdentity
    }),
    (Severity::P2, "a critical threshold is broken", critical),
    (Severity::P3, "something works less well than it should", |a| {
        matches!(
            a.rule,
            RuleId::SloBurn
                | RuleId::WorkloadDegraded
                | RuleId::WorkloadRestarts1h
                | RuleId::DatabaseStatus
                | RuleId::ClusterStatus
                | RuleId::ClusterNodesNotReady
                | RuleId::AppErrors5xxPercent
        )
    }),
];

fn critical(alert: &Alert) -> bool {
    alert.level == Level::Critical
}

/// Half of the events are bad in an SLO's short window, or half of a service's answers are errors.
fn half_fails(alert: &Alert) -> bool {
    match alert.finding {
        Finding::Burns { burns: (_, short), objective, .. } => {
            critical(alert) && burn::budget_ratio(objective).is_some_and(|budget| short * budget >= 0.5)
        }
        _ => alert.rule == RuleId::AppErrors5xxPercent && alert.value.is_some_and(|percent| percent >= 50.0),
    }
}

fn share_not_ready(alert: &Alert) -> Option<f64> {
    match alert.finding {
        Finding::NotReady { total, .. } if total > 0 => Some(alert.value? / total as f64),
        _ => None,
    }
}

/// How severe an alert is, by the team's policy and else by default.
pub(super) fn rank(alert: &Alert, environment: Environment, policy: &Policy) -> Ranked {
    if critical(alert)
        && let Some(rule) = policy.severities.iter().find(|rule| rule.rules.contains(&alert.rule))
    {
        return Ranked { severity: rule.severity, decided: Decided::Policy(alert.rule), environment };
    }
    let (severity, words) = DEFAULTS
        .iter()
        .find(|(.., fits)| fits(alert))
        .map_or((Severity::P4, "a threshold warns, nobody is hurt yet"), |(severity, words, _)| (*severity, *words));
    Ranked { severity: severity.less(environment.steps()), decided: Decided::Default(words), environment }
}
