//! The latest points of CloudWatch metrics of databases: what a plan's blast radius is counted with.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use aws_smithy_types::DateTime;
use futures_util::future::join_all;
use jiff::Timestamp;
use serde_json::json;

use super::super::http::LeaveAlone;
use super::super::trouble::{Kind, Trouble, explain};
use super::account::{Account, Known};
use super::look::{Seen, place};
use crate::operate::{Read, Sight};

/// How far back is asked: points come in a minute or two late.
const LOOK_BACK_S: i64 = 8 * 60;
/// The length of a period.
const PERIOD_S: i32 = 60;
/// Pages of an answer that are read.
const PAGES: usize = 5;

/// One query: which read it answers, and the metric.
struct Query {
    read: Read,
    metric: String,
    dimensions: Vec<(&'static str, String)>,
}

/// The latest point of each, in one call for each region.
pub(super) async fn latest(account: &Account, known: &Known, home: &str, reads: Vec<Read>, now: Timestamp) -> Seen {
    let mut regions: BTreeMap<String, Vec<Query>> = BTreeMap::new();
    for read in reads {
        let (region, queries) = queries(account, home, &read);
        regions.entry(region).or_default().extend(queries);
    }
    let calls = regions.into_iter().map(|(region, queries)| async move {
        let answer = ask(known, &region, &queries, now).await;
        queries.into_iter().enumerate().map(|(i, q)| (q.read, found(&answer, i, &region))).collect::<Vec<_>>()
    });
    let mut seen = Seen::new();
    for (read, sight) in join_all(calls).await.into_iter().flatten() {
        // Several queries may answer one read: the newest point counts.
        let older = seen.get(&read).is_some_and(|known| point(known) >= point(&sight));
        if !older {
            seen.insert(read, sight);
        }
    }
    seen
}

/// When a sight's point was; none where it has none.
fn point(sight: &Result<Sight, Trouble>) -> Option<Timestamp> {
    match sight {
        Ok(Sight::There(value)) => value.get("Timestamp")?.as_str()?.parse().ok(),
        _ => None,
    }
}

fn queries(account: &Account, home: &str, read: &Read) -> (String, Vec<Query>) {
    match read {
        Read::InstanceMetric { metric, instance } => {
            let (region, name) = place(instance, home);
            let dimensions = vec![("DBInstanceIdentifier", name.to_owned())];
            (region.to_owned(), vec![Query { metric: metric.clone(), dimensions, read: read.clone() }])
        }
        Read::GlobalLag { region, cluster } => {
            // Aurora publishes it by the secondary cluster, with and without the region that it comes from.
            let query = |source: Option<String>| {
                let by_cluster = ("DBClusterIdentifier", cluster.clone());
                let dimensions = std::iter::once(by_cluster).chain(source.map(|s| ("SourceRegion", s))).collect();
                Query { read: read.clone(), metric: "AuroraGlobalDBReplicationLag".to_owned(), dimensions }
            };
            let sources = account.regions(home).into_iter().filter(|r| r != region).map(Some);
            (region.clone(), std::iter::once(None).chain(sources).map(query).collect())
        }
        _ => (home.to_owned(), Vec::new()),
    }
}

/// The newest point of each query.
async fn ask(
    known: &Known,
    region: &str,
    queries: &[Query],
    now: Timestamp,
) -> Result<Vec<Option<(i64, f64)>>, Trouble> {
    let client = Client::from_conf(
        aws_sdk_cloudwatch::config::Builder::from(&known.config(region)).retry_classifier(LeaveAlone).build(),
    );
    let end = now.as_second().div_euclid(60) * 60 + 60;
    let built: Vec<MetricDataQuery> = queries.iter().enumerate().map(built).collect();
    let mut newest: Vec<Option<(i64, f64)>> = vec![None; queries.len()];
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let answer = client
            .get_metric_data()
            .set_metric_data_queries(Some(built.clone()))
            .start_time(DateTime::from_secs(end - LOOK_BACK_S))
            .end_time(DateTime::from_secs(end))
            .scan_by(ScanBy::TimestampDescending)
            .set_next_token(token.take())
            .send()
            .await
            .map_err(|e| explain(&e, "cloudwatch:GetMetricData", region))?;
        for result in answer.metric_data_results() {
            let index = result.id().and_then(|id| id.strip_prefix('q')).and_then(|id| id.parse::<usize>().ok());
            let Some(slot) = index.and_then(|i| newest.get_mut(i)) else { continue };
            for (at, value) in result.timestamps().iter().map(DateTime::secs).zip(result.values().iter().copied()) {
                if value.is_finite() && slot.is_none_or(|(known, _)| at > known) {
                    *slot = Some((at, value));
                }
            }
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(newest)
}

fn built((index, query): (usize, &Query)) -> MetricDataQuery {
    let dimensions =
        query.dimensions.iter().map(|(name, value)| Dimension::builder().name(*name).value(value).build()).collect();
    let metric =
        Metric::builder().namespace("AWS/RDS").metric_name(&query.metric).set_dimensions(Some(dimensions)).build();
    let stat = MetricStat::builder().metric(metric).period(PERIOD_S).stat("Average").build();
    MetricDataQuery::builder().id(format!("q{index}")).metric_stat(stat).return_data(true).build()
}

fn found(answer: &Result<Vec<Option<(i64, f64)>>, Trouble>, index: usize, region: &str) -> Result<Sight, Trouble> {
    let points = answer.as_ref().map_err(Clone::clone)?;
    let Some((at, value)) = points.get(index).copied().flatten() else {
        return Ok(Sight::Absent(format!("CloudWatch in {region} has no point of the last minutes")));
    };
    let at = Timestamp::from_second(at).map_err(|e| Trouble::new(Kind::Other, e.to_string()))?;
    Ok(Sight::There(json!({"Value": value, "Timestamp": at.to_string()})))
}
