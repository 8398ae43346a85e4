//! Cost Explorer: an account's costs of the running month, by service.
//!
//! Each page that is asked for costs $0.01 and the data moves a few times a day at most, so it is asked three times in
//! 24 hours at most, pages included, eight hours apart, over restarts too. Between the calls the source is live with the
//! facts of its last call and their time; only where facts are due and the allowance is used up it is paused, and says so.
//!
//! Costs are `UnblendedCost` of the account itself (`LINKED_ACCOUNT`), credits, refunds and taxes included. A budget with
//! `limit_usd` and no AWS Budget has the month's costs as its actual; it has no forecast, since a straight line is none
//! and `GetCostForecast` would cost another call.

pub(super) mod allowance;

use std::collections::BTreeMap;

use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::types::{
    DateInterval, Dimension, DimensionValues, Expression, Granularity, GroupDefinition, GroupDefinitionType,
    ResultByTime,
};
use aws_smithy_types::retry::RetryConfig;
use jiff::{SignedDuration, Timestamp};

use self::allowance::{Allowance, Verdict};
use super::cloudwatch::pace::Load;
use super::http::{LeaveAlone, Price};
use super::polling::{Answer, Ask};
use super::proof::Proven;
use super::trouble::{Kind, Trouble, explain};
use crate::estate::{BudgetFacts, BudgetPeriod, CostFacts, Fact, ServiceCost};
use crate::source::Outbox;

/// What one request costs: $0.01 (Cost Explorer pricing).
pub(super) const MICRO_USD_A_REQUEST: u64 = 10_000;

/// How long a call that failed is not repeated: each counts against the day's three.
const AFTER_FAILURE: std::time::Duration = std::time::Duration::from_mins(30);

/// The metric that is summed.
const METRIC: &str = "UnblendedCost";

/// Asks Cost Explorer about one account.
pub(super) struct Costs {
    /// The account's name in the estate file.
    pub(super) account: String,
    /// The account's id.
    pub(super) account_id: String,
    /// The region of this global service.
    pub(super) region: String,
    /// Budgets that have a limit of their own: name in the estate file, limit in US dollars.
    pub(super) budgets: Vec<(String, f64)>,
    /// The last facts and when they were true.
    pub(super) known: Option<(CostFacts, Timestamp)>,
    /// What may still be asked.
    pub(super) allowance: Allowance,
    /// What CloudWatch is asked, which goes first.
    pub(super) load: Load,
}

impl Ask for Costs {
    async fn ask(&mut self, proven: &Proven, out: &Outbox) -> Result<Answer, Trouble> {
        let now = out.now();
        let as_of = self.known.as_ref().map(|(_, as_of)| *as_of);
        match self.allowance.judge(as_of, now) {
            Verdict::Fresh(until) => Ok(self.answer(now, until, None)),
            Verdict::UsedUp(until) => {
                let at = until.strftime("%F %R");
                let why = format!(
                    "Cost Explorer was asked three times in 24 hours, which is all that is paid for; next at {at} UTC"
                );
                Ok(self.answer(now, until, Some(why)))
            }
            Verdict::Ask(_) if !out.may_spend() || !self.load.spares(out.purse(), now, MICRO_USD_A_REQUEST) => {
                let why = format!(
                    "an answer of Cost Explorer costs ${:.2}, and the day's cap leaves less beside what CloudWatch is asked: it waits, at the longest until midnight UTC; or raise `policy.spend.cap_usd_per_day`",
                    MICRO_USD_A_REQUEST as f64 / 1e6
                );
                Ok(self.answer(now, now + SignedDuration::from_mins(10), Some(why)))
            }
            Verdict::Ask(pages) => {
                let before = self.allowance.asked().len();
                let fetched = self.fetch(proven, out, now, pages).await;
                match fetched {
                    Ok(services) => {
                        let as_of = out.now();
                        let month_to_date_usd = total(&services);
                        let facts = CostFacts { month_to_date_usd, by_service: dearest(services), asked: Vec::new() };
                        self.known = Some((facts, as_of));
                        let until = allowance::due_after(as_of);
                        Ok(self.answer(as_of, until, None))
                    }
                    Err(mut why) => {
                        if self.allowance.asked().len() > before {
                            why.retry_after = Some(why.retry_after.unwrap_or_default().max(AFTER_FAILURE));
                        }
                        // The calls that were spent must survive a restart even though they brought nothing.
                        if let Some(facts) = self.facts(now) {
                            let as_of = as_of.unwrap_or(now);
                            out.say(crate::estate::Report::Facts { as_of, facts, note: None }).await;
                        }
                        Err(why)
                    }
                }
            }
        }
    }
}

impl Costs {
    /// The facts of this month, with what was asked for them.
    fn facts(&self, now: Timestamp) -> Option<Vec<Fact>> {
        let (known, as_of) = self.known.as_ref()?;
        if !allowance::same_month(*as_of, now) {
            return None;
        }
        let costs = CostFacts { asked: self.allowance.asked().to_vec(), ..known.clone() };
        let budgets = self.budgets.iter().map(|(name, limit)| {
            let facts = BudgetFacts {
                period: Some(BudgetPeriod::Monthly),
                limit_usd: Some(*limit),
                actual_usd: Some(costs.month_to_date_usd),
                forecast_usd: None,
                thresholds_percent: Vec::new(),
            };
            Fact::Budget(name.clone(), Some(facts))
        });
        let budgets: Vec<Fact> = budgets.collect();
        Some([Fact::Costs(self.account.clone(), costs)].into_iter().chain(budgets).collect())
    }

    fn answer(&self, now: Timestamp, until: Timestamp, paused: Option<String>) -> Answer {
        // A new month makes the facts of the old one useless, however fresh they are.
        let until = allowance::next_month(now).map_or(until, |month| until.min(month));
        let again = until.duration_since(now).unsigned_abs().max(std::time::Duration::from_mins(1));
        let facts = self.facts(now);
        let as_of = facts.as_ref().and(self.known.as_ref()).map(|(_, as_of)| *as_of);
        Answer { facts: facts.unwrap_or_default(), as_of, paused, again: Some(again), ..Answer::default() }
    }

    /// The month's costs by service; every page is one call.
    async fn fetch(
        &mut self,
        proven: &Proven,
        out: &Outbox,
        now: Timestamp,
        pages: usize,
    ) -> Result<BTreeMap<String, f64>, Trouble> {
        let config = proven.config(&self.region, out.meter());
        let config = aws_sdk_costexplorer::config::Builder::from(&config)
            .retry_config(RetryConfig::disabled())
            .retry_classifier(LeaveAlone)
            .build();
        let client = Client::from_conf(config);
        let mut services = BTreeMap::new();
        let mut token = None;
        for _ in 0..pages {
            let request = client
                .get_cost_and_usage()
                .time_period(month_to_date(now)?)
                .granularity(Granularity::Monthly)
                .metrics(METRIC)
                .group_by(GroupDefinition::builder().r#type(GroupDefinitionType::Dimension).key("SERVICE").build())
                .filter(own_costs(&self.account_id))
                .set_next_page_token(token.take());
            let price = Price::new(out, MICRO_USD_A_REQUEST);
            let charged = price.charged();
            let answer = request.customize().interceptor(price).send().await;
            (0..charged.requests()).for_each(|_| self.allowance.spend(out.now()));
            let answer = answer.map_err(|error| explain(&error, "ce:GetCostAndUsage", &self.region))?;
            for result in answer.results_by_time() {
                add(&mut services, result)?;
            }
            token = answer.next_page_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(services);
            }
        }
        Err(Trouble::new(Kind::Other, "Cost Explorer has more pages than three calls a day can read"))
    }
}

/// What all services cost, US dollars. Not `sum`: that of nothing is minus zero.
fn total(services: &BTreeMap<String, f64>) -> f64 {
    services.values().fold(0.0, |sum, usd| sum + usd)
}

/// From the first of the month to tomorrow, which the service leaves out: today counts, on the first of a month too.
fn month_to_date(now: Timestamp) -> Result<DateInterval, Trouble> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let failed = |_| Trouble::new(Kind::Other, "the clock of this machine is out of range: set it");
    let tomorrow = today.tomorrow().map_err(failed)?;
    DateInterval::builder()
        .start(today.first_of_month().to_string())
        .end(tomorrow.to_string())
        .build()
        .map_err(|error| Trouble::new(Kind::Other, error.to_string()))
}

/// In an organisation's management account Cost Explorer answers for all accounts unless it is told otherwise.
fn own_costs(account_id: &str) -> Expression {
    let own = DimensionValues::builder().key(Dimension::LinkedAccount).values(account_id).build();
    Expression::builder().dimensions(own).build()
}

fn add(services: &mut BTreeMap<String, f64>, result: &ResultByTime) -> Result<(), Trouble> {
    for group in result.groups() {
        let Some(service) = group.keys().first() else { continue };
        let Some(cost) = group.metrics().and_then(|metrics| metrics.get(METRIC)) else { continue };
        if cost.unit().is_some_and(|unit| unit != "USD") {
            let unit = cost.unit().unwrap_or_default();
            return Err(Trouble::new(Kind::Other, format!("Cost Explorer answers in {unit}, not in US dollars")));
        }
        let amount: Option<f64> = cost.amount().and_then(|amount| amount.parse().ok()).filter(|a: &f64| a.is_finite());
        let Some(amount) = amount else {
            return Err(Trouble::new(Kind::Other, format!("Cost Explorer's amount for {service} is no number")));
        };
        *services.entry(service.clone()).or_default() += amount;
    }
    Ok(())
}

fn dearest(services: BTreeMap<String, f64>) -> Vec<ServiceCost> {
    let mut all: Vec<ServiceCost> = services.into_iter().map(|(service, usd)| ServiceCost { service, usd }).collect();
    all.sort_by(|a, b| b.usd.total_cmp(&a.usd).then_with(|| a.service.cmp(&b.service)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_ends_tomorrow() {
        let period = |now: &str| {
            let period = month_to_date(now.parse().unwrap()).unwrap();
            (period.start, period.end)
        };
        let days = |start: &str, end: &str| (start.to_owned(), end.to_owned());
        assert_eq!(period("2026-11-20T19:30:00Z"), days("2026-11-01", "2026-11-21"));
        assert_eq!(period("2026-11-01T00:00:00Z"), days("2026-11-01", "2026-11-02"));
        assert_eq!(period("2026-11-30T23:59:59Z"), days("2026-11-01", "2026-12-01"));
        assert_eq!(period("2026-12-31T12:00:00Z"), days("2026-12-01", "2027-01-01"));
        assert_eq!(period("2028-02-28T12:00:00Z"), days("2028-02-01", "2028-02-29"));
    }

    #[test]
    fn nothing_costs_nothing() {
        assert!(total(&BTreeMap::new()).is_sign_positive());
    }

    #[test]
    fn the_dearest_service_comes_first() {
        let services = BTreeMap::from([("a".to_owned(), 1.0), ("b".to_owned(), 3.0), ("c".to_owned(), -2.0)]);
        let names: Vec<String> = dearest(services).into_iter().map(|s| s.service).collect();
        assert_eq!(names, ["b", "a", "c"]);
    }
}
