//! What nodes use: asked for beside the first lists, waited for by one look, and never in the way of anything else.
//!
//! The bed has no metrics-server, so a line before its API server answers as metrics-server 0.8 does.

use std::time::Duration;

use quarterdeck::estate::{Estate, SourceState, Usage};

use super::bed::{cluster, context, source, watch};
use super::faults::{Act, Line};

const PATH: &str = "/apis/metrics.k8s.io/v1beta1/nodes";

/// Every node of the bed that these tests look at, with half of a processor and 1 GiB in use.
fn measured() -> Act {
    let answer = br#"{"kind":"NodeMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[
        {"metadata":{"name":"ip-10-0-0-10.ec2.internal"},"timestamp":"2026-11-21T15:00:02Z","window":"20.04s",
         "usage":{"cpu":"500000000n","memory":"1048576Ki"}}]}"#;
    Act::Answer("200 OK", "Content-Type: application/json\r\n", answer.to_vec())
}

#[tokio::test]
async fn one_look_has_what_the_nodes_use() {
    let line = Line::new().await;
    line.rule(|path, _| if path == PATH { measured() } else { Act::Pass });
    let mut watching = watch(line.cluster(), None);
    let estate = watching.until("all that one look waits for", Estate::settled).await;
    assert_eq!(source(&estate).state, SourceState::Live);
    let (used, given, nodes) = cluster(&estate).used().expect("it is known at the first look");
    assert_eq!((used.cpu_milli, used.memory_bytes, nodes), (500, 1 << 30, 1));
    assert!(given.cpu_milli > 500 && cluster(&estate).cpu_percent().is_some(), "{given:?}");
    assert!(watching.observations <= 2, "it comes with the first picture, or right after it");
}

#[tokio::test]
async fn a_cluster_without_a_metrics_api_says_so_at_once() {
    let estate = watch(context("observer"), None).until("all that one look waits for", Estate::settled).await;
    let usage = &cluster(&estate).usage.as_ref().expect("it is said").value;
    assert!(matches!(usage, Usage::Unmeasured(why) if why.contains("install metrics-server")), "{usage:?}");
}

#[tokio::test]
async fn a_metrics_api_that_never_answers_holds_up_nothing_but_itself() {
    let line = Line::new().await;
    line.rule(|path, _| if path == PATH { Act::Stall } else { Act::Pass });
    let mut watching = watch(line.cluster(), None);
    let estate = watching.until("the first picture", |e| source(e).state == SourceState::Live).await;
    assert!(!estate.settled(), "the picture waits for no measurement");
    assert!(cluster(&estate).tally().total >= 19);
    let estate = watching.until("all that one look waits for", Estate::settled).await;
    let usage = &cluster(&estate).usage.as_ref().expect("it is said").value;
    assert!(matches!(usage, Usage::Unmeasured(why) if why.contains("within 5 s")), "{usage:?}");
    assert_eq!(source(&estate).state, SourceState::Live);
}

#[tokio::test]
async fn what_nodes_use_makes_no_source_live_whose_lists_fail() {
    let line = Line::new().await;
    line.rule(
        |path, _| {
            if path == PATH { measured() } else { Act::Answer("500 Internal Server Error", "", b"down".to_vec()) }
        },
    );
    let mut watching = watch(line.cluster(), None);
    watching.until("a failure", |e| source(e).state == SourceState::Failing).await;
    watching
        .through(Duration::from_secs(3), |e| {
            assert_eq!(source(e).state, SourceState::Failing);
            assert!(cluster(e).usage.is_none());
        })
        .await;
    line.rule(|path, _| if path == PATH { measured() } else { Act::Pass });
    let estate = watching.until("the first picture", |e| source(e).state == SourceState::Live && e.settled()).await;
    assert!(cluster(&estate).used().is_some());
}
