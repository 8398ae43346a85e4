//! The way into a target's cluster, for operations: proven by the same rules as the watch's, but never by its channel.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::entrance::{Door, Entered, Entrance};
use super::super::{Approach, approach};
use crate::estate::{DeclaredCluster, Report};
use crate::operate::{Pinned, WritePass};
use crate::source::access::{Access, EksEntry, EksGate};

/// How long a way in is used again for looking: a token of ours is good for a quarter of an hour, and what EKS and the
/// kubeconfig say does not change each second.
const KEPT: Duration = Duration::from_mins(2);

/// How old a token of ours may be when something is sent with it; it is good for a quarter of an hour.
const TOKEN_AGE: Duration = Duration::from_mins(5);

/// A cluster, entered.
#[derive(Clone)]
pub(super) struct Entry {
    /// Speaks to it.
    pub(super) entered: Entered,
    /// When that was.
    pub(super) since: Instant,
    /// What it was entered by.
    entrance: Entrance,
    /// What the operator knows the way in by.
    pub(super) called: String,
    /// The API server's URL.
    pub(super) server: String,
    /// Where it has an account: the ARN that STS named, and the account's twelve digits.
    pub(super) account: Option<(String, String)>,
    /// Whether the server knows us by that ARN, rather than by a kubeconfig.
    pub(super) by_token: bool,
}

impl Entry {
    /// Enters anew, by the same identity, once a token of ours grows old.
    pub(super) async fn renew(&mut self) -> Result<(), String> {
        if self.by_token && self.since.elapsed() >= TOKEN_AGE {
            self.entered = Door::default().enter(&self.entrance).await?;
            self.since = Instant::now();
        }
        Ok(())
    }
}

/// The clusters of an estate file, and the ways into them that were found lately.
pub(super) struct Entries {
    clusters: BTreeMap<String, DeclaredCluster>,
    eks: Option<Arc<dyn EksGate>>,
    /// Never held while anything is waited for.
    kept: Mutex<BTreeMap<String, Entry>>,
}

impl Entries {
    pub(super) fn new(clusters: impl Iterator<Item = DeclaredCluster>, eks: Option<Arc<dyn EksGate>>) -> Self {
        Self { clusters: clusters.map(|c| (c.name.clone(), c)).collect(), eks, kept: Mutex::default() }
    }

    /// The way in that was found lately, or a new one.
    pub(super) async fn enter(&self, target: &Pinned) -> Result<Entry, String> {
        let cluster = self.cluster(target)?;
        let kept = self.kept().get(&cluster.name).filter(|e| e.since.elapsed() < KEPT).cloned();
        match kept {
            Some(entry) => Ok(entry),
            None => self.afresh(target).await,
        }
    }

    /// A new way in: the account proven again, its endpoint asked for again, the kubeconfig read again.
    pub(super) async fn afresh(&self, target: &Pinned) -> Result<Entry, String> {
        self.forget(target);
        let cluster = self.cluster(target)?;
        let eks = match &cluster.account {
            Some(account) => Some(self.gate(account)?.observe(cluster).await?),
            None => None,
        };
        let entry = open(cluster, target, eks).await?;
        self.kept().insert(cluster.name.clone(), entry.clone());
        Ok(entry)
    }

    /// A way in for one operation, kept by nobody else.
    pub(super) async fn to_act(&self, pass: &WritePass, target: &Pinned, operation: &str) -> Result<Entry, String> {
        let cluster = self.cluster(target)?;
        let eks = match &cluster.account {
            Some(account) if self.acts_as_another(target) => {
                Some(self.gate(account)?.operate(pass, cluster, operation).await?)
            }
            Some(account) => Some(self.gate(account)?.observe(cluster).await?),
            None => None,
        };
        open(cluster, target, eks).await
    }

    /// Forgets the way into a target's cluster, so that the next is found anew.
    pub(super) fn forget(&self, target: &Pinned) {
        if let Some(name) = &target.cluster {
            self.kept().remove(name);
        }
    }

    /// Whether operations on a target are done by another identity than the one that looks: by the operate role, where
    /// the cluster is entered by token. A kubeconfig's context has its own identity for both.
    pub(super) fn acts_as_another(&self, target: &Pinned) -> bool {
        let Ok(cluster) = self.cluster(target) else { return false };
        cluster.context.is_none() && self.eks.as_ref().is_some_and(|eks| eks.has_operate_role(cluster))
    }

    fn gate(&self, account: &str) -> Result<&Arc<dyn EksGate>, String> {
        let missing = "nothing says whether account";
        self.eks.as_ref().ok_or_else(|| format!("{missing} {account} is the configured one; build with AWS support"))
    }

    fn cluster(&self, target: &Pinned) -> Result<&DeclaredCluster, String> {
        let name = target.cluster.as_deref().unwrap_or_default();
        self.clusters.get(name).ok_or_else(|| {
            let there: Vec<&str> = self.clusters.keys().map(String::as_str).collect();
            format!("the estate file has no cluster {name}; it has {}", there.join(", "))
        })
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        // What is kept is only ever replaced whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn open(cluster: &DeclaredCluster, target: &Pinned, eks: Option<EksEntry>) -> Result<Entry, String> {
    if let Some(eks) = &eks
        && target.account_id.as_ref().is_some_and(|id| *id != eks.account_id)
    {
        let wanted = target.account_id.as_deref().unwrap_or_default();
        return Err(format!("STS says {}, and the target is in {wanted}; log in to the right account", eks.account_id));
    }
    let access = eks.as_ref().map(|eks| Access::Endpoint(eks.endpoint.clone()));
    let entrance: Entrance = match approach(cluster, access.as_ref()).await {
        Approach::Enter(entrance) => *entrance,
        Approach::Wait => return Err("EKS has not answered yet; try again".to_owned()),
        Approach::Say(Report::Refused { reason } | Report::Failed { reason, .. } | Report::Paused { reason, .. }) => {
            return Err(reason);
        }
        Approach::Say(_) => return Err("nothing is known of the way into the cluster".to_owned()),
    };
    let entered = Door::default().enter(&entrance).await?;
    let account = eks.map(|eks| (eks.arn, eks.account_id));
    let (called, server, by_token) = (entrance.called.clone(), entrance.server.clone(), entrance.by_token());
    Ok(Entry { entered, since: Instant::now(), entrance, called, server, account, by_token })
}
