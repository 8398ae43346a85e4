//! Nodes: readiness, pressures, and the labels that say where they are and how they were bought.

use bytes::Bytes;

use super::Interner;
use super::interner::{own, text};
use super::quantity::{thousandths, whole};
use crate::estate::{Node, Readiness, Resources};
use crate::source::kubernetes::wire::meta::NodeCondition;
use crate::source::kubernetes::wire::objects::{self, ResourceEntry};

const ZONE: &[&str] = &["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];
const ARCH: &[&str] = &["kubernetes.io/arch", "beta.kubernetes.io/arch"];
const CAPACITY: &[&str] = &["eks.amazonaws.com/capacityType", "karpenter.sh/capacity-type"];
const INSTANCE: &[&str] = &["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"];
const POOL: &[&str] = &["eks.amazonaws.com/nodegroup", "karpenter.sh/nodepool"];

/// What is kept of a node.
pub(super) fn show(wire: &objects::Node, strings: &mut Interner) -> Option<Node> {
    let meta = wire.metadata.as_ref().filter(|m| !m.name.is_empty())?;
    let status = wire.status.as_ref();
    let conditions = status.map_or(&[][..], |s| &s.conditions);
    let info = status.and_then(|s| s.node_info.as_ref());
    let mut label = |keys: &[&str]| keys.iter().find_map(|key| meta.label(key)).map(|value| strings.share(value));
    let (zone, arch, capacity_type, instance_type, pool) =
        (label(ZONE), label(ARCH), label(CAPACITY), label(INSTANCE), label(POOL));
    Some(Node {
        name: own(&meta.name),
        uid: own(&meta.uid),
        readiness: readiness(conditions),
        cordoned: wire.spec.is_some_and(|s| s.unschedulable),
        pressures: pressures(conditions),
        zone,
        arch: arch.or_else(|| info.and_then(|i| strings.share_some(&i.architecture))),
        capacity_type,
        instance_type,
        pool,
        allocatable: allocatable(status.map_or(&[][..], |s| &s.allocatable)),
        kubelet: info.and_then(|i| strings.share_some(&i.kubelet_version)),
        created: meta.creation_timestamp.and_then(super::super::wire::meta::Time::instant),
    })
}

fn allocatable(listed: &[ResourceEntry]) -> Option<Resources> {
    let of = |resource: &str| {
        let quantity = listed.iter().find(|entry| entry.resource == resource)?.quantity.as_ref()?;
        Some(text(&quantity.text))
    };
    Some(Resources { cpu_milli: thousandths(&of("cpu")?)?, memory_bytes: whole(&of("memory")?)? })
}

fn readiness(conditions: &[NodeCondition]) -> Readiness {
    match conditions.iter().find(|c| c.kind == "Ready").map(|c| &c.status) {
        Some(status) if status == "True" => Readiness::Ready,
        Some(status) if status == "False" => Readiness::NotReady,
        _ => Readiness::Unknown,
    }
}

/// True conditions that ought not to be. `Ready`, and what agents add in its manner (`NetworkingReady`), ought to be.
fn pressures(conditions: &[NodeCondition]) -> Vec<String> {
    let bad = |kind: &Bytes| !kind.ends_with(b"Ready");
    conditions.iter().filter(|c| c.status == "True" && bad(&c.kind)).map(|c| text(&c.kind).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kubernetes::wire::meta::{ObjectMeta, Pair};

    fn condition(kind: &'static str, status: &'static str) -> NodeCondition {
        NodeCondition { kind: kind.into(), status: status.into(), reason: Bytes::new() }
    }

    #[test]
    fn readiness_is_the_ready_condition_and_nothing_else() {
        for (conditions, expected) in [
            (vec![condition("Ready", "True")], Readiness::Ready),
            (vec![condition("DiskPressure", "True"), condition("Ready", "False")], Readiness::NotReady),
            (vec![condition("Ready", "Unknown")], Readiness::Unknown),
            (vec![condition("NetworkingReady", "True")], Readiness::Unknown),
            (vec![], Readiness::Unknown),
        ] {
            assert_eq!(readiness(&conditions), expected, "{conditions:?}");
        }
    }

    #[test]
    fn what_is_true_and_ought_not_to_be_is_named() {
        let conditions = [
            condition("MemoryPressure", "True"),
            condition("DiskPressure", "False"),
            condition("NetworkUnavailable", "True"),
            condition("PIDPressure", "Unknown"),
            condition("StorageReady", "True"),
            condition("Ready", "True"),
        ];
        assert_eq!(pressures(&conditions), ["MemoryPressure", "NetworkUnavailable"]);
    }

    #[test]
    fn labels_say_where_it_is_and_how_it_was_bought() {
        let label = |key: &'static str, value: &'static str| Pair { key: key.into(), value: value.into() };
        let resource = |name: &'static str, text: &'static str| ResourceEntry {
            resource: name.into(),
            quantity: Some(objects::Quantity { text: text.into() }),
        };
        let wire = objects::Node {
            metadata: Some(ObjectMeta {
                name: "ip-10-0-1-7".into(),
                labels: vec![
                    label("karpenter.sh/capacity-type", "spot"),
                    label("karpenter.sh/nodepool", "batch"),
                    label("topology.kubernetes.io/zone", "us-east-1b"),
                ],
                ..ObjectMeta::default()
            }),
            spec: Some(objects::NodeSpec { unschedulable: true }),
            status: Some(objects::NodeStatus {
                allocatable: vec![resource("cpu", "1930m"), resource("memory", "7220Mi")],
                conditions: vec![],
                node_info: Some(objects::NodeSystemInfo {
                    kubelet_version: "v1.33.1".into(),
                    architecture: "arm64".into(),
                }),
            }),
        };
        let node = show(&wire, &mut Interner::default()).unwrap();
        assert_eq!(node.capacity_type.as_deref(), Some("spot"));
        assert_eq!(node.pool.as_deref(), Some("batch"));
        assert_eq!(node.zone.as_deref(), Some("us-east-1b"));
        assert_eq!(node.arch.as_deref(), Some("arm64"));
        assert_eq!(node.kubelet.as_deref(), Some("v1.33.1"));
        assert_eq!(node.allocatable, Some(Resources { cpu_milli: 1_930, memory_bytes: 7_220 << 20 }));
        assert!(node.cordoned);
        assert!(show(&objects::Node::default(), &mut Interner::default()).is_none(), "a node without a name");
    }
}
