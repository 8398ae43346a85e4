//! What people are to attend to, and the sentence that says it.

use jiff::Timestamp;
use quarterdeck::estate::{EntryRef, Fact, IdentityState, Workload};
use quarterdeck::incident::{Concern, concerns, headline};
use quarterdeck::judge::{Level, Subject};

use crate::ground::*;

fn of(ground: &Ground) -> Vec<Concern> {
    concerns(&ground.estate, &ground.judge())
}

fn phrases(ground: &Ground) -> Vec<String> {
    of(ground).iter().map(|c| c.phrase(&ground.judge().alerts)).collect()
}

fn line(ground: &Ground) -> String {
    headline(&ground.estate, &ground.judge(), &of(ground), &ground.history, ground.now).line()
}

#[test]
fn one_broken_thing_is_one_concern_with_all_its_reasons() {
    let mut ground = Ground::calm();
    ground.numbers(|n| {
        let writer = n.get_mut("orders-1").unwrap();
        writer.cpu_percent = sample(99.0);
        writer.connections = sample(830.0);
    });
    let concerns = of(&ground);
    assert_eq!(concerns.len(), 1);
    let judgement = ground.judge();
    let reasons: Vec<String> = concerns[0].reasons(&judgement.alerts).map(|(_, text)| text.into_owned()).collect();
    assert_eq!(reasons, ["CPU 99 %", "connections 83 %"]);
    assert_eq!((concerns[0].kind(), &*concerns[0].title(), concerns[0].level), ("database", "orders", Level::Critical));
    assert_eq!((&*concerns[0].place, concerns[0].since), ("production us-east-1", Some(noon())));
    assert_eq!(concerns[0].next, "scale the writer or add a reader");
}

#[test]
fn the_worst_come_first_and_users_before_machines() {
    let mut ground = Ground::calm();
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(99.0));
    ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), even_counts(2_000.0, 100_000.0))]);
    ground.workloads(vec![Workload { stuck: Some("Stuck".into()), ..workload("cart", 2, 1) }]);
    let expected = [
        "checkout burns 20× (ticket 3d/6h), nothing is left",
        "orders: CPU 99 %",
        "shop/cart on prod-use1: 1 of 2 available, rollout stuck: Stuck",
    ];
    assert_eq!(phrases(&ground), expected);
}

#[test]
fn what_an_expired_login_hides_is_one_concern_that_says_the_command() {
    let mut ground = Ground::calm();
    let mut expired = identity(IdentityState::Expired);
    expired.login = Some("aws sso login --profile innovate-prod".into());
    ground.tell(sts(), vec![Fact::Identity("production".into(), expired)]);
    for source in [sts(), eks(), rds(), cloudwatch(), budgets(), costs()] {
        ground.pause(source);
    }
    let concerns = of(&ground);
    assert_eq!(phrases(&ground), ["production: credentials expired: it is expired"]);
    assert_eq!((concerns[0].level, concerns[0].touches.len()), (Level::Unknown, 5));
    assert_eq!(concerns[0].next, "run aws sso login --profile innovate-prod");
}

#[test]
fn what_rests_on_a_failing_source_stands_in_its_concern() {
    let mut ground = Ground::calm();
    ground.fail(rds());
    let concerns = of(&ground);
    assert_eq!(phrases(&ground), ["rds of production us-east-1 fails, facts 0 s old"]);
    assert_eq!(concerns[0].touches, [EntryRef::Database("orders".into())]);
    assert!(matches!(concerns[0].about, Subject::Source(_)));
}

#[test]
fn what_is_unknown_by_itself_is_a_concern_of_its_own() {
    let mut ground = Ground::calm();
    ground.tell(rds(), vec![Fact::Database("orders".into(), None)]);
    assert_eq!(phrases(&ground), ["orders: RDS has no cluster named orders-use1 in us-east-1"]);
}

#[test]
fn to_wait_for_the_first_answers_is_nobodys_concern() {
    let ground = Ground::silent();
    assert_eq!(phrases(&ground), Vec::<String>::new());
    assert_eq!(line(&ground), "Waiting for answers: 0 of 9 sources have spoken");
}

#[test]
fn the_headline_says_what_is_worst_since_when_and_what_next() {
    let mut ground = Ground::calm();
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(99.0));
    ground.history.learn(&ground.judge(), ground.now);
    ground.fail(lab());
    ground.now = ago(-18);
    let expected =
        "orders: CPU 99 % · since 12:00 (18 min) · next: scale the writer or add a reader · besides: 1 warning";
    assert_eq!(line(&ground), expected);
}

#[test]
fn on_a_calm_day_it_says_since_when_and_what_will_need_someone_next() {
    let mut ground = Ground::calm();
    ground.history.learn(&ground.judge(), ground.now);
    ground.now = ago(-15);
    let mut verified = identity(IdentityState::Verified);
    verified.expires_at = Some("2026-11-20T14:15:00Z".parse::<Timestamp>().unwrap());
    ground.tell(sts(), vec![Fact::Identity("production".into(), verified)]);
    assert_eq!(
        line(&ground),
        "All calm since 12:00 (15 min) · credentials of production expire in 2 h · node group on-demand of \
         prod-use1 at 2 of 5 · production month at 33.3 % of $3,000, next threshold 50 %"
    );
}

#[test]
fn a_wrong_account_comes_before_everything() {
    let mut ground = Ground::calm();
    ground.tell(prometheus(), vec![Fact::Slo("search".into(), even_counts(2_000.0, 100_000.0))]);
    ground.introduce(IdentityState::Mismatch);
    let concerns = of(&ground);
    assert_eq!(
        concerns[0].phrase(&ground.judge().alerts),
        "production: wrong account: STS says 999999999999, configured 111122223333"
    );
    assert_eq!((concerns[0].level, concerns[0].touches.len()), (Level::Critical, 5));
}
