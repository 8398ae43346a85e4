//! The hands of operations on AWS: they look, prove, ask for permission, and arm a client that acts.
//!
//! - `account`: an account's credentials, proven by STS; the next region is asked where one does not answer.
//! - `look`, `metric`, `described`: what can be read, as JSON by the API's own member names.
//! - `right`, `simulate`: whether IAM would allow a call.
//! - `arms`, `fire`, `members`, `verdict`: the client that acts, once for each call, and what came of it.
//! - `gate`: the way into EKS clusters, by the identity that reads or by the operate role.

mod account;
mod arms;
mod described;
mod fire;
mod gate;
mod look;
mod members;
mod metric;
mod right;
mod simulate;
mod verdict;

use std::collections::BTreeMap;

use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;

use self::account::Account;
use super::http;
use super::login::Files;
use super::trouble::{Kind, Trouble};
use crate::estate::{DeclaredCluster, DeclaredEstate};
use crate::operate::{Arming, Arms, Call, Hands, Identity, Permit, Pinned, Read, Refusal, Sight, Sights, WritePass};
use crate::source::Clock;

/// The hands for every account of an estate file.
pub struct AwsHands {
    accounts: BTreeMap<String, Account>,
    clock: Clock,
}

impl AwsHands {
    /// Hands for the accounts of an estate. `person`, the login name, becomes the source identity of what the operate role
    /// does. `files` are AWS' files, where they lie elsewhere than the environment says.
    pub fn new(estate: &DeclaredEstate, person: &str, files: Option<&Files>) -> Self {
        let http = http::shared();
        let account = |a: &crate::estate::DeclaredAccount| (a.name.clone(), Account::new(a, person, files, &http));
        Self { accounts: estate.accounts.iter().map(account).collect(), clock: Clock::System }
    }

    fn account(&self, target: &Pinned) -> Result<&Account, Trouble> {
        let name = target.account.as_deref().unwrap_or_default();
        let account = self.accounts.get(name).ok_or_else(|| {
            Trouble::new(
                Kind::Other,
                format!("the estate file has no account {name}: nothing says whose credentials to use"),
            )
        })?;
        // What was pinned is what is acted on: an estate file that names another account by now changes nothing.
        if target.account_id.as_deref().is_some_and(|id| id != account.id()) {
            let (id, pinned) = (account.id(), target.account_id.as_deref().unwrap_or_default());
            let words = format!("the target is in {pinned}, and the estate file says {id} for {name} now");
            return Err(Trouble::new(Kind::Other, words));
        }
        Ok(account)
    }

    fn account_of(&self, cluster: &DeclaredCluster) -> Result<&Account, String> {
        let name = cluster.account.as_deref().unwrap_or_default();
        self.accounts.get(name).ok_or_else(|| format!("the estate file has no account {name} for {}", cluster.name))
    }

    async fn see(&self, target: &Pinned, reads: Vec<Read>) -> BTreeMap<Read, Sight> {
        let unseen = |why: &Trouble, reads: Vec<Read>| -> BTreeMap<Read, Sight> {
            reads.into_iter().map(|read| (read, Sight::Unseen(why.words.clone()))).collect()
        };
        let account = match self.account(target) {
            Ok(account) => account,
            Err(why) => return unseen(&why, reads),
        };
        let known = match account.known().await {
            Ok(known) => known,
            Err(why) => return unseen(&why, reads),
        };
        let mut seen = look::look(account, &known, target, reads, self.clock.now()).await;
        let expired: Vec<Read> = seen
            .iter()
            .filter(|(_, s)| matches!(s, Err(why) if why.kind == Kind::Expired))
            .map(|(r, _)| r.clone())
            .collect();
        if !expired.is_empty() {
            // The set that was proven a while ago is no longer taken: a new login may be there.
            account.forget();
            if let Ok(known) = account.known().await {
                seen.extend(look::look(account, &known, target, expired, self.clock.now()).await);
            }
        }
        seen.into_iter().map(|(read, sight)| (read, sight.unwrap_or_else(|why| Sight::Unseen(why.words)))).collect()
    }
}

impl Hands for AwsHands {
    fn look<'a>(&'a self, target: &'a Pinned, reads: Vec<Read>) -> BoxFuture<'a, Sights> {
        Box::pin(async move {
            let seen = self.see(target, reads).await;
            Sights { at: self.clock.now(), seen }
        })
    }

    fn identity<'a>(&'a self, target: &'a Pinned) -> BoxFuture<'a, Identity> {
        Box::pin(async move {
            let proven = match self.account(target) {
                Ok(account) => account.afresh().await,
                Err(why) => Err(why),
            };
            let at: Timestamp = self.clock.now();
            match proven {
                Ok(known) => Identity {
                    proven: Ok(format!("STS says {}, as {}", known.account_id, known.arn)),
                    arn: Some(known.arn.clone()),
                    at,
                },
                Err(why) => Identity { proven: Err(why.words), arn: None, at },
            }
        })
    }

    fn permitted<'a>(&'a self, target: &'a Pinned, calls: &'a [Call]) -> BoxFuture<'a, Vec<Permit>> {
        Box::pin(async move {
            let account = match self.account(target) {
                Ok(account) => account,
                Err(why) => return calls.iter().map(|_| Permit::Unknown(why.words.clone())).collect(),
            };
            match account.known().await {
                Ok(known) => join_all(calls.iter().map(|call| right::permitted(account, &known, target, call))).await,
                Err(why) => calls.iter().map(|_| Permit::Unknown(why.words.clone())).collect(),
            }
        })
    }

    /// RDS and EKS have no dry run: what is planned rests on what was seen.
    fn rehearse<'a>(&'a self, _: &'a Pinned, _: &'a Call) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn arm<'a>(&'a self, pass: WritePass, target: &'a Pinned, operation: &'a str) -> Arming<'a> {
        Box::pin(async move {
            let account = self.account(target).map_err(|why| Refusal::because(why.words))?;
            let armed = account.armed(&pass, operation).await.map_err(|why| Refusal::because(why.words))?;
            Ok(Box::new(arms::AwsArms::new(pass, armed, target.region.clone())) as Box<dyn Arms>)
        })
    }
}
