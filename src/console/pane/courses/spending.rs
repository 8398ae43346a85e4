//! The courses of what is spent of a budget.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{NONE_YET, number};
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::chart::{Chart, Limit, Zone};
use crate::console::widget::quantity::usd;
use crate::console::widget::sparkline::{Limits, sparkline};
use crate::console::widget::words::Words;
use crate::estate::{BudgetFacts, BudgetPeriod, EntryRef};

const ACTUAL: &str = "budget.actual_usd";
const DAY_S: i64 = 86_400;

/// Whether anything of it was seen.
pub(super) fn any(scene: &Scene, entry: &EntryRef) -> bool {
    scene.estate.course(ACTUAL, entry).is_some()
}

/// The chart of its page, with its title and its limit drawn in: what was spent this month, beside what would spend it
/// evenly; of a budget of any other period, what was spent within the last 30 days.
pub(super) fn chart(scene: &Scene, entry: &EntryRef) -> Option<(String, Chart)> {
    let facts = scene.estate.budget(entry.name())?.described()?;
    let (monthly, limit) = (is_monthly(facts), facts.limit_usd);
    let zoned = scene.now.to_zoned(TimeZone::UTC);
    let from = if monthly {
        zoned.first_of_month().and_then(|z| z.start_of_day()).ok()?.timestamp()
    } else {
        scene.now.checked_sub(SignedDuration::from_hours(30 * 24)).ok()?
    };
    let mut chart = number(scene, ACTUAL, entry, Vec::new(), false, from);
    chart.limits = limit.map(|value| Limit { value, label: "limit".to_owned() }).into_iter().collect();
    chart.zones = limit.map(|from| Zone { from, to: f64::INFINITY, role: Role::Critical }).into_iter().collect();
    chart.write = usd;
    // What the service does not tell anew for an hour is as it was.
    chart.join_s = chart.join_s.max(2 * 3_600);
    let name = entry.name();
    if !monthly {
        return Some((format!("spent of {name} in the last 30 d"), chart));
    }
    chart.to = zoned.last_of_month().and_then(|z| z.end_of_day()).ok()?.timestamp();
    chart.ideal = limit.map(|limit| (0.0, limit));
    Some((format!("spent of {name} this month, beside the ideal (·)"), chart))
}

fn is_monthly(facts: &BudgetFacts) -> bool {
    facts.period == Some(BudgetPeriod::Monthly)
}

/// What was spent of a monthly budget on each of the last days; nothing of any other: what it tells is no sum of days.
pub(super) fn lines(scene: &Scene, entry: &EntryRef, columns: usize) -> Vec<Words> {
    const DAYS: i64 = 14;
    if !scene.estate.budget(entry.name()).and_then(|budget| budget.described()).is_some_and(is_monthly) {
        return Vec::new();
    }
    let head = || Words::dim("14 d  ");
    let Some((trend, _)) = scene.estate.course(ACTUAL, entry) else {
        return vec![head().and(Role::Dim, NONE_YET)];
    };
    let today = scene.now.as_second().div_euclid(DAY_S);
    let spent_by = |end_of: i64| {
        let end = Timestamp::from_second((end_of + 1) * DAY_S - 1).ok()?;
        trend.last_before(end.min(scene.now), DAY_S / 2)
    };
    let each = |day: i64| {
        let (before, by) = (spent_by(day - 1)?, spent_by(day)?);
        // On the first of a month it begins anew.
        let first = Timestamp::from_second(day * DAY_S).ok()?.to_zoned(TimeZone::UTC).day() == 1;
        Some(if first { by } else { (by - before).max(0.0) })
    };
    // Today is not over: it would look like a day on which less was spent.
    let days: Vec<Option<f64>> = (today - DAYS..today).map(each).collect();
    let Some(highest) = days.iter().flatten().copied().reduce(f64::max) else {
        return vec![head().and(Role::Dim, NONE_YET)];
    };
    let cells = usize::try_from(DAYS).unwrap_or(0);
    let line = head().then(sparkline(&days, cells, None, Limits::default()));
    let line = line.and(Role::Dim, format!(" ≤ {} a day", usd(highest)));
    if line.width() <= columns { vec![line] } else { Vec::new() }
}
