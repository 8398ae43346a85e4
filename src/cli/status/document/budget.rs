//! Budgets.

use jiff::Timestamp;
use serde::Serialize;

use super::Plain;
use crate::estate::BudgetState;
use crate::judge::Level;

/// One budget, US dollars.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Budget {
    /// Its name in the estate file.
    pub name: String,
    /// The account's name.
    pub account: String,
    /// Its level.
    pub level: Level,
    /// The limit.
    pub limit_usd: Option<f64>,
    /// Spent so far.
    pub actual_usd: Option<f64>,
    /// Expected at the period's end.
    pub forecast_usd: Option<f64>,
    /// Thresholds in percent of the limit, ascending.
    pub thresholds_percent: Option<Vec<Plain>>,
    /// Those that the actual has reached.
    pub crossed_percent: Option<Vec<Plain>>,
    /// Those that the forecast has reached.
    pub forecast_crossed_percent: Option<Vec<Plain>>,
    /// When the oldest of it was true.
    pub as_of: Option<Timestamp>,
}

impl Budget {
    pub(super) fn of(state: &BudgetState, level: Level, mismatched: bool) -> Self {
        let facts = state.described();
        let limit = facts.and_then(|f| f.limit_usd);
        let (actual, forecast) = (facts.and_then(|f| f.actual_usd), facts.and_then(|f| f.forecast_usd));
        let declared = state.declared.thresholds.as_ref().filter(|_| !mismatched);
        let mut thresholds = declared.or(facts.map(|f| &f.thresholds_percent)).cloned();
        if let Some(thresholds) = &mut thresholds {
            thresholds.sort_by(f64::total_cmp);
        }
        let crossed = |usd: Option<f64>| {
            let (usd, limit) = (usd?, limit.filter(|limit| *limit > 0.0)?);
            // Within the arithmetic's noise, a threshold that is met exactly is reached.
            let percent = 100.0 * usd / limit + 1e-9;
            Some(thresholds.as_ref()?.iter().copied().filter(|t| *t <= percent).map(Plain).collect())
        };
        Self {
            name: state.declared.name.clone(),
            account: state.declared.account.clone(),
            level,
            limit_usd: limit,
            actual_usd: actual,
            forecast_usd: forecast,
            crossed_percent: crossed(actual),
            forecast_crossed_percent: crossed(forecast),
            thresholds_percent: thresholds.map(|t| t.into_iter().map(Plain).collect()),
            as_of: state.facts.as_ref().map(|k| k.as_of),
        }
    }
}
