//! SLOs.

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::SloState;
use crate::judge::{Level, SloVerdict};

/// One SLO.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slo {
    /// Its name in the estate file.
    pub name: String,
    /// The service that it is about.
    pub service: String,
    /// Percent of good events.
    pub objective_percent: f64,
    /// Its window, as written.
    pub window: String,
    /// Its level.
    pub level: Level,
    /// `ok`, `no_data`, `low_traffic` or `partial`.
    pub data: &'static str,
    /// Error budget left; may be negative.
    pub remaining_percent: Option<f64>,
    /// How many times faster than sustainable the budget is spent.
    pub burn: Burn,
    /// What fires; null where nothing is known to fire and some pair has no verdict.
    pub firing: Option<Vec<&'static str>>,
    /// Seconds until nothing is left at the 1 h burn; 0 when nothing is left, null when nothing burns.
    pub exhausted_in_s: Option<f64>,
    /// The end of the windows.
    pub as_of: Option<Timestamp>,
    /// The rule, the numbers, and what they rest on.
    pub why: String,
}

/// Burn over the seven windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[allow(missing_docs, reason = "each field is the window that its name says")]
pub struct Burn {
    #[serde(rename = "5m")]
    pub m5: Option<f64>,
    #[serde(rename = "30m")]
    pub m30: Option<f64>,
    #[serde(rename = "1h")]
    pub h1: Option<f64>,
    #[serde(rename = "2h")]
    pub h2: Option<f64>,
    #[serde(rename = "6h")]
    pub h6: Option<f64>,
    #[serde(rename = "1d")]
    pub d1: Option<f64>,
    #[serde(rename = "3d")]
    pub d3: Option<f64>,
}

impl Slo {
    pub(super) fn of(state: &SloState, level: Level, verdict: Option<&SloVerdict>, why: String) -> Self {
        let declared = &state.declared;
        let verdict = verdict.cloned().unwrap_or_else(|| SloVerdict { data: "no_data", ..SloVerdict::default() });
        let [m5, m30, h1, h2, h6, d1, d3] = verdict.burn;
        Self {
            name: declared.name.clone(),
            service: declared.service.clone(),
            objective_percent: declared.objective,
            window: declared.window.clone(),
            level,
            data: verdict.data,
            remaining_percent: verdict.remaining_percent,
            burn: Burn { m5, m30, h1, h2, h6, d1, d3 },
            firing: verdict.firing,
            exhausted_in_s: verdict.exhausted_in_s,
            as_of: state.counts.as_ref().map(|k| k.value.at),
            why,
        }
    }
}
