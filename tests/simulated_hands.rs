//! Operations on the embedded estate: along the whole guarded path, by a fast clock, to what the world shows afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

#[path = "simulated_hands/clusters.rs"]
mod clusters;
#[path = "simulated_hands/databases.rs"]
mod databases;
#[path = "simulated_hands/headwind.rs"]
mod headwind;
#[path = "simulated_hands/whole.rs"]
mod whole;

use std::sync::Arc;
use std::time::Duration;

use quarterdeck::cli::Rigging;
use quarterdeck::estate::{Estate, MemberRole, Name, WorkloadKey, WorkloadKind};
use quarterdeck::operate::evidence::WindowView;
use quarterdeck::operate::journal::{EventKind, Journal, Outcome};
use quarterdeck::operate::machine::Aim;
use quarterdeck::operate::run::{self, Command, Ended, Ground, Running, Told};
use quarterdeck::operate::{Intent, Pinned, Restraints, WriteWindow, catalogue, pin};
use quarterdeck::source::Clock;
use quarterdeck::source::simulated::{self, Scale, Scenario, SimulatedHands, World};
use quarterdeck::store::{JournalFile, LeaseFiles};
use tempfile::TempDir;

/// A world at noon that runs thirty times as fast, with its sources running.
struct Demo {
    world: Arc<World>,
    rigging: Rigging,
    ground: Ground,
    clock: Clock,
    _folder: TempDir,
}

impl Demo {
    fn start(scenario: &str) -> Self {
        Self::paced(scenario, 30.0)
    }

    /// As fast as that: where something that is to be seen lasts for some seconds of the world only.
    fn paced(scenario: &str, speed: f64) -> Self {
        let mut demo = Self::silent(scenario, speed);
        demo.rigging.start();
        demo
    }

    /// Without its sources: nobody sees what becomes of it but who operates.
    fn unwatched(scenario: &str) -> Self {
        Self::silent(scenario, 30.0)
    }

    fn silent(scenario: &str, speed: f64) -> Self {
        let noon = "2026-11-20T12:00:00Z".parse().unwrap();
        let clock = Clock::paced(noon, speed);
        let world = Arc::new(World::new(1, Scenario::named(scenario).unwrap(), Scale::Innovate, noon));
        let mut rigging = Rigging::new(Estate::new(world.estate().clone()), clock);
        for source in simulated::sources(&world) {
            rigging.add(source);
        }
        let folder = tempfile::tempdir().unwrap();
        let ground = Ground {
            hands: Arc::new(SimulatedHands::new(world.clone(), clock)),
            journal: Journal::new(Arc::new(JournalFile::within(folder.path()))),
            leases: Arc::new(LeaseFiles::within(folder.path())),
            clock: Arc::new(clock),
            person: "tester".to_owned(),
        };
        Self { world, rigging, ground, clock, _folder: folder }
    }

    fn cluster_target(&self, pinned: impl Fn(&quarterdeck::estate::DeclaredCluster) -> Pinned) -> Pinned {
        let cluster = self.world.estate().clusters.first().unwrap();
        let account = self.world.estate().account(cluster.account.as_deref().unwrap()).unwrap();
        Pinned { account_id: Some(account.id.clone()), ..pinned(cluster) }
    }

    fn deployment(&self, namespace: &str, name: &str) -> Pinned {
        self.cluster_target(|c| pin::workload(None, c, "deployment", namespace, name, None))
    }

    fn database(&self, index: usize) -> Pinned {
        let database = &self.world.estate().databases[index];
        pin::database(self.world.estate().account(&database.account), database)
    }

    async fn run(&self, operation: &str, target: Pinned, parameters: &[(&str, &str)]) -> Ended {
        self.tells(operation, target, parameters).await.0
    }

    /// Runs an operation: how it ended, and what was said on the way.
    async fn tells(&self, operation: &str, target: Pinned, parameters: &[(&str, &str)]) -> (Ended, Vec<String>) {
        let operation = catalogue::find(operation).unwrap();
        let intent = Intent { operation, target, parameters: operation.given(parameters.iter().copied()).unwrap() };
        let brief = Restraints::default().brief(intent, Vec::new(), Aim::Run, WindowView::MayOpen).unwrap();
        let Running { mut told, commands, ended } = run::start(self.ground.clone(), brief, Some("a drill".to_owned()));
        let now = self.clock.now();
        let window = WriteWindow::open("a drill", Duration::from_hours(1), now).unwrap();
        let mut words = Vec::new();
        while let Some(said) = told.recv().await {
            match said {
                Told::Asked(plan) => {
                    commands.send(Command::Confirm { words: plan.confirm, pass: window.pass(now) }).unwrap();
                }
                Told::Now { words: now, .. } => words.push(now),
                Told::Entry(_) => {}
            }
        }
        (ended.await.unwrap(), words)
    }

    /// Hears the sources until something is so.
    async fn shows(&mut self, what: &str, is: impl Fn(&Estate) -> bool) {
        let shown = async {
            while !is(&self.rigging.estate) {
                let said = self.rigging.observations.recv().await.unwrap();
                self.rigging.estate.apply(said);
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(20), shown).await.is_ok(), "never shown: {what}");
    }
}

fn numbers(estate: &Estate, namespace: &str, name: &str) -> Option<(u32, u32)> {
    let name = Name { namespace: namespace.into(), name: name.into() };
    let w = estate.clusters().first()?.workloads().get(&WorkloadKey { kind: WorkloadKind::Deployment, name })?;
    Some((w.wanted, w.available))
}

#[track_caller]
fn ended(ended: &Ended, outcome: Outcome) {
    assert_eq!(ended.ending.outcome, Some(outcome), "{:?}", ended.ending.words);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_scaled_and_its_pods_start_and_stop() {
    let mut demo = Demo::start("calm");
    let target = demo.deployment("payments", "ledger");
    demo.shows("ledger", |e| numbers(e, "payments", "ledger") == Some((4, 4))).await;
    ended(&demo.run("workload.scale", target.clone(), &[("replicas", "7")]).await, Outcome::Done);
    demo.shows("more", |e| numbers(e, "payments", "ledger") == Some((7, 7))).await;
    ended(&demo.run("workload.scale", target.clone(), &[("replicas", "0")]).await, Outcome::Done);
    demo.shows("none", |e| numbers(e, "payments", "ledger") == Some((0, 0))).await;
    let again = demo.run("workload.scale", target, &[("replicas", "0")]).await;
    ended(&again, Outcome::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_rolls_and_a_held_one_waits() {
    let demo = Demo::start("calm");
    let target = demo.deployment("identity", "tokens");
    ended(&demo.run("workload.restart", target.clone(), &[]).await, Outcome::Done);
    ended(&demo.run("workload.pause", target.clone(), &[]).await, Outcome::Done);
    ended(&demo.run("workload.restart", target.clone(), &[]).await, Outcome::Refused);
    ended(&demo.run("workload.resume", target, &[]).await, Outcome::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_cordoned_and_takes_pods_again() {
    let mut demo = Demo::start("calm");
    demo.shows("nodes", |e| e.clusters().first().is_some_and(|c| c.nodes().len() > 5)).await;
    let free =
        demo.rigging.estate.clusters().first().unwrap().nodes().values().find(|n| !n.cordoned).unwrap().name.clone();
    let target = demo.cluster_target(|c| pin::of_cluster(None, c, quarterdeck::operate::TargetKind::Node, &free, None));
    let is = |e: &Estate, cordoned: bool| {
        e.clusters().first().unwrap().nodes().values().any(|n| n.name == free && n.cordoned == cordoned)
    };
    ended(&demo.run("node.cordon", target.clone(), &[]).await, Outcome::Done);
    demo.shows("cordoned", |e| is(e, true)).await;
    ended(&demo.run("node.uncordon", target, &[]).await, Outcome::Done);
    demo.shows("free", |e| is(e, false)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_takes_over_and_gives_it_back() {
    let mut demo = Demo::start("calm");
    let target = demo.database(0);
    let writer = |e: &Estate| {
        let facts = e.databases().first()?.facts.as_ref()?.value.clone()?;
        facts.members.into_iter().find(|m| m.role == MemberRole::Writer).map(|m| m.name)
    };
    demo.shows("a writer", |e| writer(e).is_some()).await;
    let first = writer(&demo.rigging.estate).unwrap();
    ended(&demo.run("database.failover", target.clone(), &[]).await, Outcome::Done);
    demo.shows("another writer", |e| writer(e).is_some_and(|w| w != first)).await;
    ended(&demo.run("database.failover", target, &[("to", &first)]).await, Outcome::Done);
    demo.shows("the first one again", |e| writer(e) == Some(first.clone())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_lost_and_the_truth_is_found_by_looking() {
    let demo = Demo::start("calm");
    let acted = demo.run("workload.scale", demo.deployment("payments", "webhooks"), &[("replicas", "5")]).await;
    ended(&acted, Outcome::Done);
    let swallowed = demo.run("workload.restart", demo.deployment("payments", "fraud"), &[]).await;
    ended(&swallowed, Outcome::Failed);
    let entries = demo.ground.journal.entries().await.unwrap();
    let unknown = entries.iter().filter(|e| e.note.event == EventKind::Unknown).count();
    assert_eq!(unknown, 2, "{entries:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_acts_without_a_login() {
    let demo = Demo::start("expired-credentials");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let refused = demo.run("workload.restart", demo.deployment("payments", "ledger"), &[]).await;
    assert!(refused.ending.words.iter().any(|w| w.contains("login")), "{:?}", refused.ending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_revision_is_rolled_back_and_what_it_harmed_heals() {
    let mut demo = Demo::start("crashloop");
    let target = demo.deployment("shop", "cart");
    let looping = |e: &Estate| e.clusters()[0].uneasy().filter(|p| p.crash_looping).count();
    demo.shows("crash loops", |e| looping(e) > 0).await;
    ended(&demo.run("workload.rollback", target.clone(), &[]).await, Outcome::Done);
    demo.shows("cart well again", |e| {
        looping(e) == 0 && numbers(e, "shop", "cart").is_some_and(|(wanted, available)| wanted == available)
    })
    .await;
    let again = demo.run("workload.rollback", target, &[]).await;
    assert!(again.ending.words.iter().any(|w| w.contains("no revision before")), "{:?}", again.ending);
}
