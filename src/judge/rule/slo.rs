//! An SLO: what fires, what is left, and whether there is enough to tell.

use jiff::Timestamp;

use crate::estate::{EntryRef, Estate, SloCounts, SloState, Window};
use crate::judge::burn::{self, Reading};
use crate::judge::docket::{Breach, Docket, source_words};
use crate::judge::finding::{Finding, Rests};
use crate::judge::{Alert, Judgement, RuleId, SloVerdict, Subject, words};

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
    let rests = rests(docket, state);
    let about = || Subject::Entry(EntryRef::Slo(declared.name.clone()));
    if let Some((pair, burn, factor)) = reading.worst(declared.window_s)
        && let Some(level) = reading.fires().map(|p| p.level).max()
        && let Some(breach) = docket.state(RuleId::SloBurn, level)
    {
        let breach = Breach { numbers: Some((burn, factor)), ..breach };
        let events = counts.map(|c| c.windows[burn::index(pair.long)]).and_then(|c| Some((c.bad?, c.total?)));
        let short = reading.burn[burn::index(pair.short)].unwrap_or(f64::NAN);
        let (burns, objective, gone_in_s) = ((burn, short), declared.objective, reading.exhausted_in_s);
        let finding = Finding::Burns { pair, burns, events, objective, gone_in_s };
        docket.raise(breach, about(), finding, rests.clone());
    }
    if let Some(left) = reading.remaining_percent
        && let Some(breach) = docket.weigh(RuleId::SloBudget, left)
    {
        docket.raise(breach, about(), Finding::Left { window: declared.window.as_str().into() }, rests);
    }
    let (data, firing) = (reading.data, reading.firing());
    let Reading { remaining_percent, burn, exhausted_in_s, .. } = reading;
    docket.keep(SloVerdict { data, remaining_percent, burn, firing, exhausted_in_s });
}

fn rests(docket: &Docket<'_>, state: &SloState) -> Rests {
    state.counts.as_ref().map_or(Rests::Nothing, |k| docket.said_by(k.origin, k.value.at))
}

/// Why the SLO of that index has its level: what its alerts found, or why nothing fires; and what that rests on at `now`.
pub fn slo_why(estate: &Estate, judgement: &Judgement, index: usize, now: Timestamp) -> String {
    let (Some(state), Some(verdict)) = (estate.slos().get(index), judgement.slos.get(index)) else {
        return String::new();
    };
    let of_entry = judgement.verdict(&EntryRef::Slo(state.declared.name.clone()));
    let alerts = of_entry.into_iter().flat_map(|v| &v.alerts).filter_map(|&i| judgement.alerts.get(i));
    let mut reasons: Vec<String> = alerts.map(Alert::finding).collect();
    if reasons.is_empty() {
        reasons.push(quiet(state, verdict));
    }
    if let Some(known) = &state.counts {
        let source = estate.origin_of(known);
        let rests = Rests::On { source: source_words(source).into(), as_of: known.value.at, state: source.state };
        reasons.extend(rests.words(now).map(|words| words + "."));
    }
    reasons.join(" ")
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

/// Why nothing fires, or why nothing can be said.
fn quiet(state: &SloState, verdict: &SloVerdict) -> String {
    match verdict.data {
        "no_data" => "No data in the last hour: there is no verdict.".to_owned(),
        "low_traffic" => {
            format!("Nothing is known to fire; {}.", low_traffic(state, state.counts.as_ref().map(|k| &k.value)))
        }
        data => {
            let left =
                verdict.remaining_percent.map_or_else(|| "an unknown share".to_owned(), |p| words::measure(p, "%"));
            let hour = verdict.burn[burn::index(Window::H1)].map_or_else(|| "–".to_owned(), words::number);
            let missing = if data == "partial" { ", with points missing" } else { "" };
            let window = &state.declared.window;
            format!("Nothing fires: it burns {hour}× over 1h and {left} of its budget of {window} is left{missing}.")
        }
    }
}
