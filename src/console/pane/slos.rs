//! The SLOs: how long their error budgets last.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::databases::whole;
use super::row::Row;
use super::standing::{self, number_role};
use super::thing::Thing;
use crate::console::page::course;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::bar::bar;
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{UNKNOWN, age, burn, count, known, percent, plain, span_of};
use crate::console::widget::sparkline::{Limits, sparkline};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{Sli, SloState, Window};
use crate::judge::{Level, SloVerdict};

/// Name, goal, what is left, burn over the windows, gone in, what fires or why nothing is known; how old that is.
pub const COLUMNS: [Column; 14] = [
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
    Column::prose("state", 3, 12),
    Column::number("", 1),
];

/// Where the burns begin: what gives no verdict says why in their place.
const BURNS: usize = 4;

/// The SLOs, worst first, then those with the least left.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    let left = |i: usize| scene.judgement.slos.get(i).and_then(|v| v.remaining_percent).unwrap_or(f64::INFINITY);
    let ranked = |(i, slo): (usize, &'a SloState)| (Reverse(standing::level(scene, &slo.entry())), left(i), i, slo);
    let mut out: Vec<_> = scene.estate.slos().iter().enumerate().map(ranked).collect();
    // What burns down first stands first in each level.
    out.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    out.into_iter().map(|(_, _, index, slo)| Thing::Slo(slo, index)).collect()
}

/// An SLO's row.
pub fn row(scene: &Scene, slo: &SloState, index: usize) -> Row {
    let entry = slo.entry();
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
    // What lasts longer than the window never runs out: old errors leave it sooner.
    let soon = verdict.exhausted_in_s.is_some_and(|s| s < slo.declared.window_s as f64);
    let gone = Words::of(if soon { role } else { Role::Dim }, known(verdict.exhausted_in_s, gone_in));
    // Why it is not known to be in order must be seen on every screen, and the column of the state has not always room.
    let partial = level == Level::Unknown && verdict.data == "partial" && slo.counts.is_some();
    cells.push(if partial { Words::of(Role::Unknown, "partial") } else { gone });
    // What gives no verdict shows why in place of its burns; they stand on its page.
    let told = slo.counts.is_some() && level < Level::Warning;
    let state = data_words(slo, verdict, scene.now);
    let nothing = left.is_none() && verdict.burn.iter().all(Option::is_none);
    // What is left of it says nothing either: a full bar would look healthy.
    let from = BURNS - 2;
    if let Some(state) = state.clone().filter(|_| told && verdict.data != "partial") {
        return Row::new(mark, cells).remarked(from, Some(state)).because(standing::reason(scene, &entry));
    }
    if let Some(doubt) = nothing.then(|| standing::doubt(scene, &entry)).flatten() {
        return Row::new(mark, cells).remarked(from, Some(doubt));
    }
    let firing = verdict.firing.iter().flatten().map(|name| Words::of(role, name));
    cells.push(Words::joined(firing.chain(state)));
    cells.push(standing::old(scene, &entry));
    Row::new(mark, cells).because(standing::reason(scene, &entry)).detailed([trend(scene, slo)])
}

/// The burn of the last day, a cell each hour, and its peak.
fn trend(scene: &Scene, slo: &SloState) -> Words {
    let course = course::trend(slo, scene.now, 24);
    let peak = course.iter().flatten().copied().fold(0.0, f64::max);
    let line = sparkline(&course, course.len(), Some(peak.max(1.0)), Limits::default());
    if line.is_empty() {
        return line;
    }
    Words::dim("24 h ").then(line).and(Role::Dim, format!(" peak {}×", burn(peak)))
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
pub fn data_words(slo: &SloState, verdict: &SloVerdict, now: Timestamp) -> Option<Words> {
    Some(Words::of(
        Role::Unknown,
        match verdict.data {
            "no_data" => silence(slo, now),
            "low_traffic" => low_traffic(slo),
            "partial" => "partial data".to_owned(),
            _ => return None,
        },
    ))
}

/// Since when there is no data; that nothing was counted yet is another thing.
fn silence(slo: &SloState, now: Timestamp) -> String {
    let last = slo.series.last_minute().filter(|at| now.duration_since(*at).as_secs() >= 3_600);
    match (last, &slo.counts) {
        (Some(at), _) => format!("no data for {}", age(at, now)),
        (None, None) => "not counted yet".to_owned(),
        (None, Some(_)) => "no data in the last hour".to_owned(),
    }
}

/// How few events there were in the longest of the windows that have too few.
fn low_traffic(slo: &SloState) -> String {
    let floor = slo.declared.min_events;
    let noun = if matches!(slo.declared.sli, Sli::Rollouts { .. }) { "rollouts" } else { "events" };
    let windows = slo.counts.as_ref().map(|k| k.value.windows);
    let thin = windows.and_then(|all| {
        let mut told = Window::ALL.into_iter().zip(all).filter_map(|(w, c)| Some((w, c.total?)));
        told.rfind(|(_, total)| *total < floor as f64)
    });
    thin.map_or_else(
        || format!("low traffic: under {} {noun}", count(floor)),
        |(window, total)| {
            let window = span_of(window.seconds() as f64);
            format!("low traffic: {} of {} {noun} in {window}", whole(total), count(floor))
        },
    )
}
