//! The Prometheus source against the bed's real server, and against a line to it that breaks.
#![cfg(feature = "prometheus")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has to fail")]

#[path = "wire_prometheus/bed.rs"]
mod bed;
#[path = "wire_prometheus/history.rs"]
mod history;
#[path = "wire_prometheus/line.rs"]
mod line;

use bed::{ask, counts, estate, prometheus, server, slo, watch};
use line::{Cut, Line};
use quarterdeck::estate::{Counted, SourceState, Window};
use quarterdeck::source::prometheus::probe;

const BAD: &str = r#"sum(increase(http_requests_total{job="shop",code=~"5.."}[{{.window}}]))"#;
const GOOD: &str = r#"sum(increase(http_requests_total{job="shop",code!~"5.."}[{{ .window }}]))"#;
const TOTAL: &str = r#"sum(increase(http_requests_total{job="shop"}[{{.window}}]))"#;

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * b.abs().max(1.0),
        _ => false,
    }
}

#[tokio::test]
async fn every_window_is_what_prometheus_says_at_that_instant() {
    let url = prometheus();
    let slos = vec![
        slo("by bad", &url, Counted::Bad, BAD, TOTAL, "2d"),
        slo("by good", &url, Counted::Good, GOOD, TOTAL, "2d"),
    ];
    let seen = watch(slos).until("live", |e| e.sources()[0].state == SourceState::Live).await;
    let (bad, good) = (counts(&seen, "by bad"), counts(&seen, "by good"));
    let at = bad.at.as_second();
    assert_eq!(seen.sources()[0].as_of, Some(bad.at));
    assert_eq!(good.at, bad.at, "all windows of all SLOs end at one instant");
    let windows = bad.windows.iter().zip(&good.windows).zip(Window::ALL.map(Window::word));
    for ((by_bad, by_good), word) in windows.chain([((&bad.whole, &good.whole), "2d")]) {
        let expected =
            (ask(&BAD.replace("{{.window}}", word), at).await, ask(&TOTAL.replace("{{.window}}", word), at).await);
        assert!(
            close(by_bad.bad, expected.0) && close(by_bad.total, expected.1),
            "{word}: {by_bad:?} is not {expected:?}"
        );
        assert!(
            (by_good.bad.unwrap() - by_bad.bad.unwrap()).abs() < 1e-6 * by_bad.total.unwrap(),
            "{word}: {by_good:?}"
        );
        assert!(!by_bad.partial || word == "3d", "{word}: the bed has three days");
    }
    // The bed's shop serves 20 requests a second on average, 0.08 % of them badly.
    let day = bad.windows[5];
    assert!(
        (day.total.unwrap() / 86_400.0 - 20.0).abs() < 1.0
            && (day.bad.unwrap() / day.total.unwrap() - 8e-4).abs() < 4e-5
    );
    assert_eq!(seen.sources()[0].error, None);
    assert!(seen.sources()[0].calls >= 32 + 2 && seen.sources()[0].cost_usd == 0.0);
}

#[tokio::test]
async fn what_was_never_counted_is_zero_and_what_is_not_there_is_not_known() {
    let url = prometheus();
    let bad =
        |code: &str| format!(r#"sum(increase(http_requests_total{{job="shop",code="{code}"}}[{{{{.window}}}}]))"#);
    let slos = vec![
        slo("no bad series", &url, Counted::Bad, &bad("599"), TOTAL, "1d"),
        slo("no total", &url, Counted::Bad, BAD, "sum(increase(nothing_total[{{.window}}]))", "1d"),
        slo("nothing by nothing", &url, Counted::Bad, BAD, "sum(rate(http_requests_total[{{.window}}])) * 0 / 0", "1d"),
        slo("a month", &url, Counted::Bad, BAD, TOTAL, "30d"),
    ];
    let seen = watch(slos).until("live", |e| e.sources()[0].state == SourceState::Live).await;
    let none = counts(&seen, "no bad series");
    assert!(none.windows.iter().all(|w| w.bad == Some(0.0) && w.total.is_some_and(|t| t > 0.0)), "{none:?}");
    for name in ["no total", "nothing by nothing"] {
        let unknown = counts(&seen, name);
        assert!(
            unknown.windows.iter().chain([&unknown.whole]).all(|w| w.bad.is_none() && w.total.is_none()),
            "{unknown:?}"
        );
    }
    let month = counts(&seen, "a month");
    assert!(month.whole.partial && !month.windows[5].partial, "three days of a month: {month:?}");
    assert!(month.whole.total.is_some());
}

#[tokio::test]
async fn a_wrong_query_is_named_and_spoils_no_other() {
    let url = prometheus();
    let slos = vec![
        slo("broken", &url, Counted::Bad, "sum(increase(x[{{.window}}])", TOTAL, "1d"),
        slo("many", &url, Counted::Bad, BAD, "increase(http_requests_total[{{.window}}])", "1d"),
        slo("sound", &url, Counted::Bad, BAD, TOTAL, "1d"),
    ];
    let seen = watch(slos.clone()).until("live", |e| e.sources()[0].state == SourceState::Live).await;
    let note = seen.sources()[0].error.clone().unwrap();
    assert!(
        note.contains("broken: bad events: the query is refused") && note.contains("unclosed left parenthesis"),
        "{note}"
    );
    assert!(note.contains("many: total: the query gives 2 series; put sum"), "{note}");
    assert!(counts(&seen, "sound").whole.total.is_some() && counts(&seen, "broken").windows[0].bad.is_none());
    assert!(counts(&seen, "broken").windows[0].total.is_some(), "the total is known");
    let rows = probe(&estate(slos), jiff::Timestamp::now()).await;
    let outcome =
        |part: &str| rows.iter().find(|(what, _)| what.contains(part)).map(|(_, outcome)| outcome.clone()).unwrap();
    assert!(outcome("prometheus http").unwrap().starts_with("reachable, version "), "{rows:?}");
    assert!(outcome("slo broken, bad events").unwrap_err().contains("refused"), "{rows:?}");
    assert!(outcome("slo many, total").unwrap_err().contains("2 series"), "{rows:?}");
    assert!(outcome("slo sound, total").unwrap().ends_with("in the last hour"), "{rows:?}");
}

/// The error with which a source of one sound SLO ends up at this URL.
async fn failure(url: &str) -> String {
    let seen = watch(vec![slo("sound", url, Counted::Bad, BAD, TOTAL, "1d")])
        .until("failing", |e| e.sources()[0].state == SourceState::Failing)
        .await;
    let rows = probe(&estate(vec![slo("sound", url, Counted::Bad, BAD, TOTAL, "1d")]), jiff::Timestamp::now()).await;
    assert!(rows.iter().any(|(_, outcome)| outcome.is_err()), "{rows:?}");
    assert!(seen.sources()[0].next_try_at.is_some());
    let error = seen.sources()[0].error.clone().unwrap();
    assert!(!format!("{error}{rows:?}{:?}", seen.sources()[0].key).contains("s3cret"), "{error}");
    error
}

#[tokio::test]
async fn every_failure_says_what_to_do() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = failure(&format!("http://bob:s3cret@{closed}")).await;
    assert!(error.contains("cannot be reached") && error.contains("Connection refused"), "{error}");
    let error = failure(&server("QUARTERDECK_BED_MINISTACK")).await;
    assert!(error.contains("base URL?"), "{error}");
    let error = failure(&format!("{}/graph/", prometheus())).await;
    assert!(error.contains("base URL?"), "{error}");
    let line = Line::to(&prometheus(), Cut::After(230));
    let error = failure(&line.url("")).await;
    assert!(error.contains("broke off its answer"), "{error}");
    let line = Line::to(&prometheus(), Cut::WithoutPassword);
    let error = failure(&line.url("bob:wr0ng@")).await;
    assert!(error.contains("HTTP 401") && error.contains("password"), "{error}");
}

#[tokio::test]
async fn a_password_in_the_url_is_sent_and_not_shown() {
    let line = Line::to(&prometheus(), Cut::WithoutPassword);
    let slos = vec![slo("sound", &line.url("bob:s3cret@"), Counted::Bad, BAD, TOTAL, "1d")];
    let seen = watch(slos).until("live", |e| e.sources()[0].state == SourceState::Live).await;
    assert!(!format!("{:?}", seen.sources()[0]).contains("s3cret"), "{:?}", seen.sources()[0]);
}

#[tokio::test]
async fn a_cut_line_leaves_facts_to_grow_old_and_heals_by_itself() {
    let line = Line::to(&prometheus(), Cut::Never);
    let mut watching = watch(vec![slo("sound", &line.url(""), Counted::Bad, BAD, TOTAL, "1d")]);
    let before = watching.until("live", |e| e.sources()[0].state == SourceState::Live).await;
    line.now(Cut::AtOnce);
    let stale = watching.until("stale", |e| e.sources()[0].state == SourceState::Stale).await;
    assert!(counts(&stale, "sound").at >= counts(&before, "sound").at);
    assert!(counts(&stale, "sound").whole.total.is_some(), "what was counted is kept");
    line.now(Cut::Never);
    let healed = watching.until("live again", |e| e.sources()[0].state == SourceState::Live).await;
    assert!(counts(&healed, "sound").at > counts(&stale, "sound").at && healed.sources()[0].error.is_none());
}
