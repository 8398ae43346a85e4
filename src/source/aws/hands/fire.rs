//! Sends one changing call by the SDK, once: no retries, a connection of its own, and time limits of its own.

#[cfg(test)]
mod tests;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::{Value, json};

use super::super::http::{self, Whole};
use super::described;
use super::members::Members;
use super::verdict::{Watched, judge};
use crate::operate::{Answer, Call, Service};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take. Building and restoring are answered after some seconds.
const ANSWER: Duration = Duration::from_secs(45);

/// Sends a call. `config` holds proven credentials.
pub(super) async fn fire(config: &SdkConfig, region: &str, call: &Call) -> Answer {
    let wire = Watched::over(http::single());
    let limits = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ANSWER)
        .operation_attempt_timeout(ANSWER)
        .operation_timeout(ANSWER)
        .build();
    let config = config
        .to_builder()
        .region(aws_types::region::Region::new(region.to_owned()))
        .http_client(wire.client())
        .retry_config(RetryConfig::disabled())
        .timeout_config(limits)
        .build();
    match call.service {
        Service::Rds => rds(&config, call, &wire).await,
        Service::Eks => eks(&config, call, &wire).await,
        Service::Kubernetes => Answer::Unsent("AWS does not take calls of Kubernetes".to_owned()),
    }
}

/// Builds a call from its members, and sends it only if nothing of them is left.
macro_rules! send {
    ($wire:ident, $members:ident, $call:expr, $shown:expr) => {{
        let built = $call;
        if let Err(why) = $members.all() {
            return Answer::Unsent(why);
        }
        judge(built.send().await, $wire, $shown)
    }};
}

async fn rds(config: &SdkConfig, call: &Call, wire: &Watched) -> Answer {
    let client = aws_sdk_rds::Client::from_conf(aws_sdk_rds::config::Builder::from(config).interceptor(Whole).build());
    let mut m = Members::of(&call.request);
    let shown = |name: &str, value: Option<Value>| value.map_or(Value::Null, |value| json!({ name: value }));
    match call.action.as_str() {
        "FailoverDBCluster" => send!(
            wire,
            m,
            client
                .failover_db_cluster()
                .set_db_cluster_identifier(m.text("DBClusterIdentifier"))
                .set_target_db_instance_identifier(m.text("TargetDBInstanceIdentifier")),
            |out| shown("DBCluster", out.db_cluster().map(described::cluster))
        ),
        "SwitchoverGlobalCluster" => send!(
            wire,
            m,
            client
                .switchover_global_cluster()
                .set_global_cluster_identifier(m.text("GlobalClusterIdentifier"))
                .set_target_db_cluster_identifier(m.text("TargetDbClusterIdentifier")),
            |out| shown("GlobalCluster", out.global_cluster().map(described::global))
        ),
        "FailoverGlobalCluster" => send!(
            wire,
            m,
            client
                .failover_global_cluster()
                .set_global_cluster_identifier(m.text("GlobalClusterIdentifier"))
                .set_target_db_cluster_identifier(m.text("TargetDbClusterIdentifier"))
                .set_allow_data_loss(m.flag("AllowDataLoss")),
            |out| shown("GlobalCluster", out.global_cluster().map(described::global))
        ),
        "CreateDBInstance" => send!(
            wire,
            m,
            client
                .create_db_instance()
                .set_db_instance_identifier(m.text("DBInstanceIdentifier"))
                .set_db_cluster_identifier(m.text("DBClusterIdentifier"))
                .set_engine(m.text("Engine"))
                .set_db_instance_class(m.text("DBInstanceClass"))
                .set_availability_zone(m.text("AvailabilityZone"))
                .set_promotion_tier(m.number("PromotionTier"))
                .set_db_parameter_group_name(m.text("DBParameterGroupName"))
                .set_publicly_accessible(m.flag("PubliclyAccessible"))
                .set_tags(m.tags("Tags")),
            |out| shown("DBInstance", out.db_instance().map(described::instance))
        ),
        "DeleteDBInstance" => send!(
            wire,
            m,
            client
                .delete_db_instance()
                .set_db_instance_identifier(m.text("DBInstanceIdentifier"))
                .set_skip_final_snapshot(m.flag("SkipFinalSnapshot")),
            |out| shown("DBInstance", out.db_instance().map(described::instance))
        ),
        "ModifyDBCluster" => send!(
            wire,
            m,
            client
                .modify_db_cluster()
                .set_db_cluster_identifier(m.text("DBClusterIdentifier"))
                .set_serverless_v2_scaling_configuration(m.range("ServerlessV2ScalingConfiguration"))
                .set_apply_immediately(m.flag("ApplyImmediately")),
            |out| shown("DBCluster", out.db_cluster().map(described::cluster))
        ),
        "CreateDBClusterSnapshot" => send!(
            wire,
            m,
            client
                .create_db_cluster_snapshot()
                .set_db_cluster_snapshot_identifier(m.text("DBClusterSnapshotIdentifier"))
                .set_db_cluster_identifier(m.text("DBClusterIdentifier"))
                .set_tags(m.tags("Tags")),
            |out| shown("DBClusterSnapshot", out.db_cluster_snapshot().map(described::snapshot))
        ),
        "RestoreDBClusterToPointInTime" => send!(
            wire,
            m,
            client
                .restore_db_cluster_to_point_in_time()
                .set_db_cluster_identifier(m.text("DBClusterIdentifier"))
                .set_source_db_cluster_identifier(m.text("SourceDBClusterIdentifier"))
                .set_restore_to_time(m.time("RestoreToTime"))
                .set_use_latest_restorable_time(m.flag("UseLatestRestorableTime"))
                .set_db_subnet_group_name(m.text("DBSubnetGroupName"))
                .set_vpc_security_group_ids(m.texts("VpcSecurityGroupIds"))
                .set_db_cluster_parameter_group_name(m.text("DBClusterParameterGroupName"))
                .set_kms_key_id(m.text("KmsKeyId"))
                .set_serverless_v2_scaling_configuration(m.range("ServerlessV2ScalingConfiguration"))
                .set_enable_iam_database_authentication(m.flag("EnableIAMDatabaseAuthentication"))
                .set_copy_tags_to_snapshot(m.flag("CopyTagsToSnapshot"))
                .set_tags(m.tags("Tags")),
            |out| shown("DBCluster", out.db_cluster().map(described::cluster))
        ),
        other => Answer::Unsent(format!("nothing was sent: {other} is no call of RDS that is made here")),
    }
}

async fn eks(config: &SdkConfig, call: &Call, wire: &Watched) -> Answer {
    let client = aws_sdk_eks::Client::from_conf(aws_sdk_eks::config::Builder::from(config).build());
    let mut m = Members::of(&call.request);
    match call.action.as_str() {
        "UpdateNodegroupConfig" => send!(
            wire,
            m,
            client
                .update_nodegroup_config()
                .set_cluster_name(m.text("clusterName"))
                .set_nodegroup_name(m.text("nodegroupName"))
                .set_scaling_config(m.sizes("scalingConfig")),
            |out| out.update().map_or(Value::Null, |u| {
                json!({"update": {"id": u.id(), "status": u.status().map(|s| s.as_str().to_owned())}})
            })
        ),
        other => Answer::Unsent(format!("nothing was sent: {other} is no call of EKS that is made here")),
    }
}
