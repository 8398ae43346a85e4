//! Numbers with a past: sparklines in rows, tables and charts on pages, and the chart that says why.

use jiff::SignedDuration;

use super::fixture::{self, Set, ago, now};
use super::{drawn, text};
use crate::console::pane::courses;
use crate::console::view::{PaneId, Spot, View};
use crate::estate::{BudgetPeriod, EntryRef, Fact, SourceName};

/// What an earlier look saw of a number: a value for each minute of the last hours, none for a gap.
fn seen(set: &mut Set, metric: &str, entry: &EntryRef, hours: i64, value: impl Fn(i64) -> Option<f64>) {
    let points = (1..=hours * 60).rev().filter_map(|minute| Some((ago(minute), value(minute)?)));
    set.estate.recall_course(metric, entry, points);
}

fn database(name: &str) -> EntryRef {
    EntryRef::Database(name.to_owned())
}

/// The evening of the drawings with the numbers that led to it: connections climb over both thresholds, an hour of the
/// CPU was not seen, and a month's spending rises on weekdays.
fn told() -> Set {
    let mut set = fixture::burning();
    let orders = database("orders");
    let wave = |minute: i64| 40.0 + 20.0 * (minute as f64 / 90.0).sin();
    seen(&mut set, "database.cpu_percent", &orders, 24, |m| (!(120..180).contains(&m)).then(|| wave(m)));
    seen(&mut set, "database.connections", &orders, 24, |m| Some(300.0 + 600.0 * (-(m as f64) / 60.0).exp()));
    seen(&mut set, "database.replica_lag_ms", &orders, 24, |m| Some(if m == 200 { 1_400.0 } else { 22.0 }));
    let prod = EntryRef::Cluster("prod-use1".to_owned());
    seen(&mut set, "cluster.pods_pending", &prod, 24, |m| Some(if m < 30 { 4.0 } else { 0.0 }));
    seen(&mut set, "cluster.restarts_1h", &prod, 24, |m| Some(if m < 60 { 60.0 - m as f64 } else { 0.0 }));
    let budget = EntryRef::Budget("production".to_owned());
    let per_day = |day: i64| if day % 7 < 2 { 40.0 } else { 90.0 };
    let points = (0..35 * 288).map(|n| {
        let at = now() - SignedDuration::from_mins(5 * (35 * 288 - n));
        let (day, of_month) = (n / 288, at.to_zoned(jiff::tz::TimeZone::UTC).day());
        (at, (0..i64::from(of_month)).map(|back| per_day(day - back)).sum())
    });
    set.estate.recall_course("budget.actual_usd", &budget, points);
    set.judged(18)
}

fn page(name: &str, set: &Set, spot: &Spot, sizes: &[(u16, u16)]) {
    for size in sizes {
        let view = View { trail: vec![spot.clone()], ..View::new(*size) };
        insta::assert_snapshot!(format!("trend_{name}_{}", size.0), text(&drawn(set, &view)));
    }
}

const ALL: &[(u16, u16)] = &[(80, 24), (120, 31), (200, 60)];

#[test]
fn rows_have_their_courses_where_there_is_room() {
    let set = told();
    for size in ALL {
        for pane in [PaneId::Databases, PaneId::Clusters, PaneId::Budgets] {
            if size.0 == 80 || pane == PaneId::Databases {
                let view = View { focus: pane, ..View::new(*size) };
                insta::assert_snapshot!(format!("trend_{pane:?}_{}", size.0), text(&drawn(&set, &view)));
            }
        }
    }
}

#[test]
fn pages_have_charts() {
    let set = told();
    page("database", &set, &Spot::Entry(database("orders")), ALL);
    page("cluster", &set, &Spot::Entry(EntryRef::Cluster("prod-use1".to_owned())), &[(200, 60)]);
    page("budget", &set, &Spot::Entry(EntryRef::Budget("production".to_owned())), ALL);
    page("never_seen", &set, &Spot::Entry(database("ledger")), &[(80, 24), (200, 60)]);
}

#[test]
fn why_draws_the_number_and_its_thresholds() {
    let set = told();
    let of = |entry: EntryRef| Spot::Why(Box::new(Spot::Entry(entry)));
    page("why", &set, &of(database("orders")), ALL);
    page("why_in_order", &set, &of(database("ledger")), &[(80, 24)]);
    page("why_budget", &set, &of(EntryRef::Budget("staging".to_owned())), &[(80, 24)]);
}

/// An hour that was not seen is a gap in the row, and in the chart.
#[test]
fn what_was_not_seen_is_a_gap() {
    let set = told();
    let lines = courses::lines(&set.scene(), &database("orders"), 87);
    let cpu = lines[0].text();
    assert!(cpu.contains('·'), "{cpu}");
    let never = courses::lines(&set.scene(), &database("ledger"), 87);
    assert_eq!(
        never.iter().map(crate::console::widget::words::Words::text).collect::<Vec<_>>(),
        ["6 h  no history yet"]
    );
}

/// Only what begins anew each month is held against a month's ideal, and only of that a day's spending can be told.
#[test]
fn a_budget_of_another_period_is_no_months_budget() {
    let entry = EntryRef::Budget("production".to_owned());
    let mut set = told();
    let mut facts = set.estate.budget("production").unwrap().described().unwrap().clone();
    facts.period = Some(BudgetPeriod::Annually);
    let source = fixture::key(SourceName::Budgets, "");
    set = set.told([fixture::facts(&source, 0, vec![Fact::Budget("production".to_owned(), Some(facts))])]);
    let (title, chart) = courses::charts(&set.scene(), &entry).remove(0);
    assert_eq!((&*title, chart.ideal), ("spent of production in the last 30 d", None));
    assert!(courses::lines(&set.scene(), &entry, 87).is_empty());
    let page = View { trail: vec![Spot::Entry(entry)], ..View::new((120, 31)) };
    let page = text(&drawn(&set, &page));
    assert!(page.contains("$3,000 a year") && !page.contains("this month, beside"), "{page}");
}
