//! The windows of an SLO: what was counted in each, how fast that burns, and what it means.

use crate::console::pane::databases::whole;
use crate::console::pane::slos::{burn_words, data_words, fires_over};
use crate::console::theme::Role;
use crate::console::widget::facts::Block;
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{UNKNOWN, count, percent, plain};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{SloState, Window, WindowCount};
use crate::judge::burn::{PAIRS, exceeds};
use crate::judge::{Level, SloVerdict};

const COLUMNS: [Column; 7] = [
    Column::word("window", 0),
    Column::number("burn ×", 0).least(6),
    Column::number("factor", 3).least(6),
    Column::word("verdict", 1),
    Column::number("bad", 2),
    Column::number("of events", 4),
    Column::number("errors", 5),
];

/// The seven windows and the SLO's own one.
pub(super) fn table(slo: &SloState, verdict: Option<&SloVerdict>, level: Level) -> Block {
    let counts = slo.counts.as_ref().map(|k| &k.value);
    let row = |(i, window): (usize, Window)| {
        let counted = counts.map(|c| c.windows[i]);
        let burn = verdict.and_then(|v| v.burn.get(i).copied().flatten());
        let fires = verdict.is_some_and(|v| fires_over(v, window)).then_some(level);
        let factors = factors(slo, window);
        let written: Vec<String> = factors.iter().map(|f| plain(*f)).collect();
        let mut row = vec![
            Words::say(window.word()),
            // A burn that rests on too few events is no verdict, however small it is.
            if thin(slo, counted) { burn_words(burn, None).all(Role::Unknown) } else { burn_words(burn, fires) },
            Words::dim(written.join(", ")),
            meaning(slo, counted, burn, &factors, fires),
        ];
        row.extend(events(counted));
        row
    };
    let mut rows: Vec<Vec<Words>> = Window::ALL.into_iter().enumerate().map(row).collect();
    let left = verdict.and_then(|v| v.remaining_percent);
    let mut own = vec![
        Words::say(&slo.declared.window),
        Words::none(),
        Words::none(),
        left.map_or_else(|| Words::dim(UNKNOWN), |p| Words::say(percent(p)).and(Role::Dim, " left")),
    ];
    own.extend(events(counts.map(|c| c.whole)));
    rows.push(own);
    Block::Grid(&COLUMNS, rows)
}

/// The factors that a window is held against, the highest first.
fn factors(slo: &SloState, window: Window) -> Vec<f64> {
    let part = PAIRS.iter().filter(|p| p.long == window || p.short == window);
    part.map(|p| p.factor(slo.declared.window_s)).collect()
}

/// Whether too few events were counted in a window for a verdict.
fn thin(slo: &SloState, counted: Option<WindowCount>) -> bool {
    counted.and_then(|c| c.total).is_none_or(|total| total < slo.declared.min_events.max(1) as f64)
}

/// What a window's burn means for what fires.
fn meaning(
    slo: &SloState,
    counted: Option<WindowCount>,
    burn: Option<f64>,
    factors: &[f64],
    fires: Option<Level>,
) -> Words {
    let total = counted.and_then(|c| c.total);
    match (fires, total, burn) {
        (Some(level), ..) => Words::of(level_role(level), "fires"),
        (None, None, _) => Words::of(Role::Unknown, "no data"),
        (None, Some(_), _) if thin(slo, counted) => {
            Words::of(Role::Unknown, format!("under {} events", count(slo.declared.min_events)))
        }
        (None, _, None) => Words::of(Role::Unknown, "not known"),
        (None, _, Some(burn)) => match factors.iter().find(|f| exceeds(burn, **f)) {
            Some(factor) => Words::say(format!("over {}, not both", plain(*factor))),
            None => Words::dim("under"),
        },
    }
}

fn events(window: Option<WindowCount>) -> [Words; 3] {
    let Some(window) = window else { return [Words::dim(UNKNOWN), Words::dim(UNKNOWN), Words::dim(UNKNOWN)] };
    let number = |value: Option<f64>| value.map_or_else(|| Words::dim(UNKNOWN), |v| Words::say(whole(v)));
    let share = window.bad.zip(window.total.filter(|t| *t > 0.0)).map(|(bad, total)| bad / total * 100.0);
    let share = share.map_or_else(|| UNKNOWN.to_owned(), |s| format!("{} %", errors(s)));
    let partial = if window.partial { " *" } else { "" };
    [number(window.bad), number(window.total), Words::say(share).and(Role::Unknown, partial)]
}

/// A share of errors: so many decimals that little is not shown as nothing.
fn errors(percent: f64) -> String {
    if percent > 0.0 && percent < 0.01 { format!("{percent:.4}") } else { plain(percent) }
}

/// What its data lacks, if it lacks something, and what `*` means.
pub(super) fn lacking(slo: &SloState, verdict: &SloVerdict, now: jiff::Timestamp) -> Option<Words> {
    let words = data_words(slo, verdict, now)?;
    let partial =
        slo.counts.as_ref().is_some_and(|k| k.value.whole.partial || k.value.windows.iter().any(|w| w.partial));
    Some(if partial { words.and(Role::Dim, "; * marks windows in which points are missing") } else { words })
}
