//! Pins targets: whole identities from the estate file's entries. Both a key press and `operate run` pin by these.
//!
//! `account` is the account of the cluster or the database, as the estate file declares it; none for a cluster outside AWS.

use super::{Pinned, TargetKind};
use crate::estate::{DeclaredAccount, DeclaredCluster, DeclaredDatabase};

/// A workload, by its resource (`deployment` or `statefulset`), namespace and name.
pub fn workload(
    account: Option<&DeclaredAccount>,
    cluster: &DeclaredCluster,
    resource: &str,
    namespace: &str,
    name: &str,
    uid: Option<&str>,
) -> Pinned {
    Pinned {
        resource: Some(resource.to_owned()),
        ..namespaced(account, cluster, TargetKind::Workload, namespace, name, uid)
    }
}

/// A pod or an autoscaler.
pub fn namespaced(
    account: Option<&DeclaredAccount>,
    cluster: &DeclaredCluster,
    kind: TargetKind,
    namespace: &str,
    name: &str,
    uid: Option<&str>,
) -> Pinned {
    Pinned { namespace: Some(namespace.to_owned()), ..of_cluster(account, cluster, kind, name, uid) }
}

/// A namespace.
pub fn namespace(account: Option<&DeclaredAccount>, cluster: &DeclaredCluster, name: &str) -> Pinned {
    namespaced(account, cluster, TargetKind::Namespace, name, name, None)
}

/// A node or a managed node group.
pub fn of_cluster(
    account: Option<&DeclaredAccount>,
    cluster: &DeclaredCluster,
    kind: TargetKind,
    name: &str,
    uid: Option<&str>,
) -> Pinned {
    Pinned {
        kind,
        name: name.to_owned(),
        account: cluster.account.clone(),
        account_id: account.map(|a| a.id.clone()),
        region: cluster.region.clone(),
        cluster: Some(cluster.name.clone()),
        eks: cluster.eks.clone(),
        context: context(account, cluster),
        kubeconfig: cluster.kubeconfig.as_ref().filter(|_| cluster.context.is_some()).map(|p| p.display().to_string()),
        namespace: None,
        resource: None,
        id: name.to_owned(),
        uid: uid.map(str::to_owned),
        global: None,
        profile: account.and_then(|a| a.profile.clone()),
    }
}

/// A database, with its Global Database where it has one.
pub fn database(account: Option<&DeclaredAccount>, database: &DeclaredDatabase) -> Pinned {
    Pinned {
        kind: TargetKind::Database,
        name: database.name.clone(),
        account: Some(database.account.clone()),
        account_id: account.map(|a| a.id.clone()),
        region: Some(database.region.clone()),
        cluster: None,
        eks: None,
        context: None,
        kubeconfig: None,
        namespace: None,
        resource: None,
        id: database.cluster.clone(),
        uid: None,
        global: database.global.clone(),
        profile: account.and_then(|a| a.profile.clone()),
    }
}

/// The context by which `kubectl` reaches a cluster: its own, or the one that `aws eks update-kubeconfig` makes for it.
fn context(account: Option<&DeclaredAccount>, cluster: &DeclaredCluster) -> Option<String> {
    if cluster.context.is_some() {
        return cluster.context.clone();
    }
    let (account, region, eks) = (account?, cluster.region.as_deref()?, cluster.eks.as_deref()?);
    let partition = match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    Some(format!("arn:{partition}:eks:{region}:{}:cluster/{eks}", account.id))
}
