//! What the team's own rules can measure: a catalogue of the numbers that the estate holds.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::burn::{Reading, index};
use super::rule::fullest;
use crate::estate::{
    AccountState, BudgetState, ClusterState, DatabaseState, Kind, NodeGroup, ServiceFacts, ServiceState, SloState,
    Window, Workload,
};

/// One number of every entry of a kind.
#[derive(Debug, PartialEq)]
pub struct Metric {
    /// Its name in the estate file; the part before the dot is the kind of entry.
    pub name: &'static str,
    /// The number's unit: `%`, `ms`, `x`, `/h`, `$`, `s`, or empty for a plain count.
    pub unit: &'static str,
    /// What it is, in one phrase.
    pub what: &'static str,
    /// How it is read.
    pub(super) read: Read,
}

/// How a number is read from an entry; none where it is not known.
#[derive(Clone, Copy)]
pub(super) enum Read {
    Account(fn(&AccountState) -> Option<f64>),
    Cluster(fn(&ClusterState, Timestamp) -> Option<f64>),
    Workload(fn(&Workload) -> f64),
    Database(fn(&DatabaseState) -> Option<f64>),
    Slo(fn(&SloState, &Reading) -> Option<f64>),
    Service(fn(&ServiceState) -> Option<f64>),
    Budget(fn(&BudgetState) -> Option<f64>),
}

impl fmt::Debug for Read {
    /// The kind of entry alone: where code lies is another matter each time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account(_) => "Account",
            Self::Cluster(_) => "Cluster",
            Self::Workload(_) => "Workload",
            Self::Database(_) => "Database",
            Self::Slo(_) => "Slo",
            Self::Service(_) => "Service",
            Self::Budget(_) => "Budget",
        })
    }
}

impl PartialEq for Read {
    /// A metric is what its name says: no two have the same.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

use Read::{Account, Budget, Cluster, Database, Service, Slo};

const fn metric(name: &'static str, unit: &'static str, what: &'static str, read: Read) -> Metric {
    Metric { name, unit, what, read }
}

/// Everything that a rule of the team's own can measure.
pub static METRICS: [Metric; 51] = [
    metric(
        "account.cost_month_usd",
        "$",
        "what the account has cost this month",
        Account(|a| Some(a.costs.as_ref()?.value.month_to_date_usd)),
    ),
    metric("cluster.nodes", "", "nodes", Cluster(|c, _| seen(c, Kind::Nodes, c.node_tally().total))),
    metric(
        "cluster.nodes_ready",
        "",
        "nodes that are ready",
        Cluster(|c, _| seen(c, Kind::Nodes, c.node_tally().ready)),
    ),
    metric(
        "cluster.nodes_not_ready",
        "",
        "nodes that are not ready",
        Cluster(|c, _| seen(c, Kind::Nodes, c.node_tally().total - c.node_tally().ready)),
    ),
    metric(
        "cluster.nodes_cordoned",
        "",
        "nodes that take no more pods",
        Cluster(|c, _| seen(c, Kind::Nodes, c.node_tally().cordoned)),
    ),
    metric("cluster.pods", "", "pods", Cluster(|c, _| seen(c, Kind::Pods, c.tally().total))),
    metric("cluster.pods_running", "", "pods that run", Cluster(|c, _| seen(c, Kind::Pods, c.tally().running))),
    metric("cluster.pods_pending", "", "pods in phase Pending", Cluster(|c, _| seen(c, Kind::Pods, c.tally().pending))),
    metric(
        "cluster.pods_pending_5m",
        "",
        "pods that have been pending for 5 min",
        Cluster(|c, now| {
            let then = now.checked_sub(SignedDuration::from_mins(5)).ok()?;
            seen(c, Kind::Pods, c.pending_since(then))
        }),
    ),
    metric("cluster.pods_failed", "", "pods in phase Failed", Cluster(|c, _| seen(c, Kind::Pods, c.tally().failed))),
    metric(
        "cluster.pods_crash_looping",
        "",
        "pods that crash in a loop",
        Cluster(|c, _| seen(c, Kind::Pods, c.tally().crash_looping)),
    ),
    metric(
        "cluster.restarts_1h",
        "/h",
        "restarts of all its pods within the hour",
        Cluster(|c, now| c.complete(&[Kind::Pods]).then(|| f64::from(c.restarts_1h(now)))),
    ),
    metric(
        "cluster.workloads",
        "",
        "deployments, stateful sets and daemon sets",
        Cluster(|c, _| c.complete(&WORKLOADS).then(|| c.workloads().len() as f64)),
    ),
    metric(
        "cluster.workloads_degraded",
        "",
        "workloads that lack replicas",
        Cluster(|c, _| c.complete(&WORKLOADS).then(|| c.degraded().len() as f64)),
    ),
    metric("cluster.cpu_percent", "%", "processor used, of what the nodes have", Cluster(|c, _| c.cpu_percent())),
    metric("cluster.memory_percent", "%", "memory used, of what the nodes have", Cluster(|c, _| c.memory_percent())),
    metric(
        "nodegroup.percent_of_max",
        "%",
        "wanted nodes of the most, in the cluster's fullest node group",
        Cluster(|c, _| fullest(c.control()?).map(|(.., percent)| percent)),
    ),
    metric(
        "nodegroup.desired",
        "",
        "wanted nodes in the cluster's largest node group",
        Cluster(|c, _| groups(c, |g| g.desired).reduce(f64::max)),
    ),
    metric(
        "nodegroup.room",
        "",
        "nodes that may still be added in the cluster's fullest node group",
        Cluster(|c, _| groups(c, |g| Some(g.max?.saturating_sub(g.desired?))).reduce(f64::min)),
    ),
    metric(
        "nodegroup.above_min",
        "",
        "nodes above the least, in the node group nearest to its least",
        Cluster(|c, _| groups(c, |g| Some(g.desired?.saturating_sub(g.min?))).reduce(f64::min)),
    ),
    metric("workload.wanted", "", "replicas that it wants", Read::Workload(|w| f64::from(w.wanted))),
    metric("workload.available", "", "replicas that are available", Read::Workload(|w| f64::from(w.available))),
    metric(
        "workload.missing",
        "",
        "replicas that are not available",
        Read::Workload(|w| f64::from(w.wanted.saturating_sub(w.available))),
    ),
    metric(
        "workload.missing_percent",
        "%",
        "replicas that are not available, of those wanted",
        Read::Workload(|w| {
            if w.wanted == 0 {
                0.0
            } else {
                100.0 * f64::from(w.wanted.saturating_sub(w.available)) / f64::from(w.wanted)
            }
        }),
    ),
    metric("database.cpu_percent", "%", "the writer's processor", Database(DatabaseState::cpu_percent)),
    metric("database.connections", "", "the writer's connections", Database(DatabaseState::connections)),
    metric(
        "database.connections_percent",
        "%",
        "the writer's connections, of the most that it takes",
        Database(DatabaseState::connections_percent),
    ),
    metric(
        "database.freeable_memory_percent",
        "%",
        "the writer's free memory",
        Database(DatabaseState::freeable_memory_percent),
    ),
    metric("database.replica_lag_ms", "ms", "the worst reader's lag", Database(DatabaseState::replica_lag_ms)),
    metric(
        "database.global_lag_ms",
        "ms",
        "the lag of the worst region of its Global Database",
        Database(|d| {
            let regions = d.described_global()?.members.iter();
            regions.filter_map(|m| d.global_lag_ms(&m.region)).reduce(f64::max)
        }),
    ),
    metric("database.acu", "", "the writer's capacity, ACU", Database(DatabaseState::acu)),
    metric(
        "database.acu_percent_of_max",
        "%",
        "the writer's capacity, of the most that it may grow to",
        Database(|d| percent(d.acu()?, d.acu_range().1?)),
    ),
    metric("database.readers", "", "readers", Database(|d| d.described().map(|_| d.readers().count() as f64))),
    metric("slo.burn_5m", "x", "burn over 5 min", Slo(|_, r| r.burn[index(Window::M5)])),
    metric("slo.burn_30m", "x", "burn over 30 min", Slo(|_, r| r.burn[index(Window::M30)])),
    metric("slo.burn_1h", "x", "burn over 1 h", Slo(|_, r| r.burn[index(Window::H1)])),
    metric("slo.burn_2h", "x", "burn over 2 h", Slo(|_, r| r.burn[index(Window::H2)])),
    metric("slo.burn_6h", "x", "burn over 6 h", Slo(|_, r| r.burn[index(Window::H6)])),
    metric("slo.burn_1d", "x", "burn over 1 d", Slo(|_, r| r.burn[index(Window::D1)])),
    metric("slo.burn_3d", "x", "burn over 3 d", Slo(|_, r| r.burn[index(Window::D3)])),
    metric("slo.remaining_percent", "%", "error budget left; may be negative", Slo(|_, r| r.remaining_percent)),
    metric("slo.exhausted_in_s", "s", "until nothing is left at the burn of 1 h", Slo(|_, r| r.exhausted_in_s)),
    metric(
        "slo.events_1h",
        "",
        "events within the hour",
        Slo(|s, _| s.counts.as_ref()?.value.windows[index(Window::H1)].total),
    ),
    metric(
        "app.latency_p99_ms",
        "ms",
        "the time within which 99 of 100 requests are answered",
        Service(|s| Some(s.facts.as_ref()?.value.p99_ms?.value)),
    ),
    metric("app.requests_per_s", "/s", "requests a second", Service(|s| Some(s.facts.as_ref()?.value.requests?.value))),
    metric(
        "app.errors_5xx_percent",
        "%",
        "answers of 500 and above, of all",
        Service(|s| ServiceFacts::errors_5xx_percent(&s.facts.as_ref()?.value)),
    ),
    metric(
        "app.errors_4xx_percent",
        "%",
        "answers of 400 to 499, of all",
        Service(|s| ServiceFacts::errors_4xx_percent(&s.facts.as_ref()?.value)),
    ),
    metric(
        "app.requests_change_percent",
        "%",
        "requests more than in the hour before",
        Service(|s| ServiceFacts::requests_change_percent(&s.facts.as_ref()?.value)),
    ),
    metric("budget.actual_usd", "$", "what is spent", Budget(|b| b.described()?.actual_usd)),
    metric(
        "budget.actual_percent",
        "%",
        "what is spent, of the limit",
        Budget(|b| percent(b.described()?.actual_usd?, b.described()?.limit_usd?)),
    ),
    metric(
        "budget.forecast_percent",
        "%",
        "what is forecast, of the limit",
        Budget(|b| percent(b.described()?.forecast_usd?, b.described()?.limit_usd?)),
    ),
];

const WORKLOADS: [Kind; 3] = [Kind::Deployments, Kind::StatefulSets, Kind::DaemonSets];

impl Metric {
    /// The metric of that name.
    pub fn of(name: &str) -> Option<&'static Self> {
        METRICS.iter().find(|metric| metric.name == name)
    }
}

fn seen(cluster: &ClusterState, kind: Kind, count: usize) -> Option<f64> {
    cluster.complete(&[kind]).then_some(count as f64)
}

/// A number of every node group that has it.
fn groups(cluster: &ClusterState, number: fn(&NodeGroup) -> Option<u32>) -> impl Iterator<Item = f64> {
    let groups = cluster.control().and_then(|plane| plane.nodegroups.as_deref()).unwrap_or_default();
    groups.iter().filter_map(number).map(f64::from)
}

fn percent(part: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| 100.0 * part / of)
}
