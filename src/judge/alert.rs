//! One rule that one thing breaks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Level, RuleId};
use crate::estate::{EntryRef, SourceKey, WorkloadKey};

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// An entry of the estate file.
    Entry(EntryRef),
    /// A workload of a cluster (by its name in the estate file).
    Workload(String, WorkloadKey),
    /// A source.
    Source(SourceKey),
}

/// One rule that one thing breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The rule, such as `database.replica_lag_ms`.
    pub rule: RuleId,
    /// What it is about.
    pub about: Subject,
    /// The subject as `status` names it: `account/region/name`, `cluster/namespace/kind/name`, or the entry's name.
    pub subject: String,
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
    /// A few words for a list, such as `replica lag 1,400 ms` or `2 pods crash looping`.
    pub brief: String,
    /// The rule and the number against the threshold, in one sentence: the part of `why` that changes only with the facts.
    pub finding: String,
    /// The finding, and what it rests on: the source and its age.
    pub why: String,
}
