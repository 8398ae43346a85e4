//! An SLO: what fires, what is left, and whether there is enough to tell.

use crate::estate::{EntryRef, SloCounts, SloState, Window};
use crate::judge::burn::{self, Pair, Reading};
use crate::judge::docket::{Breach, Docket, Ground};
use crate::judge::{RuleId, SloVerdict, Subject, words};

/// Judges an SLO and keeps its numbers.
pub(in crate::judge) fn slo(docket: &mut Docket<'_>, state: &SloState) {
    let declared = &state.declared;
    let account = docket.estate.account_of_sli(&declared.sli);
    docket.open(EntryRef::Slo(declared.name.clone()), account);
    let counts = state.counts.as_ref().map(|k| &k.value);
    let reading =
        counts.map_or(Reading::NONE, |c| Reading::of(c, declared.objective, declared.window_s, declared.min_events));
    match reading.data {
        "no_data" if counts.is_none() && !docket.undoubted() => {}
        "no_data" => docket.doubt("no data in the last hour"),
        "low_traffic" => docket.doubt(low_traffic(state, counts)),
        "partial" => docket.doubt(format!("points are missing in its window of {}", declared.window)),
        _ => {}
    }
    let rests = state.counts.as_ref().map(|k| docket.said_by(docket.estate.origin_of(k), k.value.at));
    let rests = rests.unwrap_or_default();
    let about = || Subject::Entry(EntryRef::Slo(declared.name.clone()));
    let mut reasons = Vec::new();
    if let Some((pair, burn, factor)) = reading.worst(declared.window_s)
        && let Some(level) = reading.fires().map(|p| p.level).max()
        && let Some(breach) = docket.state(RuleId::SloBurn, level)
    {
        let breach = Breach { numbers: Some((burn, factor)), ..breach };
        let brief = format!("burns {} ({}){}", words::measure(burn, "x"), pair.name, gone(&reading));
        let finding = fires(state, pair, &reading, factor, counts);
        reasons.push(finding.clone());
        docket.raise(breach, about(), declared.name.clone(), brief, Ground::new(finding, rests.clone()));
    }
    if let Some(left) = reading.remaining_percent
        && let Some(breach) = docket.weigh(RuleId::SloBudget, left)
    {
        let share = words::measure(left, "%");
        let finding = format!("{share} of the error budget of {} is left, {}.", declared.window, breach.against());
        reasons.push(finding.clone());
        let ground = Ground::new(finding, rests.clone());
        docket.raise(breach, about(), declared.name.clone(), format!("{share} of its error budget left"), ground);
    }
    if reasons.is_empty() {
        reasons.push(quiet(state, &reading, counts));
    }
    if !rests.is_empty() {
        reasons.push(format!("{rests}."));
    }
    let (data, firing) = (reading.data, reading.firing());
    let Reading { remaining_percent, burn, exhausted_in_s, .. } = reading;
    docket.keep(SloVerdict { data, remaining_percent, burn, firing, exhausted_in_s, why: reasons.join(" ") });
}

/// When nothing will be left, as the end of a phrase.
fn gone(reading: &Reading) -> String {
    match reading.exhausted_in_s {
        Some(s) if s <= 0.0 => ", nothing is left".to_owned(),
        Some(s) => format!(", budget gone in {}", words::span_f64(s)),
        None => String::new(),
    }
}

fn low_traffic(state: &SloState, counts: Option<&SloCounts>) -> String {
    let floor = state.declared.min_events.max(1) as f64;
    let windows = counts.into_iter().flat_map(|c| Window::ALL.into_iter().zip(c.windows));
    // The longest of the windows that are short of events says most about the traffic.
    let few = windows.map(|(window, count)| (window, count.total.unwrap_or(0.0))).rfind(|(_, total)| *total < floor);
    match few {
        Some((window, total)) => {
            format!("low traffic: {} of {} events in {}", words::number(total), words::number(floor), window.word())
        }
        None => "low traffic".to_owned(),
    }
}

/// The rule, the numbers, and what they were counted from.
fn fires(state: &SloState, pair: &Pair, reading: &Reading, factor: f64, counts: Option<&SloCounts>) -> String {
    let said = |window: Window| {
        let burn = reading.burn[burn::index(window)].map_or_else(|| "–".to_owned(), words::number);
        format!("{} {burn}×", window.word())
    };
    let events = counts.map(|c| c.windows[burn::index(pair.long)]).and_then(|c| Some((c.bad?, c.total?)));
    let events = events.map_or_else(String::new, |(bad, total)| {
        format!(
            " {} of {} events were bad in {}; the objective allows {} %.",
            words::number(bad),
            words::number(total),
            pair.long.word(),
            words::threshold(100.0 - state.declared.objective),
        )
    });
    let factor = words::threshold(factor);
    format!("{} fires above {factor}× in both windows: {}, {}.{events}", pair.name, said(pair.long), said(pair.short))
}

/// Why nothing fires, or why nothing can be said.
fn quiet(state: &SloState, reading: &Reading, counts: Option<&SloCounts>) -> String {
    match reading.data {
        "no_data" => "No data in the last hour: there is no verdict.".to_owned(),
        "low_traffic" => format!("Nothing is known to fire; {}.", low_traffic(state, counts)),
        data => {
            let left =
                reading.remaining_percent.map_or_else(|| "an unknown share".to_owned(), |p| words::measure(p, "%"));
            let hour = reading.burn[burn::index(Window::H1)].map_or_else(|| "–".to_owned(), words::number);
            let missing = if data == "partial" { ", with points missing" } else { "" };
            let window = &state.declared.window;
            format!("Nothing fires: it burns {hour}× over 1h and {left} of its budget of {window} is left{missing}.")
        }
    }
}
