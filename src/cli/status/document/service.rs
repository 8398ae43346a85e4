//! Services that the app alerts watch.

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::{Sample, ServiceFacts, ServiceState};
use crate::judge::Level;

/// One service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Its name in the estate file.
    pub name: String,
    /// The account's name.
    pub account: Option<String>,
    /// The AWS region.
    pub region: Option<String>,
    /// Its level.
    pub level: Level,
    /// The time within which 99 of 100 requests are answered.
    pub p99_ms: Option<f64>,
    /// Requests a second.
    pub requests_per_s: Option<f64>,
    /// Percent of requests answered with a status of 500 or more; null where there were no requests.
    pub errors_5xx_percent: Option<f64>,
    /// Percent of requests answered with a status from 400 to 499.
    pub errors_4xx_percent: Option<f64>,
    /// How many percent more requests there are than in the hour before.
    pub requests_change_percent: Option<f64>,
    /// When the oldest of its numbers was true.
    pub as_of: Option<Timestamp>,
}

impl Service {
    pub(super) fn of(state: &ServiceState, level: Level) -> Self {
        let declared = &state.declared;
        let facts = state.facts.as_ref().map(|k| &k.value);
        let value = |sample: Option<Sample>| sample.map(|s| s.value);
        let samples = facts.map_or([None; 4], |f| [f.p99_ms, f.requests, f.errors_5xx, f.errors_4xx]);
        Self {
            name: declared.name.clone(),
            account: declared.account.clone(),
            region: declared.region.clone(),
            level,
            p99_ms: facts.and_then(|f| value(f.p99_ms)),
            requests_per_s: facts.and_then(|f| value(f.requests)),
            errors_5xx_percent: facts.and_then(ServiceFacts::errors_5xx_percent),
            errors_4xx_percent: facts.and_then(ServiceFacts::errors_4xx_percent),
            requests_change_percent: facts.and_then(ServiceFacts::requests_change_percent),
            as_of: samples.into_iter().flatten().map(|s| s.at).min().or_else(|| state.facts.as_ref().map(|k| k.as_of)),
        }
    }
}
