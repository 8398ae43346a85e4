//! Reads of RDS and EKS, each in the region where it belongs.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_rds::Client;
use aws_sdk_rds::types::Filter;
use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use serde_json::Value;

use super::super::http::{LeaveAlone, Whole};
use super::super::trouble::{Kind, Trouble, explain};
use super::account::{Account, Known};
use super::{described, metric};
use crate::operate::{Pinned, Read, Sight};

/// How many reads go out at once.
const AT_ONCE: usize = 8;
/// Pages of a list that are read; a hundred entries each.
const PAGES: usize = 20;

/// What each read came to; trouble is an [`Sight::Unseen`] with a kind.
pub(super) type Seen = BTreeMap<Read, Result<Sight, Trouble>>;

/// Everything that is asked for, all at once.
pub(super) async fn look(account: &Account, known: &Known, target: &Pinned, reads: Vec<Read>, now: Timestamp) -> Seen {
    let home = target.region.as_deref().unwrap_or("us-east-1");
    let (numbers, described): (Vec<Read>, Vec<Read>) =
        reads.into_iter().partition(|r| matches!(r, Read::InstanceMetric { .. } | Read::GlobalLag { .. }));
    let described = stream::iter(described)
        .map(|read| async move {
            let sight = one(account, known, home, &read).await;
            (read, sight)
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Seen>();
    let (mut seen, numbers) = tokio::join!(described, metric::latest(account, known, home, numbers, now));
    seen.extend(numbers);
    seen
}

async fn one(account: &Account, known: &Known, home: &str, read: &Read) -> Result<Sight, Trouble> {
    match read {
        Read::DbCluster(id) => {
            let (region, id) = place(id, home);
            let found = rds(known, region).describe_db_clusters().db_cluster_identifier(id).send().await;
            let found = found.map_err(|e| explain(&e, "rds:DescribeDBClusters", region));
            let what = || format!("RDS has no cluster {id} in {region}");
            sight(
                found.map(|f| {
                    f.db_clusters().iter().find(|c| named(c.db_cluster_identifier(), id)).map(described::cluster)
                }),
                what,
            )
        }
        Read::DbInstances(id) => {
            let (region, id) = place(id, home);
            members(&rds(known, region), region, id).await.map(Sight::There)
        }
        Read::DbInstance(id) => {
            let (region, id) = place(id, home);
            let found = rds(known, region).describe_db_instances().db_instance_identifier(id).send().await;
            let found = found.map_err(|e| explain(&e, "rds:DescribeDBInstances", region));
            let what = || format!("RDS has no instance {id} in {region}");
            sight(
                found.map(|f| {
                    f.db_instances().iter().find(|i| named(i.db_instance_identifier(), id)).map(described::instance)
                }),
                what,
            )
        }
        Read::DbClusterSnapshot(id) => {
            let (region, id) = place(id, home);
            let asked = rds(known, region).describe_db_cluster_snapshots().db_cluster_snapshot_identifier(id);
            let found = asked.send().await.map_err(|e| explain(&e, "rds:DescribeDBClusterSnapshots", region));
            let what = || format!("RDS has no snapshot {id} in {region}");
            let same = |f: aws_sdk_rds::operation::describe_db_cluster_snapshots::DescribeDbClusterSnapshotsOutput| {
                let mut all = f.db_cluster_snapshots().iter();
                all.find(|s| named(s.db_cluster_snapshot_identifier(), id)).map(described::snapshot)
            };
            sight(found.map(same), what)
        }
        Read::GlobalCluster(id) => global(account, known, home, id).await,
        Read::NodeGroup { cluster, name } => {
            let found = eks(known, home).describe_nodegroup().cluster_name(cluster).nodegroup_name(name).send().await;
            let found = found.map_err(|e| explain(&e, "eks:DescribeNodegroup", home));
            let what = || format!("EKS has no node group {name} of cluster {cluster} in {home}");
            sight(found.map(|f| f.nodegroup().map(described::nodegroup)), what)
        }
        Read::NodeGroupUpdate { cluster, name, id } => {
            let asked = eks(known, home).describe_update().name(cluster).nodegroup_name(name).update_id(id);
            let found = asked.send().await.map_err(|e| explain(&e, "eks:DescribeUpdate", home));
            let what = || format!("EKS has no update {id} of node group {name} in {home}");
            sight(found.map(|f| f.update().map(described::update)), what)
        }
        Read::Kubernetes(_) | Read::InstanceMetric { .. } | Read::GlobalLag { .. } => {
            Err(Trouble::new(Kind::Other, "AWS cannot tell that"))
        }
    }
}

/// A Global Database, asked for in the target's region, and in the account's others where that one does not answer.
async fn global(account: &Account, known: &Known, home: &str, id: &str) -> Result<Sight, Trouble> {
    let mut unreachable = None;
    for region in account.regions(home) {
        let found = rds(known, &region).describe_global_clusters().global_cluster_identifier(id).send().await;
        let found = match found.map_err(|e| explain(&e, "rds:DescribeGlobalClusters", &region)) {
            Err(why) if why.kind == Kind::Unreachable => {
                unreachable.get_or_insert(why);
                continue;
            }
            found => found,
        };
        let what = || format!("RDS has no Global Database {id}");
        let same = |f: aws_sdk_rds::operation::describe_global_clusters::DescribeGlobalClustersOutput| {
            f.global_clusters().iter().find(|g| named(g.global_cluster_identifier(), id)).map(described::global)
        };
        return sight(found.map(same), what);
    }
    Err(unreachable.unwrap_or_else(|| Trouble::new(Kind::Unreachable, "RDS cannot be reached in any region")))
}

/// All instances of a cluster.
async fn members(client: &Client, region: &str, cluster: &str) -> Result<Value, Trouble> {
    let filter = Filter::builder().name("db-cluster-id").values(cluster).build();
    let mut pages = client.describe_db_instances().filters(filter).into_paginator().send();
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let Some(page) = pages.next().await else { break };
        match page.map_err(|e| explain(&e, "rds:DescribeDBInstances", region)) {
            Ok(page) => {
                let own = page.db_instances().iter().filter(|i| named(i.db_cluster_identifier(), cluster));
                found.extend(own.map(described::instance));
            }
            Err(why) if why.kind == Kind::NotFound => break,
            Err(why) => return Err(why),
        }
    }
    Ok(Value::Array(found))
}

fn rds(known: &Known, region: &str) -> Client {
    let config: SdkConfig = known.config(region);
    Client::from_conf(
        aws_sdk_rds::config::Builder::from(&config).retry_classifier(LeaveAlone).interceptor(Whole).build(),
    )
}

fn eks(known: &Known, region: &str) -> aws_sdk_eks::Client {
    let config: SdkConfig = known.config(region);
    aws_sdk_eks::Client::from_conf(aws_sdk_eks::config::Builder::from(&config).retry_classifier(LeaveAlone).build())
}

fn sight(found: Result<Option<Value>, Trouble>, what: impl Fn() -> String) -> Result<Sight, Trouble> {
    match found {
        Ok(Some(value)) => Ok(Sight::There(value)),
        Ok(None) => Ok(Sight::Absent(what())),
        Err(why) if why.kind == Kind::NotFound => Ok(Sight::Absent(what())),
        Err(why) => Err(why),
    }
}

/// RDS writes identifiers in lower case, whatever case they were given in.
fn named(found: Option<&str>, wanted: &str) -> bool {
    found.is_some_and(|found| found.eq_ignore_ascii_case(wanted))
}

/// Region and name: those of an ARN, or the target's region.
pub(super) fn place<'a>(id: &'a str, home: &'a str) -> (&'a str, &'a str) {
    let mut parts = id.split(':');
    match (id.starts_with("arn:"), parts.nth(3), parts.nth(2)) {
        (true, Some(region), Some(name)) if !region.is_empty() => (region, name),
        _ => (home, id),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn an_arn_names_region_and_name() {
        let arn = "arn:aws:rds:us-west-2:123456789012:cluster:orders-usw2";
        assert_eq!(place(arn, "us-east-1"), ("us-west-2", "orders-usw2"));
        assert_eq!(place("orders-use1", "us-east-1"), ("us-east-1", "orders-use1"));
    }
}
