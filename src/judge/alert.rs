//! One rule that one thing breaks.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::finding::{Finding, Rests};
use super::rule::Comparison;
use super::severity::Ranked;
use super::silence::Silenced;
use super::standing::Mark;
use super::{Level, RuleId, words};
use crate::estate::{EntryRef, Name, SourceKey, WorkloadKey};

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// An entry of the estate file.
    Entry(EntryRef),
    /// A workload of a cluster (by its name in the estate file).
    Workload(Arc<str>, WorkloadKey),
    /// Pods of a cluster that no workload has: their owner's kind in lower case (`job`; `pod` for a bare one) and name.
    Pods(Arc<str>, Arc<str>, Name),
    /// A source.
    Source(SourceKey),
}

/// One rule that one thing breaks. It carries facts; its sentences are made only when someone reads them, for there may
/// be thousands of alerts, judged several times a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The rule, such as `database.replica_lag_ms`.
    pub rule: RuleId,
    /// What it is about; with the rule it tells one alert from another.
    pub about: Subject,
    /// `Warning` or `Critical`.
    pub level: Level,
    /// The value that breaks it; none where the rule is about a state.
    pub value: Option<f64>,
    /// The value's unit: `%`, `ms`, `x`, `/h`, or empty for a plain count.
    pub unit: &'static str,
    /// The threshold that it broke; none where the rule is about a state.
    pub threshold: Option<f64>,
    /// Since when it is broken.
    pub since: Timestamp,
    /// Whether the value breaks the rule now, or the alert only has not cleared.
    pub footing: Footing,
    /// Until when nobody wants to hear of it, and why: it is listed, and makes nothing worse.
    pub silenced: Option<Silenced>,
    /// How severe it is, and what decided.
    pub ranked: Ranked,
    /// Account and region with a slash after each, where `status` names them before the entry.
    pub(super) place: Option<Arc<str>>,
    /// How the value meets the threshold.
    pub comparison: Comparison,
    pub(super) finding: Finding,
    pub(super) rests: Rests,
    /// What is remembered of it.
    pub(super) mark: Mark,
}

/// Whether the value breaks the rule now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footing {
    /// It does.
    Breaks,
    /// It does not, but the alert has not cleared: until then, or until the value is back by more than the margin.
    Held {
        /// When it clears if the value stays where it is; none while it is within the margin.
        until: Option<Timestamp>,
    },
    /// The value is not known any more: it stands as it stood.
    Unseen,
}

impl Alert {
    /// The subject as `status` names it: `account/region/name`, `cluster/namespace/kind/name`, or the entry's name.
    pub fn subject(&self) -> String {
        let place = self.place.as_deref().unwrap_or_default();
        match &self.about {
            Subject::Entry(entry) => format!("{place}{}", entry.name()),
            Subject::Workload(cluster, key) => {
                format!("{cluster}/{}/{}/{}", key.name.namespace, key.kind.word(), key.name.name)
            }
            Subject::Pods(cluster, kind, name) => format!("{cluster}/{}/{kind}/{}", name.namespace, name.name),
            Subject::Source(key) => {
                let parts =
                    [key.account.as_deref(), key.region.as_deref(), Some(key.name.word()), key.subject.as_deref()];
                parts.into_iter().flatten().collect::<Vec<_>>().join("/")
            }
        }
    }

    /// A few words for a list, such as `replica lag 1,400 ms` or `2 pods crash looping`.
    pub fn brief(&self) -> String {
        let brief = self.finding.brief(self);
        match (self.footing, &self.finding) {
            (Footing::Held { .. }, _) => brief + ", clearing",
            (Footing::Unseen, finding) if !matches!(finding, Finding::Unseen { .. }) => brief + ", not known now",
            (Footing::Breaks | Footing::Unseen, _) => brief,
        }
    }

    /// The rule and the number against the threshold, in one sentence: the part of [`Alert::why`] that changes only with
    /// the facts.
    pub fn finding(&self) -> String {
        self.finding.sentence(self)
    }

    /// The finding, and what it rests on: the source and its age at `now`.
    pub fn why(&self, now: Timestamp) -> String {
        let mut why = self.finding();
        if let Some(rests) = self.rests.words(now) {
            let _ = write!(why, " {rests}.");
        }
        why
    }

    /// The threshold in words: `above the warning threshold of 70 %`; empty where the rule is about a state.
    pub(super) fn against(&self) -> String {
        let Some(threshold) = self.threshold else { return String::new() };
        let limit = words::with_unit(words::threshold(threshold), self.unit);
        let level = self.level.word();
        match self.footing {
            Footing::Breaks => format!("{} the {level} threshold of {limit}", self.comparison.word()),
            Footing::Unseen => {
                format!("not known now, {} the {level} threshold of {limit} when it was", self.comparison.word())
            }
            Footing::Held { until: None } => {
                let clear = words::with_unit(words::threshold(self.comparison.clears_at(threshold)), self.unit);
                format!(
                    "not clear yet of the {level} threshold of {limit}: it clears {} {clear}",
                    self.comparison.opposite().word()
                )
            }
            Footing::Held { until: Some(until) } => {
                let until = until.to_zoned(jiff::tz::TimeZone::UTC).strftime("%H:%M:%S");
                format!("back from the {level} threshold of {limit}, held until {until} UTC")
            }
        }
    }
}
