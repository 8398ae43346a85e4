//! The numbers of services: pushed as a load balancer publishes them, read back as numbers and as alerts.

use std::path::Path;
use std::sync::OnceLock;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ministack::{Account, Series, assert_close, named, push, status};

/// An account of its own.
static ACCOUNT: Account = Account::new("60");
/// The load balancer whose service is slow, failing and busier than before.
const SLOW: &str = "app/slow/1";
/// The one whose service is in order: as a load balancer does it, nothing is published of errors that never happened.
const SOUND: &str = "app/sound/1";

/// The minute in which the test began.
fn begun() -> i64 {
    static BEGUN: OnceLock<i64> = OnceLock::new();
    *BEGUN.get_or_init(|| Timestamp::now().as_second() / 60)
}

fn requests(minute: i64) -> f64 {
    let usual = 600.0 + 10.0 * (minute % 7) as f64;
    // Three times as many from a moment before the test on.
    if minute > begun() - 6 { 3.0 * usual } else { usual }
}

fn failed(minute: i64) -> Option<f64> {
    (minute % 2 == 0).then_some(60.0 + (minute % 3) as f64)
}

/// What the load balancer itself could not answer.
fn unanswered(minute: i64) -> Option<f64> {
    (minute % 5 == 0).then_some(7.0)
}

fn refused(minute: i64) -> Option<f64> {
    (minute % 3 == 0).then_some(600.0 + (minute % 4) as f64)
}

/// Seconds that the slowest of a hundred take: in each minute all take as long.
fn seconds(minute: i64) -> f64 {
    0.51 + (minute % 10) as f64 / 1_000.0
}

async fn publish(balancer: &str, metric: &str, of: impl Fn(i64) -> Option<f64>) {
    let dimension = Some(("LoadBalancer", balancer));
    let series = Series { account: ACCOUNT.id(), namespace: "AWS/ApplicationELB", metric, dimension };
    // Ten minutes more than there are yet: time goes on while the test runs, and nothing of the future may count.
    let points: Vec<_> = (begun() - 90..begun() + 10).filter_map(|m| Some((m, of(m)?))).collect();
    push(&series, &points).await;
}

fn estate(folder: &Path, policy: &str) -> std::path::PathBuf {
    let service = |name: &str, balancer: &str| {
        format!(
            "[[service]]\nname = \"{name}\"\naccount = \"shop\"\nregion = \"us-east-1\"\nload_balancer = \"{balancer}\"\n"
        )
    };
    let text = [
        "[estate]\nname = \"services\"\n".to_owned(),
        format!(
            "[[account]]\nname = \"shop\"\nid = \"{}\"\nenvironment = \"production\"\nregions = [\"us-east-1\"]\n",
            ACCOUNT.id()
        ),
        service("slow", SLOW),
        service("sound", SOUND),
        service("nobody", "app/nobody/1"),
        policy.to_owned(),
    ];
    let path = folder.join("estate.toml");
    std::fs::write(&path, text.join("\n")).unwrap();
    path
}

fn alert<'d>(document: &'d Value, rule: &str, service: &str) -> Option<&'d Value> {
    document["alerts"].as_array().unwrap().iter().find(|a| a["rule"] == rule && a["subject"] == service)
}

/// Compares a service's numbers with what its minutes come to, and its alerts with the thresholds.
fn assert_measured(document: &Value) {
    let slow = named(document, "services", "slow");
    let as_of: Timestamp = slow["as_of"].as_str().unwrap().parse().unwrap();
    let late = Timestamp::now().as_second() - as_of.as_second();
    assert!(as_of.as_second() % 60 == 0 && (0..180).contains(&late), "{as_of} is {late} s ago");
    let end = as_of.as_second() / 60;
    let sum = |of: &dyn Fn(i64) -> Option<f64>, from: i64, to: i64| (from..to).filter_map(of).sum::<f64>();
    let five = |of: &dyn Fn(i64) -> Option<f64>| sum(of, end - 5, end);
    let asked = five(&|m| Some(requests(m)));
    let before = sum(&|m| Some(requests(m)), end - 65, end - 5) / 12.0;
    // One minute with refusals or two: a warning or worse.
    let refusals = 100.0 * five(&refused) / asked;
    let expected = [
        ("app.latency_p99_ms", "p99_ms", 1_000.0 * seconds(end - 1), 500.0, "ms"),
        ("app.errors_5xx_percent", "errors_5xx_percent", 100.0 * (five(&failed) + five(&unanswered)) / asked, 1.0, "%"),
        ("app.errors_4xx_percent", "errors_4xx_percent", refusals, if refusals > 10.0 { 10.0 } else { 5.0 }, "%"),
        ("app.requests_change_percent", "requests_change_percent", 100.0 * (asked / before - 1.0), 100.0, "%"),
    ];
    assert_close(&slow["requests_per_s"], asked / 300.0, "requests");
    for (rule, number, value, threshold, unit) in expected {
        assert_close(&slow[number], value, number);
        assert!(value > threshold, "{rule}: {value} was to break {threshold}");
        let alert = alert(document, rule, "slow").unwrap_or_else(|| panic!("no {rule}: {}", document["alerts"]));
        assert_close(&alert["value"], value, rule);
        assert_eq!((&alert["threshold"], &alert["unit"]), (&json!(threshold), &json!(unit)), "{alert}");
        let level =
            if threshold < 10.0 && unit == "%" && rule != "app.errors_5xx_percent" { "warning" } else { "critical" };
        assert_eq!(alert["level"], level, "{alert}");
    }
    assert_eq!(slow["level"], "critical");
}

#[tokio::test]
async fn the_numbers_of_services_become_alerts() {
    let minute = |of: fn(i64) -> f64| move |m| Some(of(m));
    publish(SLOW, "RequestCount", minute(requests)).await;
    publish(SLOW, "TargetResponseTime", minute(seconds)).await;
    publish(SLOW, "HTTPCode_Target_5XX_Count", failed).await;
    publish(SLOW, "HTTPCode_ELB_5XX_Count", unanswered).await;
    publish(SLOW, "HTTPCode_Target_4XX_Count", refused).await;
    publish(SOUND, "RequestCount", |_| Some(60.0)).await;
    publish(SOUND, "TargetResponseTime", |_| Some(0.125)).await;
    let folder = tempfile::tempdir().unwrap();
    let first = status(ACCOUNT.id(), folder.path(), &estate(folder.path(), ""));
    assert_measured(&first);

    // Errors that are missing beside requests are none; numbers of what nobody asked are not known.
    let sound = named(&first, "services", "sound");
    assert_eq!(
        (&sound["level"], &sound["p99_ms"], &sound["errors_5xx_percent"]),
        (&json!("ok"), &json!(125.0), &json!(0.0))
    );
    assert_close(&sound["requests_per_s"], 1.0, "requests of sound");
    assert_close(&sound["requests_change_percent"], 0.0, "change of sound");
    let nobody = named(&first, "services", "nobody");
    assert_eq!(
        (&nobody["level"], &nobody["requests_per_s"], &nobody["errors_5xx_percent"]),
        (&json!("unknown"), &Value::Null, &Value::Null)
    );
    let source = named(&first, "sources", "cloudwatch");
    assert_eq!(source["state"], "live");
    assert!(
        source["error"].as_str().unwrap().contains("nobody: no requests at load balancer app/nobody/1"),
        "{source}"
    );
    // The hour before, once, of three services; then five numbers of each.
    assert_eq!(source["calls"], 2);
    assert_close(&source["cost_usd"], (3.0 + 15.0) * 1e-5, "cost");

    // The team's thresholds hold, and what it switched off is off.
    let policy = "[policy.alerts.app]\nlatency_p99_ms = { warn = 505, crit = 900 }\nerrors_5xx_percent = false\n";
    let second = status(ACCOUNT.id(), folder.path(), &estate(folder.path(), policy));
    let latency = alert(&second, "app.latency_p99_ms", "slow").unwrap();
    assert_eq!((&latency["level"], &latency["threshold"]), (&json!("warning"), &json!(505.0)));
    assert_eq!(alert(&second, "app.errors_5xx_percent", "slow"), None);
    assert!(alert(&second, "app.requests_change_percent", "slow").is_some());
}
