//! What a judgement needs of the past: since when each alert stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Judgement, RuleId};

/// The past, as far as judging needs it; serializable, so that a restart does not forget since when something is wrong.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Since when each alert stands, by rule and then by subject.
    standing: BTreeMap<String, BTreeMap<String, Timestamp>>,
    /// Since when the estate has had its level.
    level_since: Option<(super::Level, Timestamp)>,
}

impl History {
    /// Since when an alert stands; none when it is new.
    pub fn since(&self, rule: RuleId, subject: &str) -> Option<Timestamp> {
        self.standing.get(rule.word())?.get(subject).copied()
    }

    /// Since when the estate has had its present level.
    pub fn level_since(&self) -> Option<(super::Level, Timestamp)> {
        self.level_since
    }

    /// Takes in a judgement made at `now`: keeps what stands, forgets what has cleared. What stood before is not written
    /// again: there may be thousands, several times a second.
    pub fn learn(&mut self, judgement: &Judgement, now: Timestamp) {
        let stands: BTreeSet<(&str, &str)> =
            judgement.alerts.iter().map(|a| (a.rule.word(), a.subject.as_str())).collect();
        self.standing.retain(|rule, subjects| {
            subjects.retain(|subject, _| stands.contains(&(rule.as_str(), subject.as_str())));
            !subjects.is_empty()
        });
        for alert in
            judgement.alerts.iter().filter(|a| self.since(a.rule, &a.subject) != Some(a.since)).collect::<Vec<_>>()
        {
            self.standing.entry(alert.rule.word().to_owned()).or_default().insert(alert.subject.clone(), alert.since);
        }
        if self.level_since.is_none_or(|(level, _)| level != judgement.level) {
            self.level_since = Some((judgement.level, now));
        }
    }
}
