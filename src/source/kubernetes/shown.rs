//! From the wire to what is shown: one file per kind, and the strings that they share.

mod autoscaler;
#[cfg(test)]
mod captured;
mod interner;
mod node;
mod owner;
mod pod;
pub(super) mod quantity;
mod rollout;
mod workload;

use std::sync::Arc;

use prost::Message;

use crate::estate::{Batch, Fact, Kind, Name, WorkloadKey};
pub(super) use interner::Interner;

/// A watched kind: what it is on the wire, and what is kept of it.
pub(super) trait Shown: Send + 'static {
    /// Which kind.
    const KIND: Kind;
    /// What the API sends.
    type Wire: Message + Default;
    /// What is kept.
    type Thing: Send + 'static;
    /// What names one.
    type Key: Ord + Clone + Send + 'static;

    /// Whether nothing but its metadata is asked for.
    const METADATA_ONLY: bool = false;

    /// What is kept of one object; none of one that has no name.
    fn show(wire: &Self::Wire, strings: &mut Interner) -> Option<Self::Thing>;

    /// What names it.
    fn key(thing: &Self::Thing) -> Self::Key;

    /// The version of an object, to go on from.
    fn version(wire: &Self::Wire) -> &[u8];

    /// The fact about a cluster that they make.
    fn fact(cluster: &str, batch: Batch<Self::Thing, Self::Key>) -> Fact;
}

/// Nodes, as [`Shown`].
pub(super) struct Nodes;
/// Pods, as [`Shown`].
pub(super) struct Pods;
/// Deployments, as [`Shown`].
pub(super) struct Deployments;
/// Stateful sets, as [`Shown`].
pub(super) struct StatefulSets;
/// Daemon sets, as [`Shown`].
pub(super) struct DaemonSets;

/// Replica sets that deployments went back to, as [`Shown`].
pub(super) struct ReplicaSets;

impl Shown for ReplicaSets {
    const KIND: Kind = Kind::ReplicaSets;
    const METADATA_ONLY: bool = true;
    type Wire = super::wire::objects::ReplicaSet;
    type Thing = crate::estate::Restored;
    type Key = Name;

    fn show(wire: &Self::Wire, strings: &mut Interner) -> Option<Self::Thing> {
        rollout::restored(wire, strings)
    }

    fn key(thing: &Self::Thing) -> Self::Key {
        thing.name.clone()
    }

    fn version(wire: &Self::Wire) -> &[u8] {
        wire.metadata.as_ref().map_or(&[], |m| &m.resource_version)
    }

    fn fact(cluster: &str, batch: Batch<Self::Thing, Self::Key>) -> Fact {
        Fact::Restored(cluster.to_owned(), batch)
    }
}

/// Horizontal pod autoscalers, as [`Shown`].
pub(super) struct Autoscalers;

impl Shown for Autoscalers {
    const KIND: Kind = Kind::Autoscalers;
    type Wire = super::wire::autoscaling::HorizontalPodAutoscaler;
    type Thing = crate::estate::Autoscaler;
    type Key = Name;

    fn show(wire: &Self::Wire, strings: &mut Interner) -> Option<Self::Thing> {
        autoscaler::show(wire, strings)
    }

    fn key(thing: &Self::Thing) -> Self::Key {
        thing.name.clone()
    }

    fn version(wire: &Self::Wire) -> &[u8] {
        wire.metadata.as_ref().map_or(&[], |m| &m.resource_version)
    }

    fn fact(cluster: &str, batch: Batch<Self::Thing, Self::Key>) -> Fact {
        Fact::Autoscalers(cluster.to_owned(), batch)
    }
}

impl Shown for Nodes {
    const KIND: Kind = Kind::Nodes;
    type Wire = super::wire::objects::Node;
    type Thing = crate::estate::Node;
    type Key = Arc<str>;

    fn show(wire: &Self::Wire, strings: &mut Interner) -> Option<Self::Thing> {
        node::show(wire, strings)
    }

    fn key(thing: &Self::Thing) -> Self::Key {
        thing.name.clone()
    }

    fn version(wire: &Self::Wire) -> &[u8] {
        wire.metadata.as_ref().map_or(&[], |m| &m.resource_version)
    }

    fn fact(cluster: &str, batch: Batch<Self::Thing, Self::Key>) -> Fact {
        Fact::Nodes(cluster.to_owned(), batch)
    }
}

impl Shown for Pods {
    const KIND: Kind = Kind::Pods;
    type Wire = super::wire::objects::Pod;
    type Thing = crate::estate::Pod;
    type Key = Name;

    fn show(wire: &Self::Wire, strings: &mut Interner) -> Option<Self::Thing> {
        pod::show(wire, strings)
    }

    fn key(thing: &Self::Thing) -> Self::Key {
        thing.name.clone()
    }

    fn version(wire: &Self::Wire) -> &[u8] {
        wire.metadata.as_ref().map_or(&[], |m| &m.resource_version)
    }

    fn fact(cluster: &str, batch: Batch<Self::Thing, Self::Key>) -> Fact {
        Fact::Pods(cluster.to_owned(), batch)
    }
}

/// The three workload kinds differ on the wire and in their reading alone.
macro_rules! workloads {
    ($kind:ident, $wire:ident, $show:path) => {
        impl Shown for $kind {
            const KIND: Kind = Kind::$kind;
            type Wire = super::wire::objects::$wire;
            type Thing = crate::estate::Workload;
            type Key = WorkloadKey;

            fn show(wire: &Self::Wire, strings: &mut Interner) -> Option<Self::Thing> {
                $show(wire, strings)
            }

            fn key(thing: &Self::Thing) -> Self::Key {
                thing.key.clone()
            }

            fn version(wire: &Self::Wire) -> &[u8] {
                wire.metadata.as_ref().map_or(&[], |m| &m.resource_version)
            }

            fn fact(cluster: &str, batch: Batch<Self::Thing, Self::Key>) -> Fact {
                Fact::Workloads(cluster.to_owned(), Kind::$kind, batch)
            }
        }
    };
}

workloads!(Deployments, Deployment, workload::deployment);
workloads!(StatefulSets, StatefulSet, workload::stateful_set);
workloads!(DaemonSets, DaemonSet, workload::daemon_set);
