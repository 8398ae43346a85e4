//! Global Databases: the planned way and the forced one.

use serde_json::json;

use super::ground::{Ground, USE1, USW2, failing};
use crate::operate::work::{Happened, Progress};
use crate::operate::{Danger, Read, Work};

fn global() -> Read {
    Read::GlobalCluster("orders-global".into())
}

fn lag() -> Read {
    Read::GlobalLag { region: "us-west-2".into(), cluster: "orders-usw2".into() }
}

#[test]
fn a_switchover_is_asked_of_the_primary_region_and_loses_nothing() {
    let plan = Ground::database().plan("global.switchover", &[]);
    assert_eq!(
        plan.calls[0].cli,
        format!(
            "aws rds switchover-global-cluster --global-cluster-identifier orders-global --target-db-cluster-identifier {USW2} \
             --region us-east-1 --profile 'innovate prod'"
        )
    );
    assert_eq!((plan.danger, plan.calls[0].region.as_deref()), (Danger::Disruptive, None));
    assert!(failing(&plan).is_empty(), "{:?}", plan.preconditions);
    assert!(plan.blast_radius.contains("nothing that was written is lost"), "{}", plan.blast_radius);
    assert!(plan.blast_radius.contains("it lags by 640 ms") && plan.blast_radius.contains("31 connections drop"));
    assert_eq!(plan.undo.unwrap().parameters["to"], "us-east-1");
}

#[test]
fn a_switchover_back_is_asked_of_the_other_region() {
    let mut ground = Ground::database();
    ground.change(&global(), "/GlobalClusterMembers/0/IsWriter", json!(false));
    ground.change(&global(), "/GlobalClusterMembers/1/IsWriter", json!(true));
    let lag = Read::GlobalLag { region: "us-east-1".into(), cluster: "orders-use1".into() };
    ground.there(lag, json!({"Value": 10.0, "Timestamp": "2026-11-21T09:59:00Z"}));
    let plan = ground.plan("global.switchover", &[("to", "us-east-1")]);
    assert_eq!(plan.calls[0].region.as_deref(), Some("us-west-2"));
    assert!(plan.calls[0].cli.contains("--region us-west-2"), "{}", plan.calls[0].cli);
    assert_eq!(plan.changes[0].before.as_deref(), Some("us-west-2"));
}

#[test]
fn a_switchover_needs_both_regions_the_lag_and_equal_versions() {
    let mut ground = Ground::database();
    ground.status(USE1, "modifying");
    ground.change(&Read::DbCluster(USW2.into()), "/EngineVersion", json!("16.6"));
    ground.seen.remove(&lag());
    let plan = ground.plan("global.switchover", &[]);
    assert_eq!(failing(&plan), ["orders-use1 status", "engine versions", "replication lag"]);
    ground.change(&global(), "/Status", json!("failing-over"));
    assert!(failing(&ground.plan("global.switchover", &[])).contains(&"failover_state"));
    assert!(ground.refused("global.switchover", &[("to", "eu-west-1")]).contains("say to=us-west-2"));
    assert!(ground.refused("global.switchover", &[("to", "us-east-1")]).contains("is the primary region"));
}

#[test]
fn lag_may_change_between_plan_and_call() {
    let mut ground = Ground::database();
    let plan = ground.plan("global.switchover", &[]);
    ground.there(lag(), json!({"Value": 900.0, "Timestamp": "2026-11-21T09:59:30Z"}));
    let (work, _) = ground.watched(&plan);
    let moved = |ground: &Ground| work.moved(&plan, &ground.draft("global.switchover", &[]).unwrap());
    assert_eq!(moved(&ground), Vec::<String>::new());
    ground.there(lag(), json!({"Value": 90_000.0, "Timestamp": "2026-11-21T09:59:30Z"}));
    assert_eq!(moved(&ground).len(), 1, "{:?}", moved(&ground));
}

#[test]
fn a_failover_goes_while_nothing_of_the_primary_region_answers() {
    let mut ground = Ground::database();
    ground.unseen(Read::DbCluster(USE1.into()));
    ground.unseen(Read::DbInstances(USE1.into()));
    let plan = ground.plan("global.failover", &[]);
    assert!(failing(&plan).is_empty(), "{:?}", plan.preconditions);
    assert_eq!((plan.danger, plan.calls[0].region.as_deref()), (Danger::DataLoss, Some("us-west-2")));
    assert_eq!(
        plan.calls[0].request,
        json!({"GlobalClusterIdentifier": "orders-global", "TargetDbClusterIdentifier": USW2, "AllowDataLoss": true})
    );
    assert!(plan.calls[0].cli.ends_with("--allow-data-loss --region us-west-2 --profile 'innovate prod'"));
    assert!(plan.blast_radius.starts_with("about the last 640 ms of writes are lost"), "{}", plan.blast_radius);
    ground.seen.remove(&lag());
    assert!(ground.plan("global.failover", &[]).blast_radius.starts_with("how much is lost is not known"));
    ground.unseen(global());
    assert!(ground.refused("global.failover", &[]).contains("cannot be seen"));
    let work = crate::operate::work::of("global.failover").unwrap();
    let needs = |work: &dyn Work, read: Read| work.needs(&read);
    assert!(needs(work, global()) && !needs(work, Read::DbCluster(USE1.into())) && !needs(work, lag()));
}

#[test]
fn a_failover_says_when_a_switchover_would_do() {
    let plan = Ground::database().plan("global.failover", &[]);
    assert!(plan.blast_radius.contains("global.switchover would lose nothing"), "{}", plan.blast_radius);
    let mut ground = Ground::database();
    ground.change(&Read::DbInstances(USW2.into()), "/0/DBInstanceStatus", json!("stopped"));
    assert_eq!(failing(&ground.plan("global.failover", &[])), ["available instances of orders-usw2"]);
}

#[test]
fn a_move_is_followed_by_the_services_own_words() {
    let mut ground = Ground::database();
    let (switchover, failover) = (ground.plan("global.switchover", &[]), ground.plan("global.failover", &[]));
    let progress = |ground: &Ground, plan| {
        let (work, seen) = ground.watched(plan);
        (work.verify(plan, &[], &seen), work.happened(plan, &plan.calls[0], &seen))
    };
    assert!(matches!(progress(&ground, &switchover), (Progress::Waiting(_), Happened::NotSeen(_))));
    ground.change(&global(), "/Status", json!("switching-over"));
    assert!(matches!(progress(&ground, &switchover), (Progress::Waiting(_), Happened::Yes(_))));
    ground.change(&global(), "/GlobalClusterMembers/0/IsWriter", json!(false));
    ground.change(&global(), "/GlobalClusterMembers/1/IsWriter", json!(true));
    assert!(matches!(progress(&ground, &switchover).0, Progress::Waiting(_)), "it is still under way");
    assert!(matches!(progress(&ground, &failover).0, Progress::Done(_)), "the new region serves");
    ground.change(&global(), "/Status", json!("available"));
    assert!(matches!(progress(&ground, &switchover).0, Progress::Done(_)));
    ground.change(&Read::DbInstances(USW2.into()), "/0/DBInstanceStatus", json!("rebooting"));
    assert!(matches!(progress(&ground, &failover).0, Progress::Waiting(_)));
}
