//! Budgets and costs, in US dollars.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One budget as AWS Budgets (or Cost Explorer and a limit) gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetFacts {
    /// What the limit is for; none where the service has a period of a kind that is not known here.
    pub period: Option<BudgetPeriod>,
    /// The limit, US dollars.
    pub limit_usd: Option<f64>,
    /// Spent in the period so far, US dollars.
    pub actual_usd: Option<f64>,
    /// Expected at the period's end, US dollars; none where the service has no forecast yet.
    pub forecast_usd: Option<f64>,
    /// Thresholds of the budget's own notifications, in percent of the limit, ascending.
    pub thresholds_percent: Vec<f64>,
}

/// The period after which a budget begins anew, as AWS Budgets names it (`TimeUnit`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BudgetPeriod {
    /// A day.
    Daily,
    /// A calendar month.
    Monthly,
    /// A quarter of a year.
    Quarterly,
    /// A year.
    Annually,
    /// From one date to another.
    Custom,
}

impl BudgetPeriod {
    /// In words, to be said after an amount: `a month`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Daily => "a day",
            Self::Monthly => "a month",
            Self::Quarterly => "a quarter",
            Self::Annually => "a year",
            Self::Custom => "in all",
        }
    }
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
