//! A budget: limit, spent, forecast, thresholds; and what its account spends it on.

use super::common;
use crate::console::pane::budgets::{forecast_percent, next_threshold, spent_percent, thresholds};
use crate::console::pane::courses;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::bar::bar;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::quantity::{UNKNOWN, freshness, known, percent, plain, usd};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{AccountState, EntryRef};

/// Its facts.
pub(super) fn facts(scene: &Scene, size: (u16, u16), name: &str) -> Option<Vec<Block>> {
    let budget = scene.estate.budget(name)?;
    let entry = EntryRef::Budget(name.to_owned());
    let level = crate::console::pane::standing::level(scene, &entry);
    let mut out = common::verdict(scene, &entry);
    if let Some(facts) = budget.described() {
        let of_limit = |p: Option<f64>| p.map(|p| format!("  {} of the limit", percent(p))).unwrap_or_default();
        let period = facts.period.map(|period| format!(" {}", period.words())).unwrap_or_default();
        out.push(Block::Fact("limit", Words::say(known(facts.limit_usd, usd)).and(Role::Dim, period)));
        out.push(Block::Fact(
            "spent",
            Words::say(known(facts.actual_usd, usd)).and(Role::Dim, of_limit(spent_percent(facts))),
        ));
        if let Some(p) = spent_percent(facts) {
            out.push(Block::Fact("", bar(p, 30, level)));
        }
        out.push(Block::Fact(
            "forecast",
            Words::say(known(facts.forecast_usd, usd)).and(Role::Dim, of_limit(forecast_percent(facts))),
        ));
        out.extend(courses::lines(scene, &entry, 70).into_iter().map(|line| Block::Fact("each day", line)));
        let all: Vec<String> = thresholds(budget).iter().map(|t| plain(*t)).collect();
        out.push(fact("thresholds", if all.is_empty() { "none".to_owned() } else { format!("{} %", all.join(", ")) }));
        out.push(Block::Fact("", next_threshold(budget, facts)));
    } else {
        let text = if budget.facts.is_some() { "the service does not have it" } else { UNKNOWN };
        out.push(Block::Fact("spent", Words::of(Role::Unknown, text)));
    }
    out.push(Block::Gap);
    out.push(fact("account", &budget.declared.account));
    match (&budget.declared.budget, budget.declared.limit_usd) {
        (Some(aws), _) => out.push(fact("AWS Budget", aws)),
        (None, Some(limit)) => out.push(fact("limit", format!("{}, as the estate file says", usd(limit)))),
        (None, None) => {}
    }
    if let Some(account) = scene.estate.account(&budget.declared.account) {
        out.push(Block::Gap);
        out.extend(costs(scene, account));
    }
    if !super::form::roomy(size) {
        out.push(Block::Gap);
        for (title, mut chart) in courses::charts(scene, &entry) {
            chart.rows = usize::from(size.1 / 4).clamp(5, 12);
            out.extend([Block::Line(Words::dim(title)), Block::Chart(Box::new(chart))]);
        }
    }
    Some(out)
}

const SERVICES: [Column; 3] = [Column::name("service"), Column::number("this month", 0), Column::number("share", 1)];

/// An account's costs of the month by service.
pub(super) fn costs(scene: &Scene, account: &AccountState) -> Vec<Block> {
    let Some(known) = &account.costs else {
        return vec![Block::Fact("costs", Words::dim(UNKNOWN))];
    };
    let all = known.value.month_to_date_usd;
    let rows = known.value.by_service.iter().map(|s| {
        let share = if all > 0.0 { percent(s.usd / all * 100.0) } else { UNKNOWN.to_owned() };
        vec![Words::say(&s.service), Words::say(usd(s.usd)), Words::dim(share)]
    });
    vec![
        Block::Fact(
            "costs",
            Words::say(usd(all)).and(Role::Dim, format!(" this month, {} old", freshness(known.as_of, scene.now))),
        ),
        Block::Grid(&SERVICES, rows.collect()),
    ]
}
