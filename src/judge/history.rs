//! What a judgement needs of the past: since when each alert stands.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Judgement, RuleId, Subject};

/// The past, as far as judging needs it; serializable, so that a restart does not forget since when something is wrong.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The alerts that stand, by rule and by what they are about.
    standing: BTreeMap<RuleId, HashMap<Subject, Standing>>,
    /// Since when the estate has had its level.
    level_since: Option<(super::Level, Timestamp)>,
    /// How many judgements were taken in: what the last one did not name has cleared.
    learned: u64,
}

/// One alert that stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Standing {
    since: Timestamp,
    /// The judgement that named it last.
    named_by: u64,
}

impl History {
    /// Since when an alert stands; none when it is new.
    pub fn since(&self, rule: RuleId, about: &Subject) -> Option<Timestamp> {
        self.standing.get(&rule)?.get(about).map(|standing| standing.since)
    }

    /// Since when the estate has had its present level.
    pub fn level_since(&self) -> Option<(super::Level, Timestamp)> {
        self.level_since
    }

    /// Takes in a judgement made at `now`: keeps what stands, forgets what has cleared. What stood before is not written
    /// again: there may be thousands, several times a second.
    pub fn learn(&mut self, judgement: &Judgement, now: Timestamp) {
        self.learned += 1;
        let named_by = self.learned;
        for alert in &judgement.alerts {
            let of_rule = self.standing.entry(alert.rule).or_default();
            if let Some(standing) = of_rule.get_mut(&alert.about) {
                *standing = Standing { since: alert.since, named_by };
            } else {
                of_rule.insert(alert.about.clone(), Standing { since: alert.since, named_by });
            }
        }
        self.standing.retain(|_, of_rule| {
            of_rule.retain(|_, standing| standing.named_by == named_by);
            !of_rule.is_empty()
        });
        if self.level_since.is_none_or(|(level, _)| level != judgement.level) {
            self.level_since = Some((judgement.level, now));
        }
    }
}
