//! The courses of the numbers that are polled: taken once a minute, of entries of the estate file only.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{BudgetState, ClusterState, DatabaseState, Estate, KeptSeries, Known};
use crate::estate::{Chunk, Course, EntryRef, SourceState, Trend};

/// A database's numbers that are older than this are no numbers of this minute.
const FRESH: SignedDuration = SignedDuration::from_mins(3);
/// A budget is looked at twice an hour.
const FRESH_BUDGET: SignedDuration = SignedDuration::from_hours(1);

/// A metric, in the unit of its name, and how a database's number is read.
type OfDatabase = (&'static str, fn(&DatabaseState) -> Option<f64>);

const OF_DATABASE: [OfDatabase; 5] = [
    ("database.cpu_percent", DatabaseState::cpu_percent),
    ("database.connections", DatabaseState::connections),
    ("database.freeable_memory_percent", DatabaseState::freeable_memory_percent),
    ("database.replica_lag_ms", DatabaseState::replica_lag_ms),
    ("database.acu", DatabaseState::acu),
];
const PODS: &str = "cluster.pods";
const RESTARTS: &str = "cluster.restarts_1h";
const ACTUAL: &str = "budget.actual_usd";

impl Estate {
    /// The course of an entry's number, such as `database.cpu_percent`, `database.connections`,
    /// `database.freeable_memory_percent`, `database.replica_lag_ms`, `database.acu`, `cluster.pods`,
    /// `cluster.restarts_1h` or `budget.actual_usd`; none where nothing has been seen of it.
    pub fn trend(&self, metric: &str, entry: &EntryRef) -> Option<&Trend> {
        self.trends.get(&named(metric, entry.name())).map(Arc::as_ref)
    }

    /// Takes the numbers of this minute, once; a number of a source that is not live is not taken.
    pub(super) fn take_trends(&mut self, now: Timestamp) {
        let minute = now.as_second().div_euclid(60);
        if self.trended == Some(minute) {
            return;
        }
        let mut seen: Vec<(String, f64)> = Vec::new();
        for d in self.databases.iter().filter(|d| is_fresh(d.numbers.as_ref(), now, FRESH)) {
            let name = &d.declared.name;
            let known = OF_DATABASE.iter().filter_map(|(metric, read)| Some((named(metric, name), read(d)?)));
            seen.extend(known);
        }
        for c in self.clusters.iter().filter(|c| c.heard_all() && self.is_watched(c)) {
            let name = &c.declared.name;
            seen.push((named(PODS, name), f64::from(u32::try_from(c.pods().len()).unwrap_or(u32::MAX))));
            seen.push((named(RESTARTS, name), f64::from(c.restarts_1h(now))));
        }
        for b in self.budgets.iter().filter(|b| is_fresh(b.facts.as_ref(), now, FRESH_BUDGET)) {
            let actual = b.described().and_then(|facts| facts.actual_usd);
            seen.extend(actual.map(|usd| (named(ACTUAL, &b.declared.name), usd)));
        }
        if !seen.is_empty() {
            self.trended = Some(minute);
        }
        for (name, value) in seen {
            Arc::make_mut(self.trends.entry(name).or_default()).take(value, now);
        }
    }

    fn is_watched(&self, cluster: &ClusterState) -> bool {
        let name = &cluster.declared.name;
        self.sources.iter().any(|s| s.state == SourceState::Live && s.watches(name))
    }

    /// The trends that are worth keeping.
    pub(super) fn kept_trends(&self) -> Vec<KeptSeries> {
        let of = |(name, identity): (String, i64)| {
            let course = Course::Number(Arc::clone(self.trends.get(&name)?));
            Some(KeptSeries { name, identity, course })
        };
        self.trend_identities().into_iter().filter_map(of).collect()
    }

    /// Every trend that there may be, with the identity under which it is kept.
    pub(super) fn trend_identities(&self) -> Vec<(String, i64)> {
        let mut all = Vec::new();
        let mut add = |metric: &str, entry: &EntryRef| {
            let account = self.account_of(entry).map_or("", |a| a.declared.id.as_str());
            if let Some(target) = self.target(entry) {
                all.push((named(metric, entry.name()), super::history::digest(&format!("{target} {account}"))));
            }
        };
        for DatabaseState { declared, .. } in &self.databases {
            let entry = EntryRef::Database(declared.name.clone());
            for (metric, _) in &OF_DATABASE {
                add(metric, &entry);
            }
        }
        for c in &self.clusters {
            let entry = EntryRef::Cluster(c.declared.name.clone());
            for metric in [PODS, RESTARTS] {
                add(metric, &entry);
            }
        }
        for BudgetState { declared, .. } in &self.budgets {
            add(ACTUAL, &EntryRef::Budget(declared.name.clone()));
        }
        all
    }

    /// Takes back in what was kept of a trend.
    pub(super) fn restore_trend(&mut self, name: &str, chunks: &[Chunk], now: Timestamp) {
        if self.trend_identities().iter().any(|(known, _)| known == name) {
            Arc::make_mut(self.trends.entry(name.to_owned()).or_default()).restore(chunks, now);
        }
    }

    /// Withdraws the trends of an account's entries.
    pub(super) fn forget_trends(&mut self, account: &str) {
        let of_account = |entry: &EntryRef| self.account_of(entry).is_some_and(|a| a.declared.name == account);
        let databases = self.databases.iter().map(|d| EntryRef::Database(d.declared.name.clone()));
        let clusters = self.clusters.iter().map(|c| EntryRef::Cluster(c.declared.name.clone()));
        let budgets = self.budgets.iter().map(|b| EntryRef::Budget(b.declared.name.clone()));
        let gone: Vec<EntryRef> = databases.chain(clusters).chain(budgets).filter(of_account).collect();
        for entry in gone {
            let metrics = OF_DATABASE.iter().map(|(metric, _)| *metric).chain([PODS, RESTARTS, ACTUAL]);
            let area = match entry {
                EntryRef::Database(_) => "database.",
                EntryRef::Cluster(_) => "cluster.",
                _ => "budget.",
            };
            for metric in metrics.filter(|metric| metric.starts_with(area)) {
                self.trends.remove(&named(metric, entry.name()));
            }
        }
    }
}

/// The name of a trend, under which it is kept.
fn named(metric: &str, entry: &str) -> String {
    format!("{metric} of {entry}")
}

fn is_fresh<T>(known: Option<&Known<T>>, now: Timestamp, fresh: SignedDuration) -> bool {
    known.is_some_and(|k| now.duration_since(k.as_of) <= fresh)
}
