//! Metrics over a span of time, batched: as many queries a call as one page of the answer can hold, every page read.
//!
//! [`Region::fetch`] takes any number of [`Query`]s and answers with [`Points`] for each, whatever the order and the pages in
//! which CloudWatch sends them. Each metric that is asked for costs $0.00001.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy, StatusCode};
use aws_smithy_types::DateTime;

use super::super::http::{LeaveAlone, Price};
use super::super::proof::Proven;
use super::super::trouble::{Trouble, explain};
use crate::source::Outbox;

/// Queries that one call takes.
const QUERIES: usize = 500;
/// Points that one page of an answer holds.
const POINTS: i64 = 100_800;
/// Pages of one answer that are read.
const PAGES: usize = 20;
/// What one metric that is asked for costs: $0.01 for 1,000 (CloudWatch pricing, `GetMetricData`).
pub(super) const MICRO_USD_A_METRIC: u64 = 10;

/// One statistic of one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) namespace: String,
    pub(super) metric: String,
    pub(super) dimensions: Vec<(String, String)>,
    /// Such as `Average`, `Sum`, `p99` or `PR(:0.3)`.
    pub(super) stat: String,
}

/// A span of time in periods: seconds since 1970, both multiples of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    /// The length of a period, seconds.
    pub(super) period: i64,
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Span {
    /// The points that it holds.
    pub(super) fn points(&self) -> i64 {
        ((self.to - self.from) / self.period).max(1)
    }

    /// Queries of it that one page can answer.
    pub(super) fn queries_a_call(&self) -> usize {
        usize::try_from(POINTS / self.points()).unwrap_or(1).clamp(1, QUERIES)
    }
}

/// The points of one query.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Points {
    /// Values by the start of their period, seconds since 1970.
    pub(super) values: BTreeMap<i64, f64>,
    /// Why they are not all of them, in the service's words; none when they are.
    pub(super) problem: Option<String>,
}

impl Points {
    /// Takes a page's points; what is not a number is none.
    fn take(&mut self, at: impl Iterator<Item = i64>, values: &[f64]) {
        self.values.extend(at.zip(values.iter().copied()).filter(|(_, value)| value.is_finite()));
    }

    /// The newest point whose period began at `oldest` or later.
    pub(super) fn newest(&self, oldest: i64) -> Option<(i64, f64)> {
        self.values.range(oldest..).next_back().map(|(at, value)| (*at, *value))
    }
}

/// CloudWatch of one region, with proven credentials.
pub(super) struct Region<'a> {
    client: Client,
    name: &'a str,
    out: &'a Outbox,
}

impl<'a> Region<'a> {
    pub(super) fn new(proven: &Proven, name: &'a str, out: &'a Outbox) -> Self {
        let config = proven.config(name, out.meter());
        let client = aws_sdk_cloudwatch::config::Builder::from(&config).retry_classifier(LeaveAlone).build();
        Self { client: Client::from_conf(client), name, out }
    }

    /// Asks for all queries over one span, and answers with the points of each, in the queries' order.
    pub(super) async fn fetch(&self, queries: &[Query], span: Span) -> Result<Vec<Points>, Trouble> {
        let mut points = vec![Points::default(); queries.len()];
        for (some, found) in queries.chunks(span.queries_a_call()).zip(points.chunks_mut(span.queries_a_call())) {
            self.call(some, span, found).await?;
        }
        Ok(points)
    }

    /// One call and all pages of its answer.
    async fn call(&self, queries: &[Query], span: Span, found: &mut [Points]) -> Result<(), Trouble> {
        let asked: Vec<MetricDataQuery> = queries.iter().enumerate().map(|(i, q)| built(i, q, span.period)).collect();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let price = Price::new(self.out, MICRO_USD_A_METRIC * queries.len() as u64);
            let answer = self
                .client
                .get_metric_data()
                .set_metric_data_queries(Some(asked.clone()))
                .start_time(DateTime::from_secs(span.from))
                .end_time(DateTime::from_secs(span.to))
                .scan_by(ScanBy::TimestampDescending)
                .set_next_token(token.take())
                .customize()
                .interceptor(price)
                .send()
                .await
                .map_err(|error| explain(&error, "cloudwatch:GetMetricData", self.name))?;
            for result in answer.metric_data_results() {
                let Some(points) = result.id().and_then(index_of).and_then(|i| found.get_mut(i)) else { continue };
                points.take(result.timestamps().iter().map(DateTime::secs), result.values());
                // The last page's word holds: the pages before it are partial by nature.
                points.problem = match result.status_code() {
                    Some(StatusCode::Complete) | None => None,
                    Some(status) => {
                        let said = result.messages().iter().find_map(|m| m.value());
                        Some(said.unwrap_or(status.as_str()).to_owned())
                    }
                };
            }
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(());
            }
        }
        for points in found {
            points.problem.get_or_insert_with(|| format!("the answer has more than {PAGES} pages"));
        }
        Ok(())
    }
}

/// The query as the SDK wants it.
pub(super) fn built(index: usize, query: &Query, period: i64) -> MetricDataQuery {
    let dimensions =
        query.dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect();
    let metric = Metric::builder()
        .namespace(&query.namespace)
        .metric_name(&query.metric)
        .set_dimensions(Some(dimensions))
        .build();
    let period = i32::try_from(period).unwrap_or(60);
    let stat = MetricStat::builder().metric(metric).period(period).stat(&query.stat).build();
    MetricDataQuery::builder().id(format!("q{index}")).metric_stat(stat).return_data(true).build()
}

fn index_of(id: &str) -> Option<usize> {
    id.strip_prefix('q')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_newest_wins_in_any_order_and_over_pages() {
        let mut points = Points::default();
        points.take([300, 240].into_iter(), &[3.0, 2.0]);
        points.take([180, 360].into_iter(), &[1.0, 4.0]);
        assert_eq!(points.newest(100), Some((360, 4.0)));
        assert_eq!(points.newest(400), None, "an old point is no number of now");
    }

    #[test]
    fn no_number_is_none_and_never_zero() {
        let mut points = Points::default();
        points.take([150, 151, 152].into_iter(), &[f64::NAN, f64::INFINITY]);
        assert_eq!(points.newest(0), None);
    }

    #[test]
    fn a_call_asks_for_no_more_than_a_page_holds() {
        let span = |period, seconds| Span { period, from: 0, to: seconds };
        assert_eq!(span(60, 480).queries_a_call(), 500);
        assert_eq!(span(60, 86_400).queries_a_call(), 70);
        assert_eq!(span(300, 30 * 86_400).queries_a_call(), 11);
        assert_eq!(span(60, 400 * 86_400).queries_a_call(), 1);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_the_result_is_the_largest_time(
            points in proptest::collection::vec((0i64..10_000, -1e9f64..1e9), 0..60),
        ) {
            let mut all = Points::default();
            for page in points.chunks(7) {
                let values: Vec<f64> = page.iter().map(|p| p.1).collect();
                all.take(page.iter().map(|p| p.0), &values);
            }
            let expected = points.iter().map(|p| p.0).filter(|at| *at >= 5_000).max();
            prop_assert_eq!(all.newest(5_000).map(|(at, _)| at), expected);
        }
    }
}
