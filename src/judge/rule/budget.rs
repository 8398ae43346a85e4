//! A budget: what is spent and what is forecast, in percent of the limit.

use super::team::{Of, team};
use crate::estate::{BudgetFacts, BudgetState, EntryRef, Known};
use crate::judge::docket::Docket;
use crate::judge::finding::Finding;
use crate::judge::{RuleId, Subject};

/// Judges a budget.
pub(in crate::judge) fn budget(docket: &mut Docket<'_>, state: &BudgetState) {
    let declared = &state.declared;
    docket.open(state.entry(), docket.account(&declared.account));
    match &state.facts {
        None if docket.undoubted() => docket.doubt("nothing has been said of it yet"),
        None => {}
        Some(Known { value: None, .. }) => {
            let id = declared.budget.as_deref().unwrap_or(&declared.name);
            docket.doubt(format!("AWS Budgets has no budget named {id} in {}", declared.account));
        }
        Some(known @ Known { value: Some(facts), .. }) => {
            spent(docket, &declared.name, facts, known);
            let about = Subject::Entry(state.entry());
            team(docket, Of::Budget(state), &about, None);
        }
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
    for (rule, usd, forecast) in [
        (RuleId::BudgetActualPercent, facts.actual_usd, false),
        (RuleId::BudgetForecastPercent, facts.forecast_usd, true),
    ] {
        if let Some(usd) = usd
            && let Some(breach) = docket.weigh(rule, percent(usd), &about())
        {
            let rests = docket.rests_on(known);
            docket.raise(breach, about(), Finding::Spent { usd, limit, forecast }, rests);
        }
    }
}
