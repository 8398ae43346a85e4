//! Failover, readers, capacity and snapshots within one region.

use serde_json::json;

use super::ground::{Ground, accepted, failing, instance};
use crate::operate::work::{Happened, Progress};
use crate::operate::{Danger, Read};

const TAIL: &str = "--region us-east-1 --profile 'innovate prod'";

fn cluster() -> Read {
    Read::DbCluster("orders-use1".into())
}

fn instances() -> Read {
    Read::DbInstances("orders-use1".into())
}

#[test]
fn a_failover_goes_to_the_best_reader() {
    let plan = Ground::database().plan("database.failover", &[]);
    assert_eq!(
        (plan.changes[0].before.as_deref(), plan.changes[0].after.as_deref()),
        (Some("orders-1"), Some("orders-2"))
    );
    assert_eq!(
        plan.calls[0].cli,
        format!(
            "aws rds failover-db-cluster --db-cluster-identifier orders-use1 --target-db-instance-identifier orders-2 {TAIL}"
        )
    );
    assert_eq!(
        plan.calls[0].request,
        json!({"DBClusterIdentifier": "orders-use1", "TargetDBInstanceIdentifier": "orders-2"})
    );
    assert!(failing(&plan).is_empty(), "{:?}", plan.preconditions);
    assert!(
        plan.blast_radius.starts_with("43 connections drop (31 to orders-1, 12 to orders-2); writes fail until"),
        "{}",
        plan.blast_radius
    );
    assert!(plan.blast_radius.contains("2 readers left afterwards: orders-1 and orders-3"), "{}", plan.blast_radius);
    assert_eq!(plan.undo.unwrap().parameters["to"], "orders-1");
}

#[test]
fn the_best_reader_is_available_then_of_the_lowest_tier_then_large_enough_then_close() {
    // What is changed of readers 2 and 3, and who is best then.
    type Changed = (&'static str, serde_json::Value, &'static str);
    let cases: [Changed; 4] = [
        ("/1/DBInstanceStatus", json!("rebooting"), "orders-3"),
        ("/2/DBInstanceStatus", json!("rebooting"), "orders-2"),
        ("/1/DBInstanceClass", json!("db.t4g.medium"), "orders-3"),
        ("/2/DBInstanceClass", json!("db.r6g.16xlarge"), "orders-2"),
    ];
    for (pointer, value, best) in cases {
        let mut ground = Ground::database();
        // Of one tier, so that class and lag decide.
        ground.change(&cluster(), "/DBClusterMembers/2/PromotionTier", json!(1));
        ground.change(&instances(), pointer, value.clone());
        let plan = ground.plan("database.failover", &[]);
        assert_eq!(plan.changes[0].after.as_deref(), Some(best), "{pointer} {value}");
    }
    let mut ground = Ground::database();
    ground.change(&cluster(), "/DBClusterMembers/2/PromotionTier", json!(1));
    ground.metric("AuroraReplicaLag", "orders-2", 99.0);
    assert_eq!(
        ground.plan("database.failover", &[]).changes[0].after.as_deref(),
        Some("orders-2"),
        "noise does not count"
    );
    ground.metric("AuroraReplicaLag", "orders-2", 101.0);
    assert_eq!(ground.plan("database.failover", &[]).changes[0].after.as_deref(), Some("orders-3"));
}

#[test]
fn a_failover_that_cannot_be_is_refused_and_one_that_may_not_says_what_fails() {
    let ground = Ground::database();
    assert_eq!(
        ground.refused("database.failover", &[("to", "orders-1")]),
        "orders-1 is the writer of orders-use1 already"
    );
    let refused = ground.refused("database.failover", &[("to", "orders-7")]);
    assert_eq!(refused, "`to=orders-7` is no member of orders-use1; its readers: orders-2 and orders-3");
    let mut absent = ground.clone();
    absent.seen.remove(&cluster());
    assert!(absent.refused("database.failover", &[]).contains("no Aurora cluster orders-use1 in us-east-1"));
    let mut blind = ground.clone();
    blind.unseen(instances());
    assert_eq!(blind.refused("database.failover", &[]), "the members of orders-use1 cannot be seen: no answer in time");
    let mut alone = ground.clone();
    alone.change(
        &cluster(),
        "/DBClusterMembers",
        json!([{"DBInstanceIdentifier": "orders-1", "IsClusterWriter": true}]),
    );
    assert!(alone.refused("database.failover", &[]).contains("add one with database.add-reader"));
    let mut busy = ground.clone();
    busy.status("orders-use1", "modifying");
    busy.change(&Read::GlobalCluster("orders-global".into()), "/Status", json!("switching-over"));
    assert_eq!(failing(&busy.plan("database.failover", &[])), ["status", "failover_state"]);
    let mut dark = ground.clone();
    dark.seen.retain(|read, _| !matches!(read, Read::InstanceMetric { .. }));
    let plan = dark.plan("database.failover", &[]);
    assert!(plan.blast_radius.contains("how many is not known"), "{}", plan.blast_radius);
    assert!(failing(&plan).is_empty(), "no failover waits for a metric");
}

#[test]
fn a_failover_is_done_when_everyone_serves_again() {
    let mut ground = Ground::database();
    let plan = ground.plan("database.failover", &[]);
    let progress = |ground: &Ground| {
        let (work, seen) = ground.watched(&plan);
        (work.verify(&plan, &[accepted(&plan, 0)], &seen), work.happened(&plan, &plan.calls[0], &seen))
    };
    let (verified, happened) = progress(&ground);
    assert!(matches!(verified, Progress::Waiting(_)) && matches!(happened, Happened::NotSeen(_)));
    ground.status("orders-use1", "failing-over");
    assert!(matches!(progress(&ground), (Progress::Waiting(_), Happened::Yes(_))));
    ground.change(&cluster(), "/DBClusterMembers/0/IsClusterWriter", json!(false));
    ground.change(&cluster(), "/DBClusterMembers/1/IsClusterWriter", json!(true));
    ground.change(&instances(), "/0/DBInstanceStatus", json!("rebooting"));
    ground.status("orders-use1", "available");
    let (verified, happened) = progress(&ground);
    assert_eq!(verified, Progress::Waiting("orders-2 is the writer; orders-1 is rebooting".into()));
    assert_eq!(happened, Happened::Yes("orders-2 is the writer".into()));
    ground.change(&instances(), "/0/DBInstanceStatus", json!("available"));
    assert!(matches!(progress(&ground).0, Progress::Done(_)));
    ground.change(&cluster(), "/DBClusterMembers/1/IsClusterWriter", json!(false));
    ground.change(&cluster(), "/DBClusterMembers/2/IsClusterWriter", json!(true));
    assert_eq!(progress(&ground).0, Progress::Failed("orders-3 became the writer, not orders-2".into()));
    ground.unseen(cluster());
    assert!(matches!(progress(&ground), (Progress::Waiting(_), Happened::Unclear(_))), "not seen is not gone");
}

#[test]
fn a_reader_is_built_like_the_writer() {
    let mut ground = Ground::database();
    ground.change(&instances(), "/0/DBParameterGroups/0/DBParameterGroupName", json!("orders-params"));
    ground.change(
        &instances(),
        "/0/TagList",
        json!([{"Key": "team", "Value": "shop floor"}, {"Key": "aws:x", "Value": "y"}]),
    );
    let plan = ground.plan("database.add-reader", &[("az", "us-east-1b"), ("tier", "0")]);
    assert_eq!(
        plan.calls[0].cli,
        format!(
            "aws rds create-db-instance --db-instance-identifier orders-use1-1 --db-cluster-identifier orders-use1 \
             --engine aurora-postgresql --db-instance-class db.serverless --db-parameter-group-name orders-params \
             --no-publicly-accessible --tags '{{\"Key\":\"team\",\"Value\":\"shop floor\"}}' --availability-zone us-east-1b \
             --promotion-tier 0 {TAIL}"
        )
    );
    assert_eq!(plan.danger, Danger::Safe);
    assert_eq!(plan.undo.as_ref().unwrap().parameters["name"], "orders-use1-1");
    // A name that another cluster's instance has is passed over.
    ground.there(Read::DbInstance("orders-use1-1".into()), instance("orders-use1-1", "other", "us-east-1"));
    assert_eq!(ground.plan("database.add-reader", &[]).calls[0].request["DBInstanceIdentifier"], "orders-use1-2");
    let plan = ground.plan("database.add-reader", &[("name", "orders-use1-1")]);
    assert_eq!(failing(&plan), ["name orders-use1-1"]);
    for (name, value) in [("tier", "16"), ("tier", "x"), ("az", "eu-west-1a"), ("class", "large"), ("name", "no_name")]
    {
        assert!(ground.refused("database.add-reader", &[(name, value)]).contains(value), "{name}={value}");
    }
}

#[test]
fn the_last_reader_goes_only_with_plain_words() {
    let mut ground = Ground::database();
    let plan = ground.plan("database.remove-reader", &[("name", "orders-3")]);
    assert_eq!(
        plan.blast_radius,
        "every connection to orders-3 drops; how many is not known; failover targets left: orders-2"
    );
    assert_eq!(
        plan.calls[0].cli,
        format!("aws rds delete-db-instance --db-instance-identifier orders-3 --skip-final-snapshot {TAIL}")
    );
    let undo = plan.undo.unwrap().parameters;
    assert_eq!((undo["name"].as_str(), undo["tier"].as_str(), undo["az"].as_str()), ("orders-3", "2", "us-east-1a"));
    // orders-3 restarts: orders-2 is the last that may be promoted.
    ground.change(&instances(), "/2/DBInstanceStatus", json!("rebooting"));
    let plan = ground.plan("database.remove-reader", &[("name", "orders-2")]);
    assert!(
        plan.blast_radius.starts_with("NO FAILOVER TARGET IS LEFT IN us-east-1: orders-2 is the last"),
        "{}",
        plan.blast_radius
    );
    assert_eq!(plan.changes[1].after.as_deref(), Some("none"));
    assert!(ground.refused("database.remove-reader", &[("name", "orders-1")]).contains("is the writer"));
    assert!(ground.refused("database.remove-reader", &[]).contains("orders-2 and orders-3"));
    let (work, seen) = ground.watched(&plan);
    assert!(matches!(work.verify(&plan, &[], &seen), Progress::Waiting(_)), "the cluster lists it still");
    assert!(matches!(work.happened(&plan, &plan.calls[0], &seen), Happened::Yes(_)), "there is no such instance");
    let mut blind = ground.clone();
    blind.unseen(Read::DbInstance("orders-2".into()));
    let (work, seen) = blind.watched(&plan);
    assert!(matches!(work.happened(&plan, &plan.calls[0], &seen), Happened::Unclear(_)), "not seen is not gone");
}

#[test]
fn capacity_goes_in_half_steps_within_the_services_bounds() {
    let ground = Ground::database();
    let plan = ground.plan("database.capacity", &[("min", "2"), ("max", "32")]);
    assert_eq!(
        plan.calls[0].cli,
        format!(
            "aws rds modify-db-cluster --db-cluster-identifier orders-use1 --serverless-v2-scaling-configuration \
             MinCapacity=2,MaxCapacity=32 --apply-immediately {TAIL}"
        )
    );
    assert_eq!(
        plan.undo.as_ref().unwrap().parameters,
        [("min".into(), "0.5".into()), ("max".into(), "16".into())].into()
    );
    for (parameters, why) in [
        (&[("min", "0.7")][..], "steps of 0.5"),
        (&[("min", "-1")], "from 0 to 256"),
        (&[("max", "0.5")], "from 1 to 256"),
        (&[("max", "257")], "from 1 to 256"),
        (&[("max", "NaN")], "from 1 to 256"),
        (&[("min", "17")], "above the ceiling of 16"),
        (&[("min", "0.5"), ("max", "16.0")], "0.5 to 16 ACU already"),
        (&[], "it is 0.5 to 16 now"),
    ] {
        let refused = ground.refused("database.capacity", parameters);
        assert!(refused.contains(why), "{parameters:?}: {refused}");
    }
    let said = |parameters| ground.plan("database.capacity", parameters).blast_radius;
    assert!(said(&[("max", "4")]).starts_with("orders-1 uses 6.5 ACU now: the ceiling of 4 takes capacity away"));
    assert!(said(&[("min", "0")]).contains("above the new floor of 0"));
    assert!(said(&[("min", "8")]).starts_with("orders-1 grows from 6.5 to 8 ACU"));
    let mut provisioned = ground.clone();
    for i in 0..3 {
        provisioned.change(&instances(), &format!("/{i}/DBInstanceClass"), json!("db.r6g.large"));
    }
    assert!(provisioned.refused("database.capacity", &[("min", "1")]).contains("is not serverless"));
}

#[test]
fn a_snapshot_is_named_by_the_time_once() {
    let ground = Ground::database();
    let plan = ground.plan("database.snapshot", &[]);
    assert_eq!(plan.calls[0].request["DBClusterSnapshotIdentifier"], "orders-use1-20261121-100000");
    let mut intent = ground.intent("database.snapshot", &[]);
    let (work, _) = ground.watched(&plan);
    work.fix(&mut intent, &plan);
    assert_eq!(intent.parameters["name"], "orders-use1-20261121-100000", "the re-check plans the confirmed name");
    let read = Read::DbClusterSnapshot("release-7".into());
    let mut ground = ground;
    ground.there(read.clone(), json!({"Status": "creating", "PercentProgress": 40}));
    let plan = ground.plan("database.snapshot", &[("name", "release-7")]);
    assert_eq!(failing(&plan), ["name release-7"]);
    let (work, seen) = ground.watched(&plan);
    assert_eq!(work.verify(&plan, &[], &seen), Progress::Waiting("release-7 is creating, 40 %".into()));
    ground.change(&read, "/Status", json!("failed"));
    let (work, seen) = ground.watched(&plan);
    assert!(matches!(work.verify(&plan, &[], &seen), Progress::Failed(_)));
}
