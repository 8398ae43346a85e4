//! The hands for a whole estate: each target goes to those of its service.

use std::sync::Arc;

use futures_util::future::BoxFuture;
#[cfg(not(all(feature = "aws", feature = "kubernetes")))]
use jiff::Timestamp;

use crate::estate::DeclaredEstate;
use crate::operate::{Arming, Call, Hands, Identity, Permit, Pinned, Read, Sights, TargetKind, WritePass};
#[cfg(not(all(feature = "aws", feature = "kubernetes")))]
use crate::operate::{Refusal, Sight};

/// The hands for everything that an estate file names; `person`, the login name, is whom `CloudTrail` shall name.
pub fn hands(estate: &DeclaredEstate, person: &str) -> Arc<dyn Hands> {
    #[cfg(feature = "aws")]
    let aws = Arc::new(super::aws::hands::AwsHands::new(estate, person, None));
    #[cfg(not(feature = "aws"))]
    let aws = Arc::new(Missing("AWS"));
    #[cfg(feature = "kubernetes")]
    let clusters = {
        #[cfg(feature = "aws")]
        let gate: Option<Arc<dyn super::access::EksGate>> = Some(aws.clone());
        #[cfg(not(feature = "aws"))]
        let gate = None;
        Arc::new(super::kubernetes::hands::KubernetesHands::new(estate, gate))
    };
    #[cfg(not(feature = "kubernetes"))]
    let clusters = Arc::new(Missing("Kubernetes"));
    let _ = (estate, person);
    Arc::new(EstateHands { clusters, accounts: aws })
}

/// Hands that pass everything on to those of the target's service.
struct EstateHands {
    clusters: Arc<dyn Hands>,
    accounts: Arc<dyn Hands>,
}

impl EstateHands {
    fn of(&self, target: &Pinned) -> &dyn Hands {
        match target.kind {
            TargetKind::Workload
            | TargetKind::Namespace
            | TargetKind::Autoscaler
            | TargetKind::Pod
            | TargetKind::Node => self.clusters.as_ref(),
            TargetKind::NodeGroup | TargetKind::Database => self.accounts.as_ref(),
        }
    }
}

impl Hands for EstateHands {
    fn look<'a>(&'a self, target: &'a Pinned, reads: Vec<Read>) -> BoxFuture<'a, Sights> {
        self.of(target).look(target, reads)
    }

    fn identity<'a>(&'a self, target: &'a Pinned) -> BoxFuture<'a, Identity> {
        self.of(target).identity(target)
    }

    fn withholds(&self, target: &Pinned) -> Option<String> {
        self.of(target).withholds(target)
    }

    fn permitted<'a>(&'a self, target: &'a Pinned, calls: &'a [Call]) -> BoxFuture<'a, Vec<Permit>> {
        self.of(target).permitted(target, calls)
    }

    fn rehearse<'a>(&'a self, target: &'a Pinned, call: &'a Call) -> BoxFuture<'a, Result<(), String>> {
        self.of(target).rehearse(target, call)
    }

    fn arm<'a>(&'a self, pass: WritePass, target: &'a Pinned, operation: &'a str) -> Arming<'a> {
        self.of(target).arm(pass, target, operation)
    }
}

/// In place of hands that this build does not have: sees nothing and can do nothing.
#[cfg(not(all(feature = "aws", feature = "kubernetes")))]
struct Missing(&'static str);

#[cfg(not(all(feature = "aws", feature = "kubernetes")))]
impl Missing {
    fn words(&self) -> String {
        format!("this build cannot act on {}", self.0)
    }
}

#[cfg(not(all(feature = "aws", feature = "kubernetes")))]
impl Hands for Missing {
    fn look<'a>(&'a self, _: &'a Pinned, reads: Vec<Read>) -> BoxFuture<'a, Sights> {
        let seen = reads.into_iter().map(|read| (read, Sight::Unseen(self.words()))).collect();
        Box::pin(async move { Sights { at: Timestamp::now(), seen } })
    }

    fn identity<'a>(&'a self, _: &'a Pinned) -> BoxFuture<'a, Identity> {
        let identity = Identity { proven: Err(self.words()), arn: None, at: Timestamp::now() };
        Box::pin(async move { identity })
    }

    fn permitted<'a>(&'a self, _: &'a Pinned, calls: &'a [Call]) -> BoxFuture<'a, Vec<Permit>> {
        let permits = calls.iter().map(|_| Permit::Unknown(self.words())).collect();
        Box::pin(async move { permits })
    }

    fn rehearse<'a>(&'a self, _: &'a Pinned, _: &'a Call) -> BoxFuture<'a, Result<(), String>> {
        let words = self.words();
        Box::pin(async move { Err(words) })
    }

    fn arm<'a>(&'a self, _: WritePass, _: &'a Pinned, _: &'a str) -> Arming<'a> {
        let refusal = Refusal::because(self.words());
        Box::pin(async move { Err(refusal) })
    }
}
