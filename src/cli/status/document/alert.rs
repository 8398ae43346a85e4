//! Alerts and incidents.

use jiff::Timestamp;
use serde::Serialize;

use crate::judge::Level;

/// One rule that one thing breaks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Such as `database.replica_lag_ms`.
    pub rule: &'static str,
    /// `account/region/name`, `cluster/namespace/kind/name`, or the entry's name.
    pub subject: String,
    /// `warning` or `critical`.
    pub level: Level,
    /// The value that breaks it; null where the rule is about a state.
    pub value: Option<f64>,
    /// Unit of value and threshold; empty for a plain count or a state.
    pub unit: &'static str,
    /// The threshold that it broke; null where the rule is about a state.
    pub threshold: Option<f64>,
    /// Since when it is broken.
    pub since: Timestamp,
    /// `P1` to `P4`.
    pub severity: &'static str,
    /// The rule that decided the severity, in words.
    pub severity_rule: String,
    /// Null where it is not silenced; a silenced alert makes no level worse.
    pub silenced: Option<Silenced>,
    /// The rule, the number against the threshold, the source and its age, what would clear it, its severity.
    pub why: String,
}

/// A silence of the team's policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Silenced {
    /// When it ends.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
}

impl Alert {
    pub(super) fn of(alert: &crate::judge::Alert, why: String) -> Self {
        Self {
            rule: alert.rule.word(),
            subject: alert.subject(),
            level: alert.level,
            value: alert.value,
            unit: alert.unit,
            threshold: alert.threshold,
            since: alert.since,
            severity: alert.ranked.severity.word(),
            severity_rule: alert.ranked.because(),
            silenced: alert
                .silenced
                .as_ref()
                .map(|s| Silenced { until: s.until, reason: s.reason.as_ref().to_owned() }),
            why,
        }
    }
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Incident {
    /// Such as `INC-1`.
    pub id: String,
    /// `P1` to `P4`.
    pub severity: String,
    /// What is wrong.
    pub title: String,
    /// Such as `open`.
    pub state: String,
    /// When it was declared.
    pub opened_at: Timestamp,
    /// When someone took it.
    pub acknowledged_at: Option<Timestamp>,
    /// By when someone has to answer.
    pub respond_by: Option<Timestamp>,
}
