//! What RDS and EKS describe, as JSON by the API's own member names. What an operation has no use for is left out, and so
//! is what the service did not say.

use aws_sdk_eks::types::{Nodegroup, Update};
use aws_sdk_rds::types::{DbCluster, DbClusterSnapshot, DbInstance, GlobalCluster, Tag};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// An object without the members that are null.
fn known(members: Value) -> Value {
    let Value::Object(members) = members else { return members };
    Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
}

fn time(at: Option<&DateTime>) -> Option<String> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).unwrap_or(0)).ok().map(|t| t.to_string())
}

fn tags(tags: &[Tag]) -> Value {
    tags.iter().map(|t| json!({"Key": t.key(), "Value": t.value()})).collect()
}

/// A cluster.
pub(super) fn cluster(c: &DbCluster) -> Value {
    let members: Vec<Value> = c
        .db_cluster_members()
        .iter()
        .map(|m| {
            known(json!({
                "DBInstanceIdentifier": m.db_instance_identifier(),
                "IsClusterWriter": m.is_cluster_writer(),
                "PromotionTier": m.promotion_tier(),
            }))
        })
        .collect();
    let groups: Vec<Value> = c
        .vpc_security_groups()
        .iter()
        .map(|g| known(json!({"VpcSecurityGroupId": g.vpc_security_group_id(), "Status": g.status()})))
        .collect();
    let range = c
        .serverless_v2_scaling_configuration()
        .map(|r| known(json!({"MinCapacity": r.min_capacity(), "MaxCapacity": r.max_capacity()})));
    known(json!({
        "DBClusterIdentifier": c.db_cluster_identifier(),
        "DBClusterArn": c.db_cluster_arn(),
        "DbClusterResourceId": c.db_cluster_resource_id(),
        "Status": c.status(),
        "Engine": c.engine(),
        "EngineVersion": c.engine_version(),
        "DBClusterMembers": members,
        "ServerlessV2ScalingConfiguration": range,
        "EarliestRestorableTime": time(c.earliest_restorable_time()),
        "LatestRestorableTime": time(c.latest_restorable_time()),
        "DBSubnetGroup": c.db_subnet_group(),
        "DBClusterParameterGroup": c.db_cluster_parameter_group(),
        "VpcSecurityGroups": groups,
        "StorageEncrypted": c.storage_encrypted(),
        "KmsKeyId": c.kms_key_id(),
        "IAMDatabaseAuthenticationEnabled": c.iam_database_authentication_enabled(),
        "CopyTagsToSnapshot": c.copy_tags_to_snapshot(),
        "DeletionProtection": c.deletion_protection(),
        "TagList": tags(c.tag_list()),
    }))
}

/// An instance.
pub(super) fn instance(i: &DbInstance) -> Value {
    let groups: Vec<Value> = i
        .db_parameter_groups()
        .iter()
        .map(|g| known(json!({"DBParameterGroupName": g.db_parameter_group_name()})))
        .collect();
    known(json!({
        "DBInstanceIdentifier": i.db_instance_identifier(),
        "DBInstanceArn": i.db_instance_arn(),
        "DBInstanceStatus": i.db_instance_status(),
        "DBInstanceClass": i.db_instance_class(),
        "DBClusterIdentifier": i.db_cluster_identifier(),
        "Engine": i.engine(),
        "EngineVersion": i.engine_version(),
        "AvailabilityZone": i.availability_zone(),
        "PromotionTier": i.promotion_tier(),
        "DBParameterGroups": groups,
        "PubliclyAccessible": i.publicly_accessible(),
        "TagList": tags(i.tag_list()),
    }))
}

/// A Global Database.
pub(super) fn global(g: &GlobalCluster) -> Value {
    let members: Vec<Value> = g
        .global_cluster_members()
        .iter()
        .map(|m| {
            known(json!({
                "DBClusterArn": m.db_cluster_arn(),
                "IsWriter": m.is_writer(),
                "Readers": m.readers(),
                "SynchronizationStatus": m.synchronization_status().map(|s| s.as_str().to_owned()),
            }))
        })
        .collect();
    let state = g.failover_state().map(|f| {
        known(json!({
            "Status": f.status().map(|s| s.as_str().to_owned()),
            "FromDbClusterArn": f.from_db_cluster_arn(),
            "ToDbClusterArn": f.to_db_cluster_arn(),
            "IsDataLossAllowed": f.is_data_loss_allowed(),
        }))
    });
    known(json!({
        "GlobalClusterIdentifier": g.global_cluster_identifier(),
        "Status": g.status(),
        "Engine": g.engine(),
        "EngineVersion": g.engine_version(),
        "GlobalClusterMembers": members,
        "FailoverState": state,
    }))
}

/// A snapshot of a cluster.
pub(super) fn snapshot(s: &DbClusterSnapshot) -> Value {
    known(json!({
        "DBClusterSnapshotIdentifier": s.db_cluster_snapshot_identifier(),
        "DBClusterIdentifier": s.db_cluster_identifier(),
        "Status": s.status(),
        "PercentProgress": s.percent_progress(),
        "SnapshotCreateTime": time(s.snapshot_create_time()),
    }))
}

/// An update of a node group.
pub(super) fn update(u: &Update) -> Value {
    let errors: Vec<Value> = u
        .errors()
        .iter()
        .map(|e| {
            known(json!({
                "errorCode": e.error_code().map(|c| c.as_str().to_owned()),
                "errorMessage": e.error_message(),
                "resourceIds": e.resource_ids(),
            }))
        })
        .collect();
    known(json!({
        "id": u.id(),
        "status": u.status().map(|s| s.as_str().to_owned()),
        "type": u.r#type().map(|t| t.as_str().to_owned()),
        "errors": errors,
    }))
}

/// A node group.
pub(super) fn nodegroup(g: &Nodegroup) -> Value {
    let sizes = g
        .scaling_config()
        .map(|s| known(json!({"minSize": s.min_size(), "maxSize": s.max_size(), "desiredSize": s.desired_size()})));
    let issues: Vec<Value> = g
        .health()
        .map(aws_sdk_eks::types::NodegroupHealth::issues)
        .unwrap_or_default()
        .iter()
        .map(|i| known(json!({"code": i.code().map(|c| c.as_str().to_owned()), "message": i.message()})))
        .collect();
    known(json!({
        "nodegroupName": g.nodegroup_name(),
        "nodegroupArn": g.nodegroup_arn(),
        "clusterName": g.cluster_name(),
        "status": g.status().map(|s| s.as_str().to_owned()),
        "scalingConfig": sizes,
        "capacityType": g.capacity_type().map(|c| c.as_str().to_owned()),
        "instanceTypes": g.instance_types(),
        "health": {"issues": issues},
    }))
}
