//! What is asked together with what, and when, where the day's cap slows it down.

use std::time::Duration;

use super::slos::slo;
use super::stage::{Reply, Stage, declared, morning};
use super::{ID, SOON, healthy, load_balanced, query_error};
use crate::estate::{DeclaredEstate, Sli, SourceName, SourceState};
use crate::source::Purse;

/// A database, and a service behind a load balancer.
pub(super) fn with_service() -> DeclaredEstate {
    DeclaredEstate { services: vec![load_balanced()], ..declared(ID) }
}

fn asked(stage: &mut Stage) -> usize {
    stage.operations().iter().filter(|o| *o == "GetMetricData").count()
}

#[tokio::test]
async fn at_a_slow_pace_new_members_are_asked_about_at_once_and_nothing_for_old_news() {
    // Numbers cost $0.00008, so they are asked for each hour or two.
    let clock = morning();
    let purse = Purse::new(Some(0.000_9), 0.0, clock.now());
    let mut stage = Stage::spending(&with_service(), &purse, clock, |sent| match (sent.operation.as_str(), sent.nth) {
        ("DescribeDBClusters", 0 | 1) => query_error(400, "Busy", &format!("request {}", sent.nth)),
        (other, _) => healthy(other),
    });
    stage.until(SOON, |e| e.databases()[0].numbers.is_some()).await;
    // The service alone with its hour before, once more when RDS cannot tell the members, then all of them.
    let calls = asked(&mut stage);
    assert!(calls <= 4, "{calls}");
    assert_eq!(stage.source(SourceName::CloudWatch).state, SourceState::Live);
}

/// A database, and SLOs of so many days beside it.
pub(super) fn with_slos(count: usize, days: u64) -> DeclaredEstate {
    let mut slos: Vec<_> = (0..count).map(|i| slo(&format!("slo {i}"), days, false)).collect();
    for slo in &mut slos {
        if let Sli::CloudWatchCounts { region, .. } = &mut slo.sli {
            *region = "us-east-1".to_owned();
        }
    }
    DeclaredEstate { slos, ..declared(ID) }
}

#[tokio::test]
async fn slos_that_cannot_be_paid_do_not_pause_numbers_that_can() {
    // To ask for twenty SLOs costs $0.0004.
    let clock = morning();
    let purse = Purse::new(Some(0.000_399), 0.0, clock.now());
    let mut stage = Stage::spending(&with_slos(20, 3), &purse, clock, |sent| healthy(&sent.operation));
    stage.until(SOON, |e| e.databases()[0].numbers.is_some()).await;
    stage.pass(Duration::from_secs(4)).await;
    let source = stage.source(SourceName::CloudWatch);
    assert_eq!(source.state, SourceState::Live, "{source:?}");
    assert!(source.error.clone().unwrap().contains("SLOs wait: the day's cap"), "{source:?}");
}

#[tokio::test]
async fn slos_that_cannot_be_paid_do_not_pause_numbers_that_fail_for_a_moment() {
    let clock = morning();
    let purse = Purse::new(Some(0.000_399), 0.0, clock.now());
    let mut stage =
        Stage::spending(&with_slos(20, 3), &purse, clock, |sent| match (sent.operation.as_str(), sent.nth) {
            // A call and its retry.
            ("GetMetricData", 0 | 1) => Reply::json(500, "{}"),
            (other, _) => healthy(other),
        });
    stage.until(SOON, |e| e.databases()[0].numbers.is_some()).await;
}
