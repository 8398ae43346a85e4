//! Whose word counts: identity first, and what falls with it.

use quarterdeck::estate::{EntryRef, Fact, IdentityState, Report, SourceKey, SourceName, SourceState, Usage};

use crate::ground::*;

fn state(ground: &Ground, key: &SourceKey) -> SourceState {
    ground.estate.sources().iter().find(|s| s.key == *key).unwrap().state
}

fn nothing_is_known_of_production(ground: &Ground) {
    let estate = &ground.estate;
    let cluster = estate.cluster("prod-use1").unwrap();
    assert!(cluster.control_plane.is_none() && cluster.nodes().is_empty() && cluster.pods().is_empty());
    assert_eq!((cluster.tally().total, cluster.node_tally().total, cluster.degraded().len()), (0, 0, 0));
    let orders = estate.database("orders").unwrap();
    assert!(orders.facts.is_none() && orders.global.is_none() && orders.numbers.is_none() && orders.lags.is_none());
    assert!(estate.budget("production month").unwrap().facts.is_none());
    assert!(estate.account("production").unwrap().costs.is_none());
    assert!(estate.slo("checkout").unwrap().counts.is_none());
}

#[test]
fn facts_of_an_account_that_is_not_proven_are_dropped_whoever_says_them() {
    let mut ground = Ground::silent();
    let fact = || vec![Fact::Database("orders".into(), Some(database()))];
    assert!(!ground.tell(rds(), fact()).facts);
    assert_eq!(state(&ground, &rds()), SourceState::Waiting);
    // A source without an account may not speak for one either.
    assert!(!ground.tell(SourceKey::new(SourceName::Simulated), fact()).facts);
    assert!(ground.estate.database("orders").unwrap().facts.is_none());
    for state in [IdentityState::Denied, IdentityState::Expired, IdentityState::Unreachable] {
        ground.introduce(state);
        assert!(!ground.tell(rds(), fact()).facts, "{state:?}");
    }
    ground.introduce(IdentityState::Verified);
    assert!(ground.tell(rds(), fact()).facts);
    assert_eq!(state(&ground, &rds()), SourceState::Live);
}

#[test]
fn an_empty_word_of_an_unproven_account_does_not_make_its_source_live() {
    let mut ground = Ground::silent();
    ground.tell(rds(), Vec::new());
    assert_eq!(state(&ground, &rds()), SourceState::Waiting);
}

#[test]
fn an_unproven_identity_does_not_make_its_source_live() {
    let mut ground = Ground::silent();
    ground.introduce(IdentityState::Denied);
    ground.fail(sts());
    let record = ground.estate.sources().iter().find(|s| s.key == sts()).unwrap();
    assert_eq!((record.state, record.as_of), (SourceState::Failing, None));
    assert_eq!(ground.estate.account("production").unwrap().identity_state(), Some(IdentityState::Denied));
}

#[test]
fn an_identity_may_come_with_the_facts_that_rest_on_it() {
    let mut ground = Ground::silent();
    let simulated = SourceKey::new(SourceName::Simulated).of("production");
    let facts = vec![
        Fact::Database("orders".into(), Some(database())),
        Fact::Identity("production".into(), identity(IdentityState::Verified)),
    ];
    ground.tell(simulated, facts);
    assert!(ground.estate.database("orders").unwrap().facts.is_some());
}

#[test]
fn a_mismatch_withdraws_everything_and_refuses_every_source_of_the_account() {
    let mut ground = Ground::calm();
    ground.introduce(IdentityState::Mismatch);
    nothing_is_known_of_production(&ground);
    for source in ground.estate.sources() {
        if source.key.account.is_some() {
            assert_eq!((source.state, source.as_of), (SourceState::Refused, None), "{:?}", source.key);
            assert!(source.error.is_some() && source.answered);
        } else {
            assert_eq!(source.state, SourceState::Live, "{:?}", source.key);
        }
    }
    // What has no account is none of its business.
    assert_eq!(ground.estate.cluster("lab").unwrap().node_tally().total, 1);
    assert!(ground.estate.slo("search").unwrap().counts.is_some());
}

#[test]
fn after_a_mismatch_late_words_change_nothing_until_the_right_login() {
    let mut ground = Ground::calm();
    ground.introduce(IdentityState::Mismatch);
    ground.tell(rds(), vec![Fact::Database("orders".into(), Some(database()))]);
    ground.tell(rds(), Vec::new());
    ground.fail(rds());
    ground.pause(eks());
    nothing_is_known_of_production(&ground);
    assert_eq!((state(&ground, &rds()), state(&ground, &eks())), (SourceState::Refused, SourceState::Refused));
    // STS that cannot be reached afterwards proves nothing.
    ground.introduce(IdentityState::Unreachable);
    ground.tell(rds(), vec![Fact::Database("orders".into(), Some(database()))]);
    nothing_is_known_of_production(&ground);
    ground.introduce(IdentityState::Verified);
    ground.tell(rds(), vec![Fact::Database("orders".into(), Some(database()))]);
    assert_eq!(state(&ground, &rds()), SourceState::Live);
    assert!(ground.estate.database("orders").unwrap().facts.is_some());
}

#[test]
fn the_right_login_after_a_mismatch_lets_the_refused_wait_again() {
    let mut ground = Ground::calm();
    ground.introduce(IdentityState::Mismatch);
    ground.introduce(IdentityState::Verified);
    assert_eq!((state(&ground, &sts()), state(&ground, &rds())), (SourceState::Live, SourceState::Waiting));
}

#[test]
fn a_refused_sts_is_a_mismatch_even_without_an_identity() {
    let mut ground = Ground::calm();
    ground.refuse(sts());
    nothing_is_known_of_production(&ground);
    assert!(ground.estate.account("production").unwrap().mismatched());
    assert_eq!(state(&ground, &sts()), SourceState::Refused);
}

#[test]
fn what_was_read_with_proven_credentials_stays_and_goes_on_after_they_expired() {
    let mut ground = Ground::calm();
    ground.introduce(IdentityState::Expired);
    ground.pause(sts());
    ground.pause(rds());
    assert!(ground.estate.database("orders").unwrap().facts.is_some());
    assert_eq!(state(&ground, &rds()), SourceState::Paused);
    // A watch that still runs must not lose changes.
    ground.pods(vec![pod("cart-1")]);
    assert_eq!(ground.estate.cluster("prod-use1").unwrap().tally().total, 1);
}

#[test]
fn a_refused_context_withdraws_what_it_said_and_nothing_else() {
    let mut ground = Ground::calm();
    ground.refuse(kubernetes());
    let cluster = ground.estate.cluster("prod-use1").unwrap();
    assert!(cluster.control_plane.is_some() && cluster.nodes().is_empty() && cluster.pods().is_empty());
    assert!(ground.estate.database("orders").unwrap().facts.is_some());
    ground.refuse(rds());
    let orders = ground.estate.database("orders").unwrap();
    assert!(orders.facts.is_none() && orders.global.is_none() && orders.numbers.is_some());
}

#[test]
fn a_source_that_fails_keeps_its_facts_and_their_age() {
    let mut ground = Ground::calm();
    ground.fail(rds());
    let record = ground.estate.sources().iter().find(|s| s.key == rds()).unwrap();
    assert_eq!((record.state, record.as_of), (SourceState::Stale, Some(noon())));
    assert!(ground.estate.database("orders").unwrap().facts.is_some());
    let mut ground = Ground::silent();
    ground.introduce(IdentityState::Verified);
    ground.fail(rds());
    assert_eq!(state(&ground, &rds()), SourceState::Failing);
}

#[test]
fn an_empty_answer_confirms_the_earlier_facts() {
    let mut ground = Ground::calm();
    ground.now = ago(-5);
    ground.tell(rds(), Vec::new());
    let orders = ground.estate.database("orders").unwrap();
    assert_eq!(orders.facts.as_ref().unwrap().as_of, ago(-5));
    assert_eq!(orders.numbers.as_ref().unwrap().as_of, noon(), "another source's facts are not its to confirm");
}

#[test]
fn calls_and_costs_add_up_whatever_is_said() {
    let mut ground = Ground::silent();
    ground.tell(rds(), vec![Fact::Database("orders".into(), None)]);
    ground.say(rds(), Report::Counted);
    ground.fail(rds());
    assert_eq!(ground.estate.sources().iter().find(|s| s.key == rds()).unwrap().calls, 3);
}

#[test]
fn settled_once_everyone_has_answered_and_clusters_have_told_every_kind() {
    assert!(!Ground::silent().estate.settled());
    let mut ground = Ground::calm();
    assert!(!ground.estate.settled(), "nobody has said what the nodes use");
    for (key, name) in [(kubernetes(), "prod-use1"), (lab(), "lab")] {
        ground.tell(key, vec![Fact::Usage(name.into(), Usage::Unmeasured("no metrics API".into()))]);
    }
    assert!(ground.estate.settled());
    let entry = EntryRef::Cluster("prod-use1".into());
    assert_eq!(ground.estate.feeding(&entry).count(), 2);
}

/// What a part told is there, so that a source which fails after it is stale: it is not without facts.
#[test]
fn a_source_that_fails_after_a_part_is_stale() {
    let mut ground = Ground::silent();
    ground.introduce(IdentityState::Verified);
    let facts = vec![Fact::Database("orders".into(), Some(database()))];
    assert!(ground.say(rds(), Report::Part { as_of: ground.now, facts }).facts);
    let record = |ground: &Ground| {
        let record = ground.estate.sources().iter().find(|s| s.key == rds()).unwrap();
        (record.state, record.as_of, record.answered)
    };
    assert_eq!(record(&ground), (SourceState::Waiting, Some(ground.now), false));
    ground.fail(rds());
    assert_eq!(record(&ground), (SourceState::Stale, Some(ground.now), true));
    assert!(ground.estate.database("orders").unwrap().facts.is_some());
}

#[test]
fn a_part_of_an_unproven_account_is_not_believed() {
    let mut ground = Ground::silent();
    let facts = vec![Fact::Database("orders".into(), Some(database()))];
    assert!(!ground.say(rds(), Report::Part { as_of: ground.now, facts }).facts);
    assert!(ground.estate.database("orders").unwrap().facts.is_none());
    assert_eq!(state(&ground, &rds()), SourceState::Waiting);
}
