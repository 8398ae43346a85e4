//! Databases as RDS would describe them.

use serde_json::{Value, json};

use super::super::database::DatabasePlan;
use super::super::moment::At;
use super::super::world::World;
use super::unplayed;
use crate::estate::{DatabaseFacts, GlobalRole, MemberRole, Sample};
use crate::operate::{Pinned, Read, Sight};

/// The index of the database of that identifier in the target's region.
pub(super) fn find(plans: &[DatabasePlan], target: &Pinned, id: &str) -> Option<usize> {
    plans.iter().position(|d| d.cluster == id && Some(&d.region) == target.region.as_ref())
}

/// What a read comes to.
pub(super) fn see(world: &World, target: &Pinned, read: &Read, at: At) -> Sight {
    let plans = world.acted_databases();
    let of = |id: &str| find(&plans, target, id).map(|i| &plans[i]);
    match read {
        Read::DbCluster(id) => match of(id) {
            Some(plan) => Sight::There(cluster(plan, &plan.facts(at))),
            None => unplayed(&format!("describing the DB cluster {id}")),
        },
        Read::DbInstances(id) => match of(id) {
            Some(plan) => Sight::There(instances(plan, &plan.facts(at))),
            None => unplayed(&format!("describing the members of {id}")),
        },
        Read::GlobalCluster(id) => {
            let plan = plans.iter().find(|d| d.global.as_ref().is_some_and(|(global, ..)| global == id));
            plan.and_then(global).map_or_else(|| Sight::Absent(format!("GlobalCluster {id} not found.")), Sight::There)
        }
        Read::InstanceMetric { metric, instance } => {
            let numbers = of(&target.id).and_then(|plan| plan.numbers(at).remove(instance));
            let sample = numbers.and_then(|n| match metric.as_str() {
                "DatabaseConnections" => n.connections,
                "AuroraReplicaLag" => n.replica_lag_ms,
                _ => None,
            });
            sample.map_or_else(|| unplayed(&format!("{metric} of {instance}")), |s| Sight::There(point(s)))
        }
        Read::GlobalLag { region, .. } => {
            let lag = of(&target.id).and_then(|plan| plan.lag(at)?.remove(region));
            lag.map_or_else(|| unplayed(&format!("the lag of {region}")), |s| Sight::There(point(s)))
        }
        Read::DbInstance(id) | Read::DbClusterSnapshot(id) => unplayed(&format!("describing {id}")),
        Read::NodeGroup { name, .. } => unplayed(&format!("describing the node group {name}")),
        Read::Kubernetes(path) => unplayed(path),
    }
}

fn point(sample: Sample) -> Value {
    json!({"Value": sample.value, "Timestamp": sample.at.to_string()})
}

fn cluster(plan: &DatabasePlan, facts: &DatabaseFacts) -> Value {
    let members: Vec<Value> = facts
        .members
        .iter()
        .map(|m| {
            json!({
                "DBInstanceIdentifier": m.name, "IsClusterWriter": m.role == MemberRole::Writer,
                "PromotionTier": m.promotion_tier,
            })
        })
        .collect();
    let mut out = json!({
        "DBClusterIdentifier": plan.cluster, "DBClusterArn": facts.arn, "Status": facts.status,
        "Engine": facts.engine, "EngineVersion": facts.version, "DBClusterMembers": members,
    });
    if let (Some(min), Some(max)) = (facts.acu_min, facts.acu_max) {
        out["ServerlessV2ScalingConfiguration"] = json!({"MinCapacity": min, "MaxCapacity": max});
    }
    out
}

fn instances(plan: &DatabasePlan, facts: &DatabaseFacts) -> Value {
    let instance = |m: &crate::estate::Member| {
        json!({
            "DBInstanceIdentifier": m.name, "DBClusterIdentifier": plan.cluster, "DBInstanceClass": m.class,
            "AvailabilityZone": m.az, "DBInstanceStatus": m.status, "PromotionTier": m.promotion_tier,
            "DBInstanceArn": format!("arn:aws:rds:{}:{}:db:{}", plan.region, plan.account_id, m.name),
            "Engine": facts.engine, "EngineVersion": facts.version,
        })
    };
    Value::Array(facts.members.iter().map(instance).collect())
}

fn global(plan: &DatabasePlan) -> Option<Value> {
    let facts = plan.global_facts()?;
    let member = |m: &crate::estate::GlobalMember| {
        let primary = m.role == GlobalRole::Primary;
        json!({"DBClusterArn": m.arn, "IsWriter": primary, "SynchronizationStatus": "connected"})
    };
    let members: Vec<Value> = facts.members.iter().map(member).collect();
    Some(json!({"GlobalClusterIdentifier": facts.id, "Status": "available", "GlobalClusterMembers": members}))
}
