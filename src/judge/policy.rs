//! The team's policy as far as judging needs it: every alert rule with its thresholds, each default with its source.

use std::collections::BTreeMap;

use super::{Rule, RuleId};

/// Warn and crit of one rule, in the rule's unit; a rule may have one of them alone.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Thresholds {
    /// From here on (or below, for free memory) a warning.
    pub warn: Option<f64>,
    /// From here on (or below) critical.
    pub crit: Option<f64>,
}

/// The team's policy as far as judging needs it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Rules that the team changed; none inside: switched off. A side that is none keeps its default.
    pub alerts: BTreeMap<RuleId, Option<Thresholds>>,
    /// The console's own API calls may cost this much a day, US dollars.
    pub spend_cap_usd_per_day: Option<f64>,
}

impl Policy {
    /// The thresholds in force: the team's, the default where the team says nothing; none where it switched the rule off.
    pub fn thresholds(&self, id: RuleId) -> Option<Thresholds> {
        let defaults = Rule::of(id).defaults;
        match self.alerts.get(&id) {
            None => Some(defaults),
            Some(None) => None,
            Some(Some(team)) => {
                Some(Thresholds { warn: team.warn.or(defaults.warn), crit: team.crit.or(defaults.crit) })
            }
        }
    }
}
