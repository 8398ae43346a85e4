//! Levels and doubts: what is not known is never in order, and what is known to be bad stays bad.

use quarterdeck::estate::{
    ControlPlane, Coverage, EntryRef, Fact, IdentityState, Kind, MemberNumbers, SourceState, WindowCount,
};
use quarterdeck::judge::{History, Level, RuleId};

use crate::ground::*;
use Level::{Critical, Ok, Unknown, Warning};

fn production() -> EntryRef {
    EntryRef::Account("production".into())
}
fn cluster() -> EntryRef {
    EntryRef::Cluster("prod-use1".into())
}
fn orders() -> EntryRef {
    EntryRef::Database("orders".into())
}
fn checkout() -> EntryRef {
    EntryRef::Slo("checkout".into())
}
fn month() -> EntryRef {
    EntryRef::Budget("production month".into())
}

#[test]
fn levels_are_ordered_from_good_to_bad() {
    assert!(Ok < Unknown && Unknown < Warning && Warning < Critical);
}

#[test]
fn of_a_silent_estate_everything_is_unknown_and_has_a_verdict() {
    let judgement = Ground::silent().judge();
    assert_eq!(judgement.level, Unknown);
    assert_eq!(judgement.verdicts.len(), 9);
    assert_eq!(judgement.slos.len(), 2);
    for verdict in &judgement.verdicts {
        assert_eq!(verdict.level, Unknown, "{:?}", verdict.entry);
        assert!(!verdict.doubts.is_empty(), "{:?}", verdict.entry);
    }
    assert_eq!(judgement.alerts, [], "to wait is no alert");
}

#[test]
fn a_mismatch_is_critical_for_the_account_and_unknown_for_the_rest_of_it() {
    let mut ground = Ground::calm();
    ground.introduce(IdentityState::Mismatch);
    let judgement = ground.judge();
    assert_eq!(judgement.level, Critical);
    assert_eq!(ground.alerts(), [(RuleId::AccountIdentity, "production".into(), Critical)]);
    let level = |entry: &EntryRef| judgement.verdict(entry).unwrap().level;
    assert_eq!(level(&production()), Critical);
    for entry in [cluster(), orders(), checkout(), month()] {
        assert_eq!(level(&entry), Unknown, "{entry:?}");
    }
    for entry in [EntryRef::Cluster("lab".into()), EntryRef::Slo("search".into())] {
        assert_eq!(level(&entry), Ok, "{entry:?} has no account");
    }
}

#[test]
fn an_account_that_is_not_proven_makes_unknown_and_raises_nothing() {
    for state in [IdentityState::Expired, IdentityState::Denied, IdentityState::Unreachable] {
        let mut ground = Ground::calm();
        ground.introduce(state);
        let judgement = ground.judge();
        assert_eq!((judgement.level, judgement.alerts.len()), (Unknown, 0), "{state:?}");
        for entry in [production(), cluster(), orders(), checkout(), month()] {
            let verdict = judgement.verdict(&entry).unwrap();
            assert_eq!(verdict.level, Unknown, "{state:?} {entry:?}");
            assert!(verdict.doubts[0].contains(state.word()), "{:?}", verdict.doubts);
        }
    }
}

#[test]
fn a_source_that_is_not_live_makes_what_rests_on_it_unknown() {
    for (say, state, level) in [
        (Ground::fail as fn(&mut Ground, _) -> _, SourceState::Stale, Warning),
        (Ground::pause, SourceState::Paused, Unknown),
    ] {
        let mut ground = Ground::calm();
        say(&mut ground, rds());
        assert_eq!(ground.estate.sources().iter().find(|s| s.key == rds()).unwrap().state, state);
        assert_eq!((ground.judge().level, ground.level(&orders())), (level, Unknown));
        assert_eq!(ground.level(&cluster()), Ok, "what does not rest on it is as it was");
    }
}

#[test]
fn only_what_fails_is_an_alert_and_it_names_the_source() {
    let mut ground = Ground::calm();
    ground.fail(rds());
    ground.fail(lab());
    ground.pause(costs());
    let rule = RuleId::SourceFailing;
    let lab = (rule, "kubernetes/lab".to_owned(), Warning);
    assert_eq!(ground.alerts(), [(rule, "production/us-east-1/rds".into(), Warning), lab]);
}

#[test]
fn a_context_that_leads_elsewhere_is_as_bad_as_a_wrong_account() {
    let mut ground = Ground::calm();
    ground.refuse(kubernetes());
    assert_eq!(ground.alerts(), [(RuleId::AccountIdentity, "production/us-east-1/prod-use1".into(), Critical)]);
    assert_eq!((ground.level(&cluster()), ground.level(&production())), (Critical, Ok));
}

#[test]
fn known_trouble_is_worse_than_doubt() {
    let mut ground = Ground::calm();
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(99.0));
    ground.fail(cloudwatch());
    assert_eq!(ground.level(&orders()), Critical, "no data does not improve it");
}

#[test]
fn what_a_service_does_not_have_is_unknown() {
    for (key, fact, entry) in [
        (eks(), Fact::ControlPlane("prod-use1".into(), None), cluster()),
        (rds(), Fact::Database("orders".into(), None), orders()),
        (rds(), Fact::Global("orders".into(), None), orders()),
        (budgets(), Fact::Budget("production month".into(), None), month()),
    ] {
        let mut ground = Ground::calm();
        ground.tell(key, vec![fact]);
        assert_eq!(ground.level(&entry), Unknown, "{entry:?}");
    }
}

#[test]
fn a_number_that_ought_to_be_known_and_is_not_makes_unknown() {
    type Loss = fn(&mut MemberNumbers, &mut MemberNumbers);
    let losses: [(&str, Loss); 5] = [
        ("CPU", |w, _| w.cpu_percent = None),
        ("connections", |w, _| w.connections = None),
        ("free memory", |w, _| w.freeable_memory_bytes = None),
        ("ACU", |w, _| w.acu = None),
        ("replica lag of orders-2", |_, r| r.replica_lag_ms = None),
    ];
    for (name, lose) in losses {
        let mut ground = Ground::calm();
        ground.numbers(|numbers| {
            let (mut writer, mut reader) = (numbers["orders-1"].clone(), numbers["orders-2"].clone());
            lose(&mut writer, &mut reader);
            numbers.insert("orders-1".into(), writer);
            numbers.insert("orders-2".into(), reader);
        });
        let judgement = ground.judge();
        let verdict = judgement.verdict(&orders()).unwrap();
        assert_eq!(verdict.level, Unknown, "{name}");
        assert_eq!(verdict.doubts, [format!("not known: {name}")]);
    }
}

#[test]
fn a_forecast_that_the_service_does_not_have_yet_is_no_doubt() {
    let mut ground = Ground::calm();
    ground.tell(budgets(), vec![Fact::Budget("production month".into(), Some(budget(1_000.0, None)))]);
    assert_eq!(ground.level(&month()), Ok);
    let mut limitless = budget(1_000.0, None);
    limitless.limit_usd = Some(0.0);
    ground.tell(budgets(), vec![Fact::Budget("production month".into(), Some(limitless))]);
    assert_eq!(ground.level(&month()), Unknown);
}

#[test]
fn what_may_not_be_read_is_unknown() {
    let partial = Coverage::Partial("namespace payments is forbidden".into());
    for coverage in [Coverage::Unknown, partial, Coverage::Forbidden("pods is forbidden".into())] {
        let mut ground = Ground::calm();
        ground.tell(kubernetes(), vec![Fact::Coverage("prod-use1".into(), Kind::Pods, coverage.clone())]);
        assert_eq!(ground.level(&cluster()), Unknown, "{coverage:?}");
    }
    let blind: [fn(&mut ControlPlane); 2] = [|p| p.addons = None, |p| p.nodegroups = None];
    for blind in blind {
        let mut ground = Ground::calm();
        let mut plane = plane();
        blind(&mut plane);
        ground.tell(eks(), vec![Fact::ControlPlane("prod-use1".into(), Some(plane))]);
        assert_eq!(ground.level(&cluster()), Unknown);
    }
}

#[test]
fn no_data_never_makes_a_level_better_than_unknown() {
    let mut ground = Ground::calm();
    let mut counts = even_counts(0.0, 100_000.0);
    counts.windows = [WindowCount::default(); 7];
    ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), counts)]);
    assert_eq!(ground.level(&checkout()), Unknown);
}

#[test]
fn an_alert_keeps_since_when_it_stands() {
    let mut ground = Ground::calm();
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(80.0));
    ground.history.learn(&ground.judge(), ground.now);
    ground.now = ago(-30);
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(99.0));
    let alert = ground.alert(RuleId::DatabaseCpuPercent).unwrap();
    assert_eq!((alert.level, alert.since), (Critical, noon()), "worse is not new");
    ground.history = History::default();
    assert_eq!(ground.alert(RuleId::DatabaseCpuPercent).unwrap().since, ago(-30));
}

#[test]
fn alerts_are_the_worst_first_then_the_oldest_then_in_the_estates_order() {
    let mut ground = Ground::calm();
    ground.fail(rds());
    ground.history.learn(&ground.judge(), ground.now);
    ground.now = ago(-1);
    ground.fail(lab());
    ground.fail(eks());
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(99.0));
    let subjects: Vec<String> = ground.alerts().into_iter().map(|(_, subject, _)| subject).collect();
    let expected =
        ["production/us-east-1/orders", "production/us-east-1/rds", "production/us-east-1/eks", "kubernetes/lab"];
    assert_eq!(subjects, expected);
    let judgement = ground.judge();
    assert_eq!(judgement.verdict(&orders()).unwrap().alerts, [0]);
}
