//! What is kept of answers as a real API server (v1.36) gave them, byte by byte.

use std::collections::BTreeMap;

use prost::Message;

use super::{DaemonSets, Deployments, Interner, Nodes, Pods, Shown, StatefulSets};
use crate::estate::{Owner, PodPhase, Readiness, WorkloadKind};
use crate::source::kubernetes::wire::envelope::{self, Event};
use crate::source::kubernetes::wire::frames::Frames;

/// The things of a captured streaming list, by name, and the version that its bookmark names.
fn read<S: Shown>(stream: &[u8], step: usize) -> (BTreeMap<String, S::Thing>, String)
where
    S::Key: std::fmt::Debug,
{
    let mut frames = Frames::default();
    let mut strings = Interner::default();
    let mut things = BTreeMap::new();
    let mut end = String::new();
    for chunk in stream.chunks(step) {
        frames.feed(chunk);
        while let Some(frame) = frames.next().unwrap() {
            match envelope::event(frame).unwrap().unwrap() {
                Event::Put(object) => {
                    let wire = S::Wire::decode(object).unwrap();
                    assert!(!S::version(&wire).is_empty());
                    let thing = S::show(&wire, &mut strings).unwrap();
                    things.insert(format!("{:?}", S::key(&thing)), thing);
                }
                Event::Bookmark { version, initial_end: true } => end = version,
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(frames.between());
    (things, end)
}

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/wire_kubernetes/fixtures/", $name))
    };
}

#[test]
fn pods() {
    for step in [1, 7, 4_096, usize::MAX] {
        let (pods, end) = read::<Pods>(fixture!("pods.watch"), step);
        assert_eq!(pods.len(), 5);
        assert!(end.parse::<u64>().unwrap() > 0);
        let owners: Vec<_> = pods.values().map(|p| p.owner.clone()).collect();
        let owner = |kind, name: &str| Owner::Workload(kind, name.into());
        assert_eq!(owners.iter().filter(|o| **o == owner(WorkloadKind::Deployment, "payments-api")).count(), 2);
        assert_eq!(owners.iter().filter(|o| **o == owner(WorkloadKind::StatefulSet, "ledger")).count(), 2);
        let running: Vec<_> = pods.values().filter(|p| p.phase == PodPhase::Running).collect();
        assert_eq!(running.len(), 4);
        for pod in running {
            assert_eq!((pod.ready, pod.restarts, pod.deleting), ((1, 1), 0, false));
            assert_eq!(pod.uid.len(), 36);
            assert!(pod.node.as_deref().unwrap().starts_with("ip-10-0-"));
            assert_eq!(&*pod.name.namespace, "payments");
            assert!(pod.created.is_some() && pod.reason.is_none() && pod.last_termination.is_none());
        }
        let unplaced = pods.values().find(|p| p.phase == PodPhase::Pending).unwrap();
        assert_eq!(
            (unplaced.reason.as_deref(), &unplaced.node, unplaced.ready),
            (Some("Unschedulable"), &None, (0, 1))
        );
    }
}

#[test]
fn a_crashing_pod() {
    let (pods, _) = read::<Pods>(fixture!("crashing.watch"), usize::MAX);
    let pod = pods.into_values().next().unwrap();
    assert!(pod.crash_looping && pod.restarts > 0, "{pod:?}");
    assert_eq!(pod.reason.as_deref(), Some("CrashLoopBackOff"));
    let last = pod.last_termination.unwrap();
    assert!(last.at.is_some() && last.exit_code != 0, "{last:?}");
}

#[test]
fn nodes() {
    let (nodes, _) = read::<Nodes>(fixture!("nodes.watch"), usize::MAX);
    assert_eq!(nodes.len(), 6);
    for node in nodes.values() {
        assert_eq!(node.readiness, Readiness::Ready);
        assert!(node.pressures.is_empty() && !node.cordoned, "{node:?}");
        assert_eq!(node.instance_type.as_deref(), Some("m7g.2xlarge"));
        assert!(node.kubelet.is_some() && node.zone.is_some() && node.created.is_some());
    }
    assert_eq!(nodes.values().filter(|n| n.capacity_type.as_deref() == Some("SPOT")).count(), 3);
}

#[test]
fn workloads() {
    let (deployments, _) = read::<Deployments>(fixture!("deployments.watch"), usize::MAX);
    let numbers = |name: &str| {
        let w = deployments.values().find(|w| &*w.key.name.name == name).unwrap();
        (w.wanted, w.available, w.updated, w.paused, w.stuck.is_some())
    };
    assert_eq!(numbers("checkout"), (3, 3, 3, false, false));
    assert_eq!(numbers("recommendations"), (1, 0, 1, false, false));
    let (sets, _) = read::<StatefulSets>(fixture!("statefulsets.watch"), usize::MAX);
    let ledger = sets.values().next().unwrap();
    assert_eq!((ledger.wanted, ledger.available, ledger.updated), (2, 2, 2));
    let (sets, _) = read::<DaemonSets>(fixture!("daemonsets.watch"), usize::MAX);
    let agent = sets.values().next().unwrap();
    assert_eq!((agent.wanted, agent.available, agent.updated), (6, 6, 6));
}

#[test]
fn a_page_of_a_list() {
    let page = envelope::list(bytes::Bytes::from_static(fixture!("page.list"))).unwrap();
    let meta = page.metadata.unwrap();
    assert!(!meta.next.is_empty() && !meta.resource_version.is_empty());
    let mut strings = Interner::default();
    let pods: Vec<_> = page
        .items
        .into_iter()
        .map(|item| Pods::show(&<Pods as Shown>::Wire::decode(item).unwrap(), &mut strings).unwrap())
        .collect();
    assert_eq!(pods.len(), 2);
    assert_eq!(&*pods[0].name.namespace, "payments");
}

#[test]
fn a_version_that_is_gone() {
    let mut frames = Frames::default();
    frames.feed(fixture!("gone.watch"));
    let frame = frames.next().unwrap().unwrap();
    let Some(Event::Error(status)) = envelope::event(frame).unwrap() else { panic!("no error event") };
    assert_eq!((status.code, &*status.reason), (410, "Expired"));
    assert!(status.message.starts_with("too old resource version"));
}

#[test]
fn whatever_is_flipped_in_a_capture_nothing_panics() {
    let stream = fixture!("pods.watch");
    for at in 0..stream.len() {
        let mut spoiled = stream.to_vec();
        spoiled[at] ^= 0x55;
        let mut frames = Frames::default();
        frames.feed(&spoiled);
        let mut strings = Interner::default();
        while let Ok(Some(frame)) = frames.next() {
            if let Ok(Some(Event::Put(object))) = envelope::event(frame)
                && let Ok(wire) = <Pods as Shown>::Wire::decode(object)
            {
                let _ = Pods::show(&wire, &mut strings);
            }
        }
    }
}
