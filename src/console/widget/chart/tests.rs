//! Charts, looked at and measured.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::console::widget::quantity::{burn, percent};

fn at(minutes: i64) -> Timestamp {
    "2026-11-20T18:30:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

fn chart(points: Vec<Point>, rows: usize) -> Chart {
    let limit = |value: f64, label: &str| Limit { value, label: label.to_owned() };
    Chart {
        from: at(0),
        to: at(60),
        points,
        join_s: 180,
        limits: vec![limit(14.4, "page 1h"), limit(6.0, "page 6h")],
        ideal: None,
        zones: vec![Zone { from: 14.4, to: f64::INFINITY, role: Role::Critical }],
        shown: (0.0, 1.0),
        write: burn,
        rows,
        empty: "no point in this hour".to_owned(),
    }
}

fn points(of: impl Fn(i64) -> Option<f64>) -> Vec<Point> {
    (0..=60).filter_map(|m| of(m).map(|value| Point { at: at(m), value })).collect()
}

fn picture(chart: &Chart, columns: usize) -> String {
    chart.lines(columns).iter().map(|l| l.text().trim_end().to_owned() + "\n").collect()
}

#[test]
fn a_burn_rises_over_its_factors() {
    let rising = points(|m| Some(if m < 30 { 0.0 } else { f64::from(i32::try_from(m - 30).unwrap()) * 0.6 }));
    insta::assert_snapshot!("burn_80", picture(&chart(rising.clone(), 9), 78));
    insta::assert_snapshot!("burn_40", picture(&chart(rising, 6), 40));
}

#[test]
fn a_gap_stays_a_gap() {
    let broken = points(|m| (!(20..40).contains(&m)).then_some(10.0));
    let picture = picture(&chart(broken, 5), 70);
    let line = picture.lines().find(|l| l.contains('⠉') || l.contains('⣀') || l.contains('⠤') || l.contains('⠒'));
    assert!(line.unwrap().contains("   "), "{picture}");
    insta::assert_snapshot!("gap", &picture);
}

#[test]
fn what_is_above_a_limit_looks_like_it() {
    let spike = points(|m| Some(if m == 30 { 20.0 } else { 1.0 }));
    let chart = chart(spike, 8);
    let debug = format!("{:?}", chart.lines(70));
    assert!(debug.contains("Critical"), "{debug}");
}

#[test]
fn a_huge_peak_bends_the_scale() {
    let peak = points(|m| Some(if (30..34).contains(&m) { 700.0 } else { 2.0 }));
    insta::assert_snapshot!("peak", picture(&chart(peak, 9), 78));
}

#[test]
fn a_budget_burns_down_beside_its_ideal() {
    let left = points(|m| Some(100.0 - f64::from(i32::try_from(m * m).unwrap()) / 32.0));
    let chart = Chart {
        limits: vec![Limit { value: 0.0, label: "spent".to_owned() }],
        ideal: Some((100.0, 0.0)),
        shown: (0.0, 100.0),
        write: percent,
        ..chart(left, 10)
    };
    insta::assert_snapshot!("budget_80", picture(&chart, 78));
    insta::assert_snapshot!("budget_200", picture(&Chart { rows: 14, ..chart }, 196));
}

#[test]
fn without_points_it_says_so_and_without_room_too() {
    assert_eq!(picture(&chart(Vec::new(), 9), 78), "no point in this hour\n");
    assert_eq!(picture(&chart(points(|_| Some(2.0)), 9), 11).replace('\n', " "), "from 2.0 to 2.0, last 2.0 ");
    assert_eq!(picture(&chart(points(|_| Some(f64::NAN)), 9), 78), "no point in this hour\n");
}

proptest! {
    #[test]
    fn any_chart_is_drawn_within_its_room(
        values in prop::collection::vec((-90_i64..150, prop_oneof![any::<f64>(), 0.0..40.0_f64]), 0..80),
        limits in prop::collection::vec(prop_oneof![any::<f64>(), 0.0..20.0_f64], 0..5),
        ideal in prop::option::of((any::<f64>(), any::<f64>())),
        columns in 0_usize..310,
        rows in 0_usize..60,
        shown in (any::<f64>(), any::<f64>()),
        span in prop_oneof![0_i64..200, 0_i64..1_000_000],
    ) {
        let mut values: Vec<Point> = values.into_iter().map(|(m, value)| Point { at: at(m), value }).collect();
        values.sort_by_key(|p| p.at);
        let limits = limits.into_iter().map(|value| Limit { value, label: "l".to_owned() }).collect();
        let chart = Chart { limits, ideal, shown, to: at(span), ..chart(values, rows) };
        for line in chart.lines(columns) {
            prop_assert!(line.width() <= columns.max(2), "{} of {columns}", line.width());
        }
    }
}
