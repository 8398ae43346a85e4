//! What is kept over a restart, and what of it is believed.

use quarterdeck::estate::{Estate, IdentityState, Kind, Remembered, SourceState};

use crate::ground::*;

fn restarted(memory: Vec<Remembered>) -> (Ground, usize) {
    let mut ground = Ground::silent();
    let taken = memory.into_iter().filter(|m| ground.estate.recall(m.clone())).count();
    (ground, taken)
}

fn facts(estate: &Estate) -> String {
    let cluster = estate.cluster("prod-use1").unwrap();
    let orders = estate.database("orders").unwrap();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        cluster.control(),
        cluster.nodes(),
        cluster.workloads(),
        cluster.pods(),
        Kind::ALL.map(|k| cluster.coverage(k)),
        orders.described(),
        orders.described_global(),
        orders.numbers.as_ref().map(|k| &k.value),
        orders.lags.as_ref().map(|k| &k.value),
        estate.slos().iter().map(|s| s.counts.as_ref().map(|k| &k.value)).collect::<Vec<_>>(),
        estate.budgets().iter().map(|b| b.described()).collect::<Vec<_>>(),
        estate.account("production").unwrap().costs.as_ref().map(|k| &k.value),
    )
}

#[test]
fn everything_comes_back_with_its_age_and_its_sources_wait() {
    let before = Ground::calm();
    let (after, taken) = restarted(before.estate.memory());
    assert_eq!(taken, 8, "every source but sts");
    assert_eq!(facts(&before.estate), facts(&after.estate));
    for source in after.estate.sources() {
        assert_eq!(source.state, SourceState::Waiting);
        assert_eq!(source.as_of.is_some(), source.key != sts(), "{:?}", source.key);
    }
    assert!(after.estate.account("production").unwrap().identity.is_none(), "an identity has to be proven anew");
    let again = after.estate.memory();
    assert_eq!(again, before.estate.memory(), "an age does not grow younger by a restart");
}

#[test]
fn facts_of_another_id_are_not_believed() {
    let memory = Ground::calm().estate.memory();
    let other =
        |m: &Remembered| Remembered { account_id: m.account_id.as_ref().map(|_| "999999999999".into()), ..m.clone() };
    let (after, taken) = restarted(memory.iter().map(other).collect());
    assert_eq!(taken, 2, "prometheus and the cluster outside AWS");
    assert!(after.estate.database("orders").unwrap().facts.is_none());
}

#[test]
fn what_speaks_already_is_not_overwritten() {
    let memory = Ground::calm().estate.memory();
    let mut ground = Ground::silent();
    ground.introduce(IdentityState::Verified);
    assert!(memory.iter().filter(|m| m.account_id.is_some()).all(|m| !ground.estate.recall(m.clone())));
}

#[test]
fn a_recalled_source_that_fails_is_stale_and_a_mismatch_withdraws_what_was_recalled() {
    let (mut after, _) = restarted(Ground::calm().estate.memory());
    after.fail(rds());
    assert_eq!(after.estate.sources().iter().find(|s| s.key == rds()).unwrap().state, SourceState::Stale);
    after.introduce(IdentityState::Mismatch);
    assert!(after.estate.database("orders").unwrap().facts.is_none());
    assert!(after.estate.cluster("prod-use1").unwrap().pods().is_empty());
}

#[test]
fn what_was_recalled_has_not_been_heard() {
    let (after, _) = restarted(Ground::calm().estate.memory());
    assert!(!after.estate.cluster("prod-use1").unwrap().heard_all());
}

#[test]
fn facts_of_what_an_entry_pointed_at_before_are_not_believed() {
    let before = Ground::calm();
    let mut file = declared();
    file.databases[0].cluster = "another-use1".into();
    file.clusters[0].context = Some("another".into());
    file.databases[0].max_connections = Some(7);
    let mut estate = Estate::new(file);
    for source in before.estate.sources() {
        estate.register(source.key.clone(), source.feeds.clone());
    }
    let taken: Vec<_> =
        before.estate.memory().into_iter().filter(|m| estate.recall(m.clone())).map(|m| m.source).collect();
    assert!(
        estate.database("orders").unwrap().facts.is_none() && estate.cluster("prod-use1").unwrap().pods().is_empty()
    );
    assert!(!taken.contains(&rds()) && taken.contains(&budgets()) && taken.contains(&costs()), "{taken:?}");
    let unfed = estate.sources().iter().find(|s| s.key == rds()).unwrap();
    assert_eq!(unfed.as_of, None, "without facts there is no age");
}
