//! Pods: evicted, blocked, deleted.

use quarterdeck::operate::TargetKind;
use quarterdeck::operate::journal::{EventKind, Outcome};
use serde_json::{Value, json};

use super::scene::{Scene, admin, ask, assert_ended, assert_refused, until};

fn name(pod: &Value) -> String {
    pod["metadata"]["name"].as_str().unwrap().to_owned()
}

/// A pod that nothing owns.
pub(crate) async fn bare(scene: &Scene, name: &str, more: Value) -> Value {
    let mut spec =
        json!({"terminationGracePeriodSeconds": 1, "containers": [{"name": "c", "image": "registry.example.com/c:1"}]});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    let pod =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec});
    admin("POST", &scene.path("v1", "pods"), &pod).await;
    until("the pod", &scene.path("v1", &format!("pods/{name}")), |p| p["status"]["phase"] == "Running").await
}

#[tokio::test]
async fn an_eviction_asks_the_budget() {
    let scene = Scene::new("evict").await;
    scene.workload("Deployment", "cart", 2, json!({})).await;
    scene.budget("keep-two", "cart", 2).await;
    let pod = name(&scene.pods("cart").await[0]);
    let target = || scene.target(TargetKind::Pod, &pod);
    let refused = scene.plan("pod.evict", target(), &[]).await;
    assert_refused(&refused, "budget keep-two needs 2 healthy pods and has 2: it allows no eviction now");
    // Relaxed, it lets the pod go.
    let budget = scene.path("policy/v1", "poddisruptionbudgets/keep-two");
    admin("PATCH", &budget, &json!({"spec": {"minAvailable": 1}})).await;
    until("the budget's count", &budget, |b| b["status"]["disruptionsAllowed"] == 1).await;
    let ended = scene.run("pod.evict", target(), &[]).await;
    assert_ended(&ended, Outcome::Done);
    let plan = ended.ending.plan.unwrap();
    assert!(
        plan.blast_radius.contains("starts another one in its place") && plan.blast_radius.contains("50 %"),
        "{}",
        plan.blast_radius
    );
    assert!(ask("GET", &scene.path("v1", &format!("pods/{pod}")), &Value::Null).await.is_err(), "it is gone");
}

#[tokio::test]
async fn a_budget_that_comes_after_the_confirmation_ends_it_refused() {
    let scene = Scene::new("late-budget").await;
    scene.workload("Deployment", "cart", 2, json!({})).await;
    let pod = name(&scene.pods("cart").await[0]);
    let ended = scene
        .run_after("pod.evict", scene.target(TargetKind::Pod, &pod), &[], async |_| {
            scene.budget("late", "cart", 2).await;
        })
        .await;
    assert_refused(&ended.ending, "late");
    assert_eq!(scene.pods("cart").await.len(), 2);
}

#[tokio::test]
async fn a_deletion_is_of_one_pod_and_says_what_comes_back() {
    let scene = Scene::new("delete").await;
    scene.workload("StatefulSet", "ledger", 2, json!({})).await;
    scene.budget("keep-two", "ledger", 2).await;
    let ended = scene.run("pod.delete", scene.target(TargetKind::Pod, "ledger-1"), &[]).await;
    assert_ended(&ended, Outcome::Done);
    let blast = ended.ending.plan.unwrap().blast_radius;
    assert!(blast.contains("stateful set ledger starts it again under the same name"), "{blast}");
    assert!(blast.contains("budget keep-two is NOT asked"), "{blast}");
    bare(&scene, "lonely", json!({"volumes": [{"name": "scratch", "emptyDir": {}}]})).await;
    let ended = scene.run("pod.delete", scene.target(TargetKind::Pod, "lonely"), &[]).await;
    assert_ended(&ended, Outcome::Done);
    let blast = ended.ending.plan.clone().unwrap().blast_radius;
    assert_eq!(blast, "NOTHING OWNS IT: it will not come back; what it keeps in scratch (emptyDir) goes with it");
    let events: Vec<EventKind> = scene.journal(&ended).await.into_iter().map(|(e, _)| e).collect();
    assert!(
        events.ends_with(&[EventKind::Sent, EventKind::Answered, EventKind::Verified, EventKind::Done]),
        "{events:?}"
    );
}

#[tokio::test]
async fn a_rehearsal_deletes_nothing() {
    let scene = Scene::new("rehearse").await;
    bare(&scene, "here", json!({})).await;
    for operation in ["pod.delete", "pod.evict"] {
        let ending = scene.plan(operation, scene.target(TargetKind::Pod, "here"), &[]).await;
        assert!(ending.plan.unwrap().runs, "{:?}", ending.words);
    }
    let pod = super::scene::get(&scene.path("v1", "pods/here")).await;
    assert!(pod["metadata"].get("deletionTimestamp").is_none(), "the dry run was one");
}
