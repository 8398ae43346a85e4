//! SLO arithmetic against vectors computed by hand.

use proptest::prelude::*;
use quarterdeck::estate::{SloCounts, Window, WindowCount};
use quarterdeck::judge::burn::{PAIRS, Reading, budget_ratio, burn, exceeds};

use crate::ground::*;

const DAY: u64 = 86_400;
const MONTH: u64 = 30 * DAY;

fn count(bad: f64, total: f64) -> WindowCount {
    WindowCount { bad: Some(bad), total: Some(total), partial: false }
}

/// Counts of 10,000 events in each window with these bad ones, shortest window first.
fn bad(bad: [f64; 7], whole: f64) -> SloCounts {
    counts(&bad.map(|b| count(b, 10_000.0)), count(whole, 1_000_000.0))
}

fn counts(windows: &[WindowCount; 7], whole: WindowCount) -> SloCounts {
    SloCounts { at: ago(1), windows: *windows, whole }
}

fn read(counts: &SloCounts) -> Reading {
    Reading::of(counts, 99.9, MONTH, 100)
}

/// What fires by these numbers alone, whatever fired before.
fn firing(reading: &Reading) -> Option<Vec<&'static str>> {
    reading.firing(reading.bits(|fires| fires == Some(true)))
}

#[test]
#[allow(clippy::float_cmp, reason = "the factors are exact decimals and must not drift")]
fn factors_follow_the_window_and_are_never_under_one() {
    for (days, factors) in [
        (30, [14.4, 6.0, 3.0, 1.0]),
        (28, [13.44, 5.6, 2.8, 1.0]),
        (7, [3.36, 1.4, 1.0, 1.0]),
        (1, [1.0, 1.0, 1.0, 1.0]),
        (90, [43.2, 18.0, 9.0, 3.0]),
    ] {
        assert_eq!(PAIRS.map(|pair| pair.factor(days * DAY)), factors, "{days} d");
    }
}

#[test]
#[allow(clippy::float_cmp, reason = "the ratios are exact decimals and must not drift")]
fn what_an_objective_leaves() {
    for (objective, ratio) in
        [(99.9, Some(0.001)), (99.95, Some(0.0005)), (99.0, Some(0.01)), (50.0, Some(0.5)), (100.0, None)]
    {
        assert_eq!(budget_ratio(objective), ratio, "{objective}");
    }
    let nines = budget_ratio(99.999_999_999).unwrap();
    assert!((nines / 1e-11 - 1.0).abs() < 1e-3, "{nines}");
}

#[test]
fn burn_is_the_error_ratio_over_what_the_objective_leaves() {
    // 4,380 of 300,000 are 1.46 %; 0.1 % are allowed.
    assert!((burn(&count(4_380.0, 300_000.0), 99.9).unwrap() - 14.6).abs() < 1e-9);
    assert_eq!(burn(&count(0.0, 300_000.0), 99.9), Some(0.0));
    assert_eq!(burn(&count(0.0, 0.0), 99.9), None, "no events are no verdict");
    assert_eq!(burn(&WindowCount { bad: None, ..count(0.0, 10.0) }, 99.9), None);
    assert_eq!(burn(&WindowCount { total: None, ..count(1.0, 0.0) }, 99.9), None);
}

#[test]
fn both_windows_must_exceed_the_factor() {
    // 144 of 10,000 burn exactly 14.4 times; 60 exactly 6; 30 exactly 3; 10 exactly 1.
    for (windows, fires) in [
        ([0.0; 7], vec![]),
        ([145.0, 0.0, 145.0, 0.0, 0.0, 0.0, 0.0], vec!["page 1h/5m"]),
        ([144.0, 0.0, 145.0, 0.0, 0.0, 0.0, 0.0], vec![]),
        ([145.0, 0.0, 144.0, 0.0, 0.0, 0.0, 0.0], vec![]),
        ([0.0, 61.0, 0.0, 0.0, 61.0, 0.0, 0.0], vec!["page 6h/30m"]),
        ([0.0, 60.0, 0.0, 0.0, 61.0, 0.0, 0.0], vec![]),
        ([0.0, 0.0, 0.0, 31.0, 0.0, 31.0, 0.0], vec!["ticket 1d/2h"]),
        ([0.0, 0.0, 0.0, 31.0, 0.0, 30.0, 0.0], vec![]),
        ([0.0, 0.0, 0.0, 0.0, 11.0, 0.0, 11.0], vec!["ticket 3d/6h"]),
        ([0.0, 0.0, 0.0, 0.0, 10.0, 0.0, 10.0], vec![]),
        ([200.0; 7], vec!["page 1h/5m", "page 6h/30m", "ticket 1d/2h", "ticket 3d/6h"]),
    ] {
        assert_eq!(firing(&read(&bad(windows, 0.0))), Some(fires), "{windows:?}");
    }
}

#[test]
fn the_worst_pair_is_furthest_over_its_factor() {
    // 1 h burns 14.5 of 14.4; 3 d burns 5 of 1.
    let reading = read(&bad([145.0, 0.0, 145.0, 0.0, 50.0, 0.0, 50.0], 0.0));
    let (pair, burn, factor) = reading.worst(0b1111, MONTH).unwrap();
    assert_eq!(pair.name, "ticket 3d/6h");
    assert!((burn - 5.0).abs() < 1e-9 && (factor - 1.0).abs() < 1e-12);
}

#[test]
fn what_is_left_and_when_it_will_be_gone() {
    // 375 of 1,000,000 are bad: 37.5 % of the budget are spent, and at 14.6 times the rest lasts 30 d × 0.625 ÷ 14.6.
    let reading = read(&bad([152.0, 149.0, 146.0, 91.0, 40.0, 14.0, 9.0], 375.0));
    assert!((reading.remaining_percent.unwrap() - 62.5).abs() < 1e-9);
    assert!((reading.exhausted_in_s.unwrap() - 110_958.904_109_589).abs() < 1e-3);
    let spent = read(&bad([10.0; 7], 1_000.0));
    assert!(spent.remaining_percent.unwrap().abs() < 1e-9);
    assert_eq!(spent.exhausted_in_s, Some(0.0), "nothing is left");
    let over = read(&bad([0.0; 7], 2_500.0));
    assert!((over.remaining_percent.unwrap() + 150.0).abs() < 1e-9, "it may be negative");
    assert_eq!(over.exhausted_in_s, Some(0.0), "nothing is left, though nothing burns");
    assert_eq!(read(&bad([0.0; 7], 0.0)).exhausted_in_s, None, "nothing burns");
}

#[test]
fn no_data_little_data_partial_data() {
    let good = count(0.0, 10_000.0);
    let none = WindowCount::default();
    let few = count(99.0, 99.0);
    let with = |index: usize, window: WindowCount| {
        let mut windows = [good; 7];
        windows[index] = window;
        read(&counts(&windows, good))
    };
    assert_eq!((with(0, good).data, firing(&with(0, good))), ("ok", Some(vec![])));
    assert_eq!((with(2, none).data, firing(&with(2, none))), ("no_data", None), "no total in the last hour");
    for index in 0..7 {
        assert_eq!(with(index, count(0.0, 100.0)).data, "ok", "as many as are asked for");
        let reading = with(index, few);
        assert_eq!((reading.data, firing(&reading)), ("low_traffic", None), "{:?}", Window::ALL[index]);
        assert!(reading.burn[index].is_some(), "its value stands, it only never fires");
    }
    assert_eq!(with(0, none).data, "low_traffic", "nothing in 5 minutes is little traffic");
    let partial = WindowCount { partial: true, ..good };
    let reading = read(&counts(&[good; 7], partial));
    assert_eq!((reading.data, firing(&reading)), ("partial", Some(vec![])));
    // The first that fits.
    assert_eq!(read(&counts(&[few; 7], partial)).data, "low_traffic");
    assert_eq!(read(&counts(&[none; 7], partial)).data, "no_data");
}

#[test]
fn what_fires_is_said_though_another_pair_has_no_verdict() {
    let mut counts = bad([200.0, 0.0, 200.0, 0.0, 0.0, 0.0, 0.0], 0.0);
    counts.windows[3] = count(1.0, 5.0);
    assert_eq!(firing(&read(&counts)), Some(vec!["page 1h/5m"]));
}

proptest! {
    #[test]
    fn burn_grows_with_the_errors(total in 1.0f64..1e9, share in 0.0f64..1.0, more in 0.0f64..1.0, objective in 50.0f64..99.99) {
        let less = burn(&count(total * share, total), objective).unwrap();
        let worse = burn(&count(total * (share + (1.0 - share) * more), total), objective).unwrap();
        prop_assert!(worse >= less);
        prop_assert!(!exceeds(less, worse));
    }

    #[test]
    fn more_errors_never_fire_less(bad in 0.0f64..5_000.0, more in 0.0f64..5_000.0) {
        let fires = |bad: f64| read(&even_counts(bad, 10_000.0)).bits(|fires| fires == Some(true)).count_ones();
        prop_assert!(fires(bad + more) >= fires(bad));
    }

    #[test]
    fn a_reading_never_invents_numbers(
        totals in prop::array::uniform7(prop::option::of(0.0f64..1e6)),
        bads in prop::array::uniform7(prop::option::of(0.0f64..1e6)),
    ) {
        let windows = std::array::from_fn(|i| WindowCount { bad: bads[i], total: totals[i], partial: false });
        let reading = read(&counts(&windows, windows[6]));
        for (i, burn) in reading.burn.iter().enumerate() {
            prop_assert_eq!(burn.is_some(), bads[i].is_some() && totals[i].is_some_and(|t| t > 0.0));
            prop_assert!(burn.is_none_or(|b| b.is_finite() && b >= 0.0));
        }
        prop_assert!(reading.data != "ok" || firing(&reading).is_some());
    }
}
