//! SLOs with a past: their panes and pages, and why, in every state of their data.

use jiff::SignedDuration;

use super::fixture::{self, Set, ago, facts, key};
use super::{drawn, listing, quickest_of_three, text};
use crate::console::view::{PaneId, Spot, View};
use crate::estate::*;

/// So many days of events, `bad` of each thousand; in `bursts` (hours ago, hours long) thirty times as many; what lies
/// in `gaps` is not known.
fn past(days: i64, per_minute: f64, bad: f64, bursts: &[(i64, i64)], gaps: &[(i64, i64)]) -> SliPoints {
    let within = |spans: &[(i64, i64)], minutes_ago: i64| {
        spans.iter().any(|(from, long)| minutes_ago <= from * 60 && minutes_ago > (from - long) * 60)
    };
    let point = |minutes_ago: i64, minutes: i64| {
        let at = ago(minutes_ago) - SignedDuration::from_secs(12);
        let total = per_minute * minutes as f64;
        let share = if within(bursts, minutes_ago) { bad * 30.0 } else { bad };
        let known = !within(gaps, minutes_ago);
        SliPoint { at, bad: known.then_some(total * share / 1_000.0), total: known.then_some(total) }
    };
    SliPoints {
        five_minutes: (865..days * 288).rev().map(|n| point(n * 5, 5)).collect(),
        minutes: (2..=4_325).rev().map(|m| point(m, 1)).collect(),
        covered: None,
        counts_at: Some(ago(1) - SignedDuration::from_secs(12)),
    }
}

fn told(set: Set, points: Vec<(&str, SliPoints)>) -> Set {
    let all = points.into_iter().map(|(name, points)| Fact::SliPoints(name.to_owned(), points)).collect();
    set.told([facts(&key(SourceName::CloudWatch, "us-east-1"), 0, all)])
}

/// The evening of the drawings with the history that led to it.
fn storied() -> Set {
    let points = vec![
        ("checkout availability", past(31, 900.0, 0.5, &[(1, 1), (400, 3), (200, 2)], &[(300, 20)])),
        ("payments availability", past(31, 300.0, 0.1, &[], &[])),
        ("search latency", past(31, 500.0, 5.6, &[], &[])),
        ("reports freshness", past(31, 0.05, 0.0, &[], &[])),
        ("deploys", past(31, 2.0, 4.0, &[], &[(2, 2)])),
    ];
    told(fixture::calm(), points).judged(18)
}

fn quiet() -> Set {
    told(fixture::calm(), vec![("checkout availability", past(31, 900.0, 0.2, &[], &[]))]).judged(148)
}

fn slo(name: &str) -> Spot {
    Spot::Entry(EntryRef::Slo(name.to_owned()))
}

fn page(name: &str, set: &Set, spot: &Spot, section: usize, sizes: &[(u16, u16)]) {
    for size in sizes {
        let view = View { trail: vec![spot.clone()], section, ..View::new(*size) };
        insta::assert_snapshot!(format!("{name}_{}", size.0), text(&drawn(set, &view)));
    }
}

const SMALL: &[(u16, u16)] = &[(80, 24)];
const ALL: &[(u16, u16)] = &[(80, 24), (120, 31), (200, 60)];

#[test]
fn the_page_of_an_slo_that_burns() {
    let (set, spot) = (storied(), slo("checkout availability"));
    page("slo_burning_budget", &set, &spot, 0, ALL);
    page("slo_burning_burn", &set, &spot, 1, SMALL);
    page("slo_burning_windows", &set, &spot, 2, SMALL);
    page("slo_burning_alerts", &set, &spot, 3, SMALL);
}

#[test]
fn the_page_of_an_slo_in_every_state_of_its_data() {
    page("slo_calm", &quiet(), &slo("checkout availability"), 0, SMALL);
    page("slo_low_traffic", &storied(), &slo("reports freshness"), 2, SMALL);
    page("slo_no_data", &storied(), &slo("deploys"), 0, SMALL);
    let denied = fixture::failed(&key(SourceName::CloudWatch, "us-east-1"), "AccessDenied: ask for GetMetricData");
    page("slo_stale", &storied().told([denied.clone()]).judged(2), &slo("checkout availability"), 0, SMALL);
    let never = fixture::waiting(&fixture::declared()).told([fixture::verified(), denied]).judged(2);
    page("slo_denied", &never, &slo("checkout availability"), 0, SMALL);
    let name = fixture::hostile().estate.slos()[0].declared.name.clone();
    page("slo_hostile", &fixture::hostile(), &slo(&name), 0, SMALL);
}

#[test]
fn the_slos_as_a_table() {
    for size in ALL {
        let view = View { focus: PaneId::Slos, ..View::new(*size) };
        insta::assert_snapshot!(format!("slos_storied_{}", size.0), text(&drawn(&storied(), &view)));
    }
}

#[test]
fn why_it_is_so() {
    let set = storied();
    page("why_slo", &set, &Spot::Why(Box::new(slo("checkout availability"))), 0, ALL);
    page("why_no_data", &set, &Spot::Why(Box::new(slo("deploys"))), 0, SMALL);
    page("why_in_order", &set, &Spot::Why(Box::new(slo("payments availability"))), 0, SMALL);
    let burning = fixture::burning();
    let of = |spot: Spot| Spot::Why(Box::new(spot));
    page("why_database", &burning, &of(Spot::Entry(EntryRef::Database("orders".to_owned()))), 0, SMALL);
    page("why_pod", &burning, &of(Spot::Pod("prod-use1".to_owned(), Name::new("shop", "cart-7d4b9c-00000"))), 0, SMALL);
    page("why_gone", &burning, &of(Spot::Alert("slo.burn", "nothing".to_owned())), 0, SMALL);
    let failing = fixture::stale();
    page("why_source", &failing, &of(Spot::Source(key(SourceName::Rds, "us-east-1"))), 0, SMALL);
}

/// The alerts as a tab of their own, and among the other panes.
#[test]
fn the_alerts_in_every_state() {
    let sets = [
        ("burning", fixture::burning()),
        ("calm", fixture::calm()),
        ("stale", fixture::stale()),
        ("empty", fixture::empty()),
        ("waiting", fixture::waiting(&fixture::declared()).judged(1)),
        ("hostile", fixture::hostile()),
    ];
    for (name, set) in sets {
        let view = View { focus: PaneId::Alerts, ..View::new((80, 24)) };
        insta::assert_snapshot!(format!("alerts_{name}"), text(&drawn(&set, &view)));
    }
}

/// No state of the data ever looks healthy.
#[test]
fn what_is_not_known_never_looks_healthy() {
    let set = storied();
    for size in [(80, 24), (120, 31), (200, 60), (300, 100)] {
        let screen = text(&drawn(&set, &View { focus: PaneId::Slos, ..View::new(size) }));
        for (name, words) in [("reports freshness", "low traffic"), ("deploys", "no data for 2 h")] {
            let line = screen.lines().find(|l| l.contains(name) && l.contains(words));
            let line = line.unwrap_or_else(|| panic!("{name} does not say {words} at {size:?}:\n{screen}"));
            assert!(line.contains('○') || line.contains('◌'), "{line}");
            assert!(!line.split(name).next().unwrap_or_default().ends_with("● "), "{line}");
        }
    }
}

/// Five hundred SLOs: each is there once, and a key is answered at once.
#[test]
fn five_hundred_slos_scroll() {
    let mut declared = fixture::declared();
    let first = declared.slos[0].clone();
    declared.slos = (0..500).map(|n| DeclaredSlo { name: format!("slo {n:03}"), ..first.clone() }).collect();
    let names: Vec<String> = declared.slos.iter().map(|s| s.name.clone()).collect();
    let all = names.iter().map(|name| (name.as_str(), past(4, 100.0, 0.1, &[], &[]))).collect();
    let set = told(fixture::waiting(&declared).told([fixture::verified()]), all).judged(3);
    let mut view = View { focus: PaneId::Slos, ..View::new((200, 60)) };
    let rows = listing(&set.scene(), &view);
    assert_eq!(rows.len(), 500);
    let best = quickest_of_three(|| {
        for at in [0, 250, 499] {
            view.selected.insert(view.list(), rows[at].clone());
            let screen = text(&drawn(&set, &view));
            assert!(screen.contains(&format!("{}/500", at + 1)), "{screen}");
        }
    });
    assert!(best.as_millis() < 1_500, "{best:?} even without optimisation");
}
