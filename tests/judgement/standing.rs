//! When alerts begin and end: margins, holds, waits, and what nobody knows any more.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use quarterdeck::estate::{EntryRef, Fact, IdentityState, SloCounts, WindowCount};
use quarterdeck::judge::standing::{Mark, Patience, Reach, settle};
use quarterdeck::judge::{Footing, Level, RuleChange, RuleId, Subject};

use crate::ground::*;

const CPU: RuleId = RuleId::DatabaseCpuPercent;

fn at(second: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(second)
}

/// A console that watches: every reading is judged and learned from.
struct Watch(Ground);

impl Watch {
    fn new() -> Self {
        let mut ground = Ground::calm();
        ground.history.learn(&ground.judge(), ground.now);
        Self(ground)
    }

    /// The level of the writer's CPU alert after it was read at that second.
    fn cpu(&mut self, second: i64, percent: f64) -> Level {
        self.0.now = at(second);
        self.0.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(percent));
        self.judge().0
    }

    fn judge(&mut self) -> (Level, Option<Footing>) {
        let judgement = self.0.judge();
        self.0.history.learn(&judgement, self.0.now);
        let alert = judgement.alerts.iter().find(|a| a.rule == CPU);
        (alert.map_or(Level::Ok, |a| a.level), alert.map(|a| a.footing))
    }
}

#[test]
fn an_alert_clears_once_the_value_has_been_back_by_the_margin_for_the_hold() {
    let mut watch = Watch::new();
    // Warns above 70 %; clear at 66.5 % and below, for 60 s.
    for (second, percent, level) in [
        (0, 69.0, Level::Ok),
        (5, 71.0, Level::Warning),
        (10, 69.0, Level::Warning),
        (15, 67.0, Level::Warning),
        (20, 66.0, Level::Warning),
        (79, 66.0, Level::Warning),
        (80, 66.0, Level::Ok),
        (85, 69.0, Level::Ok),
    ] {
        assert_eq!(watch.cpu(second, percent), level, "{percent} % at {second} s");
    }
}

#[test]
fn a_value_that_comes_back_within_the_hold_starts_it_anew() {
    let mut watch = Watch::new();
    for (second, percent, level) in [
        (0, 80.0, Level::Warning),
        (10, 60.0, Level::Warning),
        (60, 68.0, Level::Warning),
        (65, 60.0, Level::Warning),
        (124, 60.0, Level::Warning),
        (125, 60.0, Level::Ok),
    ] {
        assert_eq!(watch.cpu(second, percent), level, "{percent} % at {second} s");
    }
}

#[test]
fn critical_leaves_a_warning_with_the_same_care() {
    let mut watch = Watch::new();
    // Critical above 85 %: clear of it at 80.75 % and below.
    for (second, percent, level) in [
        (0, 90.0, Level::Critical),
        (10, 82.0, Level::Critical),
        (20, 80.0, Level::Critical),
        (79, 80.0, Level::Critical),
        (80, 80.0, Level::Warning),
        (90, 60.0, Level::Warning),
        (149, 60.0, Level::Warning),
        (150, 60.0, Level::Ok),
    ] {
        assert_eq!(watch.cpu(second, percent), level, "{percent} % at {second} s");
    }
    // From critical straight back in order is one hold.
    assert_eq!(watch.cpu(200, 90.0), Level::Critical);
    assert_eq!(watch.cpu(210, 10.0), Level::Critical);
    assert_eq!(watch.cpu(270, 10.0), Level::Ok);
}

#[test]
fn a_held_alert_says_that_it_is_and_when_it_clears() {
    let mut watch = Watch::new();
    watch.cpu(0, 80.0);
    watch.cpu(10, 68.0);
    let alert = watch.0.alert(CPU).unwrap();
    assert_eq!((alert.footing, alert.brief().as_str()), (Footing::Held { until: None }, "CPU 68 %, clearing"));
    assert_eq!(
        alert.finding(),
        "The CPU of orders-1 is at 68 %, not clear yet of the warning threshold of 70 %: it clears at or below 66.5 %."
    );
    watch.cpu(20, 60.0);
    let alert = watch.0.alert(CPU).unwrap();
    assert_eq!(alert.footing, Footing::Held { until: Some(at(80)) });
    assert!(alert.finding().ends_with("back from the warning threshold of 70 %, held until 12:01:20 UTC."));
}

#[test]
fn one_look_says_what_is_now() {
    let mut watch = Watch::new();
    watch.cpu(0, 80.0);
    watch.0.history = watch.0.history.clone().glance();
    assert_eq!(watch.cpu(5, 69.0), Level::Ok);
}

#[test]
fn a_rule_may_wait_before_it_raises() {
    let mut watch = Watch::new();
    let change = RuleChange { wait_s: Some(30), ..RuleChange::default() };
    watch.0.policy.alerts.insert(CPU, Some(change));
    for (second, percent, level) in [
        (0, 80.0, Level::Ok),
        (20, 60.0, Level::Ok),
        (25, 80.0, Level::Ok),
        (54, 80.0, Level::Ok),
        (55, 80.0, Level::Warning),
        (60, 90.0, Level::Warning),
        (90, 90.0, Level::Critical),
    ] {
        assert_eq!(watch.cpu(second, percent), level, "{percent} % at {second} s");
    }
}

#[test]
fn a_number_that_is_not_known_any_more_clears_nothing() {
    let mut watch = Watch::new();
    watch.cpu(0, 90.0);
    watch.0.now = at(600);
    watch.0.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = None);
    assert_eq!(watch.judge(), (Level::Critical, Some(Footing::Unseen)));
    assert_eq!(watch.0.alert(CPU).unwrap().brief(), "CPU was 90 %, not known now");
    assert_eq!(watch.cpu(610, 10.0), Level::Critical, "in order again, but not for long enough");
    assert_eq!(watch.cpu(670, 10.0), Level::Ok);
    // Under another account's credentials nothing of it may be said.
    let mut watch = Watch::new();
    watch.cpu(0, 90.0);
    watch.0.introduce(IdentityState::Mismatch);
    assert_eq!(watch.judge().0, Level::Ok);
}

#[test]
fn a_workload_that_recovers_is_held_and_one_that_is_gone_is_not() {
    let degraded = RuleId::WorkloadDegraded;
    let mut ground = Ground::calm();
    ground.workloads(vec![workload("cart", 3, 1), workload("web", 2, 0)]);
    ground.history.learn(&ground.judge(), ground.now);
    ground.workloads(vec![workload("cart", 3, 3)]);
    ground.now = at(5);
    let judgement = ground.judge();
    ground.history.learn(&judgement, ground.now);
    let subjects: Vec<String> =
        judgement.alerts.iter().filter(|a| a.rule == degraded).map(quarterdeck::judge::Alert::subject).collect();
    assert_eq!(subjects, ["prod-use1/shop/deployment/cart"]);
    ground.now = at(65);
    assert_eq!(ground.level_of(degraded), Level::Ok);
}

fn checkout() -> EntryRef {
    EntryRef::Slo("checkout".into())
}

fn counts(bad: f64, total: Option<f64>) -> SloCounts {
    let count = WindowCount { bad: Some(bad), total, partial: false };
    SloCounts { at: ago(1), windows: [count; 7], whole: WindowCount { bad: Some(bad), total, partial: false } }
}

#[test]
fn no_data_and_little_traffic_resolve_no_page() {
    for (name, after) in [
        ("no data", counts(0.0, None)),
        ("little traffic", counts(0.0, Some(5.0))),
        (
            "bad events not known",
            SloCounts { windows: [WindowCount { bad: None, total: Some(1e6), partial: true }; 7], ..counts(0.0, None) },
        ),
    ] {
        for glance in [false, true] {
            let mut ground = Ground::calm();
            ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), counts(20_000.0, Some(1e6)))]);
            let before = ground.judge();
            ground.history.learn(&before, ground.now);
            ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), after.clone())]);
            if glance {
                ground.history = ground.history.clone().glance();
            }
            for _ in 0..3 {
                let judgement = ground.judge();
                ground.history.learn(&judgement, ground.now);
                assert_eq!(judgement.verdict(&checkout()).unwrap().level, Level::Critical, "{name}");
                assert_eq!(judgement.slos[0].firing, before.slos[0].firing, "{name}");
                let alert = judgement.alerts.iter().find(|a| a.rule == RuleId::SloBurn).unwrap();
                assert_eq!((alert.level, alert.footing), (Level::Critical, Footing::Unseen), "{name}");
                assert!(alert.value.is_some() && alert.threshold.is_some(), "{name}");
            }
            // A verdict ends it: at once for one look, after the hold for a console that watches.
            ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), counts(0.0, Some(1e6)))]);
            let judgement = ground.judge();
            assert_eq!(judgement.slos[0].firing, Some(vec![]), "{name}");
            let level = if glance { Level::Ok } else { Level::Critical };
            assert_eq!(judgement.verdict(&checkout()).unwrap().level, level, "{name}");
        }
    }
}

#[test]
fn what_fired_is_kept_over_a_restart_even_without_the_counts() {
    let mut ground = Ground::calm();
    ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), counts(20_000.0, Some(1e6)))]);
    ground.history.learn(&ground.judge(), ground.now);
    let mut next = Ground::silent();
    next.history = ground.history.glance();
    let judgement = next.judge();
    assert_eq!(judgement.verdict(&checkout()).unwrap().level, Level::Critical);
    assert_eq!(judgement.slos[0].firing.as_deref().map(<[_]>::len), Some(4));
    next.introduce(IdentityState::Mismatch);
    let judgement = next.judge();
    assert_eq!((judgement.verdict(&checkout()).unwrap().level, &judgement.slos[0].firing), (Level::Unknown, &None));
}

#[test]
fn counts_that_ended_an_hour_ago_say_nothing_of_the_last_hour() {
    let mut ground = Ground::calm();
    ground.now = ago(-58);
    assert_eq!(ground.judge().slos[0].data, "ok");
    ground.now = ago(-59);
    assert_eq!(ground.judge().slos[0].data, "no_data");
    assert_eq!(ground.level(&checkout()), Level::Unknown);
}

fn reach(level: Level) -> Reach {
    Reach { now: level, near: level }
}

proptest! {
    /// However a value jumps about, an alert is never better than the value, and no level is left within the hold after it
    /// was reached: what is raised stays for a minute at least.
    #[test]
    fn nothing_flaps(values in prop::collection::vec((1i64..20, 0.0f64..100.0), 1..200)) {
        let mut watch = Watch::new();
        let levels = [Level::Warning, Level::Critical];
        let (mut second, mut reached) = (0, [None::<i64>; 2]);
        for (step, percent) in values {
            second += step;
            let level = watch.cpu(second, percent);
            let now = if percent > 85.0 { Level::Critical } else if percent > 70.0 { Level::Warning } else { Level::Ok };
            prop_assert!(level >= now);
            for (reached, of) in reached.iter_mut().zip(levels) {
                if level >= of {
                    reached.get_or_insert(second);
                } else if let Some(since) = reached.take() {
                    prop_assert!(second - since >= 60, "{of:?} for {} s", second - since);
                }
            }
        }
    }

    /// A mark that is read again and again with the same value comes to rest at that value's level.
    #[test]
    fn a_steady_value_has_its_level(before in 0usize..3, now in 0usize..3) {
        let levels = [Level::Ok, Level::Warning, Level::Critical];
        let patience = Patience { wait: SignedDuration::from_secs(30), hold: SignedDuration::from_secs(60) };
        let mut mark: Option<Mark> = None;
        for second in 0..40 {
            mark = Some(settle(mark.as_ref(), reach(levels[before]), patience, at(second), false));
        }
        for second in 40..140 {
            mark = Some(settle(mark.as_ref(), reach(levels[now]), patience, at(second), false));
        }
        prop_assert_eq!(mark.unwrap().level, levels[now]);
    }

    /// A clock that is set back neither raises nor clears anything by itself, and holds nothing for ever.
    #[test]
    fn a_clock_set_back_holds_nothing_for_ever(back in 1i64..100_000) {
        let patience = Patience { wait: SignedDuration::ZERO, hold: SignedDuration::from_secs(60) };
        let raised = settle(None, reach(Level::Critical), patience, at(0), false);
        let held = settle(Some(&raised), reach(Level::Ok), patience, at(1), false);
        let after = settle(Some(&held), reach(Level::Ok), patience, at(-back), false);
        prop_assert_eq!(after.level, Level::Critical);
        let cleared = settle(Some(&after), reach(Level::Ok), patience, at(60 - back), false);
        prop_assert_eq!(cleared.level, Level::Ok);
    }
}

#[test]
fn an_alert_about_an_entry_is_found_by_it() {
    let mut watch = Watch::new();
    watch.cpu(0, 90.0);
    let about = Subject::Entry(EntryRef::Database("orders".into()));
    assert_eq!(watch.0.history.since(CPU, &about), Some(at(0)));
}
