//! Nodes: cordoned, drained, and drained as far as budgets let it.

use quarterdeck::operate::TargetKind;
use quarterdeck::operate::journal::{EventKind, Outcome};
use serde_json::{Value, json};

use super::scene::{Scene, admin, assert_ended, assert_refused, get, until};

/// A node of the test's own: nothing comes onto it that does not ask for it.
pub(crate) struct OwnNode(String);

impl OwnNode {
    pub(crate) async fn new(scene: &Scene) -> Self {
        let name = format!("node-{}", scene.namespace);
        let resources = json!({"cpu": "8", "memory": "32Gi", "pods": "58"});
        let node = json!({
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"own": scene.namespace}},
            "spec": {"taints": [{"key": "own", "value": scene.namespace, "effect": "NoSchedule"}]},
            "status": {"allocatable": resources, "capacity": resources},
        });
        admin("POST", "/api/v1/nodes", &node).await;
        until("the node", &format!("/api/v1/nodes/{name}"), |n| {
            let ready = |c: &Value| c["type"] == "Ready" && c["status"] == "True";
            n["status"]["conditions"].as_array().is_some_and(|all| all.iter().any(ready))
                // Its controller takes its own taints away last.
                && n["spec"]["taints"].as_array().is_some_and(|all| all.len() == 1)
        })
        .await;
        Self(name)
    }

    /// What a pod says to come onto it.
    pub(crate) fn wanted(&self, scene: &Scene) -> Value {
        let _ = self;
        json!({
            "nodeSelector": {"own": scene.namespace},
            "tolerations": [{"key": "own", "operator": "Exists", "effect": "NoSchedule"}],
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    pub(crate) fn path(&self) -> String {
        format!("/api/v1/nodes/{}", self.0)
    }
}

#[tokio::test]
async fn a_node_is_cordoned_and_taken_back() {
    let scene = Scene::new("cordon").await;
    let node = OwnNode::new(&scene).await;
    let target = || scene.target(TargetKind::Node, &node.0);
    let ended = scene.run("node.cordon", target(), &[]).await;
    assert_ended(&ended, Outcome::Done);
    assert_eq!(ended.ending.plan.unwrap().undo.unwrap().operation, "node.uncordon");
    assert_eq!(get(&node.path()).await["spec"]["unschedulable"], true);
    assert_refused(&scene.plan("node.cordon", target(), &[]).await, "cordoned is true, and must be false");
    assert_ended(&scene.run("node.uncordon", target(), &[]).await, Outcome::Done);
    assert_eq!(get(&node.path()).await["spec"].get("unschedulable"), None);
    admin("DELETE", &node.path(), &Value::Null).await;
}

#[tokio::test]
async fn a_drain_waits_for_a_budget_and_goes_on() {
    let scene = Scene::new("drain").await;
    let node = OwnNode::new(&scene).await;
    let on_it = json!({"spec": {"template": {"spec": node.wanted(&scene)}}});
    scene.workload("Deployment", "cart", 2, on_it.clone()).await;
    scene.workload("Deployment", "free", 1, on_it).await;
    scene.budget("keep-two", "cart", 2).await;
    let daemon = json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "template": {
            "metadata": {"labels": {"app": "agent"}},
            "spec": {"nodeSelector": {"own": scene.namespace}, "tolerations": [{"operator": "Exists"}],
                     "containers": [{"name": "c", "image": "registry.example.com/c:1"}]}}},
    });
    admin("POST", &scene.path("apps/v1", "daemonsets"), &daemon).await;
    let agent = scene.path("apps/v1", "daemonsets/agent");
    until("the agent", &agent, |d| d["status"]["numberReady"] == 1).await;
    let budget = scene.path("policy/v1", "poddisruptionbudgets/keep-two");
    let says_no = |kind: EventKind, detail: &Value| kind == EventKind::Answered && detail["status"] == 429;
    let relax = async |_: &quarterdeck::operate::Plan| {
        let (budget, journal) = (budget.clone(), scene.ground.journal.clone());
        tokio::spawn(async move {
            let blocked = async || {
                let entries = journal.entries().await.unwrap_or_default();
                entries.iter().any(|e| says_no(e.note.event, &e.note.detail))
            };
            while !blocked().await {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            admin("PATCH", &budget, &json!({"spec": {"minAvailable": 0}})).await;
        });
    };
    let target = scene.target(TargetKind::Node, &node.0);
    let ended = scene.run_after("node.drain", target, &[("timeout", "60")], relax).await;
    assert_ended(&ended, Outcome::Done);
    let plan = ended.ending.plan.clone().unwrap();
    let namespace = &scene.namespace;
    let blast = &plan.blast_radius;
    for words in [
        format!("3 pods evicted: 3 in {namespace}"),
        "waits for budget keep-two needs 2 healthy pods and has 2".to_owned(),
        "1 pod of daemon sets or static pods stay".to_owned(),
    ] {
        assert!(blast.contains(&words), "{words} is not in {blast}");
    }
    assert_eq!(plan.calls[0].cli.split(" cordon ").count(), 2, "{}", plan.calls[0].cli);
    assert_eq!(plan.calls.len(), 4);
    assert_eq!(get(&node.path()).await["spec"]["unschedulable"], true, "it stays cordoned");
    assert_eq!(get(&agent).await["status"]["numberReady"], 1, "the daemon set's pod stays");
    let journal = scene.journal(&ended).await;
    let declined = journal.iter().filter(|(e, d)| says_no(*e, d)).count();
    assert!(declined > 0, "the budget blocked at first");
    let (sent, answered) =
        [EventKind::Sent, EventKind::Answered].map(|k| journal.iter().filter(|(e, _)| *e == k).count()).into();
    assert_eq!(sent, answered);
    admin("DELETE", &node.path(), &Value::Null).await;
}

#[tokio::test]
async fn a_drain_that_is_blocked_too_long_says_what_is_left() {
    let scene = Scene::new("blocked").await;
    let node = OwnNode::new(&scene).await;
    scene.workload("Deployment", "cart", 1, json!({"spec": {"template": {"spec": node.wanted(&scene)}}})).await;
    scene.budget("keep-one", "cart", 1).await;
    let target = scene.target(TargetKind::Node, &node.0);
    let ended = scene.run("node.drain", target, &[("timeout", "10")]).await;
    assert_ended(&ended, Outcome::Failed);
    let words = &ended.ending.words[0];
    assert!(words.starts_with("10 s are over; left on the node: ") && words.contains("keep-one"), "{words}");
    assert!(words.ends_with("it stays cordoned (node.uncordon lifts that)"), "{words}");
    assert_eq!(scene.pods("cart").await.len(), 1);
    admin("DELETE", &node.path(), &Value::Null).await;
}

#[tokio::test]
async fn what_would_be_lost_is_asked_about() {
    let scene = Scene::new("lonely").await;
    let node = OwnNode::new(&scene).await;
    let mut spec = node.wanted(&scene);
    spec["volumes"] = json!([{"name": "scratch", "emptyDir": {}}]);
    super::pods::bare(&scene, "lonely", spec).await;
    let target = || scene.target(TargetKind::Node, &node.0);
    let pod = format!("{}/lonely", scene.namespace);
    let refused = scene.plan("node.drain", target(), &[]).await;
    assert_refused(&refused, &format!("pods that nothing owns is {pod}, and must be none"));
    assert_refused(&refused, "local-data=true takes them along");
    assert_refused(&scene.plan("node.drain", target(), &[("timeout", "0")]).await, "timeout is in whole seconds");
    let allowed = [("bare-pods", "true"), ("local-data", "true")];
    let ended = scene.run("node.drain", target(), &allowed).await;
    assert_ended(&ended, Outcome::Done);
    let blast = ended.ending.plan.unwrap().blast_radius;
    assert!(blast.contains(&format!("NOTHING OWNS {pod}: they do not come back")), "{blast}");
    assert!(scene.pods("lonely").await.is_empty());
    assert_refused(
        &scene.plan("node.drain", target(), &allowed).await,
        "something to do is cordoned, and no pod to evict",
    );
    admin("DELETE", &node.path(), &Value::Null).await;
}

#[tokio::test]
async fn what_is_no_longer_there_to_evict_is_left_or_waited_for() {
    let scene = Scene::new("leftover").await;
    let node = OwnNode::new(&scene).await;
    let on_it = || json!({"nodeName": node.0, "tolerations": [{"operator": "Exists"}]});
    // It has ended: no budget is asked about it, not even two, and nothing is lost by its going.
    super::pods::bare(&scene, "ended", on_it()).await;
    let ended_pod = scene.path("v1", "pods/ended");
    admin("PATCH", &format!("{ended_pod}/status"), &json!({"status": {"phase": "Succeeded"}})).await;
    for budget in ["one", "two"] {
        scene.budget(budget, "ended", 1).await;
    }
    // It is stopping already, and something holds it.
    super::pods::bare(&scene, "stopping", on_it()).await;
    let stopping = scene.path("v1", "pods/stopping");
    admin("PATCH", &stopping, &json!({"metadata": {"finalizers": ["tests.quarterdeck/holds"]}})).await;
    admin("DELETE", &format!("{stopping}?gracePeriodSeconds=0"), &Value::Null).await;
    // Its kubelet runs it on, whatever the API says.
    let mirror = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "static", "annotations": {"kubernetes.io/config.mirror": "x", "kubernetes.io/config.source": "file"}},
        "spec": {"nodeName": node.0, "tolerations": [{"operator": "Exists"}],
                 "containers": [{"name": "c", "image": "registry.example.com/c:1"}]},
    });
    admin("POST", &scene.path("v1", "pods"), &mirror).await;
    let release = async |_: &quarterdeck::operate::Plan| {
        let path = stopping.clone();
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
            admin("PATCH", &path, &json!({"metadata": {"finalizers": null}})).await;
        });
    };
    let target = scene.target(TargetKind::Node, &node.0);
    let ended = scene.run_after("node.drain", target, &[("timeout", "60")], release).await;
    assert_ended(&ended, Outcome::Done);
    let actions: Vec<String> = ended.ending.plan.unwrap().calls.into_iter().map(|c| c.action).collect();
    assert_eq!(actions.len(), 2, "{actions:?}");
    assert_eq!(actions[1], format!("create pods/eviction {}/ended", scene.namespace));
    for gone in [&ended_pod, &stopping] {
        assert!(super::scene::ask("GET", gone, &Value::Null).await.is_err(), "{gone} is gone");
    }
    assert_eq!(get(&scene.path("v1", "pods/static")).await["spec"]["nodeName"], json!(node.0));
    admin("DELETE", &node.path(), &Value::Null).await;
}
