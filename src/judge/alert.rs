//! One rule that one thing breaks.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::finding::{Finding, Rests};
use super::{Level, RuleId};
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
    /// Account and region with a slash after each, where `status` names them before the entry.
    pub(super) place: Option<Arc<str>>,
    pub(super) finding: Finding,
    pub(super) rests: Rests,
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
        self.finding.brief(self)
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
        self.rule.against(self.level, threshold)
    }
}
