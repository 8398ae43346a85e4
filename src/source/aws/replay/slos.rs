//! SLOs whose events CloudWatch counts, against answers as AWS sends them: newest first, in pages, now and then partial.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::cbor::{metric_data, number_under};
use super::stage::{Reply, Sent, Stage, declared, identity};
use super::{ID, SOON};
use crate::estate::{Counted, DeclaredEstate, DeclaredSlo, EntryRef, Metric, Sli, SourceName, SourceState, Window};
use crate::source::aws::Before;

const DAY: i64 = 86_400;

/// Events of one minute: each minute has its own numbers, none of them round; the fast ones are between 0 and 1.
fn total(minute: i64) -> f64 {
    100.0 + (minute.rem_euclid(97)) as f64
}

fn bad(minute: i64) -> Option<f64> {
    // As an ALB does it: where nothing is bad there is no point.
    (minute.rem_euclid(13) == 0).then(|| 1.0 + minute.rem_euclid(5) as f64)
}

fn metric(name: &str, stat: Option<&str>) -> Metric {
    Metric {
        namespace: "Shop".into(),
        metric: name.into(),
        stat: stat.map(str::to_owned),
        dimensions: BTreeMap::from([("Service".to_owned(), "checkout".to_owned())]),
    }
}

pub(super) fn slo(name: &str, days: u64, percent: bool) -> DeclaredSlo {
    let (account, region) = ("production".to_owned(), "eu-central-1".to_owned());
    let total = metric("Requests", None);
    let sli = if percent {
        Sli::CloudWatchGoodPercent { account, region, good_percent: metric("Latency", Some("PR(:0.3)")), total }
    } else {
        Sli::CloudWatchCounts { account, region, counted: Counted::Bad, events: metric("Errors", None), total }
    };
    DeclaredSlo {
        name: name.into(),
        service: "checkout".into(),
        objective: 99.9,
        window_s: days * 86_400,
        window: format!("{days}d"),
        min_events: 100,
        sli,
    }
}

pub(super) fn with(slos: Vec<DeclaredSlo>) -> DeclaredEstate {
    DeclaredEstate { slos, databases: Vec::new(), ..declared(ID) }
}

/// One query's points of a request, newest first.
fn points(sent: &Sent, of: impl Fn(i64) -> Option<f64>) -> Vec<(i64, f64)> {
    let number = |key| {
        let found = number_under(&sent.bytes, key).unwrap_or_else(|| panic!("no {key} in {:?}", sent.body));
        format!("{found:.0}").parse::<i64>().unwrap()
    };
    let (period, from, to) = (number("Period"), number("StartTime"), number("EndTime"));
    assert!(from % period == 0 && from < to, "{from} to {to} by {period}");
    let sum = |at: i64| {
        let known: Vec<f64> = (at / 60..(at + period) / 60).filter_map(&of).collect();
        (!known.is_empty()).then(|| (at, known.iter().sum()))
    };
    (from / period..(to + period - 1) / period).rev().filter_map(|slot| sum(slot * period)).collect()
}

/// Events and total of one SLO.
fn counts(sent: &Sent) -> Reply {
    let (events, total) = (points(sent, bad), points(sent, |m| Some(total(m))));
    metric_data(&[("q0", "Complete", &events), ("q1", "Complete", &total)], None)
}

/// Whether a minute is of the hour before: all of an SLO's days take longer to answer than a call may.
pub(super) fn last_hour(now: Timestamp) -> impl Fn(i64) -> bool + Copy {
    let now = now.as_second() / 60;
    move |minute| minute >= now - 60
}

/// Events and totals of as many SLOs as one call asks for, of the minutes that are known; none of metrics named `Broken`.
pub(super) fn batch(sent: &Sent, known: impl Fn(i64) -> bool) -> Reply {
    let events = points(sent, |m| bad(m).filter(|_| known(m)));
    let total = points(sent, |m| known(m).then(|| total(m)));
    let kinds =
        [("Errors", "Complete", &events[..]), ("Requests", "Complete", &total[..]), ("Broken", "InternalError", &[])];
    let mut asked: Vec<_> =
        kinds.iter().flat_map(|kind| sent.body.match_indices(kind.0).map(move |(at, _)| (at, kind))).collect();
    asked.sort_unstable_by_key(|(at, _)| *at);
    let ids: Vec<String> = (0..asked.len()).map(|i| format!("q{i}")).collect();
    let all: Vec<_> = ids.iter().zip(&asked).map(|(id, (_, kind))| (id.as_str(), kind.1, kind.2)).collect();
    metric_data(&all, None)
}

fn by_hand(end: Timestamp, seconds: u64) -> (f64, f64) {
    let end = end.as_second() / 60;
    let minutes = end - i64::try_from(seconds).unwrap() / 60..end;
    (minutes.clone().filter_map(bad).sum(), minutes.map(total).sum())
}

fn assert_close(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what} is not known"));
    assert!((found - expected).abs() <= expected.abs() * 1e-9, "{what}: {found} is not {expected}");
}

fn assert_counted(stage: &Stage, name: &str, days: u64) {
    let known = stage.estate.slo(name).unwrap().counts.clone().unwrap().value;
    for (window, count) in Window::ALL.iter().zip(&known.windows) {
        let (bad, total) = by_hand(known.at, window.seconds());
        assert_close(count.bad, bad, window.word());
        assert_close(count.total, total, window.word());
        assert!(!count.partial, "{} is partial", window.word());
    }
    // Five minutes at the far end are cut in proportion.
    let (bad, total) = by_hand(known.at, days * 86_400);
    let off = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs();
    assert!(off(known.whole.total, total) < 500.0 && off(known.whole.bad, bad) < 10.0, "{:?}", known.whole);
}

#[tokio::test]
async fn windows_are_counted_from_pages_newest_first() {
    let mut stage = Stage::over(&with(vec![slo("checkout", 30, false)]), Before::default(), |sent| {
        match (sent.operation.as_str(), sent.body.contains("page-2")) {
            ("GetCallerIdentity", _) => identity(ID),
            ("GetMetricData", first) => {
                let (events, total) = (points(sent, bad), points(sent, |m| Some(total(m))));
                let cut = total.len() / 3;
                if first {
                    metric_data(&[("q1", "Complete", &total[cut..]), ("q0", "Complete", &events)], None)
                } else {
                    // The overlap of a point on both pages changes nothing.
                    metric_data(&[("q0", "PartialData", &[]), ("q1", "PartialData", &total[..=cut])], Some("page-2"))
                }
            }
            (_, _) => Reply::json(200, r#"{"ResultsByTime":[]}"#),
        }
    });
    stage.until(SOON, |e| e.slos()[0].counts.is_some()).await;
    assert_counted(&stage, "checkout", 30);
    let source = stage.source(SourceName::CloudWatch);
    assert_eq!((source.state, source.error.as_deref()), (SourceState::Live, None));
    assert_eq!(source.key.region.as_deref(), Some("eu-central-1"), "a region of its own, without a database");
    assert_eq!(source.feeds, [EntryRef::Slo("checkout".into())]);
    assert_eq!(stage.operations().iter().filter(|o| *o == "GetMetricData").count(), 4, "two calls of two pages");
    // Two metrics, four answers: $0.00008.
    let cost = stage.source(SourceName::CloudWatch).cost_usd;
    assert!((cost - 8e-5).abs() < 1e-12, "{cost}");
}

#[tokio::test]
async fn a_restart_asks_only_for_what_is_missing() {
    let estate = with(vec![slo("checkout", 30, false), slo("latency", 90, true), slo("week", 7, false)]);
    let answer = |sent: &Sent| match sent.operation.as_str() {
        "GetCallerIdentity" => identity(ID),
        "GetMetricData" => batch(sent, |_| true),
        _ => Reply::json(200, r#"{"ResultsByTime":[]}"#),
    };
    let asked = |stage: &mut Stage| stage.operations().iter().filter(|o| *o == "GetMetricData").count();
    let mut first = Stage::over(&estate, Before::default(), answer);
    first.until(SOON, |e| e.coverage().len() == 3).await;
    assert_counted(&first, "checkout", 30);
    assert_counted(&first, "week", 7);
    // Minutes of three days (checkout, latency) and of a week; 300 s of a month and of 62 days; 3,600 s before that.
    assert_eq!(asked(&mut first), 5);
    let covered = first.estate.coverage();
    let begin = covered["latency"].from.as_second();
    assert!((0..900).contains(&(Timestamp::now().as_second() - begin - 90 * DAY)), "{begin}");

    let mut second = Stage::over(&estate, Before { covered, ..Before::default() }, answer);
    second.until(SOON, |e| e.slos().iter().all(|s| s.counts.is_some())).await;
    assert_eq!(asked(&mut second), 1, "one call for the last half hour of all three");
    let known = second.estate.slo("week").unwrap();
    assert!(known.series.minutes().count() <= 37, "{}", known.series.minutes().count());
    assert!(known.counts.as_ref().unwrap().value.whole.partial, "without what was kept the window is not whole");
}

#[tokio::test]
async fn a_history_that_breaks_off_leaves_no_gap() {
    // The last three days come, the rest of the month does not at first.
    let mut stage = Stage::over(&with(vec![slo("checkout", 30, false)]), Before::default(), |sent| {
        match (sent.operation.as_str(), sent.nth) {
            ("GetCallerIdentity", _) => identity(ID),
            ("GetMetricData", 1 | 2) => Reply::json(500, "{}"),
            ("GetMetricData", _) => counts(sent),
            _ => Reply::json(200, r#"{"ResultsByTime":[]}"#),
        }
    });
    stage.until(SOON, |e| e.slos()[0].counts.is_some()).await;
    let source = stage.source(SourceName::CloudWatch);
    assert!(
        source.state == SourceState::Live && source.error.clone().unwrap().contains("no whole history"),
        "{source:?}"
    );
    let known = stage.estate.slos()[0].counts.clone().unwrap().value;
    assert_close(known.windows[6].total, by_hand(known.at, 3 * 86_400).1, "3d");
    assert!(!known.windows[6].partial && known.whole.partial);
    stage.until(Duration::from_secs(90), |e| !e.slos()[0].counts.as_ref().unwrap().value.whole.partial).await;
    assert_counted(&stage, "checkout", 30);
}

#[tokio::test]
async fn many_slos_come_in_parts_and_nothing_is_asked_twice() {
    // Eight metrics of eight days fit into a call, whatever the minute of the hour, and eight calls into a round: 34
    // SLOs need nine. (Of a week nine fit, or ten in each fifth minute.)
    let begun = Timestamp::now().as_second() / 60;
    // Of the last eight hours alone there are points: all eight days of each take longer than a call may.
    let known = move |minute: i64| minute >= begun - 480;
    let slos = (0..34).map(|i| slo(&format!("slo {i}"), 8, false)).collect();
    let mut stage = Stage::over(&with(slos), Before::default(), move |sent| match sent.operation.as_str() {
        "GetCallerIdentity" => identity(ID),
        "GetMetricData" => batch(sent, known),
        _ => Reply::json(200, r#"{"ResultsByTime":[]}"#),
    });
    stage.until(SOON, |e| e.slos()[0].counts.is_some()).await;
    assert_eq!(stage.source(SourceName::CloudWatch).state, SourceState::Waiting, "that is a part of the answer");
    assert!(!stage.estate.settled() && stage.estate.slos()[33].counts.is_none());
    stage.until(SOON, |e| e.slos()[33].counts.is_some()).await;
    for name in ["slo 0", "slo 33"] {
        let counted = stage.estate.slo(name).unwrap().counts.clone().unwrap().value;
        let (bad, total) = by_hand(counted.at, 6 * 3_600);
        assert_close(counted.windows[4].bad, bad, "bad of 6h");
        assert_close(counted.windows[4].total, total, "all of 6h");
    }
    let calls = stage.operations().iter().filter(|o| *o == "GetMetricData").count();
    let minutes = usize::try_from(Timestamp::now().as_second() / 60 - begun).unwrap();
    assert!(
        calls >= 9 && calls <= 9 + minutes,
        "{calls}: what is now is asked again after a minute, not in each round"
    );
    assert_eq!(stage.source(SourceName::CloudWatch).state, SourceState::Live);
}

#[tokio::test]
async fn partial_data_is_taken_and_asked_for_again() {
    let mut stage = Stage::over(&with(vec![slo("checkout", 30, false)]), Before::default(), |sent| {
        match (sent.operation.as_str(), sent.nth) {
            ("GetCallerIdentity", _) => identity(ID),
            // The newest hours come, the rest does not: on the last page, so this is all there is for now.
            ("GetMetricData", 0) => {
                let total = points(sent, |m| Some(total(m)));
                metric_data(&[("q0", "Complete", &[]), ("q1", "PartialData", &total[..180])], None)
            }
            ("GetMetricData", _) => counts(sent),
            _ => Reply::json(200, r#"{"ResultsByTime":[]}"#),
        }
    });
    stage.until(SOON, |e| e.slos()[0].counts.is_some()).await;
    let slo = stage.estate.slo("checkout").unwrap();
    let counts = &slo.counts.as_ref().unwrap().value;
    assert_close(counts.windows[3].total, by_hand(counts.at, 7_200).1, "2h");
    assert!(!counts.windows[3].partial && counts.windows[4].partial, "6 h are not whole");
    assert_eq!(slo.series.covered(), None, "it is asked for again");
    let words = stage.source(SourceName::CloudWatch).error.clone().unwrap();
    assert!(words.contains("checkout: not all of it is known: PartialData"), "{words}");
}

#[tokio::test]
async fn a_percentile_rank_is_weighted_by_the_requests_of_its_period() {
    // All requests lie in the odd minutes, of which 80 % are quick; the even ones have one request, and it is slow.
    let quick = |minute: i64| Some(if minute % 2 == 0 { 0.0 } else { 80.0 });
    let total = |minute: i64| Some(if minute % 2 == 0 { 1.0 } else { 999.0 });
    let mut stage = Stage::over(&with(vec![slo("latency", 30, true)]), Before::default(), move |sent| {
        match sent.operation.as_str() {
            "GetCallerIdentity" => identity(ID),
            "GetMetricData" if number_under(&sent.bytes, "Period") == Some(60.0) => {
                metric_data(&[("q0", "Complete", &points(sent, quick)), ("q1", "Complete", &points(sent, total))], None)
            }
            "GetMetricData" => metric_data(&[], None),
            _ => Reply::json(200, r#"{"ResultsByTime":[]}"#),
        }
    });
    stage.until(SOON, |e| e.slos()[0].counts.is_some()).await;
    let counts = &stage.estate.slo("latency").unwrap().counts.as_ref().unwrap().value;
    // Half an hour: 15 × (1 + 0.2 × 999) of 15 × 1,000; the plain average of the percentages would say 60 % bad.
    assert_close(counts.windows[1].bad, 15.0 * (1.0 + 199.8), "bad in 30m");
    assert_close(counts.windows[1].total, 15_000.0, "all in 30m");
}

#[tokio::test]
async fn a_total_that_does_not_exist_is_said() {
    let mut stage =
        Stage::over(&with(vec![slo("checkout", 30, false)]), Before::default(), |sent| match sent.operation.as_str() {
            "GetCallerIdentity" => identity(ID),
            "GetMetricData" => metric_data(&[("q0", "Complete", &[]), ("q1", "Complete", &[])], None),
            _ => Reply::json(200, r#"{"ResultsByTime":[]}"#),
        });
    stage.until(SOON, |e| e.slos()[0].counts.is_some()).await;
    let known = stage.estate.slo("checkout").unwrap().counts.clone().unwrap().value;
    assert!(known.windows.iter().chain([&known.whole]).all(|w| w.total.is_none() && w.bad.is_none()));
    let words = stage.source(SourceName::CloudWatch).error.clone().unwrap();
    assert!(words.contains("there is no Requests with these dimensions"), "{words}");
}

#[tokio::test]
async fn another_account_s_history_is_withdrawn_and_asked_for_anew() {
    let mut stage = Stage::over(&with(vec![slo("checkout", 7, false)]), Before::default(), |sent| {
        match (sent.operation.as_str(), sent.key.as_str()) {
            ("GetCallerIdentity", "OTHER") => identity("999999999999"),
            ("GetCallerIdentity", _) => identity(ID),
            ("GetMetricData", "NEWKEY" | "OLDKEY") => counts(sent),
            ("GetMetricData", key) => panic!("asked with {key}"),
            _ => Reply::json(200, r#"{"ResultsByTime":[]}"#),
        }
    });
    stage.until(SOON, |e| e.slos()[0].counts.is_some()).await;
    stage.log_in("OTHER");
    let refused = |e: &crate::estate::Estate| e.sources().iter().all(|s| s.state == SourceState::Refused);
    stage.until(Duration::from_secs(40), refused).await;
    assert!(stage.estate.slos()[0].series.is_empty() && stage.estate.slos()[0].counts.is_none());
    stage.log_in("NEWKEY");
    stage.until(Duration::from_secs(40), |e| e.slos()[0].counts.is_some()).await;
    assert_counted(&stage, "checkout", 7);
}
