//! A bad line: answers lost after the server acted, errors in their place, calls that never arrive. Nothing is ever sent
//! twice, and each story ends true.

use quarterdeck::operate::TargetKind;
use quarterdeck::operate::journal::{EventKind, Outcome};
use serde_json::json;

use super::line::{Fate, Line};
use super::scene::{Scene, assert_ended, get};

#[tokio::test]
async fn a_lost_answer_is_looked_for_and_nothing_is_sent_twice() {
    let line = Line::new().await;
    let scene = Scene::by("lost", line.cluster.clone()).await;
    scene.workload("Deployment", "cart", 1, json!({})).await;
    let path = scene.path("apps/v1", "deployments/cart");
    for (number, fate) in [Fate::Swallowed, Fate::Halved, Fate::Spoiled].into_iter().enumerate() {
        line.fate.send_replace(fate);
        let before = get(&path).await["metadata"]["generation"].as_i64().unwrap();
        let wanted = (number + 2).to_string();
        let ended =
            scene.run("workload.scale", scene.workload_target("deployment", "cart"), &[("replicas", &wanted)]).await;
        assert_ended(&ended, Outcome::Done);
        let now = get(&path).await;
        assert_eq!(now["metadata"]["generation"].as_i64().unwrap(), before + 1, "{fate:?}: it acted once");
        assert_eq!(line.counts(), (number + 1, number + 1), "{fate:?}");
        let story: Vec<EventKind> = scene.journal(&ended).await.into_iter().map(|(e, _)| e).collect();
        assert_eq!(story[story.len() - 3..], [EventKind::Sent, EventKind::Unknown, EventKind::Reconciled], "{fate:?}");
    }
}

#[tokio::test]
async fn a_call_that_never_arrived_is_found_not_to_have_acted() {
    let line = Line::new().await;
    let scene = Scene::by("dropped", line.cluster.clone()).await;
    scene.workload("Deployment", "cart", 1, json!({})).await;
    line.fate.send_replace(Fate::Dropped);
    let ended = scene.run("workload.scale", scene.workload_target("deployment", "cart"), &[("replicas", "2")]).await;
    assert_ended(&ended, Outcome::Failed);
    assert!(
        ended.ending.words[0].contains("did not act: replicas is 1; the object is as it was"),
        "{:?}",
        ended.ending.words
    );
    assert_eq!(line.counts(), (1, 0), "it was tried once");
}

#[tokio::test]
async fn a_call_without_an_answer_is_given_up_and_not_repeated() {
    let line = Line::new().await;
    let scene = Scene::by("stalled", line.cluster.clone()).await;
    let pod = super::pods::bare(&scene, "here", json!({})).await;
    line.fate.send_replace(Fate::Stalled);
    let ended = scene.run("pod.delete", scene.target(TargetKind::Pod, "here"), &[]).await;
    assert_ended(&ended, Outcome::Failed);
    assert_eq!(line.counts(), (1, 0));
    let now = get(&scene.path("v1", "pods/here")).await;
    assert_eq!(now["metadata"]["uid"], pod["metadata"]["uid"]);
    assert!(now["metadata"].get("deletionTimestamp").is_none());
}

#[tokio::test]
async fn a_lost_deletion_and_eviction_are_seen() {
    let line = Line::new().await;
    let scene = Scene::by("lost-pods", line.cluster.clone()).await;
    line.fate.send_replace(Fate::Swallowed);
    for (number, operation) in ["pod.delete", "pod.evict"].into_iter().enumerate() {
        super::pods::bare(&scene, "here", json!({})).await;
        assert_ended(&scene.run(operation, scene.target(TargetKind::Pod, "here"), &[]).await, Outcome::Done);
        assert_eq!(line.counts(), (number + 1, number + 1), "{operation}");
    }
}

#[tokio::test]
async fn a_namespace_that_breaks_off_says_what_stands() {
    let line = Line::new().await;
    let scene = Scene::by("broken-off", line.cluster.clone()).await;
    scene.workload("Deployment", "cart", 1, json!({})).await;
    scene.workload("Deployment", "shop", 1, json!({})).await;
    line.fate.send_replace(Fate::Swallowed);
    let target = scene.target(TargetKind::Namespace, &scene.namespace);
    let ended = scene.run("namespace.scale", target, &[("replicas", "2")]).await;
    assert_ended(&ended, Outcome::Failed);
    let words = &ended.ending.words[0];
    assert_eq!(words, "it broke off after 1 call: cart is set to 2, shop has 1 and not 2");
    assert_eq!(line.counts(), (1, 1));
    assert_eq!(get(&scene.path("apps/v1", "deployments/shop")).await["spec"]["replicas"], 1);
}

#[tokio::test]
async fn no_line_at_all_sends_nothing() {
    let line = Line::new().await;
    let mut scene = Scene::by("no-line", line.cluster.clone()).await;
    scene.workload("Deployment", "cart", 1, json!({})).await;
    let mut nowhere = line.cluster.clone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kubeconfig");
    let text = std::fs::read_to_string(nowhere.kubeconfig.as_ref().unwrap()).unwrap();
    let server = text.split('"').find(|w| w.starts_with("http://")).unwrap().to_owned();
    std::fs::write(&path, text.replace(&server, "http://127.0.0.1:1")).unwrap();
    nowhere.kubeconfig = Some(path);
    scene.ground = super::scene::ground(&nowhere, scene.state());
    let ending = scene.plan("workload.scale", scene.workload_target("deployment", "cart"), &[("replicas", "2")]).await;
    super::scene::assert_refused(&ending, "is the API server running");
    assert_eq!(line.counts(), (0, 0));
}
