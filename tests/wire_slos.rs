//! `status --format json` end to end: series of our own pushed into ministack, compared with an independent computation,
//! and a second start that asks only for what is missing.
#![cfg(all(feature = "aws", feature = "prometheus"))]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has to fail")]

#[path = "wire_slos/ministack.rs"]
mod ministack;
#[path = "wire_slos/services.rs"]
mod services;

use std::path::Path;
use std::sync::OnceLock;

use jiff::Timestamp;
use ministack::{Account, Series, assert_close, named};
use serde_json::{Value, json};

/// An account of its own.
static ACCOUNT: Account = Account::new("50");
const NAMESPACE: &str = "Shop/Series";
const WEEK_MIN: i64 = 7 * 1_440;
const WINDOWS: [(&str, i64); 7] =
    [("5m", 5), ("30m", 30), ("1h", 60), ("2h", 120), ("6h", 360), ("1d", 1_440), ("3d", 4_320)];

/// Requests of a minute: no two hours are alike, and always more than 99, which is the most that is ever counted as bad.
fn total(minute: i64) -> f64 {
    100.0 + (minute % 61) as f64 + 3.0 * (minute % 7) as f64
}

/// Failed ones. As an ALB does it, a minute without a failure has no point at all.
fn failed(minute: i64) -> Option<f64> {
    static BEGUN: OnceLock<i64> = OnceLock::new();
    let begun = BEGUN.get_or_init(|| Timestamp::now().as_second() / 60);
    // A burst in the last hours, so that pages fire.
    let share = if minute > begun - 100 { 3 } else { 37 };
    (minute % share == 0).then_some(1.0 + (minute % 4) as f64)
}

/// Percent of the requests that were quick.
fn quick(minute: i64) -> f64 {
    99.0 - (minute % 11) as f64 / 10.0
}

async fn push(metric: &str, points: &[(i64, f64)]) {
    let series = Series { account: ACCOUNT.id(), namespace: NAMESPACE, metric, dimension: None };
    ministack::push(&series, points).await;
}

fn estate(folder: &Path) -> std::path::PathBuf {
    let slo = |name: &str, window: &str, sli: &str| {
        format!(
            "[[slo]]\nname = \"{name}\"\nservice = \"shop\"\nobjective = 99.5\nwindow = \"{window}\"\n[slo.sli.cloudwatch]\naccount = \"shop\"\nregion = \"us-east-1\"\n{sli}\ntotal = {{ namespace = \"{NAMESPACE}\", metric = \"Requests\" }}\n"
        )
    };
    let bad = format!("bad = {{ namespace = \"{NAMESPACE}\", metric = \"Failed\" }}");
    let good = format!("good_percent = {{ namespace = \"{NAMESPACE}\", metric = \"Latency\", stat = \"PR(:0.3)\" }}");
    let nothing =
        format!("bad = {{ namespace = \"{NAMESPACE}\", metric = \"Failed\", dimensions = {{ Nobody = \"x\" }} }}");
    let text = [
        "[estate]\nname = \"series\"\n".to_owned(),
        format!(
            "[[account]]\nname = \"shop\"\nid = \"{}\"\nenvironment = \"production\"\nregions = [\"us-east-1\"]\n",
            ACCOUNT.id()
        ),
        slo("failures", "7d", &bad),
        slo("latency", "7d", &good),
        slo("quiet", "3d", &nothing),
    ];
    let path = folder.join("estate.toml");
    std::fs::write(&path, text.join("\n")).unwrap();
    path
}

fn status(folder: &Path, estate: &Path) -> Value {
    ministack::status(ACCOUNT.id(), folder, estate)
}

fn slo<'d>(document: &'d Value, name: &str) -> &'d Value {
    named(document, "slos", name)
}

fn cloudwatch(document: &Value) -> &Value {
    named(document, "sources", "cloudwatch")
}

/// Compares an SLO of the document with what the minutes of its windows come to.
fn assert_counted(document: &Value, name: &str, bad: impl Fn(i64) -> f64) {
    let slo = slo(document, name);
    assert_eq!(slo["data"], "ok", "{slo}");
    let as_of: Timestamp = slo["as_of"].as_str().unwrap().parse().unwrap();
    let late = Timestamp::now().as_second() - as_of.as_second();
    assert!(as_of.as_second() % 60 == 0 && late < 240, "{as_of} is {late} s ago");
    let end = as_of.as_second() / 60;
    let ratio = |minutes: i64| {
        let all = end - minutes..end;
        all.clone().map(&bad).sum::<f64>() / all.map(total).sum::<f64>()
    };
    for (word, minutes) in WINDOWS {
        assert_close(&slo["burn"][word], ratio(minutes) / 0.005, word);
    }
    let remaining = 100.0 * (1.0 - ratio(WEEK_MIN) / 0.005);
    assert_close(&slo["remaining_percent"], remaining, "remaining");
    let exhausted = if remaining <= 0.0 { 0.0 } else { remaining / 100.0 * 604_800.0 / (ratio(60) / 0.005) };
    assert_close(&slo["exhausted_in_s"], exhausted, "exhausted");
    // 7 days: factors 3.36, 1.4, 1 and 1.
    let pairs = [
        ("page 1h/5m", 60, 5, 3.36),
        ("page 6h/30m", 360, 30, 1.4),
        ("ticket 1d/2h", 1_440, 120, 1.0),
        ("ticket 3d/6h", 4_320, 360, 1.0),
    ];
    let over = |minutes: i64, factor: f64| ratio(minutes) / 0.005 > factor;
    let firing: Vec<&str> =
        pairs.into_iter().filter(|(_, l, s, f)| over(*l, *f) && over(*s, *f)).map(|(name, ..)| name).collect();
    assert_eq!(slo["firing"], json!(firing));
}

#[tokio::test]
async fn status_says_what_was_pushed_and_a_restart_asks_only_for_what_is_missing() {
    let now = Timestamp::now().as_second() / 60;
    // Ten minutes more than there are yet: time goes on while the test runs, and nothing of the future may count.
    let minutes = now - WEEK_MIN - 200..now + 10;
    push("Requests", &minutes.clone().map(|m| (m, total(m))).collect::<Vec<_>>()).await;
    push("Failed", &minutes.clone().filter_map(|m| Some((m, failed(m)?))).collect::<Vec<_>>()).await;
    push("Latency", &minutes.map(|m| (m, quick(m))).collect::<Vec<_>>()).await;
    let folder = tempfile::tempdir().unwrap();
    let estate = estate(folder.path());

    let first = status(folder.path(), &estate);
    assert_counted(&first, "failures", |m| failed(m).unwrap_or(0.0));
    assert_counted(&first, "latency", |m| total(m) * (1.0 - quick(m) / 100.0));
    // Requests without a single failure: no point beside a present total is none.
    assert_close(&slo(&first, "quiet")["burn"]["3d"], 0.0, "quiet");
    assert_eq!((cloudwatch(&first)["state"].as_str(), &cloudwatch(&first)["error"]), (Some("live"), &Value::Null));
    let calls = |document: &Value| cloudwatch(document)["calls"].as_u64().unwrap();
    // Minutes of a week (four metrics, two at most beside each other on a page of 100,800 points) and of three days.
    assert_eq!(calls(&first), 2, "{}", cloudwatch(&first));
    assert_close(&cloudwatch(&first)["cost_usd"], 6e-5, "cost");

    let second = status(folder.path(), &estate);
    assert_eq!(calls(&second), 1, "a restart costs no second backfill: {}", cloudwatch(&second));
    assert_counted(&second, "failures", |m| failed(m).unwrap_or(0.0));
    assert_counted(&second, "latency", |m| total(m) * (1.0 - quick(m) / 100.0));

    // Another query is another history: nothing of the old one is mixed in.
    let text = std::fs::read_to_string(&estate).unwrap();
    std::fs::write(&estate, text.replacen("metric = \"Failed\"", "metric = \"Latency\"", 1)).unwrap();
    let third = status(folder.path(), &estate);
    assert_eq!(calls(&third), 2, "one call forward, one call for the changed SLO's window");
    assert_counted(&third, "failures", quick);
}
