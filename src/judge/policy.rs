//! The team's policy as far as judging needs it: every alert rule with its thresholds, the team's own rules, silences,
//! and what makes a severity.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::metric::Metric;
use super::rule::Comparison;
use super::severity::SeverityRule;
use super::silence::Silence;
use super::standing::{Patience, Reach};
use super::{Level, Rule, RuleId};

/// How long a value must have been back before its alert clears, where the team does not say otherwise, seconds.
pub const HOLD_S: u64 = 60;

/// Warn and crit of one rule, in the rule's unit; a rule may have one of them alone.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Thresholds {
    /// From here on (or below, for free memory) a warning.
    pub warn: Option<f64>,
    /// From here on (or below) critical.
    pub crit: Option<f64>,
}

/// What the team changed about a rule; what is none keeps its default.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RuleChange {
    /// Its thresholds.
    pub thresholds: Thresholds,
    /// How long a value must break its threshold before the alert is raised, seconds.
    pub wait_s: Option<u64>,
    /// How long a value must be back before the alert clears, seconds.
    pub hold_s: Option<u64>,
}

impl From<Thresholds> for RuleChange {
    fn from(thresholds: Thresholds) -> Self {
        Self { thresholds, ..Self::default() }
    }
}

/// A rule of the team's own.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamRule {
    /// Its name.
    pub id: RuleId,
    /// What it measures.
    pub metric: &'static Metric,
    /// How the value meets the thresholds.
    pub comparison: Comparison,
    /// From where on it warns, and is critical.
    pub thresholds: Thresholds,
    /// How long a value must break its threshold before the alert is raised, seconds.
    pub wait_s: u64,
    /// How long a value must be back before the alert clears, seconds.
    pub hold_s: u64,
}

/// The team's policy as far as judging needs it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Rules that the team changed; none inside: switched off.
    pub alerts: BTreeMap<RuleId, Option<RuleChange>>,
    /// Rules of the team's own.
    pub rules: Vec<TeamRule>,
    /// Alerts that nobody wants to hear of for a while.
    pub silences: Vec<Silence>,
    /// What makes a P1 … P4; a severity that is not here has its default.
    pub severities: Vec<SeverityRule>,
    /// The console's own API calls may cost this much a day, US dollars.
    pub spend_cap_usd_per_day: Option<f64>,
}

/// A rule as it is in force.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// The rule.
    pub id: RuleId,
    /// Its thresholds; none in both where it is about a state.
    pub thresholds: Thresholds,
    /// How a value meets them.
    pub comparison: Comparison,
    /// Unit of value and thresholds.
    pub unit: &'static str,
    /// How long it waits before it raises and before it clears.
    pub patience: Patience,
}

impl Policy {
    /// A rule as it is in force: the team's words, the defaults where the team says nothing; none where it is switched
    /// off, or there is no such rule.
    pub fn terms(&self, id: RuleId) -> Option<Terms> {
        if let RuleId::Team(_) = id {
            return self.rules.iter().find(|rule| rule.id == id).map(TeamRule::terms);
        }
        let rule = Rule::of(id)?;
        let change = match self.alerts.get(&id) {
            None => RuleChange::default(),
            Some(None) => return None,
            Some(Some(change)) => *change,
        };
        let thresholds = Thresholds {
            warn: change.thresholds.warn.or(rule.defaults.warn),
            crit: change.thresholds.crit.or(rule.defaults.crit),
        };
        // A state is what its service says it is: it clears when the service says so.
        let hold_s = if id.about_state() && id != RuleId::SloBurn { 0 } else { HOLD_S };
        let patience = patience(change.wait_s.unwrap_or(0), change.hold_s.unwrap_or(hold_s));
        Some(Terms { id, thresholds, comparison: rule.comparison, unit: rule.unit, patience })
    }
}

impl TeamRule {
    fn terms(&self) -> Terms {
        Terms {
            id: self.id,
            thresholds: self.thresholds,
            comparison: self.comparison,
            unit: self.metric.unit,
            patience: patience(self.wait_s, self.hold_s),
        }
    }
}

fn patience(wait_s: u64, hold_s: u64) -> Patience {
    let seconds = |s: u64| SignedDuration::from_secs(i64::try_from(s).unwrap_or(i64::MAX));
    Patience { wait: seconds(wait_s), hold: seconds(hold_s) }
}

impl Terms {
    /// How far a value reaches.
    pub fn reach(&self, value: f64) -> Reach {
        let level = |breaks: &dyn Fn(f64) -> bool| {
            if self.thresholds.crit.is_some_and(breaks) {
                Level::Critical
            } else if self.thresholds.warn.is_some_and(breaks) {
                Level::Warning
            } else {
                Level::Ok
            }
        };
        let now = level(&|t| self.comparison.breaks(value, t));
        let near = level(&|t| self.comparison.breaks(value, self.comparison.clears_at(t)));
        Reach { now, near: near.max(now) }
    }

    /// The threshold of a level; the warning's where critical has none of its own.
    pub fn threshold(&self, level: Level) -> Option<f64> {
        match level {
            Level::Critical => self.thresholds.crit.or(self.thresholds.warn),
            Level::Warning => self.thresholds.warn.or(self.thresholds.crit),
            Level::Ok | Level::Unknown => None,
        }
    }
}
