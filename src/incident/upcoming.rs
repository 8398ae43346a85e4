//! What will need someone next, on a day when nothing does now.

use jiff::{SignedDuration, Timestamp};

use crate::estate::{BudgetState, Estate};
use crate::judge::{fullest, words};

/// Credentials that last longer than this are nobody's next task.
const SOON: SignedDuration = SignedDuration::from_hours(12);

/// What will need someone next, the most pressing first: credentials that expire within half a day, the node group
/// nearest to its max, the budget nearest to a threshold.
pub fn upcoming(estate: &Estate, now: Timestamp) -> Vec<String> {
    [credentials(estate, now), nodegroup(estate), budget(estate)].into_iter().flatten().collect()
}

fn credentials(estate: &Estate, now: Timestamp) -> Option<String> {
    let expiring = estate.accounts().iter().filter(|a| a.verified()).filter_map(|account| {
        let at = account.identity.as_ref()?.value.expires_at?;
        (at.duration_since(now) <= SOON).then_some((at, &account.declared.name))
    });
    let (at, name) = expiring.min()?;
    Some(format!("credentials of {name} expire in {}", words::span(at.duration_since(now).as_secs())))
}

fn nodegroup(estate: &Estate) -> Option<String> {
    let fullest = estate.clusters().iter().filter_map(|c| Some((&c.declared.name, fullest(c.control()?)?)));
    let (cluster, (group, desired, max, _)) =
        fullest.reduce(|worst, next| if next.1.3 > worst.1.3 { next } else { worst })?;
    Some(format!("node group {} of {cluster} at {desired} of {max}", group.name))
}

fn budget(estate: &Estate) -> Option<String> {
    let nearest = estate.budgets().iter().filter_map(|b| Some((b, distance(b)?)));
    let (budget, (percent, threshold)) =
        nearest.reduce(|near, next| if next.1.1 - next.1.0 < near.1.1 - near.1.0 { next } else { near })?;
    let limit = budget.described()?.limit_usd?;
    Some(format!(
        "{} at {} of {}, next threshold {}",
        budget.declared.name,
        words::measure(percent, "%"),
        words::usd(limit),
        words::measure(threshold, "%"),
    ))
}

/// Percent spent, and the next threshold above it; the default warning and limit where the budget names none.
fn distance(budget: &BudgetState) -> Option<(f64, f64)> {
    let facts = budget.described()?;
    let percent = 100.0 * facts.actual_usd? / facts.limit_usd.filter(|limit| *limit > 0.0)?;
    let named = budget.declared.thresholds.as_ref().unwrap_or(&facts.thresholds_percent);
    let thresholds: &[f64] = if named.is_empty() { &[80.0, 100.0] } else { named };
    let next = thresholds.iter().copied().filter(|t| *t > percent).reduce(f64::min)?;
    Some((percent, next))
}
