//! The courses of the numbers that are polled: taken once a minute, of entries of the estate file only.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{BudgetState, ClusterState, DatabaseState, Estate, KeptSeries, Known, ServiceState};
use crate::estate::{Chunk, Course, EntryRef, Kind, SourceState, Trend};

/// A database's numbers that are older than this are no numbers of this minute.
const FRESH: SignedDuration = SignedDuration::from_mins(3);
/// A budget is looked at twice an hour.
const FRESH_BUDGET: SignedDuration = SignedDuration::from_hours(1);

/// A metric, in the unit of its name, and how an entry's number is read.
type Of<T> = (&'static str, fn(&T, Timestamp) -> Option<f64>);

const OF_DATABASE: [Of<DatabaseState>; 5] = [
    ("database.cpu_percent", |d, _| d.cpu_percent()),
    (CONNECTIONS, |d, _| d.connections()),
    ("database.freeable_memory_percent", |d, _| d.freeable_memory_percent()),
    ("database.replica_lag_ms", |d, _| d.replica_lag_ms()),
    ("database.acu", |d, _| d.acu()),
];
const OF_CLUSTER: [Of<ClusterState>; 5] = [
    ("cluster.cpu_percent", |c, now| measured(c, now).then(|| c.cpu_percent()).flatten()),
    ("cluster.memory_percent", |c, now| measured(c, now).then(|| c.memory_percent()).flatten()),
    ("cluster.pods", |c, _| seen(c, c.tally().total)),
    ("cluster.pods_pending", |c, _| seen(c, c.tally().pending)),
    ("cluster.restarts_1h", |c, now| c.complete(&[Kind::Pods]).then(|| f64::from(c.restarts_1h(now)))),
];
const OF_SERVICE: [Of<ServiceState>; 4] = [
    ("app.latency_p99_ms", |s, _| Some(s.facts.as_ref()?.value.p99_ms?.value)),
    ("app.requests_per_s", |s, _| Some(s.facts.as_ref()?.value.requests?.value)),
    ("app.errors_5xx_percent", |s, _| s.facts.as_ref()?.value.errors_5xx_percent()),
    ("app.errors_4xx_percent", |s, _| s.facts.as_ref()?.value.errors_4xx_percent()),
];
const OF_BUDGET: [Of<BudgetState>; 2] =
    [(ACTUAL, |b, _| b.described()?.actual_usd), (FORECAST, |b, _| b.described()?.forecast_usd)];

const CONNECTIONS: &str = "database.connections";
const ACTUAL: &str = "budget.actual_usd";
const FORECAST: &str = "budget.forecast_usd";

impl Estate {
    /// The course of an entry's number, such as `database.cpu_percent`, `database.connections`,
    /// `database.freeable_memory_percent`, `database.replica_lag_ms`, `database.acu`, `cluster.cpu_percent`,
    /// `cluster.memory_percent`, `cluster.pods`, `cluster.pods_pending`, `cluster.restarts_1h`, `app.latency_p99_ms`,
    /// `app.requests_per_s`, `app.errors_5xx_percent`, `budget.actual_usd` or `budget.forecast_usd`; none where nothing
    /// has been seen of it.
    pub fn trend(&self, metric: &str, entry: &EntryRef) -> Option<&Trend> {
        self.trends.get(&named(metric, entry.name())).map(Arc::as_ref)
    }

    /// Whether the course of a number that a rule judges is kept of an entry, seen or not seen yet.
    pub fn keeps_course(&self, metric: &str, entry: &EntryRef) -> bool {
        self.target(entry).is_some() && metrics_of(entry).contains(&kept_as(metric))
    }

    /// The course of a number that a rule judges, and what its values are to be multiplied with: shares are kept as what
    /// they are shares of, and by what is the whole today. None where no such course is kept, or nothing of it.
    pub fn course(&self, metric: &str, entry: &EntryRef) -> Option<(&Trend, f64)> {
        let percent_of = |whole: Option<f64>| whole.filter(|w| *w > 0.0).map(|whole| 100.0 / whole);
        let limit = || percent_of(self.budget(entry.name())?.described()?.limit_usd);
        let factor = match metric {
            "database.connections_percent" => percent_of(self.database(entry.name())?.max_connections())?,
            "budget.actual_percent" | "budget.forecast_percent" => limit()?,
            _ => 1.0,
        };
        Some((self.trend(kept_as(metric), entry)?, factor))
    }

    /// Takes back in what an earlier look saw of a number, in order of time; of an entry of the estate file only.
    pub fn recall_course(&mut self, metric: &str, entry: &EntryRef, points: impl Iterator<Item = (Timestamp, f64)>) {
        let name = named(metric, entry.name());
        if self.target(entry).is_none() || !metrics_of(entry).contains(&metric) {
            return;
        }
        let trend = Arc::make_mut(self.trends.entry(name).or_default());
        for (at, value) in points {
            trend.take(value, at);
        }
    }

    /// Takes the numbers of this minute, once; a number of a source that is not live is not taken.
    pub(super) fn take_trends(&mut self, now: Timestamp) {
        let minute = now.as_second().div_euclid(60);
        if self.trended == Some(minute) {
            return;
        }
        let mut taken: Vec<(String, f64)> = Vec::new();
        for d in self.databases.iter().filter(|d| is_fresh(d.numbers.as_ref(), now, FRESH)) {
            read(&OF_DATABASE, d, &d.declared.name, now, &mut taken);
        }
        for c in self.clusters.iter().filter(|c| c.heard_all() && self.is_watched(c)) {
            read(&OF_CLUSTER, c, &c.declared.name, now, &mut taken);
        }
        for s in self.services.iter().filter(|s| is_fresh(s.facts.as_ref(), now, FRESH)) {
            read(&OF_SERVICE, s, &s.declared.name, now, &mut taken);
        }
        for b in self.budgets.iter().filter(|b| is_fresh(b.facts.as_ref(), now, FRESH_BUDGET)) {
            read(&OF_BUDGET, b, &b.declared.name, now, &mut taken);
        }
        if !taken.is_empty() {
            self.trended = Some(minute);
        }
        for (name, value) in taken {
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
        for entry in self.numbered() {
            let account = self.account_of(&entry).map_or("", |a| a.declared.id.as_str());
            let Some(target) = self.target(&entry) else { continue };
            let identity = super::history::digest(&format!("{target} {account}"));
            all.extend(metrics_of(&entry).into_iter().map(|metric| (named(metric, entry.name()), identity)));
        }
        all
    }

    /// The entries that have numbers of which the course is kept.
    fn numbered(&self) -> impl Iterator<Item = EntryRef> + '_ {
        let databases = self.databases.iter().map(DatabaseState::entry);
        let clusters = self.clusters.iter().map(ClusterState::entry);
        let services = self.services.iter().map(ServiceState::entry);
        let budgets = self.budgets.iter().map(BudgetState::entry);
        databases.chain(clusters).chain(services).chain(budgets)
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
        let gone: Vec<EntryRef> = self.numbered().filter(of_account).collect();
        for entry in gone {
            for metric in metrics_of(&entry) {
                self.trends.remove(&named(metric, entry.name()));
            }
        }
    }
}

/// The number whose course is kept in place of one that a rule judges.
fn kept_as(metric: &str) -> &str {
    match metric {
        "database.connections_percent" => CONNECTIONS,
        // Kept is how many are pending at all; the rule waits for 5 min.
        "cluster.pods_pending_5m" => "cluster.pods_pending",
        "budget.actual_percent" => ACTUAL,
        "budget.forecast_percent" => FORECAST,
        metric => metric,
    }
}

/// The numbers of a kind of entry of which the course is kept.
fn metrics_of(entry: &EntryRef) -> Vec<&'static str> {
    fn names<T>(all: &[Of<T>]) -> Vec<&'static str> {
        all.iter().map(|(metric, _)| *metric).collect()
    }
    match entry {
        EntryRef::Database(_) => names(&OF_DATABASE),
        EntryRef::Cluster(_) => names(&OF_CLUSTER),
        EntryRef::Service(_) => names(&OF_SERVICE),
        EntryRef::Budget(_) => names(&OF_BUDGET),
        EntryRef::Account(_) | EntryRef::Slo(_) | EntryRef::Costs(_) => Vec::new(),
    }
}

fn read<T>(all: &[Of<T>], of: &T, name: &str, now: Timestamp, taken: &mut Vec<(String, f64)>) {
    taken.extend(all.iter().filter_map(|(metric, read)| Some((named(metric, name), read(of, now)?))));
}

/// Whether what its nodes use was measured just now.
fn measured(cluster: &ClusterState, now: Timestamp) -> bool {
    is_fresh(cluster.usage.as_ref(), now, FRESH)
}

fn seen(cluster: &ClusterState, pods: usize) -> Option<f64> {
    cluster.complete(&[Kind::Pods]).then_some(pods as f64)
}

/// The name of a trend, under which it is kept.
fn named(metric: &str, entry: &str) -> String {
    format!("{metric} of {entry}")
}

fn is_fresh<T>(known: Option<&Known<T>>, now: Timestamp, fresh: SignedDuration) -> bool {
    known.is_some_and(|k| now.duration_since(k.as_of) <= fresh)
}
