//! The hands of operations on clusters: they look, ask and rehearse by the identity that reads, and arm a client that acts.
//!
//! - `entry`: the way into the target's cluster, proven; kept for a moment, so that looking each second starts no plugin.
//! - `exchange`: one request and what came of it, lost answers told from refusals.
//! - `looking`, `rights`, `rehearsal`: what can be asked without changing anything.
//! - `arms`: the client that acts.

mod arms;
mod entry;
mod exchange;
mod looking;
mod rehearsal;
mod rights;

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;

use self::entry::{Entries, Entry};
use super::super::Clock;
use super::super::access::EksGate;
use crate::estate::DeclaredEstate;
use crate::operate::{Arming, Arms, Call, Hands, Identity, Permit, Pinned, Read, Refusal, Sight, Sights, WritePass};

/// How many requests go out at once.
const AT_ONCE: usize = 8;

/// The hands for every cluster of an estate file.
pub struct KubernetesHands {
    entries: Entries,
    clock: Clock,
}

impl KubernetesHands {
    /// Hands for the clusters of an estate; `eks` opens those that have an account.
    pub fn new(estate: &DeclaredEstate, eks: Option<Arc<dyn EksGate>>) -> Self {
        Self { entries: Entries::new(estate.clusters.iter().cloned(), eks), clock: Clock::System }
    }

    async fn see(&self, target: &Pinned, entry: &Entry, read: Read) -> (Read, Sight) {
        let Read::Kubernetes(path) = &read else {
            return (read, Sight::Unseen("a cluster's API server cannot tell that".to_owned()));
        };
        let looked = looking::look(&entry.entered, &entry.called, path).await;
        if looked.unauthorized {
            self.entries.forget(target);
        }
        (read, looked.sight)
    }

    /// A way in to ask by what is allowed: only where whoever looks is whoever acts.
    async fn to_ask(&self, target: &Pinned) -> Result<Entry, String> {
        match self.withholds(target) {
            Some(why) => Err(format!("it cannot be asked yet: {why}")),
            None => self.entries.enter(target).await,
        }
    }

    async fn who(&self, target: &Pinned) -> Result<(String, Option<String>), String> {
        let entry = self.entries.afresh(target).await?;
        let user = match rights::user(&entry.entered, &entry.called).await? {
            Some(user) => format!(", as {user}"),
            None => String::new(),
        };
        let led = format!("{} leads to {}{user}", entry.called, entry.server);
        Ok(match &entry.account {
            Some((arn, id)) => (format!("STS says {id}; {led}, which EKS names"), entry.by_token.then(|| arn.clone())),
            None => (led, None),
        })
    }
}

impl Hands for KubernetesHands {
    fn look<'a>(&'a self, target: &'a Pinned, reads: Vec<Read>) -> BoxFuture<'a, Sights> {
        Box::pin(async move {
            let seen = match self.entries.enter(target).await {
                Ok(entry) => {
                    let entry = &entry;
                    futures_util::stream::iter(reads)
                        .map(|read| self.see(target, entry, read))
                        .buffer_unordered(AT_ONCE)
                        .collect()
                        .await
                }
                Err(why) => reads.into_iter().map(|read| (read, Sight::Unseen(why.clone()))).collect(),
            };
            Sights { at: self.clock.now(), seen }
        })
    }

    fn identity<'a>(&'a self, target: &'a Pinned) -> BoxFuture<'a, Identity> {
        Box::pin(async move {
            let (proven, arn) = match self.who(target).await {
                Ok((words, arn)) => (Ok(words), arn),
                Err(why) => (Err(why), None),
            };
            Identity { proven, arn, at: self.clock.now() }
        })
    }

    fn withholds(&self, target: &Pinned) -> Option<String> {
        let why = "the operate role acts, and is assumed only after the confirmation";
        self.entries.acts_as_another(target).then(|| why.to_owned())
    }

    fn permitted<'a>(&'a self, target: &'a Pinned, calls: &'a [Call]) -> BoxFuture<'a, Vec<Permit>> {
        Box::pin(async move {
            match self.to_ask(target).await {
                Ok(entry) => rights::permitted(&entry.entered, &entry.called, calls).await,
                Err(why) => calls.iter().map(|_| Permit::Unknown(why.clone())).collect(),
            }
        })
    }

    fn rehearse<'a>(&'a self, target: &'a Pinned, call: &'a Call) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let entry = self.to_ask(target).await?;
            rehearsal::rehearse(&entry.entered, &entry.called, call).await
        })
    }

    fn arm<'a>(&'a self, pass: WritePass, target: &'a Pinned, operation: &'a str) -> Arming<'a> {
        Box::pin(async move {
            let entry = self.entries.to_act(&pass, target, operation).await.map_err(Refusal::because)?;
            Ok(Box::new(arms::ClusterArms::new(pass, entry)) as Box<dyn Arms>)
        })
    }
}
