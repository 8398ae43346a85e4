//! The bed, as these tests use it: clusters to declare, a source to run, and an estate to look at.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use quarterdeck::estate::{ClusterState, DeclaredAccount, DeclaredCluster, DeclaredEstate, Estate, Observation};
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

/// The one cluster of an estate.
pub(crate) fn cluster(estate: &Estate) -> &ClusterState {
    estate.cluster(NAME).expect("the estate has the cluster")
}

/// A source that runs, and the estate that it tells.
pub(crate) struct Watching {
    receiver: mpsc::Receiver<Observation>,
    estate: Estate,
    run: JoinHandle<()>,
    _may_spend: watch::Sender<bool>,
    /// Observations so far.
    pub(crate) observations: usize,
}

/// Runs the source of a declared cluster.
pub(crate) fn watch(declared: DeclaredCluster, access: Option<watch::Receiver<Access>>) -> Watching {
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
    let mut estate =
        Estate::new(DeclaredEstate { accounts, clusters: vec![declared.clone()], ..DeclaredEstate::default() });
    let source = KubernetesCluster::new(declared, access);
    estate.register(source.key(), source.feeds());
    let run = tokio::spawn(source.run(Outbox::new(estate.sources()[0].key.clone(), Clock::System, sender, spends)));
    Watching { receiver, estate, run, _may_spend: may_spend, observations: 0 }
}

impl Watching {
    /// The estate once it is as wanted; panics with how it is when that takes longer than 20 s.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Estate) -> bool) -> Estate {
        let limit = tokio::time::Instant::now() + Duration::from_secs(20);
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
