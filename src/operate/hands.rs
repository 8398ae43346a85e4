//! What acts for us: sources implement it, for AWS, for Kubernetes and for the embedded estate.

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::journal::Recorded;
use super::{Answer, Call, Pinned, Read, Refusal, Sights, WritePass};

/// Who we are at the target, asked afresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Whether it is who the estate file says; `Err` says why not, or why it could not be told.
    pub proven: Result<String, String>,
    /// The ARN that STS named for reading; none for Kubernetes by kubeconfig.
    pub arn: Option<String>,
    /// When it was asked.
    pub at: Timestamp,
}

/// Whether the service would allow a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permit {
    /// It would, or it may not be asked beforehand: how that is known.
    Allowed(String),
    /// It would not: its words, and what is missing.
    Denied(String),
    /// It could not be asked.
    Unknown(String),
}

/// What a server was asked about calls, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inquiry {
    /// Whether each would be allowed.
    pub permits: Vec<Permit>,
    /// What the server's own dry run says of each.
    pub rehearsed: Vec<Result<(), String>>,
}

/// The client that can act, on its way; or why there is none.
pub type Arming<'a> = BoxFuture<'a, Result<Box<dyn Arms>, Refusal>>;

/// Reads, rehearses, and hands out what can act.
pub trait Hands: Send + Sync {
    /// Reads the services themselves, all at once where they allow it. A read that fails is [`super::Sight::Unseen`].
    fn look<'a>(&'a self, target: &'a Pinned, reads: Vec<Read>) -> BoxFuture<'a, Sights>;

    /// Asks who we are: STS for an account, the way in for a cluster (its endpoint must be the one that EKS names).
    fn identity<'a>(&'a self, target: &'a Pinned) -> BoxFuture<'a, Identity>;

    /// Why nobody can ask what would be allowed, or for a dry run, before there is a client that can act; none where it can be
    /// asked. What could not be asked is asked of that client ([`Arms::inquire`]), before it sends anything.
    fn withholds(&self, target: &Pinned) -> Option<String> {
        let _ = target;
        None
    }

    /// Asks whether each call would be allowed: `SelfSubjectAccessReview`, `iam:SimulatePrincipalPolicy`.
    fn permitted<'a>(&'a self, target: &'a Pinned, calls: &'a [Call]) -> BoxFuture<'a, Vec<Permit>>;

    /// Sends a call as the server's own dry run, where it has one; the server's words where it would refuse.
    fn rehearse<'a>(&'a self, target: &'a Pinned, call: &'a Call) -> BoxFuture<'a, Result<(), String>>;

    /// Makes the client that can act, for one operation: assumes the operate role with session name
    /// `quarterdeck-OPERATION` and source identity, proves its account, and has every retry switched off.
    fn arm<'a>(&'a self, pass: WritePass, target: &'a Pinned, operation: &'a str) -> Arming<'a>;
}

/// A client that can act. It exists inside a write window only, for one operation, and is dropped after.
pub trait Arms: Send {
    /// The ARN that STS named for it; none for Kubernetes by kubeconfig.
    fn role(&self) -> Option<&str>;

    /// Asks, as whoever acts, what could not be asked before ([`Hands::withholds`]). Nothing changes by it. What has nothing
    /// to tell is taken for a no.
    fn inquire<'a>(&'a mut self, calls: &'a [Call]) -> BoxFuture<'a, Inquiry> {
        let _ = calls;
        Box::pin(async { Inquiry::default() })
    }

    /// Sends one call, once. Nothing is sent again by itself, whatever the answer.
    fn send(&mut self, call: Recorded<Call>) -> BoxFuture<'_, Answer>;
}
