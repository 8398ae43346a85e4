//! Budgets and costs, in US dollars.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One budget as AWS Budgets (or Cost Explorer and a limit) gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetFacts {
    /// The limit, US dollars.
    pub limit_usd: Option<f64>,
    /// Spent in the period so far, US dollars.
    pub actual_usd: Option<f64>,
    /// Expected at the period's end, US dollars; none where the service has no forecast yet.
    pub forecast_usd: Option<f64>,
    /// Thresholds of the budget's own notifications, in percent of the limit, ascending.
    pub thresholds_percent: Vec<f64>,
}

/// One account's costs of the running month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostFacts {
    /// Month to date, US dollars.
    pub month_to_date_usd: f64,
    /// By service, the dearest first.
    pub by_service: Vec<ServiceCost>,
    /// When Cost Explorer was asked in the last 24 hours, oldest first; each call costs $0.01.
    pub asked: Vec<Timestamp>,
}

/// One service's costs of the running month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceCost {
    /// The service's name as Cost Explorer writes it.
    pub service: String,
    /// US dollars.
    pub usd: f64,
}
