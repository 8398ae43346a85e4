//! What an earlier look would have seen of the world's numbers, so that their courses do not begin with the demo.

use jiff::Timestamp;

use super::database::DatabasePlan;
use super::life::Replica;
use super::moment::{At, DAY, Moment};
use super::part::at;
use super::plan::{ClusterPlan, WorkloadPlan};
use super::world::World;
use crate::estate::capacity::freeable_memory_percent;
use crate::estate::{EntryRef, Estate, WorkloadKind};

/// A budget's course is shown for a month.
const SPENT_FOR: At = 35 * DAY;
/// How often what changes slowly is looked at.
const SLOWLY: At = 900;

impl World {
    /// Gives an estate the courses of its numbers up to `now`: a day by the minute, of budgets a month.
    pub fn recall(&self, estate: &mut Estate, now: Timestamp) {
        let now = at(now).div_euclid(60) * 60;
        let minutes = || (now - DAY + 60..now).step_by(60);
        for plan in &self.databases {
            let entry = EntryRef::Database(plan.name.clone());
            tell(estate, &entry, minutes().map(|at| (at, plan.course(at))));
        }
        for plan in &self.clusters {
            let entry = EntryRef::Cluster(plan.name.clone());
            let mut pods = (At::MIN, 0.0);
            let seen = |at: At| {
                if at >= pods.0 {
                    pods = ((at.div_euclid(SLOWLY) + 1) * SLOWLY, plan.wanted(at));
                }
                (at, plan.course(at, pods.1))
            };
            tell(estate, &entry, minutes().map(seen));
        }
        for service in &self.declared.services {
            let first = self.declared.slos.iter().find(|slo| slo.service == service.name && service.signals.is_some());
            let Some(plan) = first.and_then(|slo| self.slos.iter().find(|plan| plan.name == slo.name)) else {
                continue;
            };
            let entry = EntryRef::Service(service.name.clone());
            let measured = minutes().step_by(5).filter_map(|at| {
                let facts = plan.service(at)?;
                let numbers = vec![
                    ("app.latency_p99_ms", facts.p99_ms?.value),
                    ("app.requests_per_s", facts.requests?.value),
                    ("app.errors_5xx_percent", facts.errors_5xx_percent()?),
                    ("app.errors_4xx_percent", facts.errors_4xx_percent()?),
                ];
                Some((at, numbers))
            });
            // It is the rate of five minutes: each of them has it.
            let each = measured.flat_map(|(at, numbers)| (0..5).map(move |n| (at + 60 * n, numbers.clone())));
            tell(estate, &entry, each.filter(|(at, _)| *at < now));
        }
        for plan in &self.budgets {
            let entry = EntryRef::Budget(plan.name.clone());
            let mut known = (At::MIN, Vec::new());
            let seen = |at: At| {
                if at.div_euclid(DAY / 3) != known.0 {
                    let facts = plan.facts(at);
                    let numbers =
                        [("budget.actual_usd", facts.actual_usd), ("budget.forecast_usd", facts.forecast_usd)];
                    let numbers = numbers.into_iter().filter_map(|(metric, usd)| Some((metric, usd?)));
                    known = (at.div_euclid(DAY / 3), numbers.collect());
                }
                (at, known.1.clone())
            };
            tell(estate, &entry, (now - SPENT_FOR..now).step_by(300).map(seen));
        }
    }
}

/// Numbers by metric, at an instant.
type Seen = (At, Vec<(&'static str, f64)>);

fn tell(estate: &mut Estate, entry: &EntryRef, seen: impl Iterator<Item = Seen>) {
    let all: Vec<Seen> = seen.collect();
    let mut metrics: Vec<&'static str> =
        all.iter().flat_map(|(_, numbers)| numbers).map(|(metric, _)| *metric).collect();
    metrics.sort_unstable();
    metrics.dedup();
    for metric in metrics {
        let points = all.iter().filter_map(|(at, numbers)| {
            let value = numbers.iter().find(|(name, _)| *name == metric)?.1;
            Some((Timestamp::from_second(*at).ok()?, value))
        });
        estate.recall_course(metric, entry, points);
    }
}

impl DatabasePlan {
    /// What one look would see of its numbers.
    fn course(&self, at: At) -> Vec<(&'static str, f64)> {
        let numbers = self.numbers(at + 60);
        let Some(name) = self.writer(at) else { return Vec::new() };
        let Some(writer) = numbers.get(name) else { return Vec::new() };
        let members = numbers.iter().filter(|(member, _)| *member != name).map(|(_, numbers)| numbers);
        let free = writer.freeable_memory_bytes.map(|s| s.value);
        let facts = self.facts(at);
        let class = facts.members.iter().find_map(|m| m.class.as_deref()).unwrap_or_default();
        let most = facts.acu_max;
        let all = [
            ("database.cpu_percent", writer.cpu_percent.map(|s| s.value)),
            ("database.connections", writer.connections.map(|s| s.value)),
            ("database.freeable_memory_percent", free.and_then(|free| freeable_memory_percent(free, class, most))),
            ("database.replica_lag_ms", members.filter_map(|m| m.replica_lag_ms).map(|s| s.value).reduce(f64::max)),
            ("database.acu", writer.acu.map(|s| s.value)),
        ];
        all.into_iter().filter_map(|(metric, value)| Some((metric, value?))).collect()
    }
}

impl ClusterPlan {
    /// What one look would see of its numbers while so many pods were wanted.
    fn course(&self, at: At, pods: f64) -> Vec<(&'static str, f64)> {
        let (cpu, memory) = self.load(at);
        vec![
            ("cluster.cpu_percent", 100.0 * cpu),
            ("cluster.memory_percent", 100.0 * memory),
            ("cluster.pods", pods),
            ("cluster.pods_pending", 0.0),
            ("cluster.restarts_1h", self.crashes(at)),
        ]
    }

    /// How many pods were wanted.
    fn wanted(&self, at: At) -> f64 {
        let m = &mut Moment::new(at);
        let nodes = self.standing(m).len();
        let alive = |w: &WorkloadPlan| {
            if w.kind == WorkloadKind::DaemonSet {
                return nodes;
            }
            let m = &mut Moment::new(at);
            (0..w.slots()).filter(|slot| matches!(self.replica(w, *slot, m), Some(Replica::Alive(_)))).count()
        };
        self.workloads.iter().map(alive).sum::<usize>() as f64
    }

    /// How often the pods of a bad revision had restarted.
    fn crashes(&self, at: At) -> f64 {
        if self.course.crash().is_none_or(|since| at < since) {
            return 0.0;
        }
        let fragile = self.workloads.iter().filter(|w| w.fragile);
        fragile.flat_map(|w| self.scene(w, &mut Moment::new(at)).pods).map(|pod| f64::from(pod.restarts)).sum()
    }
}
