//! CloudWatch: the databases' numbers of one account and region, batched.
//!
//! Asked once a minute, all members of the region in one call of up to 500 queries. Statistics are 60 s averages of
//! `AWS/RDS`, by `DBInstanceIdentifier`. A Global Database's lag is asked for in each *secondary* region, where Aurora
//! publishes it, under the secondary cluster's identifier, with and without the dimension `SourceRegion`.
//! Each metric that is asked for costs $0.00001.

mod points;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use aws_smithy_types::DateTime;
use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::watch;

use self::points::Newest;
use super::http::{LeaveAlone, Price};
use super::note::Notes;
use super::polling::{Answer, Ask};
use super::proof::Proven;
use super::rds::{Asked, Roster};
use super::trouble::{Kind, Trouble, explain};
use crate::estate::{Fact, MemberNumbers, Sample};
use crate::source::Outbox;

/// Queries that one call takes.
const QUERIES: usize = 500;
/// Pages of one answer that are read.
const PAGES: usize = 20;
/// What one metric that is asked for costs: $0.01 for 1,000 (CloudWatch pricing, `GetMetricData`).
const MICRO_USD_A_METRIC: u64 = 10;
/// How far back is asked: points come in a minute or two late.
const LOOK_BACK_S: i64 = 8 * 60;
/// A point whose period ended longer ago than this is no number of now.
const FRESH_S: i64 = 5 * 60;
/// The length of a period.
const PERIOD_S: i32 = 60;
/// How soon RDS is looked to again while it has not named the members.
const ROSTER_PAUSE: Duration = Duration::from_secs(15);

/// Asks CloudWatch in one region of one account.
pub(super) struct CloudWatch {
    pub(super) region: String,
    pub(super) roster: watch::Receiver<Roster>,
}

impl Ask for CloudWatch {
    async fn ask(&mut self, proven: &Proven, out: &Outbox) -> Result<Answer, Trouble> {
        let roster = self.roster.borrow_and_update().clone();
        let databases = match roster {
            Roster::Known(databases) => databases,
            Roster::Unknown(why) => {
                return Err(Trouble::new(Kind::Other, format!("the members to ask about are not known: {why}")));
            }
            // RDS is being asked at this very moment; its word wakes us.
            Roster::Waiting => return Ok(Answer { silent: true, again: Some(ROSTER_PAUSE), ..Answer::default() }),
        };
        if !out.may_spend() {
            return Ok(Answer { paused: Some(super::SPEND_CAP.to_owned()), ..Answer::default() });
        }
        if databases.is_empty() {
            let note = Some("none of the declared databases exists in RDS here".to_owned());
            return Ok(Answer { note, again: Some(ROSTER_PAUSE), ..Answer::default() });
        }
        self.numbers(proven, out, &databases).await
    }

    async fn wake(&mut self) {
        if self.roster.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl CloudWatch {
    async fn numbers(
        &self,
        proven: &Proven,
        out: &Outbox,
        databases: &BTreeMap<String, Asked>,
    ) -> Result<Answer, Trouble> {
        let mut wanted: BTreeMap<&str, Vec<Query>> = BTreeMap::new();
        for (database, asked) in databases {
            wanted.entry(&self.region).or_default().extend(of_members(database, asked));
            for (region, cluster) in &asked.secondaries {
                wanted.entry(region).or_default().extend(of_lag(database, asked, region, cluster));
            }
        }
        let now = out.now();
        let calls = wanted.iter().map(|(region, queries)| async move {
            let config = proven.config(region, out.meter());
            let client = Client::from_conf(
                aws_sdk_cloudwatch::config::Builder::from(&config).retry_classifier(LeaveAlone).build(),
            );
            (*region, fetch(&client, region, out, queries, now).await)
        });
        let mut answers: BTreeMap<&str, _> = join_all(calls).await.into_iter().collect();
        let mut notes = Notes::default();
        let own = answers.remove(self.region.as_str()).unwrap_or_else(|| Ok(Fetched::default()))?;
        let mut numbers: BTreeMap<&str, BTreeMap<String, MemberNumbers>> = BTreeMap::new();
        let mut lags: BTreeMap<&str, BTreeMap<String, Sample>> = BTreeMap::new();
        for (database, asked) in databases {
            let members = asked.members.iter().map(|(name, ..)| (name.clone(), MemberNumbers::default()));
            numbers.insert(database, members.collect());
            if !asked.secondaries.is_empty() {
                lags.insert(database, BTreeMap::new());
            }
        }
        let of_own = wanted.get(self.region.as_str()).map(Vec::as_slice).unwrap_or_default();
        own.place(of_own, &mut numbers, &mut lags, &mut notes);
        for (region, answer) in answers {
            match answer {
                Ok(fetched) => {
                    let queries = wanted.get(region).map(Vec::as_slice).unwrap_or_default();
                    fetched.place(queries, &mut numbers, &mut lags, &mut notes);
                }
                Err(why) => {
                    notes.add(format!("the lag of {region} is not known: {why}"));
                    // What was known of it stays, and ages.
                    lags.retain(|database, _| databases[*database].secondaries.iter().all(|(r, _)| r != region));
                }
            }
        }
        let mut facts: Vec<Fact> = numbers.into_iter().map(|(d, n)| Fact::Numbers(d.to_owned(), n)).collect();
        facts.extend(lags.into_iter().map(|(d, l)| Fact::GlobalLag(d.to_owned(), l)));
        Ok(Answer { facts, note: notes.words(), ..Answer::default() })
    }
}

/// Which number of a member a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Cpu,
    Connections,
    FreeableMemory,
    ReplicaLag,
    Acu,
}

impl Number {
    fn metric(self) -> &'static str {
        match self {
            Self::Cpu => "CPUUtilization",
            Self::Connections => "DatabaseConnections",
            Self::FreeableMemory => "FreeableMemory",
            Self::ReplicaLag => "AuroraReplicaLag",
            Self::Acu => "ServerlessDatabaseCapacity",
        }
    }

    fn slot(self, numbers: &mut MemberNumbers) -> &mut Option<Sample> {
        match self {
            Self::Cpu => &mut numbers.cpu_percent,
            Self::Connections => &mut numbers.connections,
            Self::FreeableMemory => &mut numbers.freeable_memory_bytes,
            Self::ReplicaLag => &mut numbers.replica_lag_ms,
            Self::Acu => &mut numbers.acu,
        }
    }
}

/// What a query is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    Member { database: String, member: String, number: Number },
    Lag { database: String, region: String },
}

#[derive(Debug, Clone)]
struct Query {
    subject: Subject,
    metric: &'static str,
    dimensions: Vec<(&'static str, String)>,
}

/// The metrics of a database's members: lag of readers only, capacity of serverless ones only.
fn of_members(database: &str, asked: &Asked) -> Vec<Query> {
    let mut queries = Vec::new();
    for (member, reader, serverless) in &asked.members {
        let numbers = [
            (Number::Cpu, true),
            (Number::Connections, true),
            (Number::FreeableMemory, true),
            (Number::ReplicaLag, *reader),
            (Number::Acu, *serverless),
        ];
        queries.extend(numbers.into_iter().filter(|(_, wanted)| *wanted).map(|(number, _)| Query {
            subject: Subject::Member { database: database.to_owned(), member: member.clone(), number },
            metric: number.metric(),
            dimensions: vec![("DBInstanceIdentifier", member.clone())],
        }));
    }
    queries
}

fn of_lag(database: &str, asked: &Asked, region: &str, cluster: &str) -> Vec<Query> {
    let query = |dimensions| Query {
        subject: Subject::Lag { database: database.to_owned(), region: region.to_owned() },
        metric: "AuroraGlobalDBReplicationLag",
        dimensions,
    };
    let by_cluster = ("DBClusterIdentifier", cluster.to_owned());
    let mut queries = vec![query(vec![by_cluster.clone()])];
    queries.extend(asked.primary.clone().map(|primary| query(vec![by_cluster, ("SourceRegion", primary)])));
    queries
}

/// The newest points of a region's queries.
#[derive(Debug, Default)]
struct Fetched {
    newest: Vec<Option<Sample>>,
    unread: Vec<(usize, String)>,
}

impl Fetched {
    /// Puts the points where they belong.
    fn place(
        self,
        queries: &[Query],
        numbers: &mut BTreeMap<&str, BTreeMap<String, MemberNumbers>>,
        lags: &mut BTreeMap<&str, BTreeMap<String, Sample>>,
        notes: &mut Notes,
    ) {
        for (query, sample) in queries.iter().zip(&self.newest) {
            let Some(sample) = *sample else { continue };
            match &query.subject {
                Subject::Member { database, member, number } => {
                    if let Some(known) = numbers.get_mut(database.as_str()).and_then(|m| m.get_mut(member)) {
                        *number.slot(known) = Some(sample);
                    }
                }
                Subject::Lag { database, region } => {
                    if let Some(known) = lags.get_mut(database.as_str()) {
                        let lag = known.entry(region.clone()).or_insert(sample);
                        if sample.at > lag.at {
                            *lag = sample;
                        }
                    }
                }
            }
        }
        for (index, why) in self.unread {
            if let Some(query) = queries.get(index) {
                notes.add(format!("{} is not known: {why}", query.metric));
            }
        }
    }
}

/// Asks for all queries, 500 a call, every page, and keeps the newest point of each.
async fn fetch(
    client: &Client,
    region: &str,
    out: &Outbox,
    queries: &[Query],
    now: Timestamp,
) -> Result<Fetched, Trouble> {
    let end = now.as_second().div_euclid(60) * 60 + 60;
    let oldest = now.as_second() - FRESH_S - i64::from(PERIOD_S);
    let mut newest = Newest::new(queries.len(), oldest);
    for (chunk, some) in queries.chunks(QUERIES).enumerate() {
        let first = chunk * QUERIES;
        let asked: Vec<MetricDataQuery> = some.iter().enumerate().map(|(i, q)| built(first + i, q)).collect();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let price = Price { meter: out.meter(), micro_usd: MICRO_USD_A_METRIC * some.len() as u64 };
            let answer = client
                .get_metric_data()
                .set_metric_data_queries(Some(asked.clone()))
                .start_time(DateTime::from_secs(end - LOOK_BACK_S))
                .end_time(DateTime::from_secs(end))
                .scan_by(aws_sdk_cloudwatch::types::ScanBy::TimestampDescending)
                .set_next_token(token.take())
                .customize()
                .interceptor(price)
                .send()
                .await
                .map_err(|error| explain(&error, "cloudwatch:GetMetricData", region))?;
            for result in answer.metric_data_results() {
                let Some(index) = result.id().and_then(index_of) else { continue };
                newest.take(index, result.timestamps().iter().map(DateTime::secs), result.values());
                let problem = match result.status_code() {
                    Some(StatusCode::Complete) | None => None,
                    Some(status) => Some(result.messages().iter().find_map(|m| m.value()).unwrap_or(status.as_str())),
                };
                newest.judge(index, problem);
            }
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
    }
    let (newest, unread) = newest.done();
    Ok(Fetched { newest, unread })
}

fn built(index: usize, query: &Query) -> MetricDataQuery {
    let dimensions =
        query.dimensions.iter().map(|(name, value)| Dimension::builder().name(*name).value(value).build()).collect();
    let metric =
        Metric::builder().namespace("AWS/RDS").metric_name(query.metric).set_dimensions(Some(dimensions)).build();
    let stat = MetricStat::builder().metric(metric).period(PERIOD_S).stat("Average").build();
    MetricDataQuery::builder().id(format!("q{index}")).metric_stat(stat).return_data(true).build()
}

fn index_of(id: &str) -> Option<usize> {
    id.strip_prefix('q')?.parse().ok()
}

/// What the probe of `quarterdeck check` tries: one metric, $0.00001.
pub(super) async fn probe(config: &aws_config::SdkConfig, region: &str, now: Timestamp) -> Result<String, Trouble> {
    let query = Query {
        subject: Subject::Lag { database: String::new(), region: region.to_owned() },
        metric: "CPUUtilization",
        dimensions: Vec::new(),
    };
    let end = now.as_second();
    Client::new(config)
        .get_metric_data()
        .metric_data_queries(built(0, &query))
        .start_time(DateTime::from_secs(end - 300))
        .end_time(DateTime::from_secs(end))
        .send()
        .await
        .map(|_| "metrics can be read".to_owned())
        .map_err(|error| explain(&error, "cloudwatch:GetMetricData", region))
}
