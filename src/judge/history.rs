//! What a judgement needs of the past: since when each alert stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Judgement, RuleId};

/// The past, as far as judging needs it; serializable, so that a restart does not forget since when something is wrong.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Since when each alert stands, by rule and subject.
    standing: BTreeMap<(String, String), Timestamp>,
    /// Since when the estate has had its level.
    level_since: Option<(super::Level, Timestamp)>,
}

impl History {
    /// Since when an alert stands; none when it is new.
    pub fn since(&self, rule: RuleId, subject: &str) -> Option<Timestamp> {
        self.standing.get(&(rule.word().to_owned(), subject.to_owned())).copied()
    }

    /// Since when the estate has had its present level.
    pub fn level_since(&self) -> Option<(super::Level, Timestamp)> {
        self.level_since
    }

    /// Takes in a judgement made at `now`: keeps what stands, forgets what has cleared.
    pub fn learn(&mut self, judgement: &Judgement, now: Timestamp) {
        self.standing =
            judgement.alerts.iter().map(|a| ((a.rule.word().to_owned(), a.subject.clone()), a.since)).collect();
        if self.level_since.is_none_or(|(level, _)| level != judgement.level) {
            self.level_since = Some((judgement.level, now));
        }
    }
}
