//! A cluster's API server: nodes, workloads and pods by watch.
//!
//! ```text
//! entrance ─▶ session ─▶ kind (five) ─▶ follow (one place) ─▶ request ─▶ wire ─▶ shown
//!    ▲           │            picture ◀──── news ────┘
//!  access        └─▶ observations
//! ```
//!
//! - `entrance`: how we get in: a kubeconfig context, or the endpoint that EKS names (`endpoint` compares the two).
//! - `session`: one cluster, entered; tells what the kinds tell, renews credentials, keeps the line honest.
//! - `kind` and `picture`: one kind over the places where rights allow it to be seen.
//! - `follow` and `listing`: one kind in one place: streaming list, or pages; then a watch that survives.
//! - `usage`: what nodes use, where the cluster has a metrics API.
//! - `request` and `words`: one request, and what went wrong in words.
//! - `hands`: what operations look with, ask with and act with; it enters by the same `entrance`.
//! - `wire` and `shown`: the API's protobuf, and what is kept of it.

mod endpoint;
mod entrance;
mod follow;
pub mod hands;
mod kind;
mod line;
mod listing;
mod picture;
mod probe;
mod proxy;
mod request;
mod scope;
mod session;
mod shown;
mod summary;
mod usage;
mod wire;
mod words;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::access::Access;
use super::schedule::Schedule;
use super::{Outbox, Source};
use crate::estate::{DeclaredCluster, EntryRef, Report, SourceKey, SourceName};
use entrance::{Door, Entrance};
pub use probe::probe;
use session::{Ended, Session, changed};

/// How often a way in that was refused or could not be found is looked for again.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The longest pause between tries to enter.
const LONGEST_PAUSE: Duration = Duration::from_secs(25);

/// One declared cluster's API server, as a source.
pub struct KubernetesCluster {
    declared: Arc<DeclaredCluster>,
    access: Option<watch::Receiver<Access>>,
    /// SLOs that count its rollouts, by their names in the estate file.
    slos: Vec<String>,
}

/// What is to be done about a cluster that is not entered.
enum Approach {
    /// Nothing is known yet.
    Wait,
    /// It cannot be entered: what is to be said.
    Say(Report),
    /// It can be.
    Enter(Box<Entrance>),
}

impl KubernetesCluster {
    /// A source for a declared cluster; `access` tells what the account's side knows of it, where it has an account.
    pub fn new(declared: DeclaredCluster, access: Option<watch::Receiver<Access>>) -> Self {
        Self { declared: Arc::new(declared), access, slos: Vec::new() }
    }

    /// The same source, which also sees what SLOs (by their names in the estate file) need that count its rollouts.
    #[must_use]
    pub fn counting_rollouts(mut self, slos: Vec<String>) -> Self {
        self.slos = slos;
        self
    }

    async fn approach(&self) -> Approach {
        let access = self.access.as_ref().map(|access| access.borrow().clone());
        approach(&self.declared, access.as_ref()).await
    }

    fn paused(&self) -> Option<String> {
        match self.access.as_ref().map(|access| access.borrow().clone()) {
            Some(Access::Paused(why)) => Some(why),
            _ => None,
        }
    }
}

/// The way into a cluster, if what is known of it allows one.
async fn approach(declared: &DeclaredCluster, access: Option<&Access>) -> Approach {
    let failed = |reason: String| Approach::Say(Report::Failed { reason, next_try_at: None });
    let named = match (declared.account.is_some(), access) {
        (false, _) => None,
        (true, None) => {
            let account = declared.account.as_deref().unwrap_or_default();
            return failed(format!(
                "nothing says whether account {account} is the configured one; build with AWS support"
            ));
        }
        (true, Some(Access::Waiting)) => return Approach::Wait,
        (true, Some(Access::Paused(why))) => {
            return Approach::Say(Report::Paused { reason: why.clone(), next_try_at: None });
        }
        (true, Some(Access::Refused(why))) => return Approach::Say(Report::Refused { reason: why.clone() }),
        (true, Some(Access::Unknown(why))) => return failed(why.clone()),
        (true, Some(Access::Endpoint(named))) => Some(named),
    };
    let found = match (&declared.context, named) {
        (Some(context), _) => Entrance::by_context(declared, context).await,
        (None, Some(named)) => Entrance::by_endpoint(named),
        (None, None) => Err("the estate file names neither a context nor an account for this cluster".to_owned()),
    };
    let entrance = match found {
        Ok(entrance) => entrance,
        Err(words) => return failed(words),
    };
    if let Some(named) = named
        && !endpoint::same(&named.url, &entrance.server)
    {
        let reason = format!(
            "{} leads to {}, but EKS names {} for cluster {}; choose the right context in the estate file",
            entrance.called,
            entrance.server,
            named.url,
            declared.eks.as_deref().unwrap_or(&declared.name),
        );
        return Approach::Say(Report::Refused { reason });
    }
    Approach::Enter(Box::new(entrance))
}

impl Source for KubernetesCluster {
    fn key(&self) -> SourceKey {
        SourceKey {
            name: SourceName::Kubernetes,
            account: self.declared.account.clone(),
            region: self.declared.region.clone(),
            subject: Some(self.declared.name.clone()),
        }
    }

    fn feeds(&self) -> Vec<EntryRef> {
        let slos = self.slos.iter().cloned().map(EntryRef::Slo);
        std::iter::once(EntryRef::Cluster(self.declared.name.clone())).chain(slos).collect()
    }

    async fn run(mut self, mut out: Outbox) {
        let mut door = Door::default();
        let mut schedule = Schedule::new(LOOK_AGAIN, LONGEST_PAUSE, summary::seed(&self.declared.name));
        let mut told = None;
        loop {
            if let Some(access) = &mut self.access {
                access.mark_unchanged();
            }
            let entrance = match self.approach().await {
                Approach::Wait => {
                    changed(&mut self.access).await;
                    continue;
                }
                Approach::Say(report) => {
                    if told.as_ref() != Some(&report) {
                        told = Some(report.clone());
                        if !out.say(report).await {
                            return;
                        }
                    }
                    pause(&mut self.access, LOOK_AGAIN).await;
                    continue;
                }
                Approach::Enter(entrance) => *entrance,
            };
            match door.enter(&entrance).await {
                Ok(entered) => {
                    told = None;
                    let access = self.access.clone();
                    let session = Session::new(
                        (self.declared.clone(), !self.slos.is_empty()),
                        &mut out,
                        access,
                        entrance,
                        entered,
                        door,
                    );
                    let (ended, left) = session.run().await;
                    if ended == Ended::Nobody {
                        return;
                    }
                    door = left.unwrap_or_default();
                }
                Err(reason) => {
                    let wait = schedule.after_failure(None);
                    let next_try_at = out.now().checked_add(wait).ok();
                    let report = match self.paused() {
                        Some(reason) => Report::Paused { reason, next_try_at },
                        None => Report::Failed { reason, next_try_at },
                    };
                    told = None;
                    if !out.say(report).await {
                        return;
                    }
                    pause(&mut self.access, wait).await;
                }
            }
        }
    }
}

/// Waits, but not past news from the account's side.
async fn pause(access: &mut Option<watch::Receiver<Access>>, wait: Duration) {
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        () = changed(access) => {}
    }
}
