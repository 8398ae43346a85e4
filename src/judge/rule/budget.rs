//! A budget: what is spent and what is forecast, in percent of the limit.

use crate::estate::{BudgetFacts, BudgetState, EntryRef, Known};
use crate::judge::docket::{Docket, Ground};
use crate::judge::{RuleId, Subject, words};

/// Judges a budget.
pub(in crate::judge) fn budget(docket: &mut Docket<'_>, state: &BudgetState) {
    let declared = &state.declared;
    docket.open(EntryRef::Budget(declared.name.clone()), docket.account(&declared.account));
    match &state.facts {
        None if docket.undoubted() => docket.doubt("nothing has been said of it yet"),
        None => {}
        Some(Known { value: None, .. }) => {
            let id = declared.budget.as_deref().unwrap_or(&declared.name);
            docket.doubt(format!("AWS Budgets has no budget named {id} in {}", declared.account));
        }
        Some(known @ Known { value: Some(facts), .. }) => spent(docket, &declared.name, facts, known),
    }
}

fn spent(docket: &mut Docket<'_>, name: &str, facts: &BudgetFacts, known: &Known<Option<BudgetFacts>>) {
    let about = || Subject::Entry(EntryRef::Budget(name.to_owned()));
    let Some(limit) = facts.limit_usd.filter(|limit| *limit > 0.0) else {
        docket.doubt("its limit is not known");
        return;
    };
    let percent = |usd: f64| 100.0 * usd / limit;
    if facts.actual_usd.is_none() {
        docket.doubt("what was spent is not known");
    }
    if let Some(actual) = facts.actual_usd
        && let Some(breach) = docket.weigh(RuleId::BudgetActualPercent, percent(actual))
    {
        let (share, limit) = (words::measure(percent(actual), "%"), words::usd(limit));
        let finding = format!("{} of {limit} is spent, {share}, {}.", words::usd(actual), breach.against());
        let ground = Ground::new(finding, docket.rests_on(known));
        docket.raise(breach, about(), name.to_owned(), format!("spent {share} of {limit}"), ground);
    }
    if let Some(forecast) = facts.forecast_usd
        && let Some(breach) = docket.weigh(RuleId::BudgetForecastPercent, percent(forecast))
    {
        let (share, limit, usd) = (words::measure(percent(forecast), "%"), words::usd(limit), words::usd(forecast));
        let finding = format!("The forecast is {usd}, {share} of {limit}, {}.", breach.against());
        let ground = Ground::new(finding, docket.rests_on(known));
        docket.raise(breach, about(), name.to_owned(), format!("forecast {usd}, {share} of {limit}"), ground);
    }
}
