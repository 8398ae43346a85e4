//! An SLO: what fires, what is left, and whether there is enough to tell.

use jiff::{SignedDuration, Timestamp};

use super::service::environment_of;
use super::team::{Of, team};
use crate::estate::{AccountState, Estate, SloCounts, SloState, Window};
use crate::judge::burn::{self, Reading};
use crate::judge::docket::{Breach, Docket, source_words};
use crate::judge::finding::{Finding, Rests};
use crate::judge::standing::{Mark, Reach};
use crate::judge::{Alert, Judgement, Level, RuleId, SloVerdict, Subject, words};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Judges an SLO and keeps its numbers.
pub(in crate::judge) fn slo(docket: &mut Docket<'_>, state: &SloState) {
    let declared = &state.declared;
    let account = docket.estate.account_of_sli(&declared.sli);
    docket.open(state.entry(), account);
    if account.is_none()
        && let Some(environment) = environment_of(docket, &declared.service)
    {
        docket.locate(environment);
    }
    let counts = state.counts.as_ref().map(|k| &k.value);
    let mut reading =
        counts.map_or(Reading::NONE, |c| Reading::of(c, declared.objective, declared.window_s, declared.min_events));
    if counts.is_some_and(|c| docket.now.duration_since(c.at) >= HOUR) {
        // What was counted ended longer ago than that: nothing is known of the last hour.
        reading.data = "no_data";
    }
    match reading.data {
        "ok" if let Some(old) = counts.and_then(|c| docket.old(c.at)) => {
            docket.doubt(format!("its events were counted {old} ago"));
        }
        "no_data" if counts.is_none() && !docket.undoubted() => {}
        "no_data" if counts.is_none() => docket.doubt("its events are not counted yet"),
        "no_data" => docket.doubt("no data in the last hour"),
        "low_traffic" => docket.doubt(low_traffic(state, counts)),
        "partial" => docket.doubt(format!("points are missing in its window of {}", declared.window)),
        _ => {}
    }
    let about = Subject::Entry(state.entry());
    let mark = docket.history.mark(RuleId::SloBurn, &about).copied();
    // A pair that fired and has no verdict any more still fires: no data resolves nothing.
    let withdrawn = account.is_some_and(AccountState::mismatched);
    let kept = if withdrawn { 0 } else { mark.map_or(0, |m| m.pairs) & !reading.bits(|fires| fires.is_some()) };
    let firing = reading.bits(|fires| fires == Some(true)) | kept;
    burns(docket, state, &reading, &about, (mark, firing, kept));
    if let Some(left) = reading.remaining_percent
        && let Some(breach) = docket.weigh(RuleId::SloBudget, left, &about)
    {
        let rests = rests(docket, state);
        docket.raise(breach, about.clone(), Finding::Left { window: declared.window.as_str().into() }, rests);
    }
    team(docket, Of::Slo(state, &reading), &about, None);
    let (data, firing) = (reading.data, reading.firing(firing));
    let Reading { remaining_percent, burn, exhausted_in_s, .. } = reading;
    docket.keep(SloVerdict { data, remaining_percent, burn, firing, exhausted_in_s });
}

/// The alert of what fires: with the numbers of the pair that is furthest over its factor.
fn burns(
    docket: &mut Docket<'_>,
    state: &SloState,
    reading: &Reading,
    about: &Subject,
    (mark, firing, kept): (Option<Mark>, u8, u8),
) {
    let declared = &state.declared;
    if firing == 0 && mark.is_none_or(|m| m.level == Level::Ok) {
        return;
    }
    let Some(breach) = docket.state(RuleId::SloBurn, burn::level_of(firing)) else { return };
    let near = reading.near(declared.window_s) | firing;
    let reach = Reach { now: burn::level_of(firing), near: burn::level_of(near) };
    let counts = state.counts.as_ref().map(|k| &k.value);
    // What fires; else what only has not cleared; else what is nearest to it.
    let of = [firing, near, u8::MAX].into_iter().find(|bits| *bits != 0).unwrap_or_default();
    let worst = reading.worst(of, declared.window_s);
    let unseen = firing != 0 && firing == kept;
    let (finding, value, threshold) = match worst {
        Some((pair, burn, factor)) if !unseen || reading.burn[burn::index(pair.short)].is_some() => {
            let events = counts.map(|c| c.windows[burn::index(pair.long)]).and_then(|c| Some((c.bad?, c.total?)));
            let short = reading.burn[burn::index(pair.short)].unwrap_or(f64::NAN);
            let (burns, objective, gone_in_s) = ((burn, short), declared.objective, reading.exhausted_in_s);
            (Finding::Burns { pair, burns, events, objective, gone_in_s }, Some(burn), Some(factor))
        }
        _ => {
            let (value, threshold) = mark.map_or((None, None), |m| (m.value, m.threshold));
            (Finding::Unseen { rule: RuleId::SloBurn }, value, threshold)
        }
    };
    let breach = Breach { reach, value, threshold, pairs: firing, unseen, ..breach };
    let rests = rests(docket, state);
    docket.raise(breach, about.clone(), finding, rests);
}

fn rests(docket: &Docket<'_>, state: &SloState) -> Rests {
    state.counts.as_ref().map_or(Rests::Nothing, |k| docket.said_by(k.origin, k.value.at))
}

/// Why the SLO of that index has its level: what its alerts found, or why nothing fires; and what that rests on at `now`.
pub fn slo_why(estate: &Estate, judgement: &Judgement, index: usize, now: Timestamp) -> String {
    let (Some(state), Some(verdict)) = (estate.slos().get(index), judgement.slos.get(index)) else {
        return String::new();
    };
    let of_entry = judgement.verdict(&state.entry());
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
        "no_data" if state.counts.is_none() => "Its events are not counted yet: there is no verdict.".to_owned(),
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
