//! The SLOs: how long their error budgets last.

use super::row::Row;
use super::standing::{self, number_role};
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::bar::bar;
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{UNKNOWN, burn, count, known, percent, plain, span_of};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, SloState, Window};
use crate::judge::{Level, SloVerdict};

/// Name, goal, what is left, burn over the windows, gone in.
pub const COLUMNS: [Column; 13] = [
    Column::name("objective"),
    Column::number("goal %", 0),
    Column::word("", 20),
    Column::number("left", 0).least(5),
    Column::number("5m", 6).least(4),
    Column::number("30m", 24).least(4),
    Column::number("1h", 2).least(4),
    Column::number("2h", 23).least(4),
    Column::number("6h", 4).least(4),
    Column::number("1d", 21).least(4),
    Column::number("3d", 22).least(4),
    Column::number("gone in", 1).least(7),
    Column::number("", 1),
];

/// The SLOs, worst first, then those with the least left.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    let mut out: Vec<_> = scene.estate.slos().iter().enumerate().collect();
    let left = |i: usize| scene.judgement.slos.get(i).and_then(|v| v.remaining_percent).unwrap_or(f64::INFINITY);
    out.sort_by_cached_key(|(_, s)| std::cmp::Reverse(standing::level(scene, &entry(s))));
    // A stable sort within each level: what burns down first stands first.
    let mut start = 0;
    while start < out.len() {
        let level = standing::level(scene, &entry(out[start].1));
        let end = out[start..].iter().position(|(_, s)| standing::level(scene, &entry(s)) != level);
        let end = end.map_or(out.len(), |n| start + n);
        out[start..end].sort_by(|a, b| left(a.0).total_cmp(&left(b.0)));
        start = end;
    }
    out.into_iter().map(|(index, s)| Thing::Slo(s, index)).collect()
}

fn entry(slo: &SloState) -> EntryRef {
    EntryRef::Slo(slo.declared.name.clone())
}

/// An SLO's row.
pub fn row(scene: &Scene, slo: &SloState, index: usize) -> Row {
    let entry = entry(slo);
    let level = standing::level(scene, &entry);
    let mark = standing::mark(scene, &entry);
    let name = Words::say(&slo.declared.name);
    let goal = Words::of(Role::Dim, plain(slo.declared.objective));
    let Some(verdict) = scene.judgement.slos.get(index) else {
        return Row::new(mark, vec![name, goal]).remarked(2, standing::doubt(scene, &entry));
    };
    let role = if level >= Level::Warning { level_role(level) } else { Role::Text };
    let left = verdict.remaining_percent;
    let mut cells = vec![
        name,
        goal,
        left.map_or_else(Words::none, |p| bar(p, 8, left_level(p, level))),
        Words::of(role, known(left, percent)),
    ];
    for (i, value) in verdict.burn.iter().enumerate() {
        cells.push(burn_words(*value, fires_over(verdict, Window::ALL[i]).then_some(level)));
    }
    cells.push(Words::of(
        // What lasts longer than the window never runs out: old errors leave it sooner.
        if verdict.exhausted_in_s.is_some_and(|s| s < slo.declared.window_s as f64) { role } else { Role::Dim },
        known(verdict.exhausted_in_s, gone_in),
    ));
    // What gives no verdict shows why in place of its numbers; they stand on its page.
    let told = slo.counts.is_some() && level < Level::Warning;
    let state = if told { data_words(slo, verdict) } else { None };
    let nothing = left.is_none() && verdict.burn.iter().all(Option::is_none);
    if let Some(remark) = state.or_else(|| nothing.then(|| standing::doubt(scene, &entry)).flatten()) {
        return Row::new(mark, cells).remarked(2, Some(remark));
    }
    cells.push(standing::old(scene, &entry));
    Row::new(mark, cells).because(standing::reason(scene, &entry))
}

fn left_level(left: f64, level: Level) -> Level {
    if left <= 0.0 { level.max(Level::Warning) } else { level }
}

/// A burn rate, in the level's role where it takes part in what fires.
pub fn burn_words(value: Option<f64>, fires: Option<Level>) -> Words {
    match value {
        Some(value) => Words::of(number_role(fires), burn(value)),
        None => Words::dim(UNKNOWN),
    }
}

/// Whether a window takes part in what fires, such as `page 1h/5m`.
pub fn fires_over(verdict: &SloVerdict, window: Window) -> bool {
    let pairs = verdict.firing.iter().flatten();
    pairs.filter_map(|name| name.split_once(' ')).any(|(_, pair)| pair.split('/').any(|w| w == window.word()))
}

/// How long until the budget is gone; `now` once nothing is left.
pub fn gone_in(seconds: f64) -> String {
    if seconds <= 0.0 { "now".to_owned() } else { span_of(seconds) }
}

/// Why an SLO has no verdict, or no whole one; none while its data is good.
pub fn data_words(slo: &SloState, verdict: &SloVerdict) -> Option<Words> {
    let floor = slo.declared.min_events;
    Some(match verdict.data {
        "no_data" => Words::of(Role::Unknown, "no data in the last hour"),
        "low_traffic" => {
            let windows = slo.counts.as_ref().map(|k| k.value.windows);
            let thin = windows.and_then(|all| {
                Window::ALL.iter().zip(all).find_map(|(w, c)| c.total.filter(|t| *t < floor as f64).map(|t| (*w, t)))
            });
            // Counts of events are whole and not negative; the cast saturates.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of events")]
            let text = thin.map_or_else(
                || format!("low traffic: under {} events", count(floor)),
                |(w, total)| format!("low traffic: {} of {} events in {}", count(total as u64), count(floor), w.word()),
            );
            Words::of(Role::Unknown, text)
        }
        "partial" => Words::of(Role::Unknown, "points are missing"),
        _ => return None,
    })
}
