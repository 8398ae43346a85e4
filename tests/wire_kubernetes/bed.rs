//! The bed, as these tests use it: clusters to declare, a source to run, and an estate to look at.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use quarterdeck::estate::{
    ClusterState, DeclaredAccount, DeclaredCluster, DeclaredEstate, DeclaredSlo, Estate, Fact, Identity, IdentityState,
    Name, Observation, Report, SourceKey, SourceName, SourceRecord,
};
use quarterdeck::source::access::Access;
use quarterdeck::source::kubernetes::KubernetesCluster;
use quarterdeck::source::{Clock, Outbox, Source};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// The cluster's name in these tests.
pub(crate) const NAME: &str = "bed";

/// A variable of the bed's environment.
pub(crate) fn variable(name: &str) -> String {
    env::var("QUARTERDECK_BED")
        .and_then(|_| env::var(name))
        .unwrap_or_else(|_| panic!("{name} is unset: run tests/run, or source the environment of tests/bed/up"))
}

/// The bed's cluster by one of its contexts, without an account.
pub(crate) fn context(name: &str) -> DeclaredCluster {
    DeclaredCluster {
        name: NAME.to_owned(),
        account: None,
        region: None,
        eks: None,
        context: Some(name.to_owned()),
        kubeconfig: Some(PathBuf::from(variable("KUBECONFIG"))),
        namespaces: Vec::new(),
    }
}

/// A client of one of the bed's contexts.
pub(crate) async fn client(context: &str) -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    let kubeconfig = Kubeconfig::read_from(variable("KUBECONFIG")).expect("the bed's kubeconfig");
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.expect("its context");
    Client::try_from(config).expect("a client")
}

/// Sends a request as the bed's admin; panics unless it succeeds.
pub(crate) async fn admin(method: &str, path: &str, body: &serde_json::Value) {
    let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let request = http::Request::builder().method(method).uri(path).header("content-type", kind);
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = request.body(body).expect("a request");
    client("admin").await.request_text(request).await.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
}

/// Writes a kubeconfig with one context, `line`.
pub(crate) fn write_kubeconfig(path: &Path, cluster: &serde_json::Value, user: &serde_json::Value, namespace: &str) {
    let kubeconfig = serde_json::json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": [{"name": "line", "cluster": cluster}],
        "users": [{"name": "line", "user": user}],
        "contexts": [{"name": "line", "context": {"cluster": "line", "user": "line", "namespace": namespace}}],
    });
    std::fs::write(path, kubeconfig.to_string()).expect("a kubeconfig");
}

/// A bare pod, created when made and deleted at the end of a test that gets there.
pub(crate) struct BarePod {
    path: String,
    pub(crate) name: Name,
}

impl BarePod {
    /// Creates one in namespace `payments`; no node fits it, so that nothing but the test touches it.
    pub(crate) async fn create(name: &str) -> Self {
        let name = format!("{name}-{}", fastrand::u32(..));
        let pods = "/api/v1/namespaces/payments/pods";
        let spec =
            serde_json::json!({"nodeSelector": {"nowhere": "true"}, "containers": [{"name": "c", "image": "c"}]});
        let pod = serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec});
        admin("POST", pods, &pod).await;
        Self { path: format!("{pods}/{name}"), name: Name::new("payments", name) }
    }

    /// Deletes it.
    pub(crate) async fn delete(&self) {
        admin("DELETE", &format!("{}?gracePeriodSeconds=0", self.path), &serde_json::Value::Null).await;
    }

    /// Whether an estate has it.
    pub(crate) fn seen(&self, estate: &Estate) -> bool {
        cluster(estate).pods().contains_key(&self.name)
    }
}

/// The one source's record.
pub(crate) fn source(estate: &Estate) -> &SourceRecord {
    &estate.sources()[0]
}

/// The one cluster of an estate.
pub(crate) fn cluster(estate: &Estate) -> &ClusterState {
    estate.cluster(NAME).expect("the estate has the cluster")
}

/// A source that runs, and the estate that it tells.
pub(crate) struct Watching {
    receiver: mpsc::Receiver<Observation>,
    estate: Estate,
    run: JoinHandle<()>,
    may_spend: watch::Sender<bool>,
    /// Observations so far.
    pub(crate) observations: usize,
}

/// Runs the source of a declared cluster.
pub(crate) fn watch(declared: DeclaredCluster, access: Option<watch::Receiver<Access>>) -> Watching {
    watch_counting(declared, access, Vec::new())
}

/// Runs the source of a declared cluster whose rollouts SLOs count.
pub(crate) fn watch_counting(
    declared: DeclaredCluster,
    access: Option<watch::Receiver<Access>>,
    slos: Vec<DeclaredSlo>,
) -> Watching {
    rustls::crypto::ring::default_provider().install_default().ok();
    let (sender, receiver) = mpsc::channel(64);
    let (may_spend, spends) = watch::channel(true);
    let accounts = declared
        .account
        .iter()
        .map(|name| DeclaredAccount {
            name: name.clone(),
            id: "111122223333".into(),
            environment: "production".into(),
            regions: vec!["us-east-1".into()],
            profile: None,
            role_arn: None,
            operate_role_arn: None,
            guarded: true,
        })
        .collect();
    let whole = DeclaredEstate { accounts, clusters: vec![declared.clone()], slos, ..DeclaredEstate::default() };
    let counting = whole.counting_rollouts_of(&declared.name);
    let mut estate = Estate::new(whole);
    let source = KubernetesCluster::new(declared, access).counting_rollouts(counting);
    estate.register(source.key(), source.feeds());
    if let Some(account) = &source.key().account {
        estate.apply(proven(account));
    }
    let run = tokio::spawn(source.run(Outbox::new(estate.sources()[0].key.clone(), Clock::System, sender, spends)));
    Watching { receiver, estate, run, may_spend, observations: 0 }
}

/// What STS says of an account that is the configured one.
fn proven(account: &str) -> Observation {
    let at = Clock::System.now();
    let account_id = Some("111122223333".to_owned());
    let identity =
        Identity { state: IdentityState::Verified, account_id, arn: None, expires_at: None, error: None, login: None };
    let facts = vec![Fact::Identity(account.to_owned(), identity)];
    let report = Report::Facts { as_of: at, facts, note: None };
    Observation { source: SourceKey::new(SourceName::Sts).of(account), at, calls: 0, cost_usd: 0.0, report }
}

impl Watching {
    /// A new source in the place of the one that runs, as after a restart; the estate keeps what it knows.
    pub(crate) fn again(&mut self, declared: DeclaredCluster, counting: Vec<String>) {
        self.run.abort();
        let (sender, receiver) = mpsc::channel(64);
        let (may_spend, spends) = watch::channel(true);
        let source = KubernetesCluster::new(declared, None).counting_rollouts(counting);
        (self.receiver, self.may_spend) = (receiver, may_spend);
        let key = self.estate.sources()[0].key.clone();
        self.run = tokio::spawn(source.run(Outbox::new(key, Clock::System, sender, spends)));
    }

    /// Takes in what comes for a while; the estate after each observation goes by `seen`.
    pub(crate) async fn through(&mut self, time: Duration, mut seen: impl FnMut(&Estate)) {
        let limit = tokio::time::Instant::now() + time;
        while let Ok(Some(observation)) = tokio::time::timeout_at(limit, self.receiver.recv()).await {
            self.observations += 1;
            self.estate.apply(observation);
            seen(&self.estate);
        }
    }

    /// The estate once it is as wanted; panics with how it is when that takes longer than 20 s.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Estate) -> bool) -> Estate {
        self.until_within(Duration::from_secs(20), what, wanted).await
    }

    /// The same, for what takes its time by itself.
    pub(crate) async fn until_within(
        &mut self,
        time: Duration,
        what: &str,
        wanted: impl Fn(&Estate) -> bool,
    ) -> Estate {
        let limit = tokio::time::Instant::now() + time;
        while !wanted(&self.estate) {
            let Ok(told) = tokio::time::timeout_at(limit, self.receiver.recv()).await else {
                panic!("waited in vain for {what}: {:#?}", self.estate.sources());
            };
            let Some(observation) = told else { panic!("waiting for {what}: the source has ended") };
            self.observations += 1;
            self.estate.apply(observation);
        }
        self.estate.clone()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.run.abort();
    }
}
