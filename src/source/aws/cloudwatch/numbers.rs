//! The databases' numbers: 60 s averages of `AWS/RDS`, by `DBInstanceIdentifier`.
//!
//! A Global Database's lag is asked for in each *secondary* region, where Aurora publishes it, under the secondary
//! cluster's identifier, with and without the dimension `SourceRegion`.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::super::note::Notes;
use super::super::proof::Proven;
use super::super::rds::Asked;
use super::super::trouble::Trouble;
use super::fetching::{Points, Query, Region, Span};
use crate::estate::{Fact, MemberNumbers, Sample};
use crate::source::Outbox;

/// How far back is asked: points come in a minute or two late.
const LOOK_BACK_S: i64 = 8 * 60;
/// A point whose period ended longer ago than this is no number of now.
const FRESH_S: i64 = 5 * 60;
/// The length of a period.
const PERIOD_S: i64 = 60;

/// The last minutes, to the end of the present one.
pub(super) fn span(now: i64) -> Span {
    let end = now.div_euclid(PERIOD_S) * PERIOD_S + PERIOD_S;
    Span { period: PERIOD_S, from: end - LOOK_BACK_S, to: end }
}

/// Asks for the numbers of a region's databases, and for other queries beside them in the same call: facts about the
/// databases, and the points of the others.
pub(super) async fn ask(
    region: &str,
    proven: &Proven,
    out: &Outbox,
    (databases, beside): (&BTreeMap<String, Asked>, &[Query]),
    notes: &mut Notes,
) -> Result<(Vec<Fact>, Vec<Points>), Trouble> {
    let mut wanted: BTreeMap<&str, Vec<Wanted>> = BTreeMap::new();
    for (database, asked) in databases {
        wanted.entry(region).or_default().extend(of_members(database, asked));
        for (secondary, cluster) in &asked.secondaries {
            wanted.entry(secondary).or_default().extend(of_lag(database, asked, secondary, cluster));
        }
    }
    let now = out.now().as_second();
    let span = span(now);
    let own_region = region;
    let calls = wanted.iter().map(|(region, wanted)| async move {
        let beside = if *region == own_region { beside } else { &[] };
        let queries: Vec<Query> = wanted.iter().map(|w| &w.query).chain(beside).cloned().collect();
        (*region, Region::new(proven, region, out).fetch(&queries, span).await)
    });
    let mut answers: BTreeMap<&str, _> = join_all(calls).await.into_iter().collect();
    let mut own = answers.remove(region).unwrap_or_else(|| Ok(Vec::new()))?;
    let points_beside = own.split_off(wanted.get(region).map_or(0, Vec::len).min(own.len()));
    let mut found = Found { oldest: now - FRESH_S - PERIOD_S, numbers: BTreeMap::new(), lags: BTreeMap::new() };
    for (database, asked) in databases {
        let members = asked.members.iter().map(|(name, ..)| (name.clone(), MemberNumbers::default()));
        found.numbers.insert(database, members.collect());
        if !asked.secondaries.is_empty() {
            found.lags.insert(database, BTreeMap::new());
        }
    }
    found.place(wanted.get(region).map(Vec::as_slice).unwrap_or_default(), &own, notes);
    for (region, answer) in answers {
        match answer {
            Ok(points) => found.place(wanted.get(region).map(Vec::as_slice).unwrap_or_default(), &points, notes),
            Err(why) => {
                notes.add(format!("the lag of {region} is not known: {why}"));
                // What was known of it stays, and ages.
                found.lags.retain(|database, _| databases[*database].secondaries.iter().all(|(r, _)| r != region));
            }
        }
    }
    let mut facts: Vec<Fact> = found.numbers.into_iter().map(|(d, n)| Fact::Numbers(d.to_owned(), n)).collect();
    facts.extend(found.lags.into_iter().map(|(d, l)| Fact::GlobalLag(d.to_owned(), l)));
    Ok((facts, points_beside))
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
struct Wanted {
    subject: Subject,
    query: Query,
}

/// An average of `AWS/RDS`.
pub(super) fn average(metric: &str, dimensions: &[(&str, &str)]) -> Query {
    Query {
        namespace: "AWS/RDS".to_owned(),
        metric: metric.to_owned(),
        dimensions: dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        stat: "Average".to_owned(),
    }
}

/// The metrics of a database's members: lag of readers only, capacity of serverless ones only.
fn of_members(database: &str, asked: &Asked) -> Vec<Wanted> {
    let mut all = Vec::new();
    for (member, reader, serverless) in &asked.members {
        let numbers = [
            (Number::Cpu, true),
            (Number::Connections, true),
            (Number::FreeableMemory, true),
            (Number::ReplicaLag, *reader),
            (Number::Acu, *serverless),
        ];
        all.extend(numbers.into_iter().filter(|(_, wanted)| *wanted).map(|(number, _)| Wanted {
            subject: Subject::Member { database: database.to_owned(), member: member.clone(), number },
            query: average(number.metric(), &[("DBInstanceIdentifier", member)]),
        }));
    }
    all
}

fn of_lag(database: &str, asked: &Asked, region: &str, cluster: &str) -> Vec<Wanted> {
    let wanted = |dimensions: &[(&str, &str)]| Wanted {
        subject: Subject::Lag { database: database.to_owned(), region: region.to_owned() },
        query: average("AuroraGlobalDBReplicationLag", dimensions),
    };
    let by_cluster = ("DBClusterIdentifier", cluster);
    let mut all = vec![wanted(&[by_cluster])];
    all.extend(asked.primary.as_deref().map(|primary| wanted(&[by_cluster, ("SourceRegion", primary)])));
    all
}

/// The newest numbers, put where they belong.
struct Found<'a> {
    oldest: i64,
    numbers: BTreeMap<&'a str, BTreeMap<String, MemberNumbers>>,
    lags: BTreeMap<&'a str, BTreeMap<String, Sample>>,
}

impl Found<'_> {
    fn place(&mut self, wanted: &[Wanted], points: &[Points], notes: &mut Notes) {
        for (Wanted { subject, query }, points) in wanted.iter().zip(points) {
            let newest = points.newest(self.oldest);
            let sample = newest.and_then(|(at, value)| Some(Sample { value, at: Timestamp::from_second(at).ok()? }));
            let Some(sample) = sample else {
                if let Some(why) = &points.problem {
                    notes.add(format!("{} is not known: {why}", query.metric));
                }
                continue;
            };
            match subject {
                Subject::Member { database, member, number } => {
                    if let Some(known) = self.numbers.get_mut(database.as_str()).and_then(|m| m.get_mut(member)) {
                        *number.slot(known) = Some(sample);
                    }
                }
                Subject::Lag { database, region } => {
                    if let Some(known) = self.lags.get_mut(database.as_str()) {
                        let lag = known.entry(region.clone()).or_insert(sample);
                        if sample.at > lag.at {
                            *lag = sample;
                        }
                    }
                }
            }
        }
    }
}
