//! The history of an SLO's events: hand-computed windows, and laws that hold whatever comes in whatever order.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test says what is wrong by panicking, and whole numbers add up exactly"
)]

use jiff::Timestamp;
use proptest::prelude::*;
use quarterdeck::estate::{Covered, SliPoint, SliPoints, SliSeries, WindowCount};

/// 2026-11-21T12:00:00Z, a multiple of five minutes.
const NOON: i64 = 1_795_262_400;
const MONTH: u64 = 30 * 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn point(second: i64, bad: f64, total: f64) -> SliPoint {
    SliPoint { at: at(second), bad: Some(bad), total: Some(total) }
}

fn minutes(points: Vec<SliPoint>) -> SliPoints {
    SliPoints { minutes: points, ..SliPoints::default() }
}

fn fives(points: Vec<SliPoint>) -> SliPoints {
    SliPoints { five_minutes: points, ..SliPoints::default() }
}

fn told(points: &SliPoints, now: i64) -> SliSeries {
    let mut series = SliSeries::new(MONTH);
    series.take(points, at(now));
    series
}

fn count(bad: f64, total: f64, partial: bool) -> WindowCount {
    WindowCount { bad: Some(bad), total: Some(total), partial }
}

#[test]
fn windows_end_at_the_minute_and_begin_at_the_minute() {
    // 100 events a minute for seven hours up to 12:03, one of them bad; ten bad ones in the minute that begins at 06:02,
    // which the 6 h before 12:03 do not reach.
    let end = NOON + 180;
    let per_minute = (1..=420).map(|i| {
        let start = end - 60 * i;
        point(start, if start == end - 6 * 3_600 - 60 { 10.0 } else { 1.0 }, 100.0)
    });
    let series = told(&minutes(per_minute.collect()), end + 5);
    let counts = series.counts(at(end), MONTH);
    let by_hand = [(5.0, 500.0), (30.0, 3_000.0), (60.0, 6_000.0), (120.0, 12_000.0), (360.0, 36_000.0)];
    for (window, (bad, total)) in counts.windows.iter().zip(by_hand) {
        assert_eq!(*window, count(bad, total, false));
    }
    // A day and more are not known whole: what is known is counted, and said to be partial.
    assert_eq!(counts.windows[5], count(429.0, 42_000.0, true));
    assert_eq!(counts.whole, count(429.0, 42_000.0, true));
}

#[test]
fn a_five_minute_slot_is_cut_in_proportion() {
    let series = told(&fives(vec![point(NOON - 600, 10.0, 100.0), point(NOON - 300, 0.0, 50.0)]), NOON + 1);
    assert_eq!(series.count(at(NOON - 480), at(NOON)), count(6.0, 110.0, false));
}

#[test]
fn missing_is_not_zero() {
    // Minutes of 12:00 to 12:05, of which the one at 12:02 is missing and the one at 12:03 had no events.
    let points = vec![
        point(NOON, 1.0, 10.0),
        point(NOON + 60, 0.0, 10.0),
        point(NOON + 180, 0.0, 0.0),
        point(NOON + 240, 2.0, 10.0),
    ];
    let series = told(&minutes(points), NOON + 301);
    assert_eq!(series.count(at(NOON), at(NOON + 300)), count(3.0, 30.0, true));
    assert_eq!(series.count(at(NOON + 120), at(NOON + 180)), WindowCount { bad: None, total: None, partial: true });
    assert_eq!(series.count(at(NOON + 180), at(NOON + 240)), count(0.0, 0.0, false), "no events are known to be none");
    // As five minutes nothing is missing: CloudWatch has a point of 300 s there.
    let slots: Vec<_> = series.five_minutes().map(|p| (p.at, p.bad, p.total)).collect();
    assert_eq!(slots, [(at(NOON), Some(3.0), Some(30.0))]);
    assert_eq!(series.minutes().filter(|p| p.total.is_none()).map(|p| p.at).collect::<Vec<_>>(), [at(NOON + 120)]);
}

#[test]
fn a_gap_is_five_minutes_without_data_in_time_that_was_asked_for() {
    // Two hours up to noon, of which the five minutes from 11:00 are not there.
    let told_points = (0..24).filter(|i| *i != 12).map(|i| point(NOON - 7_200 + 300 * i, 0.0, 10.0)).collect();
    let covered = |from, until| Some(Covered { from: at(from), until: at(until) });
    let series = |covered| told(&SliPoints { five_minutes: told_points, covered, ..SliPoints::default() }, NOON + 60);
    let gap = NOON - 3_600;
    let asked = series(covered(NOON - 7_200, NOON + 60));
    assert!(asked.lacks(NOON - 7_200, NOON) && asked.lacks(gap, gap + 300) && !asked.lacks(gap + 300, NOON));
    // Whole five minutes alone: what goes on is not missing, nor is what was never asked for.
    assert!(!asked.lacks(gap + 1, NOON + 60) && !asked.lacks(NOON, NOON + 299) && !asked.lacks(NOON - 90_000, gap));
    let points = |covered| SliPoints { covered, ..SliPoints::default() };
    let nothing = told(&points(covered(NOON - 600, NOON)), NOON + 60);
    assert!(nothing.lacks(NOON - 300, NOON) && !told(&points(None), NOON).lacks(NOON - 300, NOON));
}

#[test]
fn what_is_not_known_to_be_good_is_not_counted_as_good() {
    let unknown = SliPoint { at: at(NOON), bad: None, total: Some(90.0) };
    let alone = told(&minutes(vec![unknown]), NOON + 61);
    let window = (at(NOON), at(NOON + 60));
    assert_eq!(alone.count(window.0, window.1), WindowCount { bad: None, total: Some(90.0), partial: true });
    let both = told(&minutes(vec![unknown, point(NOON + 60, 1.0, 10.0)]), NOON + 121);
    assert_eq!(both.count(at(NOON), at(NOON + 120)), count(1.0, 10.0, true));
    let nothing = told(&minutes(vec![SliPoint { at: at(NOON), bad: None, total: Some(0.0) }]), NOON + 61);
    assert_eq!(nothing.count(window.0, window.1), count(0.0, 0.0, false), "of no events none was bad");
}

#[test]
fn nonsense_and_the_future_are_left_out() {
    let points = vec![
        point(NOON, f64::NAN, f64::NAN),
        point(NOON + 60, -1.0, -5.0),
        point(NOON + 120, 0.0, f64::INFINITY),
        point(NOON + 600, 0.0, 10.0),
        point(NOON - 400 * 86_400, 0.0, 10.0),
    ];
    assert!(told(&minutes(points.clone()), NOON + 600).is_empty());
    assert!(told(&fives(points), NOON + 600).is_empty());
}

#[test]
fn old_minutes_become_five_minutes_and_old_slots_are_forgotten() {
    let mut series = told(&minutes((0..10).map(|i| point(NOON + 60 * i, 1.0, 7.0)).collect()), NOON + 600);
    let before = series.counts(at(NOON + 600), MONTH).whole;
    let later = NOON + 600 + series.minutes_kept_s();
    series.take(&SliPoints::default(), at(later));
    assert_eq!(series.minutes().count(), 0);
    assert_eq!(series.five_minutes().map(|p| p.total).collect::<Vec<_>>(), [Some(35.0); 2]);
    assert_eq!(series.count(at(NOON), at(NOON + 600)), WindowCount { partial: false, ..before });
    // A minute that comes too late is not added to what was rolled up.
    series.take(&minutes(vec![point(NOON, 5.0, 7.0)]), at(later));
    assert_eq!(series.count(at(NOON), at(NOON + 600)), count(10.0, 70.0, false));
    series.take(&SliPoints::default(), at(NOON + 36 * 86_400));
    assert!(series.is_empty());
}

#[test]
fn what_is_kept_comes_back_the_same_and_only_what_changed_is_kept_again() {
    let mut series = told(&fives((1..5_000).map(|i| point(NOON - 300 * i - 90_000, 1.0, 60.0)).collect()), NOON);
    let (first, whole) = series.changed_since(0);
    series.take(&minutes((1..=1_500).map(|i| point(NOON - 60 * i, 0.0, 12.0)).collect()), at(NOON));
    let (second, rest) = series.changed_since(first);
    assert!(rest.len() < 15, "{} chunks", rest.len());
    assert_eq!(series.changed_since(second).1, []);
    series.take(&minutes(vec![point(NOON - 60, 0.0, 12.0)]), at(NOON + 1));
    assert_eq!(series.changed_since(second).1, [], "a point that is known already changes nothing");

    let mut back = SliSeries::new(MONTH);
    let all: Vec<_> = whole.into_iter().chain(rest).collect();
    back.restore(&all, None, at(NOON + 1));
    assert_eq!(back.counts(at(NOON), MONTH), series.counts(at(NOON), MONTH));
    assert!(back.minutes().eq(series.minutes()) && back.five_minutes().eq(series.five_minutes()));

    // Five days later: the minutes are five minutes now, and nothing is lost.
    let mut late = SliSeries::new(MONTH);
    late.restore(&all, None, at(NOON + 5 * 86_400));
    assert_eq!(late.minutes().count(), 0);
    let window = (at(NOON - 90_000), at(NOON));
    assert_eq!(late.count(window.0, window.1), series.count(window.0, window.1));
}

/// Points over three days, some of them missing, with whole numbers so that sums are exact.
fn some_points() -> impl Strategy<Value = Vec<(i64, Option<u8>, u8)>> {
    proptest::collection::vec((0_i64..4_320, proptest::option::weighted(0.95, 0_u8..10), 10_u8..200), 1..400)
}

fn as_points(raw: &[(i64, Option<u8>, u8)]) -> Vec<SliPoint> {
    let mut last = std::collections::BTreeMap::new();
    for (minute, bad, total) in raw {
        let at = at(NOON - 60 * (minute + 1));
        last.insert(at, SliPoint { at, bad: bad.map(f64::from), total: Some(f64::from(*total)) });
    }
    last.into_values().collect()
}

proptest! {
    #[test]
    fn order_and_duplicates_change_nothing(raw in some_points(), seed in any::<u64>(), parts in 1_usize..6) {
        let points = as_points(&raw);
        let once = told(&minutes(points.clone()), NOON);
        let mut shuffled = [points.clone(), points].concat();
        let mut random = seed;
        for i in (1..shuffled.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, usize::try_from(random >> 33).unwrap() % (i + 1));
        }
        let mut piecemeal = SliSeries::new(MONTH);
        for part in shuffled.chunks(shuffled.len().div_ceil(parts)) {
            piecemeal.take(&minutes(part.to_vec()), at(NOON));
        }
        prop_assert_eq!(piecemeal.counts(at(NOON), MONTH), once.counts(at(NOON), MONTH));
        prop_assert!(piecemeal.minutes().eq(once.minutes()));
    }

    #[test]
    fn splitting_a_window_changes_nothing(raw in some_points(), cut in 1_i64..4_319) {
        let known: Vec<SliPoint> = as_points(&raw).into_iter().filter(|p| p.bad.is_some()).collect();
        let series = told(&minutes(known), NOON);
        let (from, middle, to) = (at(NOON - 259_200), at(NOON - 60 * cut), at(NOON));
        let (whole, a, b) = (series.count(from, to), series.count(from, middle), series.count(middle, to));
        prop_assert_eq!(whole.total.unwrap_or(0.0), a.total.unwrap_or(0.0) + b.total.unwrap_or(0.0));
        prop_assert_eq!(whole.bad.unwrap_or(0.0), a.bad.unwrap_or(0.0) + b.bad.unwrap_or(0.0));
    }

    #[test]
    fn windows_are_the_sums_of_their_minutes(raw in some_points(), late in 0_i64..5) {
        let points = as_points(&raw);
        let series = told(&minutes(points.clone()), NOON);
        let end = NOON - 60 * late;
        let counts = series.counts(at(end), MONTH);
        for (window, seconds) in counts.windows.iter().zip([300, 1_800, 3_600, 7_200, 21_600, 86_400, 259_200]) {
            let inside = |p: &&SliPoint| (end - seconds..end).contains(&p.at.as_second());
            let judged: Vec<_> = points.iter().filter(inside).filter(|p| p.bad.is_some()).collect();
            let total: f64 = judged.iter().filter_map(|p| p.total).sum();
            let bad: f64 = judged.iter().filter_map(|p| p.bad).sum();
            if judged.is_empty() {
                prop_assert_eq!(window.bad, None);
            } else {
                prop_assert_eq!((window.bad, window.total), (Some(bad), Some(total)));
            }
            prop_assert_eq!(window.total.is_some(), points.iter().any(|p| inside(&p)));
        }
    }

    #[test]
    fn rolling_up_keeps_every_whole_slot(raw in some_points(), hours in 1_i64..90) {
        let known: Vec<SliPoint> = as_points(&raw).into_iter().filter(|p| p.bad.is_some()).collect();
        let mut series = told(&minutes(known), NOON);
        let window = (at(NOON - 259_200), at(NOON));
        let before = series.count(window.0, window.1);
        series.take(&SliPoints::default(), at(NOON + 3_600 * hours));
        prop_assert_eq!(series.count(window.0, window.1), before);
    }
}
