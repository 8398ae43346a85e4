//! `quarterdeck demo`: the console on the embedded estate.

use std::sync::Arc;

use jiff::Timestamp;

use super::args::Demo;
use super::output::complain;
use super::screen::{self, Screen};
use super::{Context, Exit, Rigging};
use crate::config::did_you_mean;
use crate::estate::Estate;
use crate::judge::{History, Policy};
use crate::operate::WritePolicy;
use crate::source::Clock;
use crate::source::simulated::{self, Scale, Scenario, World};

/// Runs the console on a world of its own; nothing leaves the machine, nothing is kept.
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
    let screen = Screen {
        rigging,
        policy: Policy::default(),
        writes: WritePolicy::default(),
        operator: None,
        history: History::default(),
        spent_today_usd: 0.0,
        demo: Some(scenario.name().to_owned()),
        writer: None,
        notices: Vec::new(),
    };
    screen::run(|| Ok(screen), context)
}

fn unknown(name: &str) -> String {
    let names = || Scenario::ALL.iter().map(|s| s.name());
    let meant = did_you_mean(name, names()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let known = Scenario::ALL.map(|s| format!("  {:<20} {}", s.name(), s.describe()));
    format!("there is no scenario `{name}`{meant}\n{}", known.join("\n"))
}
