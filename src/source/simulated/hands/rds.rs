//! Databases as RDS would describe them, and their numbers as CloudWatch has them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::database::DatabasePlan;
use super::super::moment::{At, DAY};
use super::super::world::World;
use super::stamp;
use crate::estate::{DatabaseFacts, GlobalRole, Member, MemberNumbers, MemberRole, Sample};
use crate::operate::{Pinned, Read, Sight};

/// One cluster that RDS has, in whatever region.
pub(super) struct Cluster {
    /// The index of the database that it is, or was made of.
    pub(super) database: usize,
    pub(super) region: String,
    /// Its `DBClusterIdentifier`.
    pub(super) id: String,
    pub(super) facts: DatabaseFacts,
}

/// Region and name of an identifier, or of the ARN that stands in its place.
pub(super) fn place<'a>(id: &'a str, home: &'a str) -> (&'a str, &'a str) {
    let mut parts = id.split(':');
    match (parts.next(), parts.nth(2), parts.nth(2)) {
        (Some("arn"), Some(region), Some(name)) => (region, name),
        _ => (home, id),
    }
}

/// Every cluster of the target's account.
pub(super) fn clusters(plans: &[DatabasePlan], target: &Pinned, at: At) -> Vec<Cluster> {
    let mut all = Vec::new();
    for (database, plan) in plans.iter().enumerate().filter(|(_, d)| Some(&d.account) == target.account.as_ref()) {
        let cluster = |region: &str, id: &str, facts| Cluster { database, region: region.into(), id: id.into(), facts };
        all.push(cluster(&plan.region, &plan.cluster, plan.facts(at)));
        all.extend(plan.restored(at).into_iter().map(|(id, facts)| cluster(&plan.region, &id, facts)));
        if let (Some(global), Some(facts)) = (&plan.global, plan.facts_away(at)) {
            all.push(cluster(&global.region, &global.cluster, facts));
        }
    }
    all
}

/// The cluster of an identifier or ARN.
pub(super) fn find<'a>(all: &'a [Cluster], id: &str, home: &str) -> Option<&'a Cluster> {
    let (region, id) = place(id, home);
    all.iter().find(|c| c.region == region && c.id.eq_ignore_ascii_case(id))
}

/// The instance of an identifier, with its cluster.
pub(super) fn instance_of<'a>(all: &'a [Cluster], id: &str, home: &str) -> Option<(&'a Cluster, &'a Member)> {
    let (region, id) = place(id, home);
    let members = all.iter().filter(|c| c.region == region).flat_map(|c| c.facts.members.iter().map(move |m| (c, m)));
    members.into_iter().find(|(_, m)| m.name.eq_ignore_ascii_case(id))
}

/// What a read comes to.
pub(super) fn see(world: &World, target: &Pinned, read: &Read, at: At) -> Sight {
    let plans = world.acted_databases();
    let all = clusters(&plans, target, at);
    let home = target.region.as_deref().unwrap_or_default();
    let absent = |what: &str, id: &str| {
        let (region, id) = place(id, home);
        Sight::Absent(format!("RDS has no {what} {id} in {region}"))
    };
    match read {
        Read::DbCluster(id) => {
            let found = find(&all, id, home);
            found.map_or_else(|| absent("cluster", id), |c| Sight::There(cluster(c, at)))
        }
        Read::DbInstances(id) => {
            let found = find(&all, id, home);
            let members = found.map(|c| c.facts.members.iter().map(|m| instance(c, m)).collect());
            Sight::There(Value::Array(members.unwrap_or_default()))
        }
        Read::DbInstance(id) => {
            let found = instance_of(&all, id, home);
            found.map_or_else(|| absent("instance", id), |(c, m)| Sight::There(instance(c, m)))
        }
        Read::DbClusterSnapshot(id) => {
            let taken = plans.iter().find_map(|plan| Some((plan, plan.snapshot(id, at)?)));
            taken.map_or_else(|| absent("snapshot", id), |(plan, taken)| Sight::There(snapshot(plan, id, taken)))
        }
        Read::GlobalCluster(id) => {
            let plan = plans.iter().find(|d| d.global.as_ref().is_some_and(|g| g.id == *id));
            let found = plan.and_then(|plan| global(plan, at));
            found.map_or_else(|| Sight::Absent(format!("RDS has no Global Database {id}")), Sight::There)
        }
        Read::InstanceMetric { metric, instance } => {
            let sample = metric_of(&plans, target, instance, at).and_then(|n| match metric.as_str() {
                "DatabaseConnections" => n.connections,
                "AuroraReplicaLag" => n.replica_lag_ms,
                "ServerlessDatabaseCapacity" => n.acu,
                _ => None,
            });
            sample.map_or_else(|| Sight::Absent(format!("CloudWatch has no {metric} of {instance}")), point)
        }
        Read::GlobalLag { region, cluster } => {
            let of = plans.iter().find(|d| d.follower(at).is_some_and(|(r, c)| r == region && c == cluster));
            let sample = of.and_then(|plan| plan.lag(at)?.remove(region));
            sample.map_or_else(|| Sight::Absent(format!("CloudWatch has no lag of {cluster} in {region}")), point)
        }
        Read::NodeGroup { .. } | Read::NodeGroupUpdate { .. } | Read::Kubernetes(_) => {
            Sight::Unseen("RDS cannot tell that".to_owned())
        }
    }
}

fn metric_of(plans: &[DatabasePlan], target: &Pinned, instance: &str, at: At) -> Option<MemberNumbers> {
    let (region, name) = place(instance, target.region.as_deref().unwrap_or_default());
    plans.iter().find_map(|plan| {
        if plan.region == region {
            return plan.numbers(at).remove(name);
        }
        plan.numbers_away(at).filter(|(member, _)| member == name).map(|(_, numbers)| numbers)
    })
}

fn point(sample: Sample) -> Sight {
    Sight::There(json!({"Value": sample.value, "Timestamp": sample.at.to_string()}))
}

fn cluster(cluster: &Cluster, at: At) -> Value {
    let facts = &cluster.facts;
    let member = |m: &Member| {
        json!({
            "DBInstanceIdentifier": m.name, "IsClusterWriter": m.role == MemberRole::Writer,
            "PromotionTier": m.promotion_tier,
        })
    };
    let members: Vec<Value> = facts.members.iter().map(member).collect();
    // Seven days are kept; what was written last can be restored to some minutes later.
    let latest = (at - 120).div_euclid(60) * 60;
    let mut out = json!({
        "DBClusterIdentifier": cluster.id, "DBClusterArn": facts.arn, "Status": facts.status,
        "Engine": facts.engine, "EngineVersion": facts.version, "DBClusterMembers": members,
        "EarliestRestorableTime": stamp(latest - 7 * DAY), "LatestRestorableTime": stamp(latest),
        "DBSubnetGroup": "databases", "DBClusterParameterGroup": "default.aurora-postgresql16",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a1b2c3d4e5f60718", "Status": "active"}],
        "StorageEncrypted": true, "CopyTagsToSnapshot": true,
    });
    if let (Some(min), Some(max)) = (facts.acu_min, facts.acu_max) {
        out["ServerlessV2ScalingConfiguration"] = json!({"MinCapacity": min, "MaxCapacity": max});
    }
    out
}

fn instance(cluster: &Cluster, m: &Member) -> Value {
    let arn = cluster.facts.arn.as_deref().and_then(|arn| arn.rsplit_once(":cluster:")).map(|(stem, _)| stem);
    json!({
        "DBInstanceIdentifier": m.name, "DBClusterIdentifier": cluster.id, "DBInstanceClass": m.class,
        "AvailabilityZone": m.az, "DBInstanceStatus": m.status, "PromotionTier": m.promotion_tier,
        "DBInstanceArn": format!("{}:db:{}", arn.unwrap_or_default(), m.name),
        "Engine": cluster.facts.engine, "EngineVersion": cluster.facts.version, "PubliclyAccessible": false,
    })
}

fn snapshot(plan: &DatabasePlan, id: &str, (taken, percent): (At, i64)) -> Value {
    json!({
        "DBClusterSnapshotIdentifier": id, "DBClusterIdentifier": plan.cluster, "PercentProgress": percent,
        "Status": if percent < 100 { "creating" } else { "available" },
        "SnapshotCreateTime": Timestamp::from_second(taken).map(|t| t.to_string()).ok(),
    })
}

fn global(plan: &DatabasePlan, at: At) -> Option<Value> {
    let facts = plan.global_facts(at)?;
    let member = |m: &crate::estate::GlobalMember| {
        let synchronization = if plan.resyncs(&m.region, at) { "pending-resync" } else { "connected" };
        json!({
            "DBClusterArn": m.arn, "IsWriter": m.role == GlobalRole::Primary, "SynchronizationStatus": synchronization,
        })
    };
    let members: Vec<Value> = facts.members.iter().map(member).collect();
    let mut out = json!({
        "GlobalClusterIdentifier": facts.id, "Status": facts.failover_state.as_deref().unwrap_or("available"),
        "Engine": "aurora-postgresql", "EngineVersion": "16.6", "GlobalClusterMembers": members,
    });
    if let (Some(word), Some(moving)) = (&facts.failover_state, plan.moving(at)) {
        let arn = |to: bool| facts.members.iter().find(|m| (m.region == moving.to) == to).map(|m| m.arn.clone());
        out["FailoverState"] = json!({
            "Status": word, "FromDbClusterArn": arn(false), "ToDbClusterArn": arn(true), "IsDataLossAllowed": moving.forced,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_stands_for_region_and_name() {
        assert_eq!(place("orders", "us-east-1"), ("us-east-1", "orders"));
        let arn = "arn:aws:rds:us-west-2:111122223333:cluster:innovate-dr";
        assert_eq!(place(arn, "us-east-1"), ("us-west-2", "innovate-dr"));
    }
}
