//! Rounds of CloudWatch of which a part rests or fails: what is known by the others stays true.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::pacing::{with_service, with_slos};
use super::slos::{batch, last_hour};
use super::stage::{Reply, Sent, Stage, morning, rds_cluster, rds_clusters};
use super::{SOON, healthy};
use crate::estate::{SourceName, SourceState};
use crate::source::Purse;
use crate::source::aws::Before;

/// Whether a call asks for the databases' numbers.
fn of_numbers(sent: &Sent) -> bool {
    sent.body.contains("CPUUtilization")
}

#[tokio::test]
async fn what_numbers_could_not_see_is_said_beside_slos_too() {
    let known = last_hour(Timestamp::now());
    // 32 SLOs of eight days fit into a round: the last one tells of SLOs alone.
    let mut stage = Stage::over(&with_slos(70, 8), Before::default(), move |sent| match sent.operation.as_str() {
        "DescribeDBClusters" => rds_clusters(&[rds_cluster("other", &["other-1"])], None),
        "GetMetricData" => batch(sent, known),
        other => healthy(other),
    });
    stage.until(Duration::from_secs(40), |e| e.slos().iter().all(|slo| slo.counts.is_some())).await;
    stage.until(SOON, |e| e.sources().iter().any(|s| s.key.name == SourceName::CloudWatch && s.answered)).await;
    let words = stage.source(SourceName::CloudWatch).error.clone().unwrap_or_default();
    assert!(words.contains("none of the declared databases exists in RDS here"), "{words}");
}

#[tokio::test]
async fn numbers_are_told_and_not_bought_again_while_slos_fail() {
    let known = last_hour(Timestamp::now());
    let (bought, well) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, recovers) = (bought.clone(), well.clone());
    let mut stage = Stage::over(&with_slos(3, 3), Before::default(), move |sent| match sent.operation.as_str() {
        "GetMetricData" if of_numbers(sent) => {
            counted.fetch_add(1, Ordering::Relaxed);
            healthy("GetMetricData")
        }
        "GetMetricData" if !recovers.load(Ordering::Relaxed) => Reply::json(400, "{}"),
        "GetMetricData" => batch(sent, known),
        other => healthy(other),
    });
    stage.until(SOON, |e| e.databases()[0].numbers.is_some()).await;
    stage.pass(Duration::from_secs(5)).await;
    let source = stage.source(SourceName::CloudWatch);
    assert!(source.state == SourceState::Stale && source.next_try_at.is_some(), "{source:?}");
    assert!(source.error.clone().unwrap().contains("cloudwatch:GetMetricData"), "{source:?}");
    assert!(stage.operations().iter().filter(|o| *o == "GetMetricData").count() > 2, "SLOs are tried again");
    assert_eq!(bought.load(Ordering::Relaxed), 1);
    well.store(true, Ordering::Relaxed);
    stage.until(SOON, |e| e.slos().iter().all(|slo| slo.counts.is_some())).await;
    assert_eq!(stage.source(SourceName::CloudWatch).state, SourceState::Live);
    assert_eq!(bought.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn numbers_are_told_where_services_fail() {
    let bought = Arc::new(AtomicUsize::new(0));
    let counted = bought.clone();
    let mut stage = Stage::over(&with_service(), Before::default(), move |sent| match sent.operation.as_str() {
        "GetMetricData" if of_numbers(sent) => {
            counted.fetch_add(1, Ordering::Relaxed);
            healthy("GetMetricData")
        }
        "GetMetricData" => Reply::json(400, "{}"),
        other => healthy(other),
    });
    stage.until(SOON, |e| e.databases()[0].numbers.is_some()).await;
    stage.pass(Duration::from_secs(5)).await;
    let source = stage.source(SourceName::CloudWatch);
    assert!(source.state == SourceState::Stale && source.error.is_some(), "{source:?}");
    assert_eq!(bought.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_round_that_asked_for_nothing_makes_no_number_younger() {
    // What is now of sixty SLOs costs $0.0012, in one call more than five; their history comes 24 SLOs a round, each
    // round for $0.00048, and the last twelve for $0.00024. Numbers cost $0.00003.
    let clock = morning();
    let known = last_hour(clock.now());
    let purse = Purse::new(Some(0.002_39), 0.0, clock.now());
    let mut stage = Stage::spending(&with_slos(60, 60), &purse, clock, move |sent| match sent.operation.as_str() {
        "GetMetricData" if of_numbers(sent) => healthy("GetMetricData"),
        "GetMetricData" => batch(sent, known),
        other => healthy(other),
    });
    stage.until(Duration::from_secs(40), |e| e.databases()[0].numbers.is_some()).await;
    let told = stage.estate.databases()[0].numbers.as_ref().unwrap().as_of;
    stage.pass(Duration::from_secs(6)).await;
    assert_eq!(purse.left(clock.now()), Some(200), "all that could be paid for was asked");
    assert!(stage.estate.slos().iter().all(|slo| slo.counts.is_some()));
    assert_eq!(stage.source(SourceName::CloudWatch).state, SourceState::Live);
    assert_eq!(stage.estate.databases()[0].numbers.as_ref().unwrap().as_of, told);
}
