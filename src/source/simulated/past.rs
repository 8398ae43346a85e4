//! What an earlier look would have seen of the world's numbers, so that their courses do not begin with the demo.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::budget::BudgetPlan;
use super::database::DatabasePlan;
use super::life::Replica;
use super::moment::{At, DAY, Moment};
use super::part::Part;
use super::plan::{ClusterPlan, WorkloadPlan};
use super::world::World;
use crate::estate::capacity::freeable_memory_percent;
use crate::estate::{EntryRef, Fact, WorkloadKind};

/// A budget's course is shown for a month.
const SPENT_FOR: At = 35 * DAY;
/// How often what changes slowly is looked at.
const SLOWLY: At = 900;

impl World {
    /// What an earlier look would have seen of the numbers that a part feeds, up to `at`: a day by the minute, of budgets
    /// a month.
    pub(super) fn past(&self, part: &Part, at: At) -> Vec<Fact> {
        let now = at.div_euclid(60) * 60;
        let fed = self.feeds(part);
        match part {
            Part::Numbers(_, region) => {
                let own = self.databases.iter().filter(|d| d.region == *region);
                own.filter(|d| fed.iter().any(|e| e.name() == d.name)).flat_map(|d| d.past(now)).collect()
            }
            Part::Cluster(index) => self.clusters.get(*index).map(|c| c.past(now)).unwrap_or_default(),
            Part::Slos(..) => fed.iter().flat_map(|entry| self.past_of_service(entry, now)).collect(),
            Part::Budgets(_) => {
                let own = self.budgets.iter().filter(|b| fed.iter().any(|e| e.name() == b.name));
                own.flat_map(|b| b.past(now)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn past_of_service(&self, entry: &EntryRef, now: At) -> Vec<Fact> {
        let EntryRef::Service(name) = entry else { return Vec::new() };
        let first = self.declared.slos.iter().find(|slo| slo.service == *name);
        let Some(plan) = first.and_then(|slo| self.slos.iter().find(|plan| plan.name == slo.name)) else {
            return Vec::new();
        };
        let measured = minutes(now).step_by(5).filter_map(|at| {
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
        courses(entry, each.filter(|(at, _)| *at < now))
    }
}

/// The minutes of the day before an instant.
fn minutes(now: At) -> impl Iterator<Item = At> {
    (now - DAY + 60..now).step_by(60)
}

/// Numbers by metric, at an instant.
type Seen = (At, Vec<(&'static str, f64)>);

/// A course for each metric that was seen.
fn courses(entry: &EntryRef, seen: impl Iterator<Item = Seen>) -> Vec<Fact> {
    let mut by_metric: BTreeMap<&'static str, Vec<(Timestamp, f64)>> = BTreeMap::new();
    for (at, numbers) in seen {
        let Ok(at) = Timestamp::from_second(at) else { continue };
        for (metric, value) in numbers {
            by_metric.entry(metric).or_default().push((at, value));
        }
    }
    by_metric.into_iter().map(|(metric, points)| Fact::Course(entry.clone(), metric.to_owned(), points)).collect()
}

impl BudgetPlan {
    fn past(&self, now: At) -> Vec<Fact> {
        let mut known = (At::MIN, Vec::new());
        let seen = |at: At| {
            if at.div_euclid(DAY / 3) != known.0 {
                let facts = self.facts(at);
                let numbers = [("budget.actual_usd", facts.actual_usd), ("budget.forecast_usd", facts.forecast_usd)];
                let numbers = numbers.into_iter().filter_map(|(metric, usd)| Some((metric, usd?)));
                known = (at.div_euclid(DAY / 3), numbers.collect());
            }
            (at, known.1.clone())
        };
        courses(&EntryRef::Budget(self.name.clone()), (now - SPENT_FOR..now).step_by(300).map(seen))
    }
}

impl DatabasePlan {
    fn past(&self, now: At) -> Vec<Fact> {
        courses(&EntryRef::Database(self.name.clone()), minutes(now).map(|at| (at, self.course(at))))
    }

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
    fn past(&self, now: At) -> Vec<Fact> {
        let mut pods = (At::MIN, 0.0);
        let seen = |at: At| {
            if at >= pods.0 {
                pods = ((at.div_euclid(SLOWLY) + 1) * SLOWLY, self.wanted(at));
            }
            (at, self.course(at, pods.1))
        };
        courses(&EntryRef::Cluster(self.name.clone()), minutes(now).map(seen))
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Estate, Observation, Report};
    use crate::source::simulated::{Scale, Scenario};

    /// Every number that is drawn has a day behind it before the first look, and no source has answered by that.
    #[test]
    fn the_past_is_told_of_every_kind_of_entry() {
        let now = Timestamp::from_second(1_795_176_000).unwrap();
        let world = World::new(7, Scenario::Calm, Scale::Innovate, now);
        let mut estate = Estate::new(world.estate().clone());
        for part in world.parts() {
            let source = world.key(&part);
            estate.register(source.clone(), world.feeds(&part));
            let report = match part {
                // Nothing is believed of an account whose identity is not proven.
                Part::Identity(_) => {
                    Report::Facts { as_of: now, facts: world.facts(&part, now.as_second()), note: None }
                }
                _ => Report::Part { as_of: now, facts: world.past(&part, now.as_second()) },
            };
            estate.apply(Observation { source, at: now, calls: 0, cost_usd: 0.0, report });
        }
        let others = || estate.sources().iter().filter(|source| !source.key.introduces());
        assert!(others().count() > 10 && others().all(|source| !source.answered && source.as_of.is_none()));
        let days = |metric: &str, entry: EntryRef| {
            estate.trend(metric, &entry).map_or(0, |trend| trend.minutes().filter_map(|(_, value)| value).count())
        };
        for d in &world.estate().databases {
            assert!(days("database.cpu_percent", EntryRef::Database(d.name.clone())) > 1_400, "{}", d.name);
        }
        for c in &world.estate().clusters {
            assert!(days("cluster.cpu_percent", EntryRef::Cluster(c.name.clone())) > 1_400, "{}", c.name);
        }
        for b in &world.estate().budgets {
            assert!(days("budget.actual_usd", EntryRef::Budget(b.name.clone())) > 0, "{}", b.name);
        }
        let services = world.estate().services.iter().map(|s| EntryRef::Service(s.name.clone()));
        assert!(services.map(|s| days("app.requests_per_s", s)).max() > Some(1_400));
    }
}
