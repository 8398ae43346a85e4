//! What stands in the way: rights that are missing, and other people who were quicker.

use std::path::PathBuf;

use quarterdeck::operate::journal::{EventKind, Outcome};
use quarterdeck::operate::{Guard, TargetKind};
use serde_json::{Value, json};

use super::scene::{Scene, admin, assert_ended, assert_refused, by_context, get, until, variable};

#[tokio::test]
async fn a_missing_right_is_named() {
    let scene = Scene::by("denied", by_context("observer", PathBuf::from(variable("KUBECONFIG")))).await;
    scene.workload("Deployment", "cart", 1, json!({})).await;
    let pod = scene.pods("cart").await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let namespace = &scene.namespace;
    for (operation, target, parameters, missing) in [
        (
            "workload.scale",
            scene.workload_target("deployment", "cart"),
            vec![("replicas", "2")],
            format!(
                "may not patch deployments/scale cart in namespace {namespace}; ask for the verb patch on deployments/scale of API group apps there"
            ),
        ),
        (
            "pod.evict",
            scene.target(TargetKind::Pod, &pod),
            vec![],
            format!("may not create pods/eviction {pod} in namespace {namespace}"),
        ),
        ("pod.delete", scene.target(TargetKind::Pod, &pod), vec![], format!("may not delete pods {pod}")),
        (
            "node.cordon",
            scene.target(TargetKind::Node, "ip-10-0-0-10.ec2.internal"),
            vec![],
            "may not patch nodes ip-10-0-0-10.ec2.internal in the cluster".to_owned(),
        ),
    ] {
        let ending = scene.plan(operation, target, &parameters).await;
        assert_refused(&ending, &missing);
        let plan = ending.plan.unwrap();
        let verdict = |guard| plan.guards.iter().find(|g| g.guard == guard).unwrap();
        assert!(!verdict(Guard::Permission).ok && verdict(Guard::Identity).ok, "{:#?}", plan.guards);
        assert!(verdict(Guard::Identity).reason.contains("as quarterdeck:observer"), "{:#?}", plan.guards);
    }
}

#[tokio::test]
async fn what_changes_after_the_plan_is_not_acted_on() {
    let scene = Scene::new("moved").await;
    scene.workload("Deployment", "cart", 2, json!({})).await;
    let path = scene.path("apps/v1", "deployments/cart");
    let target = || scene.workload_target("deployment", "cart");
    let generation = async || get(&path).await["metadata"]["generation"].clone();
    let ended = scene
        .run_after("workload.scale", target(), &[("replicas", "1")], async |_| {
            admin("PATCH", &path, &json!({"spec": {"replicas": 4}})).await;
        })
        .await;
    assert_refused(&ended.ending, "replicas was 2 when it was confirmed and is 4 now");
    let before = generation().await;
    let ended = scene
        .run_after("workload.restart", target(), &[], async |_| {
            admin("PATCH", &path, &json!({"spec": {"template": {"metadata": {"labels": {"new": "label"}}}}})).await;
            until("its revision", &path, |d| d["status"]["observedGeneration"] == d["metadata"]["generation"]).await;
        })
        .await;
    assert_refused(&ended.ending, "when it was confirmed and is");
    assert_eq!(generation().await.as_i64(), before.as_i64().map(|g| g + 1), "only the other's change");
    let events: Vec<EventKind> = scene.journal(&ended).await.into_iter().map(|(e, _)| e).collect();
    assert!(!events.contains(&EventKind::Sent) && events.ends_with(&[EventKind::Refused]), "{events:?}");
}

#[tokio::test]
async fn another_object_of_the_same_name_is_another() {
    let scene = Scene::new("again").await;
    scene.workload("Deployment", "cart", 1, json!({})).await;
    let path = scene.path("apps/v1", "deployments/cart");
    let ended = scene
        .run_after("workload.scale", scene.workload_target("deployment", "cart"), &[("replicas", "0")], async |_| {
            admin("DELETE", &path, &Value::Null).await;
            until("its end", &path, Value::is_null).await;
            scene.workload("Deployment", "cart", 1, json!({})).await;
        })
        .await;
    assert_refused(&ended.ending, "is another one than was chosen");
    assert_eq!(get(&path).await["spec"]["replicas"], 1);
    super::pods::bare(&scene, "solo", json!({})).await;
    let pod = scene.path("v1", "pods/solo");
    let ended = scene
        .run_after("pod.delete", scene.target(TargetKind::Pod, "solo"), &[], async |_| {
            admin("DELETE", &format!("{pod}?gracePeriodSeconds=0"), &Value::Null).await;
            until("its end", &pod, Value::is_null).await;
            super::pods::bare(&scene, "solo", json!({})).await;
        })
        .await;
    assert_refused(&ended.ending, "is another one than was chosen");
    assert!(get(&pod).await["metadata"].get("deletionTimestamp").is_none());
}

#[tokio::test]
async fn a_status_that_keeps_changing_does_not_stop_an_operation() {
    let scene = Scene::new("churn").await;
    scene.workload("Deployment", "cart", 2, json!({})).await;
    // Somebody touches the object all the time, and nothing that matters changes.
    let path = scene.path("apps/v1", "deployments/cart");
    let churn = tokio::spawn(async move {
        for number in 0.. {
            admin("PATCH", &path, &json!({"metadata": {"labels": {"churn": number.to_string()}}})).await;
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        }
    });
    let mut done = 0;
    for wanted in ["3", "4", "5"] {
        let ended =
            scene.run("workload.scale", scene.workload_target("deployment", "cart"), &[("replicas", wanted)]).await;
        match ended.ending.outcome {
            Some(Outcome::Done) => done += 1,
            _ => assert!(ended.ending.words[0].contains("changes faster"), "{:?}", ended.ending.words),
        }
    }
    churn.abort();
    assert!(done > 0, "at least one got through");
    let ended = scene.run("workload.restart", scene.workload_target("deployment", "cart"), &[]).await;
    assert_ended(&ended, Outcome::Done);
}
