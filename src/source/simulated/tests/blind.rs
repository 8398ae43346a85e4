//! SLOs that cannot be judged, each for a reason of its own.

use super::*;
use crate::estate::{SourceState, WindowCount};

/// Everything that the world's sources tell at an instant, heard by an estate.
fn hear(world: &World, estate: &mut Estate, now: At) {
    for part in world.parts() {
        let key = world.key(&part);
        estate.register(key.clone(), world.feeds(&part));
        let report = match world.obstacle(&part, &mut Moment::new(now)) {
            Some(Obstacle::Down(reason) | Obstacle::LoggedOut(reason)) => Report::Failed { reason, next_try_at: None },
            None => {
                let mut facts: Vec<Fact> = world.facts(&part, now);
                facts.extend(world.history(&part, None, now));
                Report::Facts { as_of: stamp(now), facts, note: None }
            }
        };
        estate.apply(Observation { source: key, at: stamp(now), calls: 1, cost_usd: 0.0, report });
    }
}

#[test]
fn each_blind_spot_is_a_state_of_its_own() {
    let world = world(Scenario::BlindSpots);
    let mut estate = Estate::new(world.estate().clone());
    hear(&world, &mut estate, ORIGIN + 40);
    let counts = |name: &str| estate.slo(name).unwrap().counts.as_ref().unwrap().value.clone();
    let of =
        |counts: &SloCounts, window: Window| counts.windows[Window::ALL.iter().position(|w| *w == window).unwrap()];
    let reports = of(&counts("reports availability"), Window::H1);
    assert!((1.0..100.0).contains(&reports.total.unwrap()) && !reports.partial, "low traffic: {reports:?}");
    let exports = counts("exports availability");
    assert_eq!(of(&exports, Window::H2), WindowCount { bad: None, total: None, partial: true }, "no data");
    assert!(of(&exports, Window::H6).total.unwrap() > 100.0, "and there was some");
    let webhooks = counts("webhooks availability");
    let partial: Vec<bool> = webhooks.windows.iter().map(|w| w.partial).collect();
    assert_eq!(partial, [false, false, false, false, false, true, true], "partial data");
    let refunds = counts("refunds availability");
    for window in [Window::M5, Window::H1] {
        let WindowCount { bad, total, .. } = of(&refunds, window);
        assert!(bad.unwrap() / total.unwrap() > 14.4 * 0.001, "{} pages", window.word());
    }
    hear(&world, &mut estate, ORIGIN + 60);
    let silent = estate.sources().iter().filter(|s| s.state != SourceState::Live).count();
    assert_eq!(silent, 1, "the server that the page rests on");
    assert_eq!(estate.slo("refunds availability").unwrap().counts.as_ref().unwrap().value, refunds);
}
