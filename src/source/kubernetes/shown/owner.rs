//! Whose a pod is: the controller in its metadata, a replica set resolved to its deployment.

use super::Interner;
use crate::estate::{Owner, WorkloadKind};
use crate::source::kubernetes::wire::meta::ObjectMeta;

/// The label that a deployment's replica sets and pods carry; a replica set is called `DEPLOYMENT-HASH`.
const TEMPLATE_HASH: &str = "pod-template-hash";

/// What owns a pod.
pub(super) fn owner(meta: &ObjectMeta, strings: &mut Interner) -> Owner {
    let owners = &meta.owner_references;
    let Some(owner) = owners.iter().find(|o| o.controller).or_else(|| owners.first()) else { return Owner::Nobody };
    match &*owner.kind {
        b"ReplicaSet" => match meta.label(TEMPLATE_HASH).and_then(|hash| without_hash(&owner.name, hash)) {
            Some(deployment) => Owner::Workload(WorkloadKind::Deployment, strings.share(deployment)),
            None => Owner::Other(strings.share(&owner.kind), strings.share(&owner.name)),
        },
        b"StatefulSet" => Owner::Workload(WorkloadKind::StatefulSet, strings.share(&owner.name)),
        b"DaemonSet" => Owner::Workload(WorkloadKind::DaemonSet, strings.share(&owner.name)),
        _ => Owner::Other(strings.share(&owner.kind), strings.share(&owner.name)),
    }
}

fn without_hash<'a>(replica_set: &'a [u8], hash: &[u8]) -> Option<&'a [u8]> {
    replica_set.strip_suffix(hash)?.strip_suffix(b"-").filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kubernetes::wire::meta::{OwnerReference, Pair};

    #[test]
    fn owners_by_their_references() {
        let workload = |kind, name: &str| Owner::Workload(kind, name.into());
        let other = |kind: &str, name: &str| Owner::Other(kind.into(), name.into());
        for (kind, name, hash, expected) in [
            ("ReplicaSet", "checkout-7d4b9c", Some("7d4b9c"), workload(WorkloadKind::Deployment, "checkout")),
            ("ReplicaSet", "a-b-7d4b9c", Some("7d4b9c"), workload(WorkloadKind::Deployment, "a-b")),
            ("ReplicaSet", "bare", None, other("ReplicaSet", "bare")),
            ("ReplicaSet", "checkout-7d4b9c", Some("other"), other("ReplicaSet", "checkout-7d4b9c")),
            ("ReplicaSet", "-7d4b9c", Some("7d4b9c"), other("ReplicaSet", "-7d4b9c")),
            ("StatefulSet", "ledger", None, workload(WorkloadKind::StatefulSet, "ledger")),
            ("DaemonSet", "agent", Some("x"), workload(WorkloadKind::DaemonSet, "agent")),
            ("Job", "backup-28912", None, other("Job", "backup-28912")),
            ("Node", "ip-10-0-0-1", None, other("Node", "ip-10-0-0-1")),
        ] {
            let meta = ObjectMeta {
                labels: hash.map(|hash| Pair { key: TEMPLATE_HASH.into(), value: hash.into() }).into_iter().collect(),
                owner_references: vec![OwnerReference { kind: kind.into(), name: name.into(), controller: true }],
                ..ObjectMeta::default()
            };
            assert_eq!(owner(&meta, &mut Interner::default()), expected, "{kind} {name} {hash:?}");
        }
        assert_eq!(owner(&ObjectMeta::default(), &mut Interner::default()), Owner::Nobody);
    }

    #[test]
    fn the_controller_goes_before_other_owners() {
        let reference =
            |kind: &'static str, controller| OwnerReference { kind: kind.into(), name: "x".into(), controller };
        let meta = ObjectMeta {
            owner_references: vec![reference("ConfigMap", false), reference("StatefulSet", true)],
            ..ObjectMeta::default()
        };
        let found = owner(&meta, &mut Interner::default());
        assert_eq!(found, Owner::Workload(WorkloadKind::StatefulSet, "x".into()));
    }
}
