//! The embedded estate as `demo` runs it: its sources, an estate, and the judge, on a clock that runs faster.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use quarterdeck::cli::Rigging;
use quarterdeck::estate::{EntryRef, Estate, IdentityState, SourceState};
use quarterdeck::judge::{History, Judgement, Level, Policy, RuleId, judge};
use quarterdeck::source::Clock;
use quarterdeck::source::simulated::{Scale, Scenario, World, sources};

/// A scenario under way.
struct Drill {
    rigging: Rigging,
    history: History,
}

impl Drill {
    fn start(scenario: Scenario, scale: Scale, speed: f64) -> Self {
        // 2026-11-20T14:00:00Z.
        let origin = Timestamp::from_second(1_795_183_200).unwrap_or_default();
        let world = Arc::new(World::new(1, scenario, scale, origin));
        let mut rigging = Rigging::new(Estate::new(world.estate().clone()), Clock::paced(origin, speed));
        for source in sources(&world) {
            rigging.add(source);
        }
        rigging.start();
        Self { rigging, history: History::default() }
    }

    /// Takes in what is said until the judgement is as wanted; panics with the last one when it never is.
    async fn until(&mut self, what: &str, wanted: impl Fn(&Estate, &Judgement) -> bool) -> Judgement {
        let begun = Instant::now();
        loop {
            let pause = tokio::time::sleep(Duration::from_millis(50));
            tokio::select! {
                Some(observation) = self.rigging.observations.recv() => { self.rigging.estate.apply(observation); }
                () = pause => {}
            }
            while let Ok(observation) = self.rigging.observations.try_recv() {
                self.rigging.estate.apply(observation);
            }
            let now = self.rigging.clock.now();
            let judgement = judge(&self.rigging.estate, &self.history, &Policy::default(), now);
            self.history.learn(&judgement, now);
            if wanted(&self.rigging.estate, &judgement) {
                return judgement;
            }
            let (alerts, doubts) = reasons(&judgement);
            assert!(begun.elapsed() < Duration::from_secs(40), "{what} never came: {alerts:#?} {doubts:#?}");
        }
    }
}

fn reasons(judgement: &Judgement) -> (Vec<String>, Vec<&String>) {
    let alerts = judgement.alerts.iter().map(quarterdeck::judge::Alert::finding).collect();
    (alerts, judgement.verdicts.iter().flat_map(|v| &v.doubts).collect())
}

fn fires(judgement: &Judgement, rule: RuleId, level: Level, subject: &str) -> bool {
    judgement.alerts.iter().any(|a| a.rule == rule && a.level == level && a.subject().contains(subject))
}

fn entry(judgement: &Judgement, entry: &EntryRef) -> Level {
    judgement.verdict(entry).map_or(Level::Unknown, |v| v.level)
}

#[tokio::test]
async fn the_first_picture_is_full_and_calm() {
    let begun = Instant::now();
    let mut drill = Drill::start(Scenario::Calm, Scale::Innovate, 1.0);
    let judgement = drill.until("a full picture", |estate, _| estate.settled()).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "no source is waited for: {:?}", begun.elapsed());
    assert_eq!(judgement.level, Level::Ok, "{:#?}", reasons(&judgement));
    assert!(judgement.verdicts.iter().all(|v| v.doubts.is_empty()));
    let estate = &drill.rigging.estate;
    assert!(estate.sources().iter().all(|s| s.state == SourceState::Live && s.calls > 0 && s.cost_usd == 0.0));
    let cluster = estate.cluster("prod-use1").unwrap();
    assert!(cluster.tally().total > 150);
    assert!(cluster.autoscalers().len() > 1, "some workloads follow the day");
    for autoscaler in cluster.autoscalers().values() {
        let held: Vec<_> = cluster.workloads().values().filter(|w| autoscaler.holds(&w.key)).collect();
        assert_eq!(held.len(), 1, "{autoscaler:?}");
        assert_eq!((autoscaler.current, autoscaler.desired), (held[0].wanted, held[0].wanted));
        assert!((autoscaler.min..=autoscaler.max).contains(&autoscaler.current), "{autoscaler:?}");
    }
}

#[tokio::test]
async fn it_stays_calm_while_it_moves() {
    let mut drill = Drill::start(Scenario::Calm, Scale::Innovate, 120.0);
    drill.until("a full picture", |estate, _| estate.settled()).await;
    let begun = Instant::now();
    let (mut looks, mut calm) = (0, 0);
    while begun.elapsed() < Duration::from_secs(12) {
        let judgement = drill.until("a look", |_, _| true).await;
        looks += 1;
        calm += u32::from(judgement.level == Level::Ok);
        assert!(judgement.level < Level::Critical, "{:#?}", reasons(&judgement));
    }
    assert!(looks > 20 && calm * 100 >= looks * 90, "calm in {calm} of {looks} looks");
}

#[tokio::test]
async fn crashloop_is_critical() {
    let mut drill = Drill::start(Scenario::CrashLoop, Scale::Innovate, 60.0);
    drill
        .until("the page", |_, j| {
            fires(j, RuleId::WorkloadRestarts1h, Level::Critical, "shop/deployment/cart")
                && fires(j, RuleId::SloBurn, Level::Critical, "checkout availability")
        })
        .await;
}

#[tokio::test]
async fn aurora_failover_comes_and_goes() {
    let mut drill = Drill::start(Scenario::AuroraFailover, Scale::Innovate, 20.0);
    let orders = EntryRef::Database("orders".into());
    drill.until("failing over", |_, j| fires(j, RuleId::DatabaseStatus, Level::Warning, "orders")).await;
    drill
        .until("the storm", |_, j| {
            fires(j, RuleId::DatabaseConnectionsPercent, Level::Warning, "orders")
                || fires(j, RuleId::DatabaseConnectionsPercent, Level::Critical, "orders")
        })
        .await;
    drill
        .until("the new writer, in order", |estate, j| {
            let writer = estate.database("orders").and_then(|d| d.described()).map(|d| d.members[0].name.clone());
            writer.as_deref() == Some("orders-2") && entry(j, &orders) == Level::Ok
        })
        .await;
}

#[tokio::test]
async fn region_down_leaves_stale_facts() {
    let mut drill = Drill::start(Scenario::RegionDown, Scale::Innovate, 30.0);
    drill.until("nodes away", |_, j| fires(j, RuleId::ClusterNodesNotReady, Level::Warning, "prod-use1")).await;
    let judgement = drill
        .until("stale sources", |estate, j| {
            let stale = |s: &&quarterdeck::estate::SourceRecord| {
                s.state == SourceState::Stale && s.key.region.as_deref() == Some("us-east-1")
            };
            estate.sources().iter().filter(stale).count() == 9 && j.level == Level::Critical
        })
        .await;
    assert_eq!(entry(&judgement, &EntryRef::Cluster("prod-usw2".into())), Level::Ok, "{:#?}", reasons(&judgement));
    assert!(drill.rigging.estate.cluster("prod-use1").unwrap().tally().total > 150, "what was seen is kept");
}

#[tokio::test]
async fn budget_overrun_is_seen_at_once() {
    let mut drill = Drill::start(Scenario::BudgetOverrun, Scale::Innovate, 1.0);
    drill
        .until("the overrun", |_, j| {
            fires(j, RuleId::BudgetActualPercent, Level::Critical, "non-production")
                && fires(j, RuleId::BudgetForecastPercent, Level::Warning, "production")
        })
        .await;
}

#[tokio::test]
async fn expired_credentials_pause_the_account() {
    let mut drill = Drill::start(Scenario::ExpiredCredentials, Scale::Innovate, 15.0);
    drill
        .until("the pause", |estate, _| {
            let of = |s: &&quarterdeck::estate::SourceRecord| s.key.account.as_deref() == Some("production");
            estate.account("production").unwrap().identity_state() == Some(IdentityState::Expired)
                && estate.sources().iter().filter(of).all(|s| {
                    let login = "aws sso login --profile innovate-production";
                    s.state == SourceState::Paused && s.error.as_deref().is_some_and(|e| e.contains(login))
                })
        })
        .await;
    let estate = &drill.rigging.estate;
    assert!(estate.cluster("prod-use1").unwrap().tally().total > 150, "what was seen is kept");
    assert!(estate.sources().iter().any(|s| s.state == SourceState::Live), "the other accounts go on");
}

#[tokio::test]
async fn hostile_names_and_great_numbers_are_taken_in() {
    let mut hostile = Drill::start(Scenario::Hostile, Scale::Innovate, 1.0);
    let judgement = hostile.until("a full picture", |estate, _| estate.settled()).await;
    assert_eq!(judgement.level, Level::Ok, "{:#?}", reasons(&judgement));
    let mut load = Drill::start(Scenario::Calm, Scale::Load { clusters: 20, pods: 1_000 }, 1.0);
    load.until("a full picture", |estate, _| estate.settled()).await;
    let pods: usize = load.rigging.estate.clusters().iter().map(|c| c.tally().total).sum();
    assert!(pods >= 20_000, "{pods} pods");
}
