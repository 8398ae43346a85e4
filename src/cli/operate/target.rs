//! `TARGET` into a pinned target, by the estate file. Cluster names are the team's and may hold anything, slashes too.

use super::intent::unknown;
use crate::estate::declared::rfc1123::{is_label, is_subdomain};
use crate::estate::{DeclaredCluster, DeclaredEstate};
use crate::operate::{OperationSpec, Pinned, TargetKind, pin};

/// The target of an operation; what is wrong with the words otherwise.
pub(super) fn pin(words: &str, operation: &OperationSpec, estate: &DeclaredEstate) -> Result<Pinned, String> {
    if operation.target == TargetKind::Database {
        return database(words, estate);
    }
    let form = || format!("a target of {} is written {}", operation.name, operation.target.form());
    let (cluster, rest) = cluster(words, estate).map_err(|why| format!("{why}; {}", form()))?;
    let account = cluster.account.as_deref().and_then(|name| estate.account(name));
    let parts: Vec<&str> = rest.split('/').collect();
    let pinned = match (operation.target, parts.as_slice()) {
        (TargetKind::Namespace, [namespace]) => {
            named("namespace", namespace, is_label)?;
            watched(cluster, namespace)?;
            pin::namespace(account, cluster, namespace)
        }
        (TargetKind::Workload, [namespace, resource @ ("deployment" | "statefulset"), name]) => {
            within(cluster, namespace, resource, name)?;
            pin::workload(account, cluster, resource, namespace, name, None)
        }
        (TargetKind::Autoscaler, [namespace, "hpa", name]) => {
            within(cluster, namespace, "hpa", name)?;
            pin::namespaced(account, cluster, TargetKind::Autoscaler, namespace, name, None)
        }
        (TargetKind::Pod, [namespace, "pod", name]) => {
            within(cluster, namespace, "pod", name)?;
            pin::namespaced(account, cluster, TargetKind::Pod, namespace, name, None)
        }
        (TargetKind::Node, ["node", name]) => {
            named("node", name, is_subdomain)?;
            pin::of_cluster(account, cluster, TargetKind::Node, name, None)
        }
        (TargetKind::NodeGroup, ["nodegroup", name]) => {
            named("node group", name, nodegroup)?;
            if account.is_none() {
                return Err(format!("{} is a cluster outside AWS: it has no managed node groups", cluster.name));
            }
            pin::of_cluster(account, cluster, TargetKind::NodeGroup, name, None)
        }
        _ => return Err(format!("`{words}` is no such target; {}", form())),
    };
    Ok(pinned)
}

fn database(words: &str, estate: &DeclaredEstate) -> Result<Pinned, String> {
    let found = estate.databases.iter().find(|d| d.name == words);
    let found = found.ok_or_else(|| unknown("database", words, estate.databases.iter().map(|d| d.name.as_str())))?;
    Ok(pin::database(estate.account(&found.account), found))
}

/// The cluster whose name the words begin with, the longest one, and what comes after its slash.
fn cluster<'e, 'w>(words: &'w str, estate: &'e DeclaredEstate) -> Result<(&'e DeclaredCluster, &'w str), String> {
    let fitting = estate.clusters.iter().filter_map(|c| Some((c, words.strip_prefix(&*c.name)?.strip_prefix('/')?)));
    fitting.max_by_key(|(c, _)| c.name.len()).ok_or_else(|| {
        let name = words.split('/').next().unwrap_or_default();
        if estate.clusters.iter().any(|c| c.name == words) {
            return format!("`{words}` is a cluster, and what in it is missing");
        }
        unknown("cluster", name, estate.clusters.iter().map(|c| c.name.as_str()))
    })
}

fn within(cluster: &DeclaredCluster, namespace: &str, what: &str, name: &str) -> Result<(), String> {
    named("namespace", namespace, is_label)?;
    named(what, name, is_subdomain)?;
    watched(cluster, namespace)
}

/// What the estate file does not name of a cluster is not ours to change.
fn watched(cluster: &DeclaredCluster, namespace: &str) -> Result<(), String> {
    if cluster.namespaces.is_empty() || cluster.namespaces.iter().any(|n| n == namespace) {
        return Ok(());
    }
    let known = cluster.namespaces.iter().map(String::as_str);
    Err(format!("the estate file names the namespaces of {}: {}", cluster.name, unknown("namespace", namespace, known)))
}

fn named(what: &str, name: &str, sound: fn(&str) -> bool) -> Result<(), String> {
    if sound(name) { Ok(()) } else { Err(format!("`{name}` cannot be the name of a {what}")) }
}

/// As EKS takes it.
fn nodegroup(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{DeclaredAccount, DeclaredDatabase};
    use crate::operate::catalogue;

    fn estate() -> DeclaredEstate {
        let cluster = |name: &str, account: Option<&str>, namespaces: &[&str]| DeclaredCluster {
            name: name.into(),
            account: account.map(Into::into),
            region: account.map(|_| "us-east-1".into()),
            eks: account.map(|_| "prod".into()),
            context: None,
            kubeconfig: None,
            namespaces: namespaces.iter().map(|n| (*n).into()).collect(),
        };
        DeclaredEstate {
            accounts: vec![DeclaredAccount {
                name: "production".into(),
                id: "111122223333".into(),
                environment: "production".into(),
                regions: vec!["us-east-1".into()],
                profile: None,
                role_arn: None,
                operate_role_arn: None,
                guarded: true,
            }],
            clusters: vec![
                cluster("prod-use1", Some("production"), &[]),
                cluster("lab", None, &["shop"]),
                cluster("arn:aws:eks:x:cluster/prod", None, &[]),
                cluster("arn:aws:eks:x:cluster", None, &[]),
            ],
            databases: vec![DeclaredDatabase {
                name: "orders / main".into(),
                account: "production".into(),
                region: "us-east-1".into(),
                cluster: "orders-use1".into(),
                global: None,
                max_connections: None,
            }],
            ..DeclaredEstate::default()
        }
    }

    fn pinned(operation: &str, words: &str) -> Result<Pinned, String> {
        pin(words, catalogue::find(operation).unwrap(), &estate())
    }

    #[test]
    fn targets_of_every_form() {
        let w = pinned("workload.scale", "prod-use1/shop/statefulset/cart.v2").unwrap();
        assert_eq!((w.kind, w.resource.as_deref()), (TargetKind::Workload, Some("statefulset")));
        assert_eq!((w.name.as_str(), w.id.as_str(), w.namespace.as_deref()), ("cart.v2", "cart.v2", Some("shop")));
        assert_eq!((w.account_id.as_deref(), w.region.as_deref()), (Some("111122223333"), Some("us-east-1")));
        let n = pinned("namespace.scale", "lab/shop").unwrap();
        assert_eq!((n.kind, n.name.as_str(), n.account), (TargetKind::Namespace, "shop", None));
        let odd = pinned("node.drain", "arn:aws:eks:x:cluster/prod/node/ip-10-0-0-1.ec2.internal").unwrap();
        assert_eq!(odd.cluster.as_deref(), Some("arn:aws:eks:x:cluster/prod"));
        assert_eq!(pinned("autoscaler.bounds", "lab/shop/hpa/cart").unwrap().kind, TargetKind::Autoscaler);
        assert_eq!(pinned("pod.evict", "lab/shop/pod/cart-1").unwrap().kind, TargetKind::Pod);
        let group = pinned("nodegroup.scale", "prod-use1/nodegroup/on_Demand").unwrap();
        assert_eq!((group.kind, group.eks.as_deref()), (TargetKind::NodeGroup, Some("prod")));
        let d = pinned("database.failover", "orders / main").unwrap();
        assert_eq!((d.name.as_str(), d.id.as_str()), ("orders / main", "orders-use1"));
    }

    #[test]
    fn what_is_wrong_says_what_there_is() {
        let table = [
            ("workload.scale", "prod-use2/shop/deployment/cart", "did you mean `prod-use1`?"),
            ("workload.scale", "elsewhere/shop/deployment/cart", "there are `prod-use1`, `lab`"),
            ("workload.scale", "prod-use1", "what in it is missing; a target of workload.scale is written CLUSTER/"),
            ("workload.scale", "prod-use1/shop/daemonset/x", "a target of workload.scale is written CLUSTER/"),
            ("workload.scale", "prod-use1/shop/deployment/../../etc", "is no such target"),
            ("workload.scale", "prod-use1/shop/deployment/..", "cannot be the name of a deployment"),
            ("workload.scale", "prod-use1/Shop/deployment/x", "cannot be the name of a namespace"),
            ("workload.scale", "prod-use1/shop/deployment/a?dryRun=All", "cannot be the name of a deployment"),
            ("workload.scale", "lab/payments/deployment/x", "there is no namespace `payments`"),
            ("nodegroup.scale", "lab/nodegroup/x", "outside AWS"),
            ("database.failover", "orders", "there is no database `orders`"),
        ];
        for (operation, words, expected) in table {
            let said = pinned(operation, words).unwrap_err();
            assert!(said.contains(expected), "{words}: {said}");
        }
    }
}
