//! What the console does many times a second, on a fleet of 100 clusters with 1,000 pods each: judging, answering a key,
//! and taking in and giving out what survives a restart.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a bench says by panicking what is wrong")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use quarterdeck::cli::Rigging;
use quarterdeck::console::app::{App, Event, Start};
use quarterdeck::console::keymap::Keymap;
use quarterdeck::console::theme::{Depth, Theme};
use quarterdeck::estate::{
    Counted, DeclaredSlo, EntryRef, Estate, Fact, Observation, Report, Sli, SloCounts, SourceKey, SourceName,
    WindowCount,
};
use quarterdeck::judge::{History, Policy, judge};
use quarterdeck::operate::WritePolicy;
use quarterdeck::source::Clock;
use quarterdeck::source::simulated::{Scale, Scenario, World, sources};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// The whole fleet, after every source has told all it knows.
fn fleet() -> Estate {
    let world = Arc::new(World::new(1, Scenario::Calm, Scale::Load { clusters: 100, pods: 1_000 }, noon()));
    // A world that all but stands still: each round measures the same estate.
    let mut rigging = Rigging::new(Estate::new(world.estate().clone()), Clock::paced(noon(), 1e-6));
    for source in sources(&world) {
        rigging.add(source);
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        rigging.start();
        while !rigging.estate.settled() {
            let said = rigging.observations.recv().await.unwrap();
            rigging.estate.apply(said);
        }
    });
    rigging.estate
}

fn console(estate: Estate) -> App {
    let (mut app, _) = App::new(Start {
        estate,
        history: History::default(),
        policy: Policy::default(),
        writes: WritePolicy::default(),
        spent_today_usd: 0.0,
        demo: None,
        theme: Theme::built_in(Depth::TrueColor),
        keys: Keymap::built_in(),
        size: (160, 48),
        now: noon(),
    });
    let judged = app.case().judged(judge);
    app.update(Event::Judged(judged));
    app
}

fn benches(c: &mut Criterion) {
    let estate = fleet();
    let pods: usize = estate.clusters().iter().map(|c| c.tally().total).sum();
    assert!(pods >= 90_000, "the fleet has {pods} pods");

    c.bench_function("judge 100,000 pods (at most 5 ms)", |b| {
        b.iter(|| black_box(judge(&estate, &History::default(), &Policy::default(), noon())));
    });

    // The same fleet, and 500 SLOs of which every fifth burns, judged by a console that has been watching.
    let estate_with_slos = with_slos(&estate, 500);
    let mut history = History::default();
    history.learn(&judge(&estate_with_slos, &history, &Policy::default(), noon()), noon());
    c.bench_function("judge 500 SLOs and 100,000 pods (at most 5 ms)", |b| {
        b.iter(|| black_box(judge(&estate_with_slos, &history, &Policy::default(), noon())));
    });

    let mut app = console(estate.clone());
    let mut terminal = Terminal::new(TestBackend::new(160, 48)).unwrap();
    let keys: keybinds::KeySeq = "4 j k".parse().unwrap();
    app.update(Event::Key(keys.as_slice()[0]));
    let mut down = true;
    c.bench_function("answer a key and draw (at most 16 ms)", |b| {
        b.iter(|| {
            down = !down;
            app.update(Event::Key(keys.as_slice()[if down { 1 } else { 2 }]));
            terminal.draw(|frame| app.draw(frame)).unwrap();
        });
    });

    let memory = estate.memory();
    c.bench_function("recall 100,000 pods", |b| {
        b.iter_batched(
            || (unspoken(&estate), memory.clone()),
            |(mut fresh, memory)| {
                for remembered in memory {
                    fresh.recall(remembered);
                }
                fresh
            },
            BatchSize::LargeInput,
        );
    });
    c.bench_function("gather what is worth keeping of 100,000 pods", |b| b.iter(|| black_box(estate.memory())));
}

/// The same estate with so many SLOs more, counted by one Prometheus server.
fn with_slos(estate: &Estate, slos: usize) -> Estate {
    let world = World::new(1, Scenario::Calm, Scale::Load { clusters: 100, pods: 1_000 }, noon());
    let mut declared = world.estate().clone();
    let names: Vec<String> = (0..slos).map(|i| format!("slo {i}")).collect();
    declared.slos.extend(names.iter().map(|name| DeclaredSlo {
        name: name.clone(),
        service: "checkout".to_owned(),
        objective: 99.9,
        window_s: 30 * 86_400,
        window: "30d".to_owned(),
        min_events: 100,
        sli: Sli::Prometheus {
            url: "http://127.0.0.1:9090".to_owned(),
            counted: Counted::Bad,
            events: "bad".to_owned(),
            total: "total".to_owned(),
        },
    }));
    let mut with = Estate::new(declared);
    for source in estate.sources() {
        with.register(source.key.clone(), source.feeds.clone());
    }
    let prometheus = SourceKey::new(SourceName::Prometheus).about("http://127.0.0.1:9090");
    with.register(prometheus.clone(), names.iter().map(|name| EntryRef::Slo(name.clone())).collect());
    for remembered in estate.memory() {
        with.recall(remembered);
    }
    let counts = |i: usize| {
        let bad = if i.is_multiple_of(5) { 20_000.0 } else { 10.0 };
        let count = WindowCount { bad: Some(bad), total: Some(1e6), partial: false };
        SloCounts { at: noon(), windows: [count; 7], whole: count }
    };
    let facts = names.iter().enumerate().map(|(i, name)| Fact::Slo(name.clone(), counts(i))).collect();
    let report = Report::Facts { as_of: noon(), facts, note: None };
    with.apply(Observation { source: prometheus, at: noon(), calls: 1, cost_usd: 0.0, report });
    with
}

/// The same estate before any source has spoken.
fn unspoken(estate: &Estate) -> Estate {
    let world = World::new(1, Scenario::Calm, Scale::Load { clusters: 100, pods: 1_000 }, noon());
    let mut fresh = Estate::new(world.estate().clone());
    for source in estate.sources() {
        fresh.register(source.key.clone(), source.feeds.clone());
    }
    fresh
}

criterion_group! {
    name = fleet_benches;
    config = Criterion::default().sample_size(20);
    targets = benches
}
criterion_main!(fleet_benches);
