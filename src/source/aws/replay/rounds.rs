//! Rounds of CloudWatch of which a part rests or fails: what is known by the others stays true.

use std::time::Duration;

use jiff::Timestamp;

use super::pacing::with_slos;
use super::slos::batch;
use super::stage::{Stage, rds_cluster, rds_clusters};
use super::{SOON, healthy};
use crate::estate::SourceName;
use crate::source::aws::Before;

/// Whether a minute is of the last hour: more takes longer than a call may.
fn recent(now: Timestamp) -> impl Fn(i64) -> bool + Copy {
    let now = now.as_second() / 60;
    move |minute| minute >= now - 60
}

#[tokio::test]
async fn what_numbers_could_not_see_is_said_beside_slos_too() {
    let known = recent(Timestamp::now());
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
