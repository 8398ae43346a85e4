//! Workloads and autoscalers: every operation done for real.

use quarterdeck::operate::TargetKind;
use quarterdeck::operate::journal::{EventKind, Outcome};
use serde_json::{Value, json};

use super::scene::{Scene, admin, assert_ended, assert_refused, get, until};

fn replicas(object: &Value) -> i64 {
    object["spec"]["replicas"].as_i64().unwrap()
}

#[tokio::test]
async fn a_deployment_and_a_stateful_set_scale() {
    let scene = Scene::new("scale").await;
    for (kind, resource, plural) in
        [("Deployment", "deployment", "deployments"), ("StatefulSet", "statefulset", "statefulsets")]
    {
        scene.workload(kind, "cart", 2, json!({})).await;
        let path = scene.path("apps/v1", &format!("{plural}/cart"));
        for (wanted, hits) in
            [("3", "1 more pod start"), ("1", "66 % of the capacity goes"), ("0", "nothing will serve")]
        {
            let ended =
                scene.run("workload.scale", scene.workload_target(resource, "cart"), &[("replicas", wanted)]).await;
            assert_ended(&ended, Outcome::Done);
            let plan = ended.ending.plan.clone().unwrap();
            assert!(plan.blast_radius.contains(hits), "{}", plan.blast_radius);
            let now = get(&path).await;
            assert_eq!(
                (replicas(&now).to_string(), &now["status"]["replicas"].as_i64().unwrap_or(0)),
                (wanted.to_owned(), &wanted.parse().unwrap())
            );
            assert_eq!(plan.target.uid.as_deref(), now["metadata"]["uid"].as_str());
            let sent = scene.journal(&ended).await.into_iter().filter(|(e, _)| *e == EventKind::Sent).count();
            assert_eq!(sent, 1);
        }
        let same = scene.plan("workload.scale", scene.workload_target(resource, "cart"), &[("replicas", "0")]).await;
        assert_refused(&same, "replicas is 0, and must be other than 0");
    }
}

#[tokio::test]
async fn what_is_copied_names_everything() {
    let scene = Scene::new("copied").await;
    scene.workload("Deployment", "cart", 1, json!({})).await;
    let plan = scene.plan("workload.scale", scene.workload_target("deployment", "cart"), &[("replicas", "2")]).await;
    let plan = plan.plan.expect("a plan");
    assert!(plan.runs, "{:#?}", plan.guards);
    let kubeconfig = super::scene::variable("KUBECONFIG");
    let namespace = &scene.namespace;
    assert_eq!(
        plan.calls[0].cli,
        format!(
            "kubectl --kubeconfig {kubeconfig} --context admin -n {namespace} scale deployment/cart --current-replicas=1 --replicas=2"
        )
    );
    assert_eq!(plan.calls[0].action, "patch deployments/scale cart");
    let undo = plan.undo.unwrap();
    assert_eq!((&*undo.operation, &*undo.parameters["replicas"]), ("workload.scale", "1"));
}

#[tokio::test]
async fn a_name_that_is_not_there_is_told_what_is() {
    let scene = Scene::new("absent").await;
    scene.workload("Deployment", "cart", 1, json!({})).await;
    let ending = scene.plan("workload.restart", scene.workload_target("deployment", "card"), &[]).await;
    let namespace = &scene.namespace;
    assert_refused(&ending, &format!("there is no deployment card in namespace {namespace}; there are cart"));
}

async fn autoscaler(scene: &Scene, name: &str, min: i64, max: i64) {
    let hpa = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name},
        "spec": {"minReplicas": min, "maxReplicas": max,
                 "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}},
    });
    admin("POST", &scene.path("autoscaling/v2", "horizontalpodautoscalers"), &hpa).await;
}

#[tokio::test]
async fn an_autoscaler_is_said_and_not_fought() {
    let scene = Scene::new("owned").await;
    scene.workload("Deployment", "cart", 2, json!({})).await;
    autoscaler(&scene, "cart", 2, 4).await;
    let target = || scene.workload_target("deployment", "cart");
    let ending = scene.plan("workload.scale", target(), &[("replicas", "6")]).await;
    assert_refused(&ending, "autoscaler is autoscaler cart (2 to 4), and must be bounds that 6 lies within");
    let within = scene.plan("workload.scale", target(), &[("replicas", "3")]).await.plan.unwrap();
    assert!(within.runs && within.blast_radius.contains("may set another number soon"), "{within:#?}");
    let none = scene.plan("workload.scale", target(), &[("replicas", "0")]).await.plan.unwrap();
    assert!(none.runs && none.blast_radius.contains("switched off by 0 replicas"), "{}", none.blast_radius);
}

#[tokio::test]
async fn bounds_are_set_and_taken_back() {
    let scene = Scene::new("bounds").await;
    scene.workload("Deployment", "cart", 2, json!({})).await;
    autoscaler(&scene, "cart", 1, 4).await;
    let hpa = scene.path("autoscaling/v2", "horizontalpodautoscalers/cart");
    until("its first look", &hpa, |h| h["status"]["currentReplicas"].as_i64() == Some(2)).await;
    let target = || scene.target(TargetKind::Autoscaler, "cart");
    for (given, words) in [
        (vec![("min", "5")], "lower one not above the upper one"),
        (vec![("min", "0")], "lower bound is 0"),
        (vec![("max", "4")], "other than now"),
        (vec![], "autoscaler.bounds needs min=NUMBER"),
    ] {
        assert_refused(&scene.plan("autoscaler.bounds", target(), &given).await, words);
    }
    let ended = scene.run("autoscaler.bounds", target(), &[("min", "3"), ("max", "5")]).await;
    assert_ended(&ended, Outcome::Done);
    let plan = ended.ending.plan.unwrap();
    assert!(
        plan.blast_radius.contains("deployment cart has 2 replicas, below the new bounds: 1 more start"),
        "{}",
        plan.blast_radius
    );
    let undo = plan.undo.unwrap().parameters;
    assert_eq!((&*undo["min"], &*undo["max"]), ("1", "4"));
    until("its pods", &scene.path("apps/v1", "deployments/cart"), |d| replicas(d) == 3).await;
}

#[tokio::test]
async fn a_namespace_scales_but_for_what_autoscalers_own() {
    let scene = Scene::new("all").await;
    for (name, replicas) in [("cart", 1), ("catalog", 2), ("checkout", 3)] {
        scene.workload("Deployment", name, replicas, json!({})).await;
    }
    autoscaler(&scene, "catalog", 2, 4).await;
    let target = || scene.target(TargetKind::Namespace, &scene.namespace);
    let ended = scene.run("namespace.scale", target(), &[("replicas", "0")]).await;
    assert_ended(&ended, Outcome::Done);
    let plan = ended.ending.plan.clone().unwrap();
    let fields: Vec<&str> = plan.changes.iter().map(|c| &*c.field).collect();
    assert_eq!(fields, ["replicas of cart", "replicas of checkout"]);
    assert!(
        plan.blast_radius.contains("left to their autoscalers: catalog (autoscaler catalog (2 to 4))"),
        "{}",
        plan.blast_radius
    );
    assert_eq!(plan.calls.len(), 2);
    let undo = plan.undo.unwrap();
    assert_eq!(undo.parameters["replicas"], "cart:1,checkout:3");
    let back: Vec<(&str, &str)> = undo.parameters.iter().map(|(n, v)| (&**n, &**v)).collect();
    assert_ended(&scene.run(&undo.operation, target(), &back).await, Outcome::Done);
    for (name, expected) in [("cart", 1), ("catalog", 2), ("checkout", 3)] {
        assert_eq!(replicas(&get(&scene.path("apps/v1", &format!("deployments/{name}"))).await), expected, "{name}");
    }
    let taken = scene.plan("namespace.scale", target(), &[("replicas", "0"), ("include-autoscaled", "true")]).await;
    assert_eq!(taken.plan.unwrap().calls.len(), 3);
}

#[tokio::test]
async fn a_restart_replaces_every_pod() {
    let scene = Scene::new("restart").await;
    for (kind, resource) in [("Deployment", "deployment"), ("StatefulSet", "statefulset")] {
        let app = resource;
        scene.workload(kind, app, 2, json!({})).await;
        let uids = async || -> Vec<String> {
            scene.pods(app).await.iter().map(|p| p["metadata"]["uid"].as_str().unwrap().to_owned()).collect()
        };
        let before = uids().await;
        assert_ended(&scene.run("workload.restart", scene.workload_target(resource, app), &[]).await, Outcome::Done);
        let after = uids().await;
        assert!(before.iter().all(|uid| !after.contains(uid)), "{resource}: {before:?} {after:?}");
        let path = scene.path("apps/v1", &format!("{resource}s/{app}"));
        let at = get(&path).await["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"]
            .clone();
        assert!(at.as_str().is_some_and(|at| at.ends_with('Z')), "{at}");
    }
}

#[tokio::test]
async fn a_rollout_is_held_and_let_go() {
    let scene = Scene::new("pause").await;
    scene.workload("Deployment", "cart", 2, json!({})).await;
    scene.workload("StatefulSet", "ledger", 1, json!({})).await;
    let target = || scene.workload_target("deployment", "cart");
    let path = scene.path("apps/v1", "deployments/cart");
    assert_ended(&scene.run("workload.pause", target(), &[]).await, Outcome::Done);
    assert_eq!(get(&path).await["spec"]["paused"], json!(true));
    assert_refused(&scene.plan("workload.pause", target(), &[]).await, "paused is true");
    assert_refused(&scene.plan("workload.restart", target(), &[]).await, "let it go on with workload.resume");
    assert_refused(&scene.plan("workload.rollback", target(), &[]).await, "no revision before the current one");
    assert_ended(&scene.run("workload.resume", target(), &[]).await, Outcome::Done);
    assert_eq!(get(&path).await["spec"].get("paused"), None);
    let refused = scene.plan("workload.pause", scene.workload_target("statefulset", "ledger"), &[]).await;
    assert_refused(&refused, "a stateful set's rollout cannot be paused");
}

#[tokio::test]
async fn an_earlier_revision_comes_back() {
    let scene = Scene::new("rollback").await;
    let cause = |text: &str| json!({"metadata": {"annotations": {"kubernetes.io/change-cause": text}}});
    for (kind, resource) in [("Deployment", "deployment"), ("StatefulSet", "statefulset")] {
        scene.workload(kind, resource, 2, cause("one")).await;
        let path = scene.path("apps/v1", &format!("{resource}s/{resource}"));
        let rolled = async |image: &str| {
            until("the rollout", &path, |w| {
                w["spec"]["template"]["spec"]["containers"][0]["image"] == image
                    && w["status"]["observedGeneration"] == w["metadata"]["generation"]
                    && w["status"]["updatedReplicas"] == 2
                    && w["status"]["availableReplicas"] == 2
                    && w["status"]["replicas"] == 2
            })
            .await
        };
        for version in 2..=3 {
            let image = format!("registry.example.com/c:{version}");
            let mut change = cause(&format!("image {version}"));
            change["spec"] = json!({"template": {"spec": {"containers": [{"name": "c", "image": image}]}}});
            admin("PATCH", &path, &change).await;
            rolled(&image).await;
        }
        let target = || scene.workload_target(resource, resource);
        let ended = scene.run("workload.rollback", target(), &[]).await;
        assert_ended(&ended, Outcome::Done);
        let plan = ended.ending.plan.unwrap();
        let image = plan.changes.iter().find(|c| c.field == "image of c").unwrap();
        assert_eq!(image.after.as_deref(), Some("registry.example.com/c:2"));
        let now = rolled("registry.example.com/c:2").await;
        if kind == "Deployment" {
            assert_eq!(now["metadata"]["annotations"]["kubernetes.io/change-cause"], "image 2");
            assert_eq!(plan.calls[0].cli.split(' ').next_back(), Some("--to-revision=2"));
        }
        assert_eq!(plan.undo.as_ref().unwrap().parameters["revision"], "3");
        assert_ended(&scene.run("workload.rollback", target(), &[("revision", "1")]).await, Outcome::Done);
        rolled("registry.example.com/c:1").await;
        assert_refused(
            &scene.plan("workload.rollback", target(), &[("revision", "9")]).await,
            "has no revision 9; there are",
        );
        // Revision 1's template is the current one by now, under a newer number.
        let current = plan_current(&scene, resource).await;
        let same = scene.plan("workload.rollback", target(), &[("revision", &current)]).await;
        assert_refused(&same, "template is the revision's already");
    }
}

/// The number of the revision that a workload is at.
async fn plan_current(scene: &Scene, resource: &str) -> String {
    let workload = get(&scene.path("apps/v1", &format!("{resource}s/{resource}"))).await;
    if resource == "deployment" {
        return workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_str().unwrap().to_owned();
    }
    let name = workload["status"]["updateRevision"].as_str().unwrap();
    get(&scene.path("apps/v1", &format!("controllerrevisions/{name}"))).await["revision"].to_string()
}
