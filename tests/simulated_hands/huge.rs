//! Numbers beyond what can be played: turned down in a moment, with nothing changed, whatever they are.

use super::*;

/// Long enough for any refusal, and far too short for a world of so many pods or nodes.
const A_MOMENT: Duration = Duration::from_secs(10);

/// Runs an operation that asks for too much, and is told how much is not.
async fn declined(demo: &Demo, operation: &str, target: Pinned, parameters: &[(&str, &str)], most: &str) {
    let run = demo.run(operation, target, parameters);
    let done = tokio::time::timeout(A_MOMENT, run).await.unwrap_or_else(|_| panic!("{operation} hangs"));
    ended(&done, Outcome::Refused);
    let told = done.ending.words.join("\n");
    assert!(told.contains(most), "{operation}: {told}");
}

/// What was so before what an operation changed.
fn before(done: &Ended) -> Vec<String> {
    let changes = &done.ending.plan.as_ref().unwrap().changes;
    changes.iter().map(|c| format!("{} {}", c.field, c.before.as_deref().unwrap_or("nothing"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn more_replicas_than_can_be_played_are_declined() {
    let mut demo = Demo::start("calm");
    demo.shows("ledger", |e| numbers(e, "payments", "ledger") == Some((4, 4))).await;
    let ledger = demo.deployment("payments", "ledger");
    let most = "the embedded estate plays at most 1000 replicas of a workload";
    for replicas in ["2147483647", "1001"] {
        declined(&demo, "workload.scale", ledger.clone(), &[("replicas", replicas)], most).await;
    }
    let identity = demo.cluster_target(|c| pin::namespace(None, c, "identity"));
    declined(&demo, "namespace.scale", identity, &[("replicas", "2147483647")], most).await;
    let again = demo.run("workload.scale", ledger.clone(), &[("replicas", "4")]).await;
    let told = again.ending.words.join("\n");
    assert!(told.contains("replicas is 4, and must be other than 4"), "something changed: {told}");
    let thousand = demo.run("workload.scale", ledger, &[("replicas", "1000")]);
    ended(&tokio::time::timeout(A_MOMENT, thousand).await.unwrap(), Outcome::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_replicas_of_an_autoscaler_than_can_be_played_are_declined() {
    let demo = Demo::unwatched("calm");
    let cart = demo.cluster_target(|c| pin::namespaced(None, c, TargetKind::Autoscaler, "shop", "cart", None));
    let most = "the embedded estate plays at most 1000 replicas of a workload";
    let huge = [("min", "2147483646"), ("max", "2147483647")];
    declined(&demo, "autoscaler.bounds", cart.clone(), &huge, most).await;
    // An upper bound asks for no pods.
    let done = demo.run("autoscaler.bounds", cart, &[("max", "2147483647")]).await;
    ended(&done, Outcome::Done);
    assert_eq!(before(&done), ["max 9"], "something changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_nodes_than_a_group_may_have_are_declined() {
    let demo = Demo::unwatched("calm");
    let group = demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::NodeGroup, "on-demand", None));
    let most = "the embedded estate plays at most 450 nodes of a node group";
    let huge = [("max", "2147483647"), ("desired", "2147483647")];
    declined(&demo, "nodegroup.scale", group.clone(), &huge, most).await;
    declined(&demo, "nodegroup.scale", group.clone(), &[("max", "451")], most).await;
    let whole = [("max", "450"), ("desired", "450")];
    let done = tokio::time::timeout(A_MOMENT, demo.run("nodegroup.scale", group, &whole)).await.unwrap();
    ended(&done, Outcome::Done);
    assert_eq!(before(&done), ["max 20", "desired 6"], "something changed");
}
