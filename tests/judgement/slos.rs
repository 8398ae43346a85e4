//! SLOs as alerts and levels.

use quarterdeck::estate::{EntryRef, Fact, SloCounts, WindowCount};
use quarterdeck::judge::{Level, RuleId, Thresholds, slo_why};

use crate::ground::*;

fn checkout() -> EntryRef {
    EntryRef::Slo("checkout".into())
}

/// 10,000 events in each window with these bad ones, and 1,000,000 in the whole window.
fn counted(bad: [f64; 7], whole: f64) -> Ground {
    let count = |bad, total| WindowCount { bad: Some(bad), total: Some(total), partial: false };
    let windows = bad.map(|b| count(b, 10_000.0));
    let counts = SloCounts { at: ago(1), windows, whole: count(whole, 1_000_000.0) };
    let mut ground = Ground::calm();
    ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), counts)]);
    ground
}

#[test]
fn a_page_is_critical_and_a_ticket_a_warning() {
    let page = counted([152.0, 149.0, 146.0, 91.0, 40.0, 14.0, 9.0], 375.0);
    assert_eq!(page.level(&checkout()), Level::Critical);
    let alert = page.alert(RuleId::SloBurn).unwrap();
    assert_eq!((alert.subject().as_str(), alert.unit, alert.threshold), ("checkout", "x", Some(14.4)));
    assert!((alert.value.unwrap() - 14.6).abs() < 1e-9);
    assert_eq!(alert.brief(), "burns 14.6× (page 1h/5m), budget gone in 1 d 6 h");
    assert_eq!(
        alert.why(page.now),
        "page 1h/5m fires above 14.4× in both windows: 1h 14.6×, 5m 15.2×. 146 of 10,000 events were bad in 1h; the \
         objective allows 0.1 %. cloudwatch of production us-east-1, as of 11:59:00 UTC, 1 min ago."
    );
    let ticket = counted([0.0, 0.0, 0.0, 31.0, 0.0, 31.0, 0.0], 375.0);
    assert_eq!((ticket.level(&checkout()), ticket.level_of(RuleId::SloBurn)), (Level::Warning, Level::Warning));
}

#[test]
fn the_alert_has_the_worst_pairs_numbers_at_the_slos_level() {
    let ground = counted([145.0, 0.0, 145.0, 0.0, 50.0, 0.0, 50.0], 0.0);
    let alert = ground.alert(RuleId::SloBurn).unwrap();
    assert_eq!((alert.level, alert.threshold), (Level::Critical, Some(1.0)));
    assert!((alert.value.unwrap() - 5.0).abs() < 1e-9);
}

#[test]
fn a_spent_budget_is_a_warning_though_nothing_fires() {
    for (whole, level) in [(999.0, Level::Ok), (1_000.0, Level::Warning), (2_500.0, Level::Warning)] {
        let ground = counted([0.0; 7], whole);
        assert_eq!((ground.level(&checkout()), ground.level_of(RuleId::SloBudget)), (level, level), "{whole} bad");
    }
    let mut early = counted([0.0; 7], 800.0);
    early.policy.alerts.insert(RuleId::SloBudget, Some(Thresholds { warn: Some(25.0), crit: Some(10.0) }.into()));
    assert_eq!(early.level(&checkout()), Level::Warning, "policy may warn earlier");
}

#[test]
fn what_fired_stays_while_its_source_is_down() {
    let mut ground = counted([200.0; 7], 375.0);
    let before = ground.judge();
    ground.fail(cloudwatch());
    ground.now = ago(-600);
    let after = ground.judge();
    assert_eq!(after.verdict(&checkout()).unwrap().level, Level::Critical);
    assert_eq!(after.slos[0].firing, before.slos[0].firing);
}

#[test]
fn what_is_old_is_unknown_though_its_source_is_live() {
    let mut ground = counted([0.0; 7], 0.0);
    ground.now = ago(-18);
    assert_eq!(ground.level(&checkout()), Level::Ok, "counted 19 min ago");
    ground.now = ago(-19);
    let judgement = ground.judge();
    assert_eq!(judgement.verdict(&checkout()).unwrap().doubts, ["its events were counted 20 min ago"]);
    assert_eq!((judgement.slos[0].data, ground.level(&checkout())), ("ok", Level::Unknown));
    // Numbers too.
    let orders = EntryRef::Database("orders".into());
    ground.now = ago(-60);
    let doubts = &ground.judge().verdict(&orders).unwrap().doubts.concat();
    assert!(doubts.contains("its numbers are from 1 h"), "{doubts}");
}

#[test]
fn little_traffic_is_unknown_and_says_how_little() {
    let mut ground = Ground::calm();
    ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), even_counts(12.0, 12.0))]);
    let judgement = ground.judge();
    assert_eq!(judgement.verdict(&checkout()).unwrap().doubts, ["low traffic: 12 of 100 events in 3d"]);
    let slo = &judgement.slos[0];
    assert_eq!((slo.data, &slo.firing), ("low_traffic", &None));
    assert!(slo.burn[0].is_some(), "its value stands");
}

#[test]
fn nothing_is_known_of_an_slo_that_was_never_counted() {
    let ground = Ground::silent();
    let judgement = ground.judge();
    let slo = &judgement.slos[0];
    assert_eq!((slo.data, slo.remaining_percent, slo.exhausted_in_s, &slo.firing), ("no_data", None, None, &None));
    let why = slo_why(&ground.estate, &judgement, 0, ground.now);
    assert!(why.contains("not counted yet") && !why.contains("last hour"), "nobody looked at the last hour: {why}");
}
