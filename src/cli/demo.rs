//! `quarterdeck demo`: the console on the embedded estate.

use std::sync::Arc;

use jiff::Timestamp;

use super::args::Demo;
use super::operate::person;
use super::output::complain;
use super::screen::{self, Screen};
use super::trial::Trial;
use super::{Context, Exit, Rigging};
use crate::config::did_you_mean;
use crate::console::Operator;
use crate::estate::Estate;
use crate::judge::{History, Policy};
use crate::operate::journal::Journal;
use crate::operate::run::Ground;
use crate::operate::{Restraints, WritePolicy};
use crate::source::Clock;
use crate::source::simulated::{self, Scale, Scenario, SimulatedHands, World};
use crate::store::seen::Seen;
use crate::store::{JournalFile, LeaseFiles};

/// Runs the console on a world of its own; nothing leaves the machine, nothing is kept. Operations act on
/// that world alone, by a journal that goes with it.
pub(super) fn run(demo: &Demo, context: &Context) -> Exit {
    let Some(scenario) = Scenario::named(&demo.scenario) else {
        return complain(&unknown(&demo.scenario), Exit::Usage);
    };
    let scale = demo.clusters.map_or(Scale::Innovate, |clusters| Scale::Load { clusters, pods: demo.pods });
    let begin = Timestamp::now();
    let clock = Clock::paced(begin, demo.speed);
    let world = Arc::new(World::new(demo.seed, scenario, scale, begin));
    let mut rigging = Rigging::new(Estate::new(world.estate().clone()), clock);
    for source in simulated::sources(&world) {
        rigging.add(source);
    }
    // The world goes when this ends, and with it what its journal tells of.
    let trial = Trial::within(context.places.state());
    let operator = Operator {
        ground: Ground {
            hands: Arc::new(SimulatedHands::new(world.clone(), clock)),
            journal: Journal::new(Arc::new(JournalFile::within(trial.folder()))),
            leases: Arc::new(LeaseFiles::within(trial.folder())),
            clock: Arc::new(clock),
            person: person::login_name(),
        },
        restraints: Restraints::of(world.estate(), Vec::new()),
        seen: Seen::within(trial.folder()),
    };
    let screen = Screen {
        rigging,
        policy: Policy::default(),
        writes: WritePolicy::default(),
        operator: Some(operator),
        history: History::default(),
        spent_today_usd: 0.0,
        demo: Some(scenario.name().to_owned()),
        writer: None,
        notices: Vec::new(),
    };
    screen::run(|| Ok(screen), context)
}

/// There is no such scenario: what was meant, and which there are.
pub(super) fn unknown(name: &str) -> String {
    let names = || Scenario::ALL.iter().map(|s| s.name());
    let meant = did_you_mean(name, names()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let known = Scenario::ALL.map(|s| format!("  {:<20} {}", s.name(), s.describe()));
    format!("there is no scenario `{name}`{meant}\n{}", known.join("\n"))
}
