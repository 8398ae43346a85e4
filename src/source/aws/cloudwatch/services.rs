//! Services behind an Application Load Balancer: the slowest of a hundred requests, how many there are, and how many fail.
//!
//! Asked each minute, together with the databases' numbers. Rates are over the last five whole minutes that are in, from
//! points of 60 s; the latency is that of one such period, for percentiles cannot be averaged. The load balancer's own 5XX
//! answers count too: where no target is left there is nothing else.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::note::Notes;
use super::super::trouble::Trouble;
use super::fetching::{Points, Query, Region, Span};
use crate::estate::{DeclaredService, Fact, Sample, ServiceFacts, ServiceSignals};

/// Metrics of one service.
pub(in crate::source::aws) const METRICS: usize = 5;
/// The length of a period.
const PERIOD_S: i64 = 60;
/// A point whose period ended longer ago than this is no number of now.
const FRESH_S: i64 = 5 * 60;
/// Rates are over so much time.
const RATE_S: i64 = 300;
/// What requests are compared with: as much time before that.
const BEFORE_S: i64 = 3_600;
/// Minutes of the hour before that must be known.
const ENOUGH: usize = 30;
/// Points are kept as long as some number rests on them.
const KEPT_S: i64 = FRESH_S + RATE_S + BEFORE_S + 300;

/// The services of one account and region.
pub(in crate::source::aws) struct Services {
    all: Vec<Service>,
    /// The hour before has been asked for.
    filled: bool,
}

/// One service.
struct Service {
    name: String,
    balancer: String,
    counts: Counts,
}

/// Counts by the start of their minute.
#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<i64, f64>,
    of_targets: BTreeMap<i64, f64>,
    of_balancer: BTreeMap<i64, f64>,
    errors_4xx: BTreeMap<i64, f64>,
}

impl Services {
    /// The services of an account and region.
    pub(in crate::source::aws) fn new(services: &[&DeclaredService]) -> Self {
        let one = |service: &&DeclaredService| match &service.signals {
            Some(ServiceSignals::LoadBalancer(balancer)) => {
                Some(Service { name: service.name.clone(), balancer: balancer.clone(), counts: Counts::default() })
            }
            Some(ServiceSignals::Prometheus { .. }) | None => None,
        };
        Self { all: services.iter().filter_map(one).collect(), filled: false }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Forgets what has been asked.
    pub(super) fn forget(&mut self) {
        self.filled = false;
        self.all.iter_mut().for_each(|one| one.counts = Counts::default());
    }

    /// What is asked each minute: [`METRICS`] for each service.
    pub(super) fn queries(&self) -> Vec<Query> {
        let of = |one: &Service| {
            [
                ("TargetResponseTime", "p99"),
                ("RequestCount", "Sum"),
                ("HTTPCode_Target_5XX_Count", "Sum"),
                ("HTTPCode_ELB_5XX_Count", "Sum"),
                ("HTTPCode_Target_4XX_Count", "Sum"),
            ]
            .map(|(metric, stat)| query(&one.balancer, metric, stat))
        };
        self.all.iter().flat_map(of).collect()
    }

    /// Asks for the hour before, once.
    pub(super) async fn fill(&mut self, region: &Region<'_>, now: i64) -> Result<(), Trouble> {
        if self.filled || self.all.is_empty() {
            return Ok(());
        }
        let queries: Vec<Query> = self.all.iter().map(|one| query(&one.balancer, "RequestCount", "Sum")).collect();
        let end = now.div_euclid(PERIOD_S) * PERIOD_S;
        let points = region.fetch(&queries, Span { period: PERIOD_S, from: end - KEPT_S, to: end }).await?;
        for (one, points) in self.all.iter_mut().zip(points) {
            one.counts.requests.extend(points.values);
        }
        self.filled = true;
        Ok(())
    }

    /// Takes in the answers to [`Self::queries`], and tells what they come to.
    pub(super) fn take(&mut self, answers: Vec<Points>, now: i64, notes: &mut Notes) -> Vec<Fact> {
        let mut facts = Vec::new();
        let mut answers = answers.into_iter();
        for one in &mut self.all {
            let mut next = || answers.next().unwrap_or_default();
            let [p99, requests, of_targets, of_balancer, errors_4xx] = [next(), next(), next(), next(), next()];
            let problems = [&p99, &requests, &of_targets, &of_balancer, &errors_4xx];
            if let Some(why) = problems.into_iter().find_map(|points| points.problem.as_ref()) {
                notes.add(format!("{}: not all of it is known: {why}", one.name));
            }
            // An error count that the service holds back is not an absence of errors.
            let held_back = |all: [&Points; 2]| all.iter().any(|points| points.problem.is_some());
            let unsure = (held_back([&of_targets, &of_balancer]), errors_4xx.problem.is_some());
            let latency = p99.values.range(now - FRESH_S - PERIOD_S..=now - PERIOD_S).next_back();
            one.counts.take(requests, of_targets, of_balancer, errors_4xx, now);
            let mut found = one.counts.facts(now);
            found.p99_ms = latency.and_then(|(at, seconds)| sample(at + PERIOD_S, seconds * 1_000.0));
            if unsure.0 {
                found.errors_5xx = None;
            }
            if unsure.1 {
                found.errors_4xx = None;
            }
            if found.requests.is_none() && found.p99_ms.is_none() && one.counts.requests.is_empty() {
                let balancer = &one.balancer;
                notes.add(format!("{}: no requests at load balancer {balancer} within the last hour", one.name));
            }
            facts.push(Fact::Service(one.name.clone(), found));
        }
        facts
    }
}

impl Counts {
    fn take(&mut self, requests: Points, of_targets: Points, of_balancer: Points, errors_4xx: Points, now: i64) {
        self.requests.extend(requests.values);
        self.of_targets.extend(of_targets.values);
        self.of_balancer.extend(of_balancer.values);
        self.errors_4xx.extend(errors_4xx.values);
        for counts in [&mut self.requests, &mut self.of_targets, &mut self.of_balancer, &mut self.errors_4xx] {
            *counts = counts.split_off(&(now - KEPT_S));
        }
    }

    /// Everything but the latency. A minute without a count had none beside one that has: nothing is published of what
    /// did not happen.
    fn facts(&self, now: i64) -> ServiceFacts {
        let last = |counts: &BTreeMap<i64, f64>| {
            counts.range(now - FRESH_S - PERIOD_S..=now - PERIOD_S).next_back().map(|(at, _)| *at)
        };
        let Some(newest) = last(&self.requests).max(last(&self.of_balancer)) else { return ServiceFacts::default() };
        let end = newest + PERIOD_S;
        let begin = end - RATE_S;
        let sum = |counts: &BTreeMap<i64, f64>| counts.range(begin..end).map(|(_, count)| count).sum::<f64>();
        let rate = |count: f64| sample(end, count / RATE_S as f64);
        let errors = sum(&self.of_targets) + sum(&self.of_balancer);
        let before: Vec<f64> = self.requests.range(begin - BEFORE_S..begin).map(|(_, count)| *count).collect();
        let mean = || before.iter().sum::<f64>() / (before.len() as f64 * PERIOD_S as f64);
        ServiceFacts {
            p99_ms: None,
            // What finds no target is answered and not counted as a request.
            requests: rate(sum(&self.requests).max(errors)),
            errors_5xx: rate(errors),
            errors_4xx: rate(sum(&self.errors_4xx)),
            requests_before: (before.len() >= ENOUGH).then(mean).and_then(|mean| sample(begin, mean)),
        }
    }
}

fn query(balancer: &str, metric: &str, stat: &str) -> Query {
    Query {
        namespace: "AWS/ApplicationELB".to_owned(),
        metric: metric.to_owned(),
        dimensions: vec![("LoadBalancer".to_owned(), balancer.to_owned())],
        stat: stat.to_owned(),
    }
}

fn sample(at: i64, value: f64) -> Option<Sample> {
    Some(Sample { value, at: Timestamp::from_second(at).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::aws::replay::load_balanced;

    /// 100 minutes after 1970, on a minute.
    const NOW: i64 = 6_000;

    fn points(values: impl IntoIterator<Item = (i64, f64)>) -> Points {
        Points { values: values.into_iter().map(|(minute, value)| (minute * 60, value)).collect(), problem: None }
    }

    fn services() -> Services {
        Services::new(&[&load_balanced()])
    }

    fn facts(answers: [Points; METRICS]) -> (ServiceFacts, Option<String>) {
        let mut notes = Notes::default();
        let mut facts = services().take(answers.into(), NOW, &mut notes);
        let Some(Fact::Service(_, found)) = facts.pop() else { panic!("no facts") };
        (found, notes.words())
    }

    fn value(sample: Option<Sample>) -> Option<(i64, f64)> {
        sample.map(|s| (s.at.as_second() / 60, s.value))
    }

    #[test]
    fn rates_are_of_the_last_five_minutes_that_are_in() {
        // The newest whole minute is 98; 99 is not in yet, and 100 goes on.
        let requests = (33..=98).map(|m| (m, if m > 93 { 120.0 } else { 60.0 })).chain([(100, 1.0)]);
        let (found, note) = facts([
            points([(97, 0.2), (98, 0.31), (100, 9.0)]),
            points(requests),
            points([(95, 3.0), (98, 3.0), (90, 99.0)]),
            points([]),
            points([(94, 60.0)]),
        ]);
        assert_eq!(value(found.p99_ms), Some((99, 310.0)));
        assert_eq!(value(found.requests), Some((99, 2.0)));
        assert_eq!(value(found.errors_5xx), Some((99, 0.02)));
        assert_eq!(value(found.errors_4xx), Some((99, 0.2)));
        assert_eq!(value(found.requests_before), Some((94, 1.0)));
        assert_eq!((found.errors_5xx_percent(), found.requests_change_percent()), (Some(1.0), Some(100.0)));
        assert_eq!(note, None);
    }

    #[test]
    fn errors_that_are_missing_beside_requests_are_none_at_all() {
        let (found, _) = facts([points([]), points((90..99).map(|m| (m, 6.0))), points([]), points([]), points([])]);
        assert_eq!((value(found.errors_5xx), value(found.errors_4xx)), (Some((99, 0.0)), Some((99, 0.0))));
        assert_eq!(found.requests_before, None, "less than half of the hour before is known");
        assert_eq!(found.p99_ms, None);
    }

    #[test]
    fn no_target_is_left() {
        let before = (33..=93).map(|m| (m, 60.0));
        let (found, _) =
            facts([points([]), points(before), points([]), points((94..99).map(|m| (m, 60.0))), points([])]);
        assert_eq!((found.errors_5xx_percent(), value(found.requests)), (Some(100.0), Some((99, 1.0))));
    }

    #[test]
    fn what_is_old_is_no_number_of_now_and_what_is_not_there_is_said() {
        let (found, note) = facts([points([(80, 0.3)]), points([(80, 60.0)]), points([]), points([]), points([])]);
        assert_eq!((found, note), (ServiceFacts::default(), None));
        let (found, note) = facts([points([]), points([]), points([]), points([]), points([])]);
        assert_eq!(found, ServiceFacts::default());
        assert!(note.unwrap().contains("no requests at load balancer app/shop/1"));
    }

    #[test]
    fn errors_that_are_held_back_are_not_known() {
        let held = Points { values: BTreeMap::new(), problem: Some("PartialData".into()) };
        let (found, note) = facts([points([]), points((90..99).map(|m| (m, 6.0))), held, points([]), points([])]);
        assert_eq!((found.errors_5xx, value(found.errors_4xx)), (None, Some((99, 0.0))));
        assert!(note.unwrap().contains("PartialData"));
    }
}
