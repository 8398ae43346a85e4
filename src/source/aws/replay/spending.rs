//! The day's spend cap: what it does not allow is not sent, and said.

use super::slos::{batch, last_hour, slo, with};
use super::stage::{Reply, Sent, Stage, identity, morning};
use super::{ID, SOON};
use crate::estate::{DeclaredEstate, Estate, SourceName, SourceState};
use crate::source::severed::ENDS;
use crate::source::{Clock, Purse};

/// Answers all that is asked; of the last hour alone there are points, for money goes by metrics.
fn answer(sent: &Sent) -> Reply {
    match sent.operation.as_str() {
        "GetCallerIdentity" => identity(ID),
        "GetMetricData" => batch(sent, last_hour(morning().now())),
        _ => Reply::json(200, r#"{"ResultsByTime":[]}"#),
    }
}

fn many(slos: usize) -> DeclaredEstate {
    with((0..slos).map(|i| slo(&format!("slo {i}"), 3, false)).collect())
}

/// A purse with so much for the day, and the clock that says which one.
fn purse(cap_usd: f64) -> (Purse, Clock) {
    let clock = morning();
    (Purse::new(Some(cap_usd), 0.0, clock.now()), clock)
}

fn asked(stage: &mut Stage, operation: &str) -> usize {
    stage.operations().iter().filter(|o| *o == operation).count()
}

#[tokio::test]
async fn what_the_cap_does_not_afford_is_not_sent() {
    // Forty metrics cost $0.0004.
    let (purse, clock) = purse(0.000_399);
    let mut stage = Stage::spending(&many(20), &purse, clock, answer);
    stage.until(SOON, |e| e.sources().iter().all(|s| s.answered)).await;
    for name in [SourceName::CloudWatch, SourceName::CostExplorer] {
        let source = stage.source(name);
        assert_eq!((source.state, source.cost_usd > 0.0), (SourceState::Paused, false), "{source:?}");
        let words = source.error.clone().unwrap();
        assert!(words.contains("the day's cap") && words.contains("raise `policy.spend.cap_usd_per_day`"), "{words}");
    }
    assert!(stage.source(SourceName::CloudWatch).next_try_at.unwrap() > clock.now());
    assert!(stage.estate.slos().iter().all(|slo| slo.counts.is_none()));
    assert_eq!((asked(&mut stage, "GetMetricData"), asked(&mut stage, "GetCostAndUsage")), (0, 0));
    assert_eq!(purse.left(clock.now()), Some(399));
}

#[tokio::test]
async fn what_it_affords_is_spent_to_the_last_millionth_and_no_further() {
    let (purse, clock) = purse(0.000_4);
    let mut stage = Stage::spending(&many(20), &purse, clock, answer);
    stage.until(SOON, |e| e.slos().iter().all(|slo| slo.counts.is_some())).await;
    assert_eq!(purse.left(clock.now()), Some(0));
    let source = stage.source(SourceName::CloudWatch);
    assert!((source.cost_usd - 4e-4).abs() < 1e-12 && source.state == SourceState::Live, "{source:?}");
    // Nothing is left for the next one: it is not asked each minute, and that is said.
    assert!(source.error.clone().unwrap().contains("SLOs are asked for every"), "{source:?}");
}

#[tokio::test]
async fn two_sources_at_once_do_not_exceed_it() {
    let mut estate = many(20);
    for slo in estate.slos.iter_mut().skip(10) {
        if let crate::estate::Sli::CloudWatchCounts { region, .. } = &mut slo.sli {
            *region = "us-west-2".to_owned();
        }
    }
    // Enough for one of two regions.
    let (purse, clock) = purse(0.000_3);
    let mut stage = Stage::spending(&estate, &purse, clock, answer);
    stage.until(SOON, |e| e.sources().iter().all(|s| s.answered)).await;
    let of_cloudwatch = |state: SourceState| {
        stage.estate.sources().iter().filter(|s| s.key.name == SourceName::CloudWatch && s.state == state).count()
    };
    assert_eq!((of_cloudwatch(SourceState::Live), of_cloudwatch(SourceState::Paused)), (1, 1));
    let cost: f64 = stage.estate.sources().iter().map(|s| s.cost_usd).sum();
    assert!((cost - 2e-4).abs() < 1e-12, "{cost}");
}

/// Whether CloudWatch and Cost Explorer both fail.
fn both_fail(estate: &Estate) -> bool {
    let dear = [SourceName::CloudWatch, SourceName::CostExplorer];
    estate.sources().iter().filter(|s| dear.contains(&s.key.name)).all(|s| s.state == SourceState::Failing)
}

/// How long Cost Explorer waits, seconds.
fn pause_of_costs(stage: &Stage, clock: Clock) -> i64 {
    stage.source(SourceName::CostExplorer).next_try_at.unwrap().duration_since(clock.now()).as_secs()
}

#[tokio::test]
async fn a_request_that_finds_no_connection_costs_nothing() {
    let (purse, clock) = purse(1.0);
    let mut stage = Stage::spending(&many(1), &purse, clock, |sent| match sent.operation.as_str() {
        "GetMetricData" | "GetCostAndUsage" => Reply::refused(),
        _ => answer(sent),
    });
    stage.until(SOON, both_fail).await;
    for name in [SourceName::CloudWatch, SourceName::CostExplorer] {
        let source = stage.source(name);
        assert!(source.calls > 0 && source.cost_usd < 1e-12, "{source:?}");
        assert!(source.error.clone().unwrap().contains("cannot be reached"), "{source:?}");
    }
    assert!(pause_of_costs(&stage, clock) < 60, "it is none of the day's three");
    assert_eq!(purse.left(clock.now()), Some(1_000_000));
}

#[tokio::test]
async fn a_request_that_was_heard_may_be_charged_wherever_its_answer_ends() {
    for (number, end) in ENDS.into_iter().enumerate() {
        let (purse, clock) = purse(1.0);
        let mut stage = Stage::spending(&many(1), &purse, clock, move |sent| match sent.operation.as_str() {
            "GetMetricData" | "GetCostAndUsage" => Reply::cut(end),
            _ => answer(sent),
        });
        stage.until(SOON, both_fail).await;
        let (metrics, costs) = (stage.source(SourceName::CloudWatch), stage.source(SourceName::CostExplorer));
        assert!((metrics.cost_usd - 2e-5 * metrics.calls as f64).abs() < 1e-12, "{number}: {metrics:?}");
        assert!(metrics.calls > 0 && (costs.cost_usd - 0.01).abs() < 1e-12, "{number}: {costs:?}");
        assert!(pause_of_costs(&stage, clock) > 1_700, "{number}: it counts against the day's three");
        assert!(purse.left(clock.now()).unwrap() < 990_000, "{number}");
    }
}

#[tokio::test]
async fn a_request_that_is_answered_too_late_may_be_charged() {
    let (purse, clock) = purse(1.0);
    let mut stage = Stage::spending(&many(1), &purse, clock, |sent| match sent.operation.as_str() {
        "GetMetricData" => Reply::late(),
        _ => answer(sent),
    });
    let failed = |e: &Estate| {
        e.sources().iter().any(|s| s.key.name == SourceName::CloudWatch && s.state == SourceState::Failing)
    };
    stage.until(SOON, failed).await;
    let source = stage.source(SourceName::CloudWatch);
    assert!((source.cost_usd - 2e-5 * source.calls as f64).abs() < 1e-12, "{source:?}");
}

#[tokio::test]
async fn cost_explorer_leaves_what_polling_needs() {
    // One answer costs $0.01; what twenty SLOs need for the rest of the day is more than the little that would be left.
    let (purse, clock) = purse(0.010_001);
    let mut stage = Stage::spending(&many(20), &purse, clock, answer);
    stage.until(SOON, |e| e.sources().iter().all(|s| s.answered)).await;
    assert_eq!(stage.source(SourceName::CloudWatch).state, SourceState::Live);
    let costs = stage.source(SourceName::CostExplorer);
    assert!(costs.error.clone().unwrap().contains("an answer of Cost Explorer costs $0.01"), "{costs:?}");
    assert_eq!(costs.state, SourceState::Paused);
}
