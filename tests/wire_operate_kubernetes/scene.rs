//! A scene for one test: a namespace of its own on the bed's cluster, what stands in it, and operations that are run as
//! the console runs them.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use quarterdeck::estate::{DeclaredCluster, DeclaredEstate};
use quarterdeck::operate::evidence::WindowView;
use quarterdeck::operate::journal::{EventKind, Journal, Outcome};
use quarterdeck::operate::machine::{Aim, Brief, Ending};
use quarterdeck::operate::run::{Command, Ended, Ground, Told, start};
use quarterdeck::operate::{Intent, Pinned, Plan, Restraints, TargetKind, WriteWindow, catalogue, pin};
use quarterdeck::source::Clock;
use quarterdeck::source::kubernetes::hands::KubernetesHands;
use quarterdeck::store::{JournalFile, LeaseFiles};
use serde_json::{Value, json};

/// A variable of the bed's environment.
pub(crate) fn variable(name: &str) -> String {
    env::var("QUARTERDECK_BED")
        .and_then(|_| env::var(name))
        .unwrap_or_else(|_| panic!("{name} is unset: run tests/run, or source the environment of tests/bed/up"))
}

/// A client of one of the bed's contexts.
pub(crate) async fn client(context: &str) -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    let kubeconfig = Kubeconfig::read_from(variable("KUBECONFIG")).expect("the bed's kubeconfig");
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.expect("its context");
    Client::try_from(config).expect("a client")
}

/// Sends a request as the bed's admin; what it said, or its error.
pub(crate) async fn ask(method: &str, path: &str, body: &Value) -> Result<Value, String> {
    let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let request = http::Request::builder().method(method).uri(path).header("content-type", kind);
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let text = client("admin").await.request_text(request.body(body).expect("a request")).await;
    text.map(|t| serde_json::from_str(&t).expect("JSON")).map_err(|e| e.to_string())
}

/// The same; panics unless it succeeds.
pub(crate) async fn admin(method: &str, path: &str, body: &Value) -> Value {
    ask(method, path, body).await.unwrap_or_else(|e| panic!("{method} {path}: {e}"))
}

pub(crate) async fn get(path: &str) -> Value {
    admin("GET", path, &Value::Null).await
}

/// Waits until something is so on the server.
pub(crate) async fn until(what: &str, path: &str, so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..300 {
        last = ask("GET", path, &Value::Null).await.unwrap_or_default();
        if so(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain for {what}: {last:#}");
}

/// What a test stands on.
pub(crate) struct Scene {
    pub(crate) namespace: String,
    pub(crate) ground: Ground,
    pub(crate) cluster: DeclaredCluster,
    state: tempfile::TempDir,
}

/// The bed's cluster by one of its contexts.
pub(crate) fn by_context(context: &str, kubeconfig: PathBuf) -> DeclaredCluster {
    DeclaredCluster {
        name: "bed".to_owned(),
        account: None,
        region: None,
        eks: None,
        context: Some(context.to_owned()),
        kubeconfig: Some(kubeconfig),
        namespaces: Vec::new(),
    }
}

impl Scene {
    /// A scene as the bed's admin.
    pub(crate) async fn new(name: &str) -> Self {
        Self::by(name, by_context("admin", PathBuf::from(variable("KUBECONFIG")))).await
    }

    /// A scene by another way in.
    pub(crate) async fn by(name: &str, cluster: DeclaredCluster) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let namespace = format!("{name}-{:x}", fastrand::u32(..));
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        admin("POST", "/api/v1/namespaces", &object).await;
        let state = tempfile::tempdir().expect("a folder");
        let ground = ground(&cluster, state.path());
        Self { namespace, ground, cluster, state }
    }

    /// The state directory.
    pub(crate) fn state(&self) -> &std::path::Path {
        self.state.path()
    }

    /// The path of something in the namespace: `apps/v1`, `deployments/cart`.
    pub(crate) fn path(&self, group: &str, rest: &str) -> String {
        let root = if group.contains('/') { "apis" } else { "api" };
        format!("/{root}/{group}/namespaces/{}/{rest}", self.namespace)
    }

    /// Creates a deployment or a stateful set, and waits until its pods serve.
    pub(crate) async fn workload(&self, kind: &str, name: &str, replicas: i64, more: Value) -> Value {
        let plural = if kind == "Deployment" { "deployments" } else { "statefulsets" };
        let mut object = json!({
            "apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "labels": {"app": name}},
            "spec": {
                "replicas": replicas, "selector": {"matchLabels": {"app": name}},
                "template": {"metadata": {"labels": {"app": name}}, "spec": {
                    "terminationGracePeriodSeconds": 1, "containers": [{"name": "c", "image": "registry.example.com/c:1"}],
                }},
            },
        });
        if kind == "StatefulSet" {
            object["spec"]["serviceName"] = json!(name);
        }
        merge(&mut object, more);
        admin("POST", &self.path("apps/v1", plural), &object).await;
        let path = self.path("apps/v1", &format!("{plural}/{name}"));
        until("its pods", &path, |w| {
            w.pointer("/status/availableReplicas").and_then(Value::as_i64).unwrap_or(0) == replicas
                && w.pointer("/status/observedGeneration") == w.pointer("/metadata/generation")
        })
        .await
    }

    /// A disruption budget on the pods of an app; waits until its controller has counted.
    pub(crate) async fn budget(&self, name: &str, app: &str, min_available: i64) {
        let object = json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name},
            "spec": {"minAvailable": min_available, "selector": {"matchLabels": {"app": app}}},
        });
        admin("POST", &self.path("policy/v1", "poddisruptionbudgets"), &object).await;
        let path = self.path("policy/v1", &format!("poddisruptionbudgets/{name}"));
        until("the budget's count", &path, |b| {
            b.pointer("/status/observedGeneration").is_some()
                && b.pointer("/status/expectedPods").and_then(Value::as_i64).unwrap_or(0) > 0
        })
        .await;
    }

    /// The pods of an app.
    pub(crate) async fn pods(&self, app: &str) -> Vec<Value> {
        let list = get(&self.path("v1", &format!("pods?labelSelector=app%3D{app}"))).await;
        list["items"].as_array().cloned().unwrap_or_default()
    }

    pub(crate) fn workload_target(&self, resource: &str, name: &str) -> Pinned {
        pin::workload(None, &self.cluster, resource, &self.namespace, name, None)
    }

    pub(crate) fn target(&self, kind: TargetKind, name: &str) -> Pinned {
        match kind {
            TargetKind::Node => pin::of_cluster(None, &self.cluster, kind, name, None),
            TargetKind::Namespace => pin::namespace(None, &self.cluster, name),
            _ => pin::namespaced(None, &self.cluster, kind, &self.namespace, name, None),
        }
    }

    /// Only the plan.
    pub(crate) async fn plan(&self, operation: &str, target: Pinned, parameters: &[(&str, &str)]) -> Ending {
        let running = start(self.ground.clone(), brief(operation, target, parameters, Aim::Plan), None);
        running.ended.await.expect("an end").ending
    }

    /// The whole path, confirmed as soon as it is asked for.
    pub(crate) async fn run(&self, operation: &str, target: Pinned, parameters: &[(&str, &str)]) -> Ended {
        self.run_after(operation, target, parameters, async |_| {}).await
    }

    /// The whole path; `between` happens after the plan was made and before it is confirmed.
    pub(crate) async fn run_after(
        &self,
        operation: &str,
        target: Pinned,
        parameters: &[(&str, &str)],
        between: impl AsyncFnOnce(&Plan),
    ) -> Ended {
        let reason = Some("a test".to_owned());
        let mut running = start(self.ground.clone(), brief(operation, target, parameters, Aim::Run), reason);
        let mut between = Some(between);
        while let Some(told) = running.told.recv().await {
            if let Told::Asked(plan) = told
                && let Some(between) = between.take()
            {
                between(&plan).await;
                let now = Clock::System.now();
                let window = WriteWindow::open("a test", Duration::from_mins(15), now).expect("a window");
                let confirm = Command::Confirm { words: plan.confirm.clone(), pass: window.pass(now) };
                running.commands.send(confirm).expect("it listens");
            }
        }
        running.ended.await.expect("an end")
    }

    /// What the journal holds of an operation: each event with its detail.
    pub(crate) async fn journal(&self, ended: &Ended) -> Vec<(EventKind, Value)> {
        let id = ended.operation.clone().expect("it was journaled");
        let entries = self.ground.journal.entries().await.expect("the journal");
        entries.into_iter().filter(|e| e.note.operation == id).map(|e| (e.note.event, e.note.detail)).collect()
    }
}

/// What a test made goes with it.
impl Drop for Scene {
    fn drop(&mut self) {
        let path = format!("/api/v1/namespaces/{}", self.namespace);
        let swept = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.is_ok_and(|r| r.block_on(ask("DELETE", &path, &Value::Null)).is_ok())
        });
        // A test that fails has said why already.
        let _ = swept.join();
    }
}

/// Hands, journal and leases for one cluster.
pub(crate) fn ground(cluster: &DeclaredCluster, state: &std::path::Path) -> Ground {
    let estate = DeclaredEstate { clusters: vec![cluster.clone()], ..DeclaredEstate::default() };
    Ground {
        hands: Arc::new(KubernetesHands::new(&estate, None)),
        journal: Journal::new(Arc::new(JournalFile::within(state))),
        leases: Arc::new(LeaseFiles::within(state)),
        clock: Arc::new(Clock::System),
        person: "tester".to_owned(),
    }
}

fn brief(operation: &str, target: Pinned, parameters: &[(&str, &str)], aim: Aim) -> Brief {
    let operation = catalogue::find(operation).expect("the operation");
    // Not looked at as the command line does: what is given wrongly is for the plan to refuse.
    let preset = operation.parameters.iter().filter_map(|p| Some((p.name, p.default?)));
    let all = preset.chain(parameters.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let intent = Intent { operation, target, parameters: all.collect() };
    Restraints::default().brief(intent, Vec::new(), aim, WindowView::MayOpen).expect("its work")
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from,
    }
}

/// That it ended so; all its words where it did not.
pub(crate) fn assert_ended(ended: &Ended, outcome: Outcome) {
    assert_eq!(ended.ending.outcome, Some(outcome), "{:?}", ended.ending.words);
}

/// That it was refused for a reason that has these words.
pub(crate) fn assert_refused(ending: &Ending, words: &str) {
    assert_eq!(ending.outcome, Some(Outcome::Refused), "{:?}", ending.words);
    assert!(ending.words.iter().any(|w| w.contains(words)), "{words:?} is not in {:#?}", ending.words);
}
