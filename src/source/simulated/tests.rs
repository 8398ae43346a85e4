//! Tests of the whole world.

mod acts;
mod blind;

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::moment::{At, DAY, Moment};
use super::part::{Obstacle, Part};
use super::walk::Walk;
use super::{Scale, Scenario, World};
use crate::estate::{
    Batch, DatabaseFacts, Estate, Fact, MemberRole, Observation, Readiness, Report, SloCounts, SourceKey, SourceName,
    Window,
};

/// 2026-11-20T12:00:00Z.
const ORIGIN: At = 1_795_176_000;

fn world(scenario: Scenario) -> World {
    World::new(7, scenario, Scale::Innovate, stamp(ORIGIN))
}

fn stamp(at: At) -> Timestamp {
    Timestamp::from_second(at).unwrap()
}

/// Every fact of a world at an instant.
fn everything(world: &World, at: At) -> Vec<Fact> {
    let mut facts: Vec<Fact> = world.parts().iter().flat_map(|p| world.facts(p, at)).collect();
    facts.extend(world.clusters.iter().flat_map(|c| Walk::begin(c, at).1));
    facts
}

/// An estate that has heard these facts; every account of it is proven.
struct Heard(Estate);

impl Heard {
    fn new(world: &World) -> Self {
        let mut heard = Self(Estate::new(world.declared.clone()));
        let identities = world.parts().into_iter().filter(|p| matches!(p, Part::Identity(_)));
        heard.hear(identities.flat_map(|p| world.facts(&p, ORIGIN)).collect(), ORIGIN);
        heard
    }

    fn hear(&mut self, facts: Vec<Fact>, at: At) {
        let source = SourceKey::new(SourceName::Simulated);
        let report = Report::Facts { as_of: stamp(at), facts, note: None };
        self.0.apply(Observation { source, at: stamp(at), calls: 0, cost_usd: 0.0, report });
    }

    fn at(world: &World, at: At) -> Self {
        let mut heard = Self::new(world);
        heard.hear(everything(world, at), at);
        heard
    }

    fn slo(&self, name: &str) -> SloCounts {
        self.0.slos().iter().find(|s| s.declared.name == name).unwrap().counts.as_ref().unwrap().value.clone()
    }

    fn burn(&self, name: &str, window: Window) -> f64 {
        let slo = self.0.slos().iter().find(|s| s.declared.name == name).unwrap();
        let index = Window::ALL.iter().position(|&w| w == window).unwrap();
        let count = self.slo(name).windows[index];
        count.bad.unwrap() / count.total.unwrap() / (1.0 - slo.declared.objective / 100.0)
    }

    fn database(&self, name: &str) -> DatabaseFacts {
        self.0.database(name).unwrap().facts.as_ref().unwrap().value.clone().unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_same_seed_makes_the_same_world(seed in any::<u64>(), after in 0_i64..40 * DAY) {
        let at = ORIGIN + after;
        let one = World::new(seed, Scenario::Calm, Scale::Innovate, stamp(ORIGIN));
        let other = World::new(seed, Scenario::Calm, Scale::Innovate, stamp(ORIGIN));
        prop_assert_eq!(everything(&one, at), everything(&other, at));
        let stranger = World::new(seed ^ 1, Scenario::Calm, Scale::Innovate, stamp(ORIGIN));
        prop_assert_ne!(everything(&one, at), everything(&stranger, at));
    }

    #[test]
    fn changes_add_up_to_a_fresh_look(
        seed in any::<u64>(),
        start in 0_i64..10 * DAY,
        scenario in prop::sample::select(vec![Scenario::Calm, Scenario::CrashLoop, Scenario::RegionDown, Scenario::Hostile]),
        steps in prop::collection::vec(prop_oneof![5 => 1_i64..60, 2 => 60_i64..7_200, 1 => 7_200_i64..5 * DAY], 1..40),
    ) {
        let world = World::new(seed, scenario, Scale::Innovate, stamp(ORIGIN + start));
        for cluster in &world.clusters {
            let mut now = ORIGIN + start;
            let mut heard = Heard::new(&world);
            let (mut walk, facts) = Walk::begin(cluster, now);
            heard.hear(facts, now);
            for step in &steps {
                now += step;
                heard.hear(walk.advance(cluster, now), now);
                let mut fresh = Heard::new(&world);
                fresh.hear(Walk::begin(cluster, now).1, now);
                let (walked, seen) = (heard.0.cluster(&cluster.name).unwrap(), fresh.0.cluster(&cluster.name).unwrap());
                prop_assert_eq!(walked.nodes(), seen.nodes());
                prop_assert_eq!(walked.workloads(), seen.workloads());
                prop_assert_eq!(walked.pods(), seen.pods());
                prop_assert_eq!(walked.tally(), seen.tally());
            }
        }
    }

    #[test]
    fn nothing_changes_before_it_is_due(seed in any::<u64>(), after in 0_i64..20 * DAY) {
        let world = World::new(seed, Scenario::CrashLoop, Scale::Innovate, stamp(ORIGIN));
        let cluster = &world.clusters[0];
        for w in &cluster.workloads {
            let mut m = Moment::new(ORIGIN + after);
            let now = cluster.scene(w, &mut m);
            let probes = [m.next() - 1, i64::midpoint(m.now(), m.next())];
            for probe in probes.into_iter().filter(|&p| p > m.now()) {
                prop_assert_eq!(&cluster.scene(w, &mut Moment::new(probe)), &now);
            }
        }
    }
}

#[test]
fn a_walk_second_by_second_tells_little() {
    let world = World::new(3, Scenario::Calm, Scale::Load { clusters: 4, pods: 1_000 }, stamp(ORIGIN));
    let mut pods = 0;
    for cluster in &world.clusters {
        let (mut walk, facts) = Walk::begin(cluster, ORIGIN);
        assert!(facts.iter().any(|f| matches!(f, Fact::Pods(_, Batch::Snapshot(pods)) if pods.len() >= 1_000)));
        for now in ORIGIN + 1..ORIGIN + 600 {
            for fact in walk.advance(cluster, now) {
                if let Fact::Pods(_, Batch::Changes { put, gone }) = fact {
                    pods += put.len() + gone.len();
                }
            }
        }
    }
    assert!((20..8_000).contains(&pods), "{pods} pods changed in ten minutes of four clusters");
}

/// Seed 003 §6.2's warnings, judged by hand.
fn complaints(heard: &Heard, at: At, quiet: &mut BTreeMap<String, u32>) -> Vec<String> {
    let mut all = Vec::new();
    for c in heard.0.clusters() {
        let name = &c.declared.name;
        let degraded = c.workloads().values().filter(|w| w.degraded()).count();
        let away = c.nodes().values().filter(|n| n.readiness != Readiness::Ready).count();
        if degraded + away > 0 {
            *quiet.entry(name.clone()).or_default() += 1;
        }
        let mut restarts: BTreeMap<String, u32> = BTreeMap::new();
        for pod in c.uneasy() {
            *restarts.entry(format!("{:?}", pod.owner)).or_default() += c.restarts_1h_of(pod, stamp(at));
        }
        all.extend(restarts.into_iter().filter(|(_, n)| *n > 3).map(|(w, n)| format!("{name} {w} restarts {n}")));
        if c.tally().crash_looping > 0 || c.tally().failed > 0 {
            all.push(format!("{name} crash loops"));
        }
        let control = c.control().unwrap();
        for g in control.nodegroups.iter().flatten() {
            if f64::from(g.desired.unwrap()) >= 0.8 * f64::from(g.max.unwrap()) {
                all.push(format!("{name} {} near max", g.name));
            }
        }
        if control.status != "ACTIVE" || control.endpoint.public || !control.secrets_encrypted {
            all.push(format!("{name} control plane"));
        }
    }
    for d in heard.0.databases() {
        let name = &d.declared.name;
        let facts = heard.database(name);
        if facts.status != "available" || facts.members[0].role != MemberRole::Writer {
            all.push(format!("{name} is {}", facts.status));
        }
        let limit = f64::from(d.declared.max_connections.unwrap_or(800));
        let memory = facts.acu_max.map_or(16.0, |max| 2.0 * max) * 1_073_741_824.0;
        for (member, n) in &d.numbers.as_ref().unwrap().value {
            let over = [
                n.cpu_percent.unwrap().value > 70.0,
                n.connections.unwrap().value > 0.7 * limit,
                n.freeable_memory_bytes.unwrap().value < 0.3 * memory,
                n.replica_lag_ms.is_some_and(|lag| lag.value > 100.0),
            ];
            if over.contains(&true) {
                all.push(format!("{member} {over:?} {n:?}"));
            }
        }
    }
    for b in heard.0.budgets() {
        let facts = b.facts.as_ref().unwrap().value.clone().unwrap();
        let limit = facts.limit_usd.unwrap();
        if facts.actual_usd.unwrap() >= 0.8 * limit || facts.forecast_usd.unwrap() >= limit {
            all.push(format!("{} {facts:?}", b.declared.name));
        }
    }
    for s in heard.0.slos() {
        let (name, counts) = (&s.declared.name, heard.slo(&s.declared.name));
        let floor = s.declared.min_events as f64;
        if counts.windows.iter().any(|w| w.total.unwrap() < floor) {
            all.push(format!("{name} has low traffic"));
        }
        let pairs = [
            (Window::H1, Window::M5, 14.4),
            (Window::H6, Window::M30, 6.0),
            (Window::D1, Window::H2, 3.0),
            (Window::D3, Window::H6, 1.0),
        ];
        for (long, short, factor) in pairs {
            if heard.burn(name, long) > factor && heard.burn(name, short) > factor {
                all.push(format!("{name} burns {} over {}", heard.burn(name, long), long.word()));
            }
        }
        let left = 1.0 - counts.whole.bad.unwrap() / counts.whole.total.unwrap() / (1.0 - s.declared.objective / 100.0);
        if !(0.1..=1.0).contains(&left) {
            all.push(format!("{name} has {left} left"));
        }
    }
    all
}

#[test]
fn a_calm_day_needs_nobody() {
    for seed in [1, 2, 99] {
        let world = World::new(seed, Scenario::Calm, Scale::Innovate, stamp(ORIGIN));
        let mut uneasy = BTreeMap::new();
        let samples: u32 = 8 * 72;
        for i in 0..samples {
            // Over eight days, a weekend among them, and the last of a month.
            let at = ORIGIN + 3 * DAY + i64::from(i) * 1_201;
            assert_eq!(
                complaints(&Heard::at(&world, at), at, &mut uneasy),
                Vec::<String>::new(),
                "seed {seed} at {at}"
            );
        }
        let worst = uneasy.values().copied().max().unwrap_or(0);
        assert!(f64::from(worst) < 0.015 * f64::from(samples), "{uneasy:?} of {samples} with a rollout that shows");
    }
}

#[test]
fn the_world_moves() {
    let world = world(Scenario::Calm);
    let pods = |at| Heard::at(&world, at).0.clusters().iter().map(|c| c.tally().total).collect::<Vec<_>>();
    let night = pods(ORIGIN - ORIGIN.rem_euclid(DAY) + 3 * 3_600);
    let day = pods(ORIGIN - ORIGIN.rem_euclid(DAY) + 15 * 3_600);
    assert!(day[0] >= night[0] + 25, "{night:?} by night, {day:?} by day");
    let (mut walk, _) = Walk::begin(&world.clusters[0], ORIGIN);
    let lively = (1..=360).filter(|minute| !walk.advance(&world.clusters[0], ORIGIN + minute * 60).is_empty()).count();
    assert!(lively > 40, "something changed in {lively} of 360 minutes");
}

#[test]
fn crashloop_shows_at_once() {
    let world = world(Scenario::CrashLoop);
    let heard = Heard::at(&world, ORIGIN);
    let cluster = heard.0.cluster("prod-use1").unwrap();
    assert!(cluster.tally().crash_looping >= 3, "{:?}", cluster.tally());
    assert!(cluster.restarts_1h(stamp(ORIGIN)) > 10);
    let cart = cluster.workloads().values().find(|w| &*w.key.name.name == "cart").unwrap();
    assert!(
        cart.degraded() && cart.available >= 2 && cart.stuck.as_deref() == Some("ProgressDeadlineExceeded"),
        "{cart:?}"
    );
    assert!(heard.burn("checkout availability", Window::H1) > 14.4);
    assert!(heard.burn("checkout availability", Window::M5) > 14.4);
    assert!(heard.burn("login availability", Window::H1) < 1.0);
}

#[test]
fn aurora_fails_over_within_minutes() {
    let world = world(Scenario::AuroraFailover);
    let before = Heard::at(&world, ORIGIN).database("orders");
    assert_eq!((before.status.as_str(), before.members[0].name.as_str()), ("available", "orders-1"));
    let during = Heard::at(&world, ORIGIN + 40).database("orders");
    assert_eq!((during.status.as_str(), during.members[0].name.as_str()), ("failing-over", "orders-1"));
    let promoted = Heard::at(&world, ORIGIN + 60).database("orders");
    assert_eq!((promoted.status.as_str(), promoted.members[0].name.as_str()), ("failing-over", "orders-2"));
    assert_eq!(promoted.members[1].status.as_deref(), Some("rebooting"));
    let numbers = |at| Heard::at(&world, ORIGIN + at).0.database("orders").unwrap().numbers.clone().unwrap().value;
    let connections = |at, member: &str| numbers(at)[member].connections.map(|s| s.value);
    assert!(connections(0, "orders-1").unwrap() > 200.0);
    assert!(connections(90, "orders-2").unwrap() < 60.0, "connections drop: {:?}", numbers(90));
    assert!(connections(240, "orders-2").unwrap() > 700.0, "then all come at once: {:?}", numbers(240));
    assert!(numbers(360)["orders-1"].replica_lag_ms.unwrap().value > 100.0, "{:?}", numbers(360));
    let mut quiet = BTreeMap::new();
    let after = Heard::at(&world, ORIGIN + 600);
    assert_eq!(complaints(&after, ORIGIN + 600, &mut quiet), Vec::<String>::new());
    assert_eq!(after.database("orders").members[0].name, "orders-2");
}

#[test]
fn a_region_goes_down_nodes_first() {
    let world = world(Scenario::RegionDown);
    let part = |region: &str, subject: &str| {
        let of = |p: &&Part| {
            let key = world.key(p);
            key.region.as_deref() == Some(region) && key.subject.as_deref() == Some(subject)
        };
        world.parts().iter().find(of).cloned().unwrap()
    };
    let down = |p: &Part, at: At| matches!(world.obstacle(p, &mut Moment::new(at)), Some(Obstacle::Down(_)));
    let cluster = part("us-east-1", "prod-use1");
    let heard = Heard::at(&world, ORIGIN + 90);
    let away = |name: &str| {
        heard.0.cluster(name).unwrap().nodes().values().filter(|n| n.readiness == Readiness::Unknown).count()
    };
    assert!(
        !down(&cluster, ORIGIN + 90) && away("prod-use1") > 5 && away("nonprod-use1") > 2 && away("prod-usw2") == 0
    );
    for subject in ["prod-use1", "nonprod-use1", "rds", "cloudwatch", "eks", "slos"] {
        assert!(down(&part("us-east-1", subject), ORIGIN + 150), "{subject} is down");
        assert!(!down(&part("us-east-1", subject), ORIGIN + 3_000), "{subject} is back");
    }
    for subject in ["prod-usw2", "rds", "cloudwatch", "eks"] {
        assert!(!down(&part("us-west-2", subject), ORIGIN + 150), "{subject} stays");
    }
    let lag = |at| match &world.facts(&part("us-west-2", "cloudwatch"), ORIGIN + at)[..] {
        [Fact::GlobalLag(_, lags)] => lags["us-west-2"].value,
        other => panic!("{other:?}"),
    };
    assert!(lag(0) < 1_000.0 && lag(300) > 200_000.0 && lag(600) > lag(300) && lag(3_600) < 1_000.0);
}

#[test]
fn budgets_are_overrun() {
    let world = world(Scenario::BudgetOverrun);
    let heard = Heard::at(&world, ORIGIN);
    let of = |name: &str| {
        let b = heard.0.budgets().iter().find(|b| b.declared.name == name).unwrap();
        let f = b.facts.as_ref().unwrap().value.clone().unwrap();
        (f.actual_usd.unwrap() / f.limit_usd.unwrap(), f.forecast_usd.unwrap() / f.limit_usd.unwrap())
    };
    assert!(of("non-production").0 > 1.0);
    assert!(of("production").0 < 0.8 && of("production").1 > 1.0, "{:?}", of("production"));
    assert!(of("management").1 < 1.0);
}

#[test]
fn production_is_logged_out() {
    let world = world(Scenario::ExpiredCredentials);
    let (production, other): (Vec<Part>, Vec<Part>) =
        world.parts().into_iter().partition(|p| world.key(p).account.as_deref() == Some("production"));
    assert!(production.len() > 8);
    for p in &production {
        assert_eq!(world.obstacle(p, &mut Moment::new(ORIGIN + 10)), None);
        let Some(Obstacle::LoggedOut(reason)) = world.obstacle(p, &mut Moment::new(ORIGIN + 30)) else {
            panic!("{p:?} is not logged out")
        };
        assert!(reason.contains("aws sso login --profile innovate-production"), "{reason}");
    }
    assert!(other.iter().all(|p| world.obstacle(p, &mut Moment::new(ORIGIN + 30)).is_none()));
}

#[test]
fn windows_agree_with_each_other() {
    let world = world(Scenario::CrashLoop);
    let slo = &world.slos[0];
    // The half hours of six hours add up to the six hours, whatever burns.
    let index = |w| Window::ALL.iter().position(|&x| x == w).unwrap();
    let end = ORIGIN + 1_200;
    let halves: Vec<_> = (0..12).map(|i| slo.counts(end - i * 1_800).unwrap().windows[index(Window::M30)]).collect();
    let six = slo.counts(end).unwrap().windows[index(Window::H6)];
    assert!((halves.iter().map(|c| c.total.unwrap()).sum::<f64>() - six.total.unwrap()).abs() < 1e-6);
    assert!((halves.iter().map(|c| c.bad.unwrap()).sum::<f64>() - six.bad.unwrap()).abs() < 1e-6);
}
