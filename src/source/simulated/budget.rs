//! What the world costs: budgets and costs grow with the month, and move three times a day, as AWS' do.

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use super::chance::{between, mix};
use super::course::Course;
use super::moment::{At, DAY};
use crate::estate::{BudgetFacts, BudgetPeriod, CostFacts, ServiceCost};

/// The budget of an account and what it is spent on.
#[derive(Debug)]
pub(super) struct BudgetPlan {
    /// The budget's name in the estate file.
    pub(super) name: String,
    pub(super) account: String,
    pub(super) limit_usd: f64,
    pub(super) thresholds: &'static [f64],
    /// What the whole month costs, as a share of the limit.
    pub(super) month_share: f64,
    /// In an overrun: spent as a share of the limit, and the forecast.
    pub(super) overrun: Option<(Option<f64>, f64)>,
    /// What it is spent on: service and share.
    pub(super) services: Vec<(String, f64)>,
    pub(super) grain: u64,
    pub(super) course: Course,
}

impl BudgetPlan {
    /// The budget at an instant.
    pub(super) fn facts(&self, at: At) -> BudgetFacts {
        let overrun = self.overrun.filter(|_| self.course.overrun());
        let forecast = match overrun {
            Some((_, share)) => self.limit_usd * share,
            None => self.limit_usd * self.month_share * between(mix(self.grain, day(at)), 0.985, 1.015),
        };
        BudgetFacts {
            period: Some(BudgetPeriod::Monthly),
            limit_usd: Some(self.limit_usd),
            actual_usd: Some(cents(self.spent(at))),
            forecast_usd: Some(cents(forecast.max(self.spent(at)))),
            thresholds_percent: self.thresholds.to_vec(),
        }
    }

    /// The month's costs at an instant.
    pub(super) fn costs(&self, at: At) -> CostFacts {
        let by_service: Vec<ServiceCost> = self
            .services
            .iter()
            .map(|(service, share)| ServiceCost { service: service.clone(), usd: cents(self.spent(at) * share) })
            .collect();
        let month_to_date_usd = cents(by_service.iter().map(|s| s.usd).sum());
        CostFacts { month_to_date_usd, by_service, asked: Vec::new() }
    }

    fn spent(&self, at: At) -> f64 {
        if let Some((Some(share), _)) = self.overrun.filter(|_| self.course.overrun()) {
            return self.limit_usd * share;
        }
        self.limit_usd * self.month_share * month_passed(at)
    }
}

/// The share of the UTC month that has passed, as of the last of the day's three updates.
fn month_passed(at: At) -> f64 {
    let updated = at.div_euclid(DAY / 3) * (DAY / 3);
    let Ok(now) = Timestamp::from_second(updated) else { return 0.0 };
    let zoned = now.to_zoned(TimeZone::UTC);
    let date: Date = zoned.date();
    let seconds = f64::from(date.day() - 1) * DAY as f64 + updated.rem_euclid(DAY) as f64;
    seconds / (f64::from(date.days_in_month()) * DAY as f64)
}

fn day(at: At) -> u64 {
    at.div_euclid(DAY).cast_unsigned()
}

fn cents(usd: f64) -> f64 {
    (usd * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_passes_from_its_first_to_its_last_hour() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
        assert!(month_passed(at("2026-11-01T07:59:59Z")).abs() < 1e-12);
        assert!((month_passed(at("2026-11-16T00:00:01Z")) - 0.5).abs() < 1e-12);
        assert!((month_passed(at("2026-12-31T23:59:59Z")) - (30.0 + 2.0 / 3.0) / 31.0).abs() < 1e-12);
    }
}
