//! The Kubernetes source against the bed's real API server.
#![cfg(feature = "kubernetes")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has to fail")]

#[path = "wire_kubernetes/bed.rs"]
mod bed;

use bed::{cluster, context, watch};
use quarterdeck::estate::{Coverage, Kind, SourceState};

#[tokio::test]
async fn the_first_picture_is_whole() {
    let mut watching = watch(context("observer"), None);
    let estate = watching.until("the first picture", |e| e.sources()[0].state == SourceState::Live).await;
    let c = cluster(&estate);
    assert!(c.complete(&Kind::ALL), "every kind is in the first picture");
    assert_eq!(c.nodes().len(), 6);
    assert!(c.workloads().len() >= 8, "{:?}", c.workloads().keys());
    assert!(c.tally().total >= 19, "{:?}", c.tally());
    assert!(c.tally().crash_looping >= 1, "{:?}", c.tally());
    assert_eq!(c.coverage(Kind::Pods), &Coverage::Complete);
    assert!(watching.observations <= 2, "the first picture comes in one breath");
}
