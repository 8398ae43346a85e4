//! How an SLO's budget burned down, and how fast it burns: its history as charts.

use jiff::{SignedDuration, Timestamp};

use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::chart::{Chart, Limit, Point, Zone};
use crate::console::widget::quantity::{burn as write_burn, percent};
use crate::estate::{SliPoint, SloState, Window};
use crate::judge::SloVerdict;
use crate::judge::burn::{PAIRS, Pair, budget_ratio};

/// Five minutes without data are a gap.
const STEP_S: i64 = 300;

/// What is left of the budget over the SLO's own window, beside the line on which it would last exactly as long.
///
/// It ends at what the judge says is left; going back, each bad event gives its share of the window's budget back.
pub(in crate::console) fn burn_down(scene: &Scene, slo: &SloState, verdict: Option<&SloVerdict>, rows: usize) -> Chart {
    let to = until(scene, slo);
    let window = SignedDuration::from_secs(i64::try_from(slo.declared.window_s).unwrap_or(i64::MAX / 4));
    let from = to.checked_sub(window).unwrap_or(Timestamp::MIN);
    let points: Vec<SliPoint> = slo.series.five_minutes().filter(|p| p.at >= from && p.at < to).collect();
    let counted = slo.counts.as_ref().and_then(|k| k.value.whole.total);
    let total = counted.unwrap_or_else(|| points.iter().filter_map(|p| p.total).fold(0.0, |sum, n| sum + n));
    let allowed = budget_ratio(slo.declared.objective).map_or(0.0, |ratio| ratio * total);
    let bad = |p: &SliPoint| p.bad.unwrap_or(0.0);
    let spent: f64 = points.iter().map(bad).fold(0.0, |sum, n| sum + n);
    let mut left = verdict.and_then(|v| v.remaining_percent).map_or(100.0, |now| now + 100.0 * spent / allowed);
    let mut course = Vec::with_capacity(points.len());
    for point in &points {
        left -= 100.0 * bad(point) / allowed;
        let value = if point.total.is_some() { left } else { f64::NAN };
        course.push(Point { at: point.at, value });
    }
    Chart {
        from,
        to,
        points: course,
        join_s: 2 * STEP_S,
        limits: vec![Limit { value: 0.0, label: String::new() }],
        ideal: Some((100.0, 0.0)),
        zones: vec![Zone { from: f64::NEG_INFINITY, to: 0.0, role: Role::Critical }],
        shown: (0.0, 100.0),
        write: percent,
        rows,
        empty: no_history(slo),
    }
}

/// How fast the budget burned over the last `span`, each point the burn of `window` up to then, with the factors above
/// which alerts fire. Where too few events were counted for a verdict there is a gap.
pub(in crate::console) fn burn_rate(
    scene: &Scene,
    slo: &SloState,
    window: Window,
    span: SignedDuration,
    rows: usize,
) -> Chart {
    let to = until(scene, slo);
    let from = to.checked_sub(span).unwrap_or(Timestamp::MIN);
    let fine = window.seconds() < 1_800 || span <= SignedDuration::from_hours(6);
    let step = if fine { 60 } else { STEP_S };
    let length = usize::try_from(i64::try_from(window.seconds()).unwrap_or(STEP_S) / step).unwrap_or(1).max(1);
    let first = from.checked_sub(SignedDuration::from_secs(step * i64::try_from(length).unwrap_or(1)));
    let first = first.unwrap_or(Timestamp::MIN);
    let points: Vec<SliPoint> = if fine {
        slo.series.minutes().rev().take_while(|p| p.at >= first).collect()
    } else {
        slo.series.five_minutes().rev().take_while(|p| p.at >= first).collect()
    };
    let budget = budget_ratio(slo.declared.objective);
    let floor = slo.declared.min_events.max(1) as f64;
    let mut course: Vec<Point> = Vec::with_capacity(points.len());
    // The newest comes first; a window ends with its first point.
    for ending in points.windows(length) {
        let (mut bad, mut total, mut known) = (0.0, 0.0, 0);
        for p in ending {
            if let (Some(b), Some(t)) = (p.bad, p.total) {
                (bad, total, known) = (bad + b, total + t, known + 1);
            }
        }
        // What is missing in half of a window or more says nothing about it.
        let told = known * 2 > length && total >= floor;
        let value = budget.filter(|_| told).map_or(f64::NAN, |budget| bad / total / budget);
        if let Some(newest) = ending.first() {
            course.push(Point { at: newest.at, value });
        }
    }
    course.reverse();
    Chart {
        from,
        to,
        points: course,
        join_s: 2 * step,
        limits: PAIRS.iter().map(|pair| limit(pair, slo.declared.window_s)).collect(),
        ideal: None,
        zones: zones(slo.declared.window_s),
        shown: (0.0, 1.0),
        write: write_burn,
        rows,
        empty: no_history(slo),
    }
}

/// The burn of each of the last so many hours, oldest first; none is a gap.
pub(in crate::console) fn trend(slo: &SloState, now: Timestamp, hours: i64) -> Vec<Option<f64>> {
    const HOUR: i64 = 3_600;
    let slots = usize::try_from(hours).unwrap_or(0);
    // An hour that has only just begun has no points yet: that is no gap.
    let newest = (now.as_second() - 2 * STEP_S).div_euclid(HOUR);
    let mut sums = vec![(0.0, 0.0); slots];
    for p in slo.series.five_minutes().rev() {
        let back = newest - p.at.as_second().div_euclid(HOUR);
        if back >= hours {
            break;
        }
        let slot = usize::try_from(back.max(0)).ok().and_then(|b| slots.checked_sub(b + 1));
        if let (Some(slot), Some(bad), Some(total)) = (slot.and_then(|s| sums.get_mut(s)), p.bad, p.total) {
            *slot = (slot.0 + bad, slot.1 + total);
        }
    }
    let budget = budget_ratio(slo.declared.objective);
    let burn = |(bad, total): (f64, f64)| budget.filter(|_| total > 0.0).map(|budget| bad / total / budget);
    sums.into_iter().map(burn).collect()
}

fn limit(pair: &Pair, window_s: u64) -> Limit {
    let kind = pair.name.split('/').next().unwrap_or(pair.name);
    Limit { value: pair.factor(window_s), label: kind.to_owned() }
}

/// Above the factor of a page the line is critical, above that of a ticket a warning.
fn zones(window_s: u64) -> Vec<Zone> {
    let zone = |pair: &Pair, role: Role| Zone { from: pair.factor(window_s), to: f64::INFINITY, role };
    vec![zone(&PAIRS[2], Role::Warning), zone(&PAIRS[0], Role::Critical)]
}

/// Where its charts end: with its counts, else with what is known.
fn until(scene: &Scene, slo: &SloState) -> Timestamp {
    let counted = slo.counts.as_ref().map(|k| k.value.at);
    let known = slo.series.last_minute();
    counted.into_iter().chain(known).max().unwrap_or(scene.now).min(scene.now)
}

fn no_history(slo: &SloState) -> String {
    if slo.series.is_empty() {
        return "no history yet: it comes with the next answers of its source".to_owned();
    }
    "nothing was counted in this time".to_owned()
}
