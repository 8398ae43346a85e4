//! Operations that meet resistance: what is lost, throttled, denied or blocked, and what is told of it.

use quarterdeck::operate::{Guard, TargetKind};

use super::*;

async fn events(demo: &Demo) -> Vec<EventKind> {
    demo.ground.journal.entries().await.unwrap().into_iter().map(|e| e.note.event).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_whose_answer_is_lost_is_found_to_have_acted() {
    let mut demo = Demo::start("headwind");
    demo.shows("a writer", |e| e.databases()[0].writer().is_some_and(|w| w.name == "orders-1")).await;
    let (done, said) = demo.tells("database.failover", demo.database(0), &[]).await;
    ended(&done, Outcome::Done);
    let events = events(&demo).await;
    assert!(events.contains(&EventKind::Unknown) && events.last() == Some(&EventKind::Reconciled), "{events:?}");
    assert_eq!(events.iter().filter(|e| **e == EventKind::Sent).count(), 1, "it is never sent again");
    assert!(said.iter().any(|s| s.contains("it did act")), "{said:#?}");
    demo.shows("the other writer", |e| e.databases()[0].writer().is_some_and(|w| w.name == "orders-2")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_that_never_arrived_is_believed_after_a_while() {
    let demo = Demo::unwatched("headwind");
    let swallowed = demo.run("database.failover", demo.database(1), &[]).await;
    ended(&swallowed, Outcome::Failed);
    assert!(swallowed.ending.words[0].contains("did not act"), "{:?}", swallowed.ending.words);
    let events = events(&demo).await;
    assert_eq!(events.iter().filter(|e| **e == EventKind::Sent).count(), 1, "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_is_said_by_the_plan_and_never_sent() {
    let mut demo = Demo::start("headwind");
    let refused = demo.run("database.remove-reader", demo.database(0), &[("name", "orders-2")]).await;
    ended(&refused, Outcome::Refused);
    let permission = |ended: &Ended| {
        let plan = ended.ending.plan.clone().unwrap();
        let verdict = plan.guards.into_iter().find(|g| g.guard == Guard::Permission).unwrap();
        (verdict.ok, verdict.reason)
    };
    let (ok, reason) = permission(&refused);
    assert!(
        !ok && reason.contains("a policy denies rds:DeleteDBInstance to arn:aws:iam::111122223333:role"),
        "{reason}"
    );
    demo.shows("pods", |e| e.clusters()[0].pods().len() > 100).await;
    let pods = demo.rigging.estate.clusters()[0].pods();
    let pod = pods.values().find(|p| &*p.name.namespace == "payments" && !p.deleting).unwrap().clone();
    let target =
        demo.cluster_target(|c| pin::namespaced(None, c, TargetKind::Pod, "payments", &pod.name.name, Some(&pod.uid)));
    let (ok, reason) = permission(&demo.run("pod.delete", target, &[]).await);
    assert!(!ok && reason.contains("ask for the verb delete on pods of the core API group"), "{reason}");
    assert!(!events(&demo).await.contains(&EventKind::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_throttled_is_not_sent_again_by_itself() {
    let demo = Demo::unwatched("headwind");
    let spot = demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::NodeGroup, "spot", None));
    for (operation, target, parameters) in [
        ("database.snapshot", demo.database(1), vec![("name", "before-release")]),
        ("nodegroup.scale", spot, vec![("desired", "4")]),
    ] {
        let throttled = demo.run(operation, target.clone(), &parameters).await;
        ended(&throttled, Outcome::Failed);
        assert!(throttled.ending.words[0].contains("Rate exceeded"), "{:?}", throttled.ending.words);
        ended(&demo.run(operation, target, &parameters).await, Outcome::Done);
    }
    let sent = events(&demo).await.iter().filter(|e| **e == EventKind::Sent).count();
    assert_eq!(sent, 4);
}

/// The node that has a pod of the ledger, whose budget lets none go.
async fn blocked_node(demo: &mut Demo) -> Pinned {
    let own = |e: &Estate| {
        let all = e.clusters().iter().take(1).flat_map(|c| c.pods().values());
        let own = all.filter(|p| p.name.name.starts_with("ledger-") && &*p.name.namespace == "payments");
        own.filter_map(|p| p.node.clone()).collect::<Vec<_>>()
    };
    demo.shows("the ledger", |e| own(e).len() == 4).await;
    let node = own(&demo.rigging.estate).remove(0);
    demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::Node, &node, None))
}

/// How many evictions the ledger's budget has blocked so far.
async fn blocked_evictions(demo: &Demo) -> usize {
    let budget = "The disruption budget ledger needs 4 healthy pods and has 4 currently";
    let says = |said: &serde_json::Value| said["message"].as_str().is_some_and(|words| words.contains(budget));
    demo.ground.journal.entries().await.unwrap().iter().filter(|e| says(&e.note.detail)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_waits_for_a_budget_until_its_time_is_up() {
    let mut demo = Demo::start("headwind");
    let target = blocked_node(&mut demo).await;
    let blocked = demo.run("node.drain", target, &[("timeout", "240"), ("local-data", "true")]).await;
    ended(&blocked, Outcome::Failed);
    assert!(blocked_evictions(&demo).await > 1, "it is tried again and again");
    assert!(blocked.ending.words[0].contains("it stays cordoned"), "{:?}", blocked.ending.words);
    assert!(blocked.ending.plan.unwrap().blast_radius.contains("waits for budget ledger needs 4 healthy pods"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_more_replica_lets_the_drain_go_on() {
    let mut demo = Demo::start("headwind");
    let target = blocked_node(&mut demo).await;
    let (drained, scaled) = tokio::join!(demo.run("node.drain", target, &[("local-data", "true")]), async {
        while blocked_evictions(&demo).await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        demo.run("workload.scale", demo.deployment("payments", "ledger"), &[("replicas", "5")]).await
    });
    ended(&scaled, Outcome::Done);
    ended(&drained, Outcome::Done);
}
