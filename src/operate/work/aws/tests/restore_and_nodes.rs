//! Restores into a new cluster, and node groups.

use serde_json::json;

use super::ground::{Ground, accepted, failing, instance, now};
use crate::operate::work::{Happened, Progress};
use crate::operate::{Answer, Next, Read, Sent, work};

const AT: (&str, &str) = ("to-time", "2026-11-21T09:30:00Z");

#[test]
fn a_restore_builds_a_cluster_and_its_writer_beside_the_old_one() {
    let plan = Ground::database().plan("database.restore", &[AT, ("as", "orders-check")]);
    assert_eq!(
        plan.calls[0].cli,
        "aws rds restore-db-cluster-to-point-in-time --db-cluster-identifier orders-check --source-db-cluster-identifier \
         orders-use1 --restore-to-time 2026-11-21T09:30:00Z --db-subnet-group-name isolated --vpc-security-group-ids sg-1 sg-2 \
         --db-cluster-parameter-group-name orders-pg16 --kms-key-id arn:aws:kms:us-east-1:111122223333:key/k \
         --serverless-v2-scaling-configuration MinCapacity=0.5,MaxCapacity=16 --tags '{\"Key\":\"team\",\"Value\":\"shop floor\"}' \
         --region us-east-1 --profile 'innovate prod'"
    );
    assert_eq!(plan.calls[1].request["DBInstanceIdentifier"], "orders-check-1");
    assert_eq!(plan.calls[1].request["DBClusterIdentifier"], "orders-check");
    assert!(failing(&plan).is_empty() && plan.undo.is_none());
    assert!(
        plan.blast_radius
            .contains("aws rds delete-db-cluster --skip-final-snapshot --db-cluster-identifier orders-check")
    );
    let latest = Ground::database().plan("database.restore", &[("to-time", "latest"), ("as", "orders-check")]);
    assert_eq!(latest.calls[0].request["UseLatestRestorableTime"], true);
}

#[test]
fn a_restore_never_goes_over_what_is_there_or_out_of_the_window() {
    let mut ground = Ground::database();
    assert!(ground.refused("database.restore", &[AT, ("as", "Orders-USE1")]).contains("is the cluster itself"));
    assert!(ground.refused("database.restore", &[AT]).contains("say what the new cluster is to be called"));
    assert!(
        ground
            .refused("database.restore", &[("as", "x"), ("to-time", "yesterday")])
            .contains("2026-11-14T10:00:00Z to 2026-11-21T09:55:00Z")
    );
    for late in ["2026-11-21T09:56:00Z", "2026-11-14T09:59:59Z"] {
        assert_eq!(
            failing(&ground.plan("database.restore", &[("to-time", late), ("as", "orders-check")])),
            ["to-time"]
        );
    }
    ground.there(Read::DbInstance("orders-check-1".into()), instance("orders-check-1", "other", "us-east-1"));
    let plan = ground.plan("database.restore", &[AT, ("as", "orders-check")]);
    assert_eq!(failing(&plan), ["instance name orders-check-1"]);
}

#[test]
fn the_writer_is_built_once_the_cluster_is_there() {
    let mut ground = Ground::database();
    let plan = ground.plan("database.restore", &[AT, ("as", "orders-check")]);
    let next = |ground: &Ground, sent: usize| {
        let (work, seen) = ground.watched(&plan);
        let sent: Vec<_> = (0..sent).map(|n| accepted(&plan, n)).collect();
        work.next(&plan, &sent, &seen, now())
    };
    assert!(matches!(next(&ground, 0), Next::Send(call) if call.action == "RestoreDBClusterToPointInTime"));
    assert!(matches!(next(&ground, 1), Next::Wait(_)));
    let read = Read::DbCluster("orders-check".into());
    let members = json!([{"DBInstanceIdentifier": "orders-check-1", "IsClusterWriter": true}]);
    ground.there(read.clone(), json!({"Status": "creating", "DBClusterMembers": members}));
    assert!(matches!(next(&ground, 1), Next::Wait(_)));
    ground.change(&read, "/Status", json!("restore-error"));
    assert!(matches!(next(&ground, 1), Next::Stop(_)));
    ground.change(&read, "/Status", json!("available"));
    assert!(matches!(next(&ground, 1), Next::Send(call) if call.action == "CreateDBInstance"));
    assert_eq!(next(&ground, 2), Next::AllSent);
    let (work, seen) = ground.watched(&plan);
    assert!(matches!(work.happened(&plan, &plan.calls[0], &seen), Happened::Yes(_)));
    assert!(matches!(work.happened(&plan, &plan.calls[1], &seen), Happened::NotSeen(_)));
    let built = instance("orders-check-1", "orders-check", "us-east-1");
    ground.there(Read::DbInstances("orders-check".into()), json!([built]));
    ground.there(Read::DbInstance("orders-check-1".into()), built);
    let (work, seen) = ground.watched(&plan);
    assert!(matches!(work.verify(&plan, &[], &seen), Progress::Done(_)));
}

#[test]
fn a_node_group_keeps_what_is_left_out() {
    let ground = Ground::nodegroup();
    let plan = ground.plan("nodegroup.scale", &[("desired", "1")]);
    assert_eq!(
        plan.calls[0].cli,
        "aws eks update-nodegroup-config --cluster-name prod --nodegroup-name spot --scaling-config \
         minSize=1,maxSize=10,desiredSize=1 --region us-east-1 --profile 'innovate prod'"
    );
    assert_eq!(plan.changes.len(), 1);
    assert!(plan.blast_radius.starts_with("2 m7g.large nodes of 3 go with their pods"), "{}", plan.blast_radius);
    assert_eq!(plan.undo.as_ref().unwrap().parameters["desired"], "3");
    let none = ground.plan("nodegroup.scale", &[("min", "0"), ("desired", "0")]);
    assert!(none.blast_radius.contains("none is left"), "{}", none.blast_radius);
    for (parameters, why) in [
        (&[("min", "4")][..], "desired 3 would not lie between min 4 and max 10"),
        (&[("min", "11")], "min 11 would be above max 10"),
        (&[("max", "0"), ("min", "0"), ("desired", "0")], "EKS takes no max below 1"),
        (&[("desired", "3")], "it has min 1, max 10, desired 3 already"),
        (&[("desired", "-1")], "`desired=-1` is not a number of nodes"),
        (&[], "it has min 1, max 10, desired 3 now"),
    ] {
        let refused = ground.refused("nodegroup.scale", parameters);
        assert!(refused.contains(why), "{parameters:?}: {refused}");
    }
}

#[test]
fn a_node_group_is_followed_until_it_is_active() {
    let mut ground = Ground::nodegroup();
    let plan = ground.plan("nodegroup.scale", &[("desired", "5")]);
    let progress = |ground: &Ground| {
        let (work, seen) = ground.watched(&plan);
        (work.verify(&plan, &[], &seen), work.happened(&plan, &plan.calls[0], &seen))
    };
    assert!(matches!(progress(&ground), (Progress::Waiting(_), Happened::NotSeen(_))));
    ground.group("UPDATING", (1, 10, 3));
    assert!(matches!(progress(&ground), (Progress::Waiting(_), Happened::Yes(_))));
    assert_eq!(failing(&ground.plan("nodegroup.scale", &[("desired", "5")])), ["status"]);
    ground.group("ACTIVE", (1, 10, 5));
    assert!(matches!(progress(&ground), (Progress::Done(_), Happened::Yes(_))));
    ground.group("DEGRADED", (1, 10, 5));
    assert!(matches!(progress(&ground).0, Progress::Failed(_)));
}

#[test]
fn an_update_is_followed_by_its_id_where_it_can_be_seen() {
    let mut ground = Ground::nodegroup();
    let plan = ground.plan("nodegroup.scale", &[("desired", "5")]);
    let body = json!({"update": {"id": "u-1", "status": "InProgress"}});
    let answer = Some(Answer::Accepted { request_id: None, body });
    let sent = [Sent { call: plan.calls[0].clone(), at: now(), answer }];
    let read = Read::NodeGroupUpdate { cluster: "prod".into(), name: "spot".into(), id: "u-1".into() };
    let work = work::of("nodegroup.scale").unwrap();
    assert_eq!(work.followed(&plan, &sent).last(), Some(&read));
    assert_eq!(work.followed(&plan, &[]), work.watched(&plan), "a lost answer names none");
    assert!(!work.needs(&read));
    let verify = |ground: &Ground| work.verify(&plan, &sent, &ground.sights(work.followed(&plan, &sent)));
    ground.group("ACTIVE", (1, 10, 5));
    assert!(matches!(verify(&ground), Progress::Done(_)), "EKS knows no such update: the sizes tell");
    ground.unseen(read.clone());
    assert!(matches!(verify(&ground), Progress::Done(_)), "it may not be seen: the sizes tell");
    let shows = |ground: &mut Ground, status: &str| {
        let errors = json!([{"errorCode": "AccessDenied", "errorMessage": "no leave", "resourceIds": ["a", "b"]}]);
        ground.there(read.clone(), json!({"id": "u-1", "status": status, "errors": errors}));
    };
    shows(&mut ground, "InProgress");
    assert_eq!(
        verify(&ground),
        Progress::Waiting("update u-1 is InProgress; spot is ACTIVE with min 1, max 10, desired 5".into())
    );
    shows(&mut ground, "Failed");
    let failed = "EKS says of update u-1 of spot: Failed: no leave (AccessDenied, a, b)";
    assert_eq!(verify(&ground), Progress::Failed(failed.into()));
    shows(&mut ground, "Successful");
    assert!(matches!(verify(&ground), Progress::Done(words) if words.contains("Successful")));
    ground.group("ACTIVE", (1, 10, 7));
    assert!(matches!(verify(&ground), Progress::Done(words) if words.contains("chose another number since")));
    ground.group("ACTIVE", (2, 10, 7));
    assert!(matches!(verify(&ground), Progress::Waiting(_)), "the bounds are not those that were asked for");
    ground.group("UPDATING", (1, 10, 5));
    assert!(matches!(verify(&ground), Progress::Waiting(_)));
}
