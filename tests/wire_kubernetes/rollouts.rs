//! Rollouts as a real deployment controller runs them: good ones, one that misses its deadline, and ways back.

use std::time::Duration;

use quarterdeck::estate::{Coverage, DeclaredCluster, DeclaredSlo, EndedRollout, Estate, Kind, Sli};
use serde_json::{Value, json};

use super::bed::{NAME, admin, client, cluster, context, source, watch_counting};

fn counting(namespace: &str) -> DeclaredSlo {
    DeclaredSlo {
        name: "deploys".into(),
        service: "delivery".into(),
        objective: 99.0,
        window_s: 30 * 86_400,
        window: "30d".into(),
        min_events: 1,
        sli: Sli::Rollouts { cluster: NAME.into(), namespaces: vec![namespace.to_owned()] },
    }
}

struct Namespace(String);

impl Namespace {
    async fn create() -> Self {
        let name = format!("rollouts-{}", fastrand::u32(..));
        admin(
            "POST",
            "/api/v1/namespaces",
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
        )
        .await;
        Self(name)
    }

    fn deployments(&self) -> String {
        format!("/apis/apps/v1/namespaces/{}/deployments", self.0)
    }

    async fn deploy(&self, name: &str) {
        let labels = json!({"app": name});
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {
                "replicas": 2, "progressDeadlineSeconds": deadline(true), "selector": {"matchLabels": labels},
                "template": template(name, 1, true)
            }
        });
        admin("POST", &self.deployments(), &deployment).await;
    }

    /// Rolls out another template; one that no node fits never gets ready. A template that was there before is gone back to,
    /// as `kubectl rollout undo` does it.
    async fn roll_out(&self, name: &str, version: u32, fits: bool) {
        let spec = json!({"progressDeadlineSeconds": deadline(fits), "template": template(name, version, fits)});
        let body = json!({"spec": spec});
        admin("PATCH", &format!("{}/{name}", self.deployments()), &body).await;
    }

    async fn delete(&self) {
        admin("DELETE", &format!("/api/v1/namespaces/{}", self.0), &Value::Null).await;
    }
}

/// Seconds: no good rollout misses its own for a slow machine, and a bad one is not waited for long.
fn deadline(fits: bool) -> u32 {
    if fits { 30 } else { 5 }
}

fn template(name: &str, version: u32, fits: bool) -> Value {
    let containers = json!([{"name": "c", "image": format!("registry.example/{name}:{version}")}]);
    // In a merge patch a null takes the selector away.
    let selector = if fits { Value::Null } else { json!({"nowhere": "true"}) };
    let spec = json!({"nodeSelector": selector, "containers": containers});
    json!({"metadata": {"labels": {"app": name}}, "spec": spec})
}

/// Revisions that ended, and whether each was good.
fn ended(estate: &Estate, namespace: &str, name: &str) -> Vec<(u64, bool)> {
    let rollouts = cluster(estate).rollouts.as_ref().unwrap();
    let of = |r: &&EndedRollout| &*r.name.namespace == namespace && &*r.name.name == name;
    rollouts.ended().filter(of).map(|r| (r.revision, r.good)).collect()
}

#[tokio::test]
async fn rollouts_are_counted_as_they_end() {
    let namespace = Namespace::create().await;
    let observer = || context("observer");
    let mut watching = watch_counting(observer(), None, vec![counting(&namespace.0)]);
    watching.until("the first picture", |e| *cluster(e).coverage(Kind::ReplicaSets) == Coverage::Complete).await;
    let ns = namespace.0.clone();
    let is = |name: &'static str, wanted: &'static [(u64, bool)]| {
        let ns = ns.clone();
        move |estate: &Estate| ended(estate, &ns, name) == wanted
    };

    namespace.deploy("web").await;
    watching.until("a first rollout", is("web", &[(1, true)])).await;
    namespace.roll_out("web", 2, true).await;
    watching.until("a good one", is("web", &[(1, true), (2, true)])).await;
    namespace.roll_out("web", 3, false).await;
    watching.until("a missed deadline", is("web", &[(1, true), (2, true), (3, false)])).await;
    namespace.roll_out("web", 2, true).await;
    let back: &[_] = &[(1, true), (2, true), (3, false), (4, true)];
    watching.until("the way back", is("web", back)).await;

    namespace.deploy("api").await;
    watching.until("a first rollout", is("api", &[(1, true)])).await;
    namespace.roll_out("api", 2, true).await;
    watching.until("a good one", is("api", &[(1, true), (2, true)])).await;
    // Scaling is no rollout.
    admin("PATCH", &format!("{}/api", namespace.deployments()), &json!({"spec": {"replicas": 3}})).await;
    namespace.roll_out("api", 1, true).await;
    let back: &[_] = &[(1, true), (2, false), (3, true)];
    watching.until("that it was gone back from", is("api", back)).await;

    // A new source, as after a restart, tells all of it again.
    watching.again(observer(), vec!["deploys".to_owned()]);
    watching.through(Duration::from_secs(5), |_| ()).await;
    let estate = watching.until("the same", is("api", back)).await;
    assert_eq!(ended(&estate, &ns, "web"), [(1, true), (2, true), (3, false), (4, true)]);
    assert_eq!(source(&estate).error, None);

    // They are in the SLO's window once their minute is over.
    watching.through(Duration::from_secs(75), |_| ()).await;
    let estate = watching.until("counts", |e| e.slo("deploys").is_some_and(|s| s.counts.is_some())).await;
    let counts = &estate.slo("deploys").unwrap().counts.as_ref().unwrap().value;
    assert_eq!((counts.whole.bad, counts.whole.total), (Some(2.0), Some(7.0)));
    assert!(counts.whole.partial, "the weeks before are not known");
    namespace.delete().await;
}

#[tokio::test]
async fn who_comes_late_counts_what_the_cluster_still_tells() {
    let namespace = Namespace::create().await;
    namespace.deploy("web").await;
    let mut watching = watch_counting(context("observer"), None, vec![counting(&namespace.0)]);
    let is = |wanted: &'static [(u64, bool)]| {
        let ns = namespace.0.clone();
        move |estate: &Estate| ended(estate, &ns, "web") == wanted
    };
    watching.until("a first rollout", is(&[(1, true)])).await;
    namespace.roll_out("web", 2, true).await;
    watching.until("a good one", is(&[(1, true), (2, true)])).await;
    namespace.roll_out("web", 1, true).await;
    watching.until("the way back", is(&[(1, true), (2, false), (3, true)])).await;
    drop(watching);
    let mut late = watch_counting(context("observer"), None, vec![counting(&namespace.0)]);
    late.until("the newest, and what it left", is(&[(2, false), (3, true)])).await;
    namespace.delete().await;
}

#[tokio::test]
async fn without_the_right_to_replica_sets_that_is_said() {
    let declared = DeclaredCluster { namespaces: vec!["shop".into()], ..context("denied") };
    let mut watching = watch_counting(declared, None, vec![counting("shop")]);
    let estate = watching.until("an answer", |e| source(e).as_of.is_some()).await;
    assert!(matches!(cluster(&estate).coverage(Kind::ReplicaSets), Coverage::Forbidden(_)));
    assert!(source(&estate).error.as_deref().unwrap().contains("replicasets"), "{:?}", source(&estate).error);
    assert!(estate.slo("deploys").unwrap().counts.is_none());
}

/// The revisions are those that the controller itself wrote.
#[tokio::test]
async fn replica_sets_come_as_metadata_alone() {
    let request = http::Request::get("/apis/apps/v1/namespaces/shop/replicasets?limit=1")
        .header("accept", "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
        .body(Vec::new())
        .unwrap();
    let whole = http::Request::get("/apis/apps/v1/namespaces/shop/replicasets?limit=1")
        .header("accept", "application/vnd.kubernetes.protobuf")
        .body(Vec::new())
        .unwrap();
    let size = async |request: http::Request<Vec<u8>>| {
        let (parts, body) = request.into_parts();
        let answer = client("observer").await.send(http::Request::from_parts(parts, body.into())).await.unwrap();
        http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes().len()
    };
    assert!(size(request).await < size(whole).await);
}
