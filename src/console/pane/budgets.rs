//! The budgets: spent of the limit, and what the month will come to.

use super::row::Row;
use super::standing::{self, number_role};
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::bar::bar;
use crate::console::widget::quantity::{UNKNOWN, percent, usd};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{BudgetFacts, BudgetState};
use crate::judge::RuleId;

/// Name, spent, of limit, forecast; more where there is room.
pub const COLUMNS: [Column; 9] = [
    Column::name("budget"),
    Column::word("", 20),
    Column::number("spent", 0).least(5),
    Column::word("of limit", 2),
    Column::number("actual", 21),
    Column::number("forecast", 1),
    Column::number("", 1).least(5),
    Column::word("account", 22),
    Column::number("", 1),
];

/// The budgets, worst first, then by the share that is spent.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    let mut out: Vec<(std::cmp::Reverse<crate::judge::Level>, f64, &BudgetState)> = scene
        .estate
        .budgets()
        .iter()
        .map(|b| {
            let spent = b.described().and_then(spent_percent).unwrap_or(-1.0);
            (std::cmp::Reverse(standing::level(scene, &b.entry())), spent, b)
        })
        .collect();
    out.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    out.into_iter().map(|(_, _, b)| Thing::Budget(b)).collect()
}

/// Spent, in percent of the limit.
pub fn spent_percent(facts: &BudgetFacts) -> Option<f64> {
    share(facts.actual_usd, facts.limit_usd)
}

/// Expected, in percent of the limit.
pub fn forecast_percent(facts: &BudgetFacts) -> Option<f64> {
    share(facts.forecast_usd, facts.limit_usd)
}

fn share(amount: Option<f64>, limit: Option<f64>) -> Option<f64> {
    // In this order, as the judge has it: another one rounds differently.
    Some(100.0 * amount? / limit.filter(|l| *l > 0.0)?)
}

/// The thresholds that hold for a budget, percent, ascending: the team's, else the service's own.
pub fn thresholds(budget: &BudgetState) -> Vec<f64> {
    let own = || budget.described().map(|f| f.thresholds_percent.clone()).unwrap_or_default();
    let mut out = budget.declared.thresholds.clone().unwrap_or_else(own);
    out.sort_by(f64::total_cmp);
    out
}

/// A budget's row.
pub fn row(scene: &Scene, budget: &BudgetState) -> Row {
    let entry = budget.entry();
    let mark = standing::mark(scene, &entry);
    let name = Words::say(&budget.declared.name);
    let Some(facts) = budget.described() else {
        return Row::new(mark, vec![name]).remarked(1, standing::doubt(scene, &entry));
    };
    let level = |rule: RuleId| standing::alerts(scene, &entry).find(|a| a.rule == rule).map(|a| a.level);
    let (actual, forecast) = (level(RuleId::BudgetActualPercent), level(RuleId::BudgetForecastPercent));
    let spent = spent_percent(facts);
    let number = |value: Option<f64>, write: fn(f64) -> String, role: Role| {
        value.map_or_else(|| Words::dim(UNKNOWN), |v| Words::of(role, write(v)))
    };
    let doubt = standing::reason(scene, &entry);
    let cells = vec![
        name,
        spent.map_or_else(Words::none, |p| bar(p, 8, actual.unwrap_or_default())),
        number(spent, percent, number_role(actual)),
        Words::dim("of ").then(number(facts.limit_usd, usd, Role::Text)),
        number(facts.actual_usd, usd, Role::Text),
        number(facts.forecast_usd, usd, number_role(forecast)),
        number(forecast_percent(facts), percent, number_role(forecast)),
        Words::dim(&budget.declared.account),
        standing::old(scene, &entry),
    ];
    let row = Row::new(mark, cells).because(doubt).detailed([next_threshold(budget, facts)]);
    row.traced(entry).detailed([services(scene, budget)])
}

/// What the budget's account spends most on this month.
fn services(scene: &Scene, budget: &BudgetState) -> Words {
    let costs = scene.estate.account(&budget.declared.account).and_then(|a| a.costs.as_ref());
    let dearest = costs.into_iter().flat_map(|k| k.value.by_service.iter().take(4));
    let short = |name: &str| name.trim_start_matches("Amazon ").trim_start_matches("AWS ").to_owned();
    let said = Words::joined(dearest.map(|s| Words::dim(format!("{} {}", short(&s.service), usd(s.usd)))));
    if said.is_empty() { said } else { Words::dim("most for ").then(said) }
}

/// What has been crossed and what comes next: `crossed 50, 80 % · next 100 % at $3,000`.
pub fn next_threshold(budget: &BudgetState, facts: &BudgetFacts) -> Words {
    let all = thresholds(budget);
    let Some(spent) = spent_percent(facts) else { return Words::none() };
    let list =
        |part: &[f64]| part.iter().map(|p| super::super::widget::quantity::plain(*p)).collect::<Vec<_>>().join(", ");
    let (crossed, ahead): (Vec<f64>, Vec<f64>) = all.iter().partition(|t| **t <= spent);
    let crossed = if crossed.is_empty() { Words::none() } else { Words::dim(format!("crossed {} %", list(&crossed))) };
    let next = ahead.first().zip(facts.limit_usd).map_or_else(Words::none, |(t, limit)| {
        Words::dim(format!("next {} at {}", percent(*t), usd(limit * t / 100.0)))
    });
    Words::joined([crossed, next])
}
