//! The whole catalogue: every operation of it can be played from plan to verification.

use futures_util::StreamExt;
use futures_util::stream;
use quarterdeck::operate::{CATALOGUE, Read, Sight, TargetKind};
use serde_json::Value;

use super::*;

/// How an operation is played: in which scenario, what is done before, on what, with which parameters.
struct Play {
    scenario: &'static str,
    before: &'static [&'static str],
    target: Target,
    parameters: &'static [(&'static str, &'static str)],
}

/// What is acted on.
enum Target {
    Deployment(&'static str, &'static str),
    Namespace,
    Autoscaler,
    /// The first pod that runs of some name.
    Pod(&'static str),
    /// The first node of the list.
    Node,
    NodeGroup,
    Database(usize),
}

/// How each operation of the catalogue is played; whoever adds one says so here.
fn play(operation: &str) -> Option<Play> {
    use Target::{Autoscaler, Database, Deployment, Namespace, Node, NodeGroup, Pod};
    let play = |target, parameters| Some(Play { scenario: "calm", before: &[], target, parameters });
    let ledger = Deployment("payments", "ledger");
    match operation {
        "workload.scale" => play(ledger, &[("replicas", "6")]),
        "namespace.scale" => play(Namespace, &[("replicas", "2")]),
        "workload.restart" | "workload.pause" => play(ledger, &[]),
        "workload.resume" => play(ledger, &[]).map(|p| Play { before: &["workload.pause"], ..p }),
        "workload.rollback" => play(Deployment("shop", "cart"), &[]).map(|p| Play { scenario: "crashloop", ..p }),
        "autoscaler.bounds" => play(Autoscaler, &[("min", "7"), ("max", "20")]),
        "pod.evict" | "pod.delete" => play(Pod("ledger-"), &[]),
        "node.cordon" => play(Node, &[]),
        "node.uncordon" => play(Node, &[]).map(|p| Play { before: &["node.cordon"], ..p }),
        "node.drain" => play(Node, &[("local-data", "true")]),
        "nodegroup.scale" => play(NodeGroup, &[("min", "2"), ("desired", "7")]),
        "database.failover" | "database.add-reader" | "database.snapshot" | "global.switchover" | "global.failover" => {
            play(Database(0), &[])
        }
        "database.remove-reader" => play(Database(0), &[("name", "orders-2")]),
        "database.capacity" => play(Database(2), &[("max", "8")]),
        "database.restore" => play(Database(1), &[("to-time", "2026-11-19T12:00:00Z"), ("as", "ledger-old")]),
        _ => None,
    }
}

async fn list(demo: &Demo, path: &str) -> Vec<Value> {
    let any = demo.cluster_target(|c| pin::namespace(None, c, "payments"));
    let read = Read::Kubernetes(path.to_owned());
    let sights = demo.ground.hands.look(&any, vec![read.clone()]).await;
    let Some(Sight::There(Value::Array(all))) = sights.sight(&read) else { panic!("{sights:?}") };
    all.clone()
}

fn named(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap().to_owned()
}

async fn aim(demo: &Demo, target: &Target) -> Pinned {
    match target {
        Target::Deployment(namespace, name) => demo.deployment(namespace, name),
        Target::Namespace => demo.cluster_target(|c| pin::namespace(None, c, "payments")),
        Target::Autoscaler => {
            demo.cluster_target(|c| pin::namespaced(None, c, TargetKind::Autoscaler, "shop", "cart", None))
        }
        Target::Pod(stem) => {
            let all = list(demo, "/api/v1/namespaces/payments/pods").await;
            let pod = all.iter().map(named).find(|name| name.starts_with(stem)).unwrap();
            demo.cluster_target(|c| pin::namespaced(None, c, TargetKind::Pod, "payments", &pod, None))
        }
        Target::Node => {
            let node = named(&list(demo, "/api/v1/nodes").await[0]);
            demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::Node, &node, None))
        }
        Target::NodeGroup => demo.cluster_target(|c| pin::of_cluster(None, c, TargetKind::NodeGroup, "spot", None)),
        Target::Database(index) => demo.database(*index),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_the_catalogue_is_played_to_its_end() {
    let each = CATALOGUE.iter().map(|operation| async move {
        let name = operation.name;
        let Play { scenario, before, target, parameters } =
            play(name).unwrap_or_else(|| panic!("{name} cannot be played on the embedded estate: say how, in `play`"));
        let demo = Demo::unwatched(scenario);
        let target = aim(&demo, &target).await;
        for first in before {
            ended(&demo.run(first, target.clone(), &[]).await, Outcome::Done);
        }
        let (done, said) = demo.tells(name, target, parameters).await;
        assert_eq!(done.ending.outcome, Some(Outcome::Done), "{name}: {:?}: {said:#?}", done.ending.words);
        let plan = done.ending.plan.unwrap();
        assert!(plan.guards.iter().all(|g| g.ok) && !plan.calls.is_empty(), "{name}: {plan:#?}");
    });
    // A few at a time: a plan is too old to go on after two seconds of a world that runs so fast.
    stream::iter(each).buffer_unordered(7).collect::<Vec<()>>().await;
}
