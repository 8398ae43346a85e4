//! Pods, nodes, autoscalers and node groups: what is asked of a cluster, and what its panes show then.

#[path = "huge.rs"]
mod huge;

use quarterdeck::estate::{Owner, Pod, Readiness};
use quarterdeck::operate::TargetKind;

use super::*;

/// The pods of a deployment that run, by name.
fn pods(estate: &Estate, namespace: &str, deployment: &str) -> Vec<Pod> {
    let own = |p: &&Pod| {
        *p.name.namespace == *namespace
            && matches!(&p.owner, Owner::Workload(WorkloadKind::Deployment, name) if &**name == deployment)
    };
    estate.clusters()[0].pods().values().filter(own).filter(|p| !p.deleting).cloned().collect()
}

fn serve(estate: &Estate, namespace: &str, deployment: &str, wanted: usize) -> bool {
    let all = pods(estate, namespace, deployment);
    all.len() == wanted && all.iter().all(|p| p.ready.0 == p.ready.1)
}

fn pod_target(demo: &Demo, pod: &Pod) -> Pinned {
    let (namespace, name) = (&*pod.name.namespace, &*pod.name.name);
    demo.cluster_target(|c| pin::namespaced(None, c, TargetKind::Pod, namespace, name, Some(&pod.uid)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_goes_is_replaced_by_another() {
    let mut demo = Demo::start("calm");
    for operation in ["pod.evict", "pod.delete"] {
        demo.shows("ledger serves", |e| serve(e, "payments", "ledger", 4)).await;
        let pod = pods(&demo.rigging.estate, "payments", "ledger").remove(0);
        let (done, _) = demo.tells(operation, pod_target(&demo, &pod), &[]).await;
        ended(&done, Outcome::Done);
        let plan = done.ending.plan.unwrap();
        assert!(plan.blast_radius.contains("has 4 of 4 pods ready"), "{}", plan.blast_radius);
        demo.shows("another one", |e| {
            serve(e, "payments", "ledger", 4) && pods(e, "payments", "ledger").iter().all(|p| p.uid != pod.uid)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_drained_and_its_pods_start_elsewhere() {
    let mut demo = Demo::start("calm");
    let well = |e: &Estate| numbers(e, "shop", "cart").is_some_and(|(wanted, available)| wanted == available);
    demo.shows("cart", well).await;
    demo.shows("nodes", |e| e.clusters()[0].nodes().len() > 5).await;
    let node = pods(&demo.rigging.estate, "shop", "cart").remove(0).node.unwrap();
    let target = demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::Node, &node, None));
    let (done, said) = demo.tells("node.drain", target, &[("local-data", "true")]).await;
    ended(&done, Outcome::Done);
    assert!(said.iter().any(|s| s.contains("still on the node") || s.contains("disruption budget")), "{said:#?}");
    demo.shows("an empty node", |e| {
        let left = |p: &&Pod| p.node.as_deref() == Some(&*node);
        let stays = |p: &Pod| matches!(p.owner, Owner::Workload(WorkloadKind::DaemonSet, _));
        let cluster = &e.clusters()[0];
        cluster.nodes().values().any(|n| *n.name == *node && n.cordoned)
            && cluster.pods().values().filter(left).all(stays)
    })
    .await;
    demo.shows("cart again", well).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_autoscaler_keeps_within_its_new_bounds() {
    let mut demo = Demo::start("calm");
    let target = demo.cluster_target(|c| pin::namespaced(None, c, TargetKind::Autoscaler, "shop", "cart", None));
    ended(&demo.run("autoscaler.bounds", target.clone(), &[("min", "11"), ("max", "12")]).await, Outcome::Done);
    demo.shows("eleven", |e| numbers(e, "shop", "cart") == Some((11, 11))).await;
    ended(&demo.run("autoscaler.bounds", target, &[("min", "2"), ("max", "4")]).await, Outcome::Done);
    demo.shows("four", |e| numbers(e, "shop", "cart") == Some((4, 4))).await;
    let beyond = demo.run("workload.scale", demo.deployment("shop", "cart"), &[("replicas", "7")]).await;
    assert!(beyond.ending.words.iter().any(|w| w.contains("autoscaler cart (2 to 4)")), "{:?}", beyond.ending);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_come_and_go_with_their_group() {
    let mut demo = Demo::start("calm");
    let target = demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::NodeGroup, "on-demand", None));
    let here = |e: &Estate| {
        let own = e.clusters()[0].nodes().values().filter(|n| n.pool.as_deref() == Some("on-demand"));
        own.filter(|n| n.readiness == Readiness::Ready && !n.cordoned).count()
    };
    let desired = |e: &Estate| {
        let groups = e.clusters()[0].control().and_then(|c| c.nodegroups.clone()).unwrap_or_default();
        groups.iter().find(|g| g.name == "on-demand").and_then(|g| g.desired)
    };
    demo.shows("six", |e| here(e) == 6).await;
    let (done, said) = demo.tells("nodegroup.scale", target.clone(), &[("desired", "8")]).await;
    ended(&done, Outcome::Done);
    assert!(said.iter().any(|s| s.contains("UPDATING")), "{said:#?}");
    demo.shows("eight", |e| here(e) == 8 && desired(e) == Some(8)).await;
    // Those that go take pods with them, which start on the others.
    ended(&demo.run("nodegroup.scale", target, &[("desired", "4")]).await, Outcome::Done);
    demo.shows("four", |e| here(e) == 4 && e.clusters()[0].nodes().len() == 7 && desired(e) == Some(4)).await;
    demo.shows("everything serves", |e| {
        e.clusters()[0].workloads().values().all(|w| w.available == w.wanted)
            && e.clusters()[0].pods().values().all(|p| p.node.is_some())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_is_scaled_but_for_what_scales_itself() {
    let mut demo = Demo::start("calm");
    let target = demo.cluster_target(|c| pin::namespace(None, c, "identity"));
    let (done, _) = demo.tells("namespace.scale", target.clone(), &[("replicas", "5")]).await;
    ended(&done, Outcome::Done);
    let plan = done.ending.plan.unwrap();
    assert!(plan.blast_radius.contains("left to their autoscalers: login"), "{}", plan.blast_radius);
    let five = Some((5, 5));
    let shown = |e: &Estate| numbers(e, "identity", "sessions") == five && numbers(e, "identity", "tokens") == five;
    demo.shows("five of each", shown).await;
    let undo = plan.undo.unwrap();
    let given: Vec<(&str, &str)> = undo.parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    ended(&demo.run(&undo.operation, target, &given).await, Outcome::Done);
    demo.shows("as before", |e| numbers(e, "identity", "sessions") == Some((4, 4))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_wait_where_no_node_takes_them() {
    let mut demo = Demo::start("calm");
    demo.shows("nodes", |e| e.clusters()[0].nodes().len() > 8).await;
    let nodes: Vec<String> = demo.rigging.estate.clusters()[0].nodes().keys().map(ToString::to_string).collect();
    for node in &nodes {
        let target = demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::Node, node, None));
        let _ = demo.run("node.cordon", target, &[]).await;
    }
    demo.shows("tokens", |e| serve(e, "identity", "tokens", 3)).await;
    let pod = pods(&demo.rigging.estate, "identity", "tokens").remove(0);
    ended(&demo.run("pod.evict", pod_target(&demo, &pod), &[]).await, Outcome::Done);
    demo.shows("one that waits", |e| {
        pods(e, "identity", "tokens").iter().any(|p| p.node.is_none() && p.reason.as_deref() == Some("Unschedulable"))
    })
    .await;
    let next = pods(&demo.rigging.estate, "identity", "tokens").into_iter().find(|p| p.ready.0 == p.ready.1).unwrap();
    let blocked = demo.run("pod.evict", pod_target(&demo, &next), &[]).await;
    assert!(
        blocked.ending.words.iter().any(|w| w.contains("budget tokens needs 2 healthy pods and has 2")),
        "{blocked:?}"
    );
    for node in &nodes[..3] {
        let target = demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::Node, node, None));
        let _ = demo.run("node.uncordon", target, &[]).await;
    }
    demo.shows("all of them again", |e| serve(e, "identity", "tokens", 3)).await;
}
