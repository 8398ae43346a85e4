//! The Kubernetes source against the bed's real API server: what it sees, what it may not see, and whom it refuses.
#![cfg(feature = "kubernetes")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has to fail")]

#[path = "wire_kubernetes/autoscalers.rs"]
mod autoscalers;
#[path = "wire_kubernetes/bed.rs"]
mod bed;
#[path = "wire_kubernetes/entering.rs"]
mod entering;
#[path = "wire_kubernetes/faults.rs"]
mod faults;
#[path = "wire_kubernetes/rollouts.rs"]
mod rollouts;
#[path = "wire_kubernetes/survival.rs"]
mod survival;
#[path = "wire_kubernetes/usage.rs"]
mod usage;

use bed::{BarePod, cluster, context, source, watch};
use quarterdeck::estate::{Coverage, DeclaredCluster, Kind, Owner, PodPhase, Readiness, SourceState, WorkloadKind};

#[tokio::test]
async fn the_first_picture_is_whole() {
    let mut watching = watch(context("observer"), None);
    let estate = watching.until("the first picture", |e| source(e).state == SourceState::Live).await;
    let c = cluster(&estate);
    assert!(c.complete(&Kind::ALL), "every kind is in the first picture");
    assert!(watching.observations <= 2, "the first picture comes in one breath");
    let node = &c.nodes()["ip-10-0-0-10.ec2.internal"];
    assert_eq!(node.readiness, Readiness::Ready);
    assert_eq!(node.zone.as_deref(), Some("us-east-1a"));
    assert_eq!(node.arch.as_deref(), Some("arm64"));
    assert_eq!(node.capacity_type.as_deref(), Some("ON_DEMAND"));
    assert_eq!(node.pool.as_deref(), Some("on-demand"));
    assert_eq!(node.instance_type.as_deref(), Some("m7g.2xlarge"));
    let of = |app: &str| -> Vec<_> { c.pods().values().filter(|p| p.name.name.starts_with(app)).collect() };
    let looping = of("recommendations");
    assert!(looping.iter().all(|p| p.crash_looping && p.reason.as_deref() == Some("CrashLoopBackOff")), "{looping:?}");
    let unplaced = of("fraud-model");
    assert_eq!(unplaced[0].phase, PodPhase::Pending);
    assert_eq!(unplaced[0].reason.as_deref(), Some("Unschedulable"));
    for (app, owner) in [
        ("payments-api", Owner::Workload(WorkloadKind::Deployment, "payments-api".into())),
        ("ledger", Owner::Workload(WorkloadKind::StatefulSet, "ledger".into())),
        ("node-agent", Owner::Workload(WorkloadKind::DaemonSet, "node-agent".into())),
    ] {
        let pods = of(app);
        assert!(!pods.is_empty() && pods.iter().all(|p| p.owner == owner && p.node.is_some()), "{app}: {pods:?}");
        let name = quarterdeck::estate::Name::new(pods[0].name.namespace.clone(), app);
        let w = c.workloads().values().find(|w| w.key.name == name).unwrap();
        assert!(w.wanted > 0 && w.available == w.wanted && w.created.is_some(), "{w:?}");
    }
}

#[tokio::test]
async fn changes_come_as_they_happen() {
    let mut watching = watch(context("observer"), None);
    watching.until("the first picture", |e| source(e).state == SourceState::Live).await;
    let pod = BarePod::create("comes").await;
    let estate = watching.until("a new pod", |e| pod.seen(e)).await;
    let seen = &cluster(&estate).pods()[&pod.name];
    assert_eq!((&seen.owner, seen.ready, seen.restarts), (&Owner::Nobody, (0, 1), 0));
    watching
        .until("why it is not placed", |e| cluster(e).pods()[&pod.name].reason.as_deref() == Some("Unschedulable"))
        .await;
    pod.delete().await;
    watching.until("its end", |e| !pod.seen(e)).await;
}

#[tokio::test]
async fn named_namespaces_are_all_that_is_watched() {
    let declared = DeclaredCluster { namespaces: vec!["shop".into(), "platform".into()], ..context("observer") };
    let estate = watch(declared, None).until("the first picture", |e| source(e).state == SourceState::Live).await;
    let c = cluster(&estate);
    assert!(c.complete(&Kind::ALL), "what was asked for is complete");
    assert!(source(&estate).error.is_none());
    let mut namespaces: Vec<_> = c.pods().keys().map(|name| name.namespace.to_string()).collect();
    namespaces.dedup();
    assert_eq!(namespaces, ["platform", "shop"]);
}

#[tokio::test]
async fn limited_rights_show_what_they_may_and_say_what_they_may_not() {
    let declared = DeclaredCluster { namespaces: vec!["shop".into(), "payments".into()], ..context("limited") };
    let estate = watch(declared, None).until("the first picture", |e| source(e).as_of.is_some()).await;
    let c = cluster(&estate);
    assert_eq!(source(&estate).state, SourceState::Live);
    assert_eq!(
        source(&estate).error.as_deref(),
        Some("forbidden: nodes; deployments, statefulsets, daemonsets, pods in namespace payments")
    );
    assert!(matches!(c.coverage(Kind::Nodes), Coverage::Forbidden(_)), "{:?}", c.coverage(Kind::Nodes));
    assert!(matches!(c.coverage(Kind::Pods), Coverage::Partial(_)), "{:?}", c.coverage(Kind::Pods));
    assert!(c.tally().total >= 8 && c.pods().keys().all(|name| &*name.namespace == "shop"));
}

#[tokio::test]
async fn without_a_list_of_namespaces_the_contexts_own_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kubeconfig");
    let server = serde_json::json!({
        "server": bed::variable("QUARTERDECK_BED_KUBERNETES"), "certificate-authority": bed::variable("QUARTERDECK_BED_CA")
    });
    bed::write_kubeconfig(&path, &server, &serde_json::json!({"token": "limited-token"}), "shop");
    let declared = DeclaredCluster { kubeconfig: Some(path), ..context("line") };
    let estate = watch(declared, None).until("the first picture", |e| source(e).as_of.is_some()).await;
    assert_eq!(
        source(&estate).error.as_deref(),
        Some("forbidden: nodes; deployments, statefulsets, daemonsets, pods in namespaces other than shop")
    );
    let c = cluster(&estate);
    assert!(matches!(c.coverage(Kind::Pods), Coverage::Partial(_)), "{:?}", c.coverage(Kind::Pods));
    assert!(c.tally().total >= 8);
}

#[tokio::test]
async fn someone_without_rights_sees_nothing_and_is_told_so() {
    let estate = watch(context("denied"), None).until("an answer", |e| source(e).as_of.is_some()).await;
    assert_eq!(source(&estate).state, SourceState::Live);
    assert_eq!(source(&estate).error.as_deref(), Some("forbidden: nodes, deployments, statefulsets, daemonsets, pods"));
    for kind in Kind::ALL {
        assert!(matches!(cluster(&estate).coverage(kind), Coverage::Forbidden(_)), "{kind:?}");
    }
}
