//! Pins targets: whole identities from the estate file's names. Both a key press and `operate run` pin by these.

use super::{Pinned, TargetKind};
use crate::estate::{DeclaredCluster, DeclaredDatabase, DeclaredEstate};

/// A workload, by its resource (`deployment` or `statefulset`), namespace and name.
pub fn workload(
    estate: &DeclaredEstate,
    cluster: &DeclaredCluster,
    resource: &str,
    namespace: &str,
    name: &str,
    uid: Option<&str>,
) -> Pinned {
    Pinned {
        resource: Some(resource.to_owned()),
        ..namespaced(estate, cluster, TargetKind::Workload, namespace, name, uid)
    }
}

/// A pod or an autoscaler.
pub fn namespaced(
    estate: &DeclaredEstate,
    cluster: &DeclaredCluster,
    kind: TargetKind,
    namespace: &str,
    name: &str,
    uid: Option<&str>,
) -> Pinned {
    Pinned { namespace: Some(namespace.to_owned()), ..of_cluster(estate, cluster, kind, name, uid) }
}

/// A namespace.
pub fn namespace(estate: &DeclaredEstate, cluster: &DeclaredCluster, name: &str) -> Pinned {
    namespaced(estate, cluster, TargetKind::Namespace, name, name, None)
}

/// A node or a managed node group.
pub fn of_cluster(
    estate: &DeclaredEstate,
    cluster: &DeclaredCluster,
    kind: TargetKind,
    name: &str,
    uid: Option<&str>,
) -> Pinned {
    Pinned {
        kind,
        name: name.to_owned(),
        account: cluster.account.clone(),
        account_id: account_id(estate, cluster.account.as_deref()),
        region: cluster.region.clone(),
        cluster: Some(cluster.name.clone()),
        namespace: None,
        resource: None,
        id: name.to_owned(),
        uid: uid.map(str::to_owned),
    }
}

/// A database, with its Global Database where it has one.
pub fn database(estate: &DeclaredEstate, database: &DeclaredDatabase) -> Pinned {
    Pinned {
        kind: TargetKind::Database,
        name: database.name.clone(),
        account: Some(database.account.clone()),
        account_id: account_id(estate, Some(&database.account)),
        region: Some(database.region.clone()),
        cluster: None,
        namespace: None,
        resource: None,
        id: database.cluster.clone(),
        uid: None,
    }
}

fn account_id(estate: &DeclaredEstate, account: Option<&str>) -> Option<String> {
    account.and_then(|name| estate.account(name)).map(|a| a.id.clone())
}
