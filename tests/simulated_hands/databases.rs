//! Databases: what is asked of RDS, its states on the way, and what the panes show then.

use super::*;

fn described(estate: &Estate, index: usize) -> Option<quarterdeck::estate::DatabaseFacts> {
    estate.databases().get(index)?.facts.as_ref()?.value.clone()
}

/// The status of a member; none while it is not listed.
fn member(estate: &Estate, name: &str) -> Option<String> {
    described(estate, 0)?.members.into_iter().find(|m| m.name == name)?.status
}

#[track_caller]
fn heard(said: &[String], words: &str) {
    assert!(said.iter().any(|s| s.contains(words)), "never said: {words}: {said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_is_built_while_it_is_watched_and_goes_again() {
    let mut demo = Demo::start("calm");
    let target = demo.database(0);
    let (done, said) = demo.tells("database.add-reader", target.clone(), &[("name", "orders-3")]).await;
    ended(&done, Outcome::Done);
    heard(&said, "orders-3 is creating");
    demo.shows("the reader", |e| member(e, "orders-3").as_deref() == Some("available")).await;
    let measured = |e: &Estate| e.databases()[0].numbers_of("orders-3").is_some_and(|n| n.replica_lag_ms.is_some());
    demo.shows("its lag", measured).await;
    let taken = demo.run("database.add-reader", target.clone(), &[("name", "ledger-1")]).await;
    ended(&taken, Outcome::Refused);
    let (done, said) = demo.tells("database.remove-reader", target, &[("name", "orders-3")]).await;
    ended(&done, Outcome::Done);
    heard(&said, "orders-3 is deleting");
    demo.shows("two members", |e| described(e, 0).is_some_and(|d| d.members.len() == 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_capacity_is_taken_and_bounds_what_is_used() {
    let mut demo = Demo::paced("calm", 5.0);
    let (done, said) = demo.tells("database.capacity", demo.database(0), &[("min", "2"), ("max", "24")]).await;
    ended(&done, Outcome::Done);
    heard(&said, "modifying");
    let range = |e: &Estate| described(e, 0).is_some_and(|d| (d.acu_min, d.acu_max) == (Some(2.0), Some(24.0)));
    demo.shows("the range", range).await;
    let provisioned = demo.run("database.capacity", demo.database(1), &[("max", "8")]).await;
    assert!(provisioned.ending.words.iter().any(|w| w.contains("is not serverless")), "{:?}", provisioned.ending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_grows_until_it_is_whole() {
    let demo = Demo::start("calm");
    let (done, said) = demo.tells("database.snapshot", demo.database(1), &[("name", "before-release")]).await;
    ended(&done, Outcome::Done);
    heard(&said, "before-release is creating, ");
    let again = demo.run("database.snapshot", demo.database(1), &[("name", "before-release")]).await;
    assert!(again.ending.words.iter().any(|w| w.contains("taken")), "{:?}", again.ending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_state_goes_into_a_cluster_of_its_own() {
    let demo = Demo::start("calm");
    let given = [("to-time", "latest"), ("as", "ledger-before")];
    let (done, said) = demo.tells("database.restore", demo.database(1), &given).await;
    ended(&done, Outcome::Done);
    heard(&said, "ledger-before is creating; its writer is built once it is available");
    heard(&said, "ledger-before-1 is creating");
    let again = demo.run("database.restore", demo.database(1), &given).await;
    assert!(again.ending.words.iter().any(|w| w.contains("ledger-before is taken")), "{:?}", again.ending);
}

fn primary(estate: &Estate) -> Option<String> {
    let global = estate.databases()[0].described_global()?;
    global.members.iter().find(|m| m.role == quarterdeck::estate::GlobalRole::Primary).map(|m| m.region.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_primary_region_moves_without_loss_and_comes_back() {
    let mut demo = Demo::start("calm");
    let target = demo.database(0);
    let (done, said) = demo.tells("global.switchover", target.clone(), &[]).await;
    ended(&done, Outcome::Done);
    heard(&said, "innovate-global is switching-over");
    demo.shows("the west is primary", |e| primary(e).as_deref() == Some("us-west-2")).await;
    demo.shows("no writer in the east", |e| e.databases()[0].writer().is_none()).await;
    demo.shows("the east follows", |e| e.databases()[0].global_lag_ms("us-east-1").is_some()).await;
    let judged = quarterdeck::judge::judge(
        &demo.rigging.estate,
        &quarterdeck::judge::History::default(),
        &quarterdeck::judge::Policy::default(),
        demo.clock.now(),
    );
    let doubts: Vec<&String> = judged.verdicts.iter().flat_map(|v| &v.doubts).collect();
    assert!(doubts.iter().any(|d| d.contains("it follows us-west-2")), "{doubts:?}");
    let no_writer = demo.run("database.failover", target.clone(), &[]).await;
    assert!(no_writer.ending.words.iter().any(|w| w.contains("names no writer")), "{:?}", no_writer.ending);
    ended(&demo.run("global.switchover", target, &[("to", "us-east-1")]).await, Outcome::Done);
    demo.shows("the writer is back", |e| e.databases()[0].writer().is_some_and(|m| m.name == "orders-1")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_is_down_is_given_up() {
    let mut demo = Demo::start("region-down");
    // Nodes first, the APIs of the region some two minutes later.
    let apis_down =
        |e: &Estate| e.sources().iter().any(|s| s.key.subject.as_deref() == Some("rds") && s.error.is_some());
    demo.shows("the APIs are down", apis_down).await;
    let target = demo.database(0);
    let planned = demo.run("global.switchover", target.clone(), &[]).await;
    ended(&planned, Outcome::Refused);
    let (done, said) = demo.tells("global.failover", target, &[]).await;
    ended(&done, Outcome::Done);
    heard(&said, "innovate-global is failing-over");
    let plan = done.ending.plan.unwrap();
    assert_eq!((plan.confirm.as_str(), plan.calls[0].region.as_deref()), ("ALLOW DATA LOSS", Some("us-west-2")));
    assert!(plan.blast_radius.contains("of writes are lost"), "{}", plan.blast_radius);
    demo.shows("the west is primary", |e| primary(e).as_deref() == Some("us-west-2")).await;
}
