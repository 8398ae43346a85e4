//! AWS Budgets of one account: limit, actual, forecast, and the thresholds of the budget's own notifications.

use aws_sdk_budgets::Client;
use aws_sdk_budgets::types::{Budget, ComparisonOperator, Notification, Spend, ThresholdType, TimeUnit};

use super::http::LeaveAlone;
use super::note::Notes;
use super::polling::{Answer, Ask};
use super::proof::Proven;
use super::trouble::{Kind, Trouble, explain};
use crate::estate::{BudgetFacts, BudgetPeriod, Fact};
use crate::source::Outbox;

/// Asks AWS Budgets about one account.
pub(super) struct Budgets {
    /// The account's id.
    pub(super) account_id: String,
    /// The region that signs for this global service.
    pub(super) region: String,
    /// Name in the estate file, and the AWS Budget's name.
    pub(super) named: Vec<(String, String)>,
}

impl Ask for Budgets {
    async fn ask(&mut self, proven: &Proven, out: &Outbox) -> Result<Answer, Trouble> {
        let config = proven.config(&self.region, out.meter());
        let client =
            Client::from_conf(aws_sdk_budgets::config::Builder::from(&config).retry_classifier(LeaveAlone).build());
        let mut facts = Vec::new();
        let mut notes = Notes::default();
        let mut last = None;
        for (name, budget) in &self.named {
            match self.describe(&client, budget, &mut notes).await {
                Ok(described) => facts.push(Fact::Budget(name.clone(), Some(described))),
                Err(trouble) if trouble.kind == Kind::NotFound => {
                    let account = &self.account_id;
                    notes.add(format!("account {account} has no AWS Budget {budget} (`[[budget]] {name}`)"));
                    facts.push(Fact::Budget(name.clone(), None));
                }
                Err(trouble) if matches!(trouble.kind, Kind::Expired | Kind::Throttled | Kind::Unreachable) => {
                    return Err(trouble);
                }
                Err(trouble) => {
                    notes.add(format!("{name}: {}", trouble.words));
                    last = Some(trouble);
                }
            }
        }
        match last {
            Some(trouble) if facts.is_empty() => Err(trouble),
            _ => Ok(Answer { facts, note: notes.words(), ..Answer::default() }),
        }
    }
}

impl Budgets {
    async fn describe(&self, client: &Client, name: &str, notes: &mut Notes) -> Result<BudgetFacts, Trouble> {
        let answer = client.describe_budget().account_id(&self.account_id).budget_name(name).send().await;
        let answer = answer.map_err(|error| explain(&error, "budgets:ViewBudget", &self.region))?;
        let budget = answer.budget.ok_or_else(|| {
            Trouble::new(Kind::NotFound, format!("budgets:ViewBudget answered without the budget {name}"))
        })?;
        let mut facts = amounts(&budget, notes);
        match self.notifications(client, name).await {
            Ok(notifications) => facts.thresholds_percent = thresholds(&notifications, facts.limit_usd),
            Err(why) if why.kind == Kind::NotFound => {}
            Err(why) => notes.add(format!("the thresholds of {name} are not known: {why}")),
        }
        Ok(facts)
    }

    async fn notifications(&self, client: &Client, name: &str) -> Result<Vec<Notification>, Trouble> {
        let request = client.describe_notifications_for_budget().account_id(&self.account_id).budget_name(name);
        let mut pages = request.into_paginator().send();
        let mut all = Vec::new();
        // A budget has ten notifications at most.
        for _ in 0..4 {
            let Some(page) = pages.next().await else { break };
            let page = page.map_err(|error| explain(&error, "budgets:ViewBudget", &self.region))?;
            all.extend(page.notifications.unwrap_or_default());
        }
        Ok(all)
    }
}

fn amounts(budget: &Budget, notes: &mut Notes) -> BudgetFacts {
    let mut usd = |spend: Option<&Spend>| {
        let spend = spend?;
        if spend.unit != "USD" {
            notes.add(format!("{} counts {}, not US dollars", budget.budget_name, spend.unit));
            return None;
        }
        spend.amount.parse::<f64>().ok().filter(|amount| amount.is_finite())
    };
    let calculated = budget.calculated_spend.as_ref();
    BudgetFacts {
        period: period(&budget.time_unit),
        limit_usd: usd(budget.budget_limit.as_ref()),
        actual_usd: usd(calculated.and_then(|c| c.actual_spend.as_ref())),
        forecast_usd: usd(calculated.and_then(|c| c.forecasted_spend.as_ref())),
        thresholds_percent: Vec::new(),
    }
}

fn period(unit: &TimeUnit) -> Option<BudgetPeriod> {
    match unit {
        TimeUnit::Daily => Some(BudgetPeriod::Daily),
        TimeUnit::Monthly => Some(BudgetPeriod::Monthly),
        TimeUnit::Quarterly => Some(BudgetPeriod::Quarterly),
        TimeUnit::Annually => Some(BudgetPeriod::Annually),
        TimeUnit::Custom => Some(BudgetPeriod::Custom),
        _ => None,
    }
}

/// Thresholds in percent of the limit, ascending, each once; amounts in dollars are turned into percent.
fn thresholds(notifications: &[Notification], limit_usd: Option<f64>) -> Vec<f64> {
    let mut percents: Vec<f64> = notifications
        .iter()
        .filter(|n| n.comparison_operator != ComparisonOperator::LessThan)
        .filter_map(|n| match n.threshold_type {
            Some(ThresholdType::AbsoluteValue) => {
                limit_usd.filter(|limit| *limit > 0.0).map(|limit| n.threshold / limit * 100.0)
            }
            _ => Some(n.threshold),
        })
        .filter(|percent| percent.is_finite())
        .collect();
    percents.sort_by(f64::total_cmp);
    percents.dedup();
    percents
}

/// What the probe of `quarterdeck check` tries.
pub(super) async fn probe(
    config: &aws_config::SdkConfig,
    region: &str,
    account_id: &str,
    name: &str,
) -> Result<String, Trouble> {
    let asking = Budgets { account_id: account_id.to_owned(), region: region.to_owned(), named: Vec::new() };
    let mut notes = Notes::default();
    let facts = asking.describe(&Client::new(config), name, &mut notes).await?;
    match notes.words() {
        Some(note) => Err(Trouble::new(Kind::Other, note)),
        None => Ok(format!("{name} with {} thresholds", facts.thresholds_percent.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_budgets::types::NotificationType;

    fn notification(threshold: f64, kind: Option<ThresholdType>, operator: ComparisonOperator) -> Notification {
        Notification::builder()
            .notification_type(NotificationType::Actual)
            .comparison_operator(operator)
            .threshold(threshold)
            .set_threshold_type(kind)
            .build()
            .unwrap()
    }

    #[test]
    fn thresholds_become_percent_of_the_limit() {
        use ComparisonOperator::{EqualTo, GreaterThan, LessThan};
        let all = [
            notification(100.0, Some(ThresholdType::Percentage), GreaterThan),
            notification(1_500.0, Some(ThresholdType::AbsoluteValue), GreaterThan),
            notification(50.0, None, EqualTo),
            notification(20.0, Some(ThresholdType::Percentage), LessThan),
            notification(110.0, Some(ThresholdType::Percentage), GreaterThan),
        ];
        assert_eq!(thresholds(&all, Some(3_000.0)), [50.0, 100.0, 110.0]);
        assert_eq!(thresholds(&all[1..2], None), Vec::<f64>::new());
        assert_eq!(thresholds(&all[1..2], Some(0.0)), Vec::<f64>::new());
    }
}
