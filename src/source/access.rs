//! How a Kubernetes source may enter an EKS cluster: what the account's EKS source found out, passed over a channel.
//!
//! The AWS side holds the sender of a `tokio::sync::watch` channel for each declared cluster that has an account; the
//! Kubernetes side holds the receiver. A context is used only when its server is the endpoint that EKS names.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::estate::DeclaredCluster;
use crate::operate::WritePass;

/// Makes EKS bearer tokens (a presigned STS `GetCallerIdentity`), each good for 15 minutes at most.
pub trait TokenMaker: Send + Sync {
    /// A fresh token, or why there is none.
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + '_>>;
}

/// Where an EKS cluster is and how to enter it.
#[derive(Clone)]
pub struct EksEndpoint {
    /// The API server's URL as EKS names it.
    pub url: String,
    /// Its certificate authority, PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// Makes tokens for it.
    pub tokens: Arc<dyn TokenMaker>,
}

/// What is known of a cluster's endpoint.
#[derive(Clone, Default)]
pub enum Access {
    /// EKS has not answered yet.
    #[default]
    Waiting,
    /// The account's credentials have expired: why, and the command that logs in. A running watch may go on.
    Paused(String),
    /// The account is not the configured one: nothing may be shown or called.
    Refused(String),
    /// EKS could not tell, or does not have the cluster: why. A running watch may go on.
    Unknown(String),
    /// EKS named it.
    Endpoint(EksEndpoint),
}

/// An EKS cluster that an account's proven identity may enter.
#[derive(Clone)]
pub struct EksEntry {
    /// Where it is, and tokens of that identity.
    pub endpoint: EksEndpoint,
    /// The ARN that STS named.
    pub arn: String,
    /// The account's twelve digits as STS said them; they are the configured ones.
    pub account_id: String,
}

/// Opens EKS clusters for operations: proves the account by STS and asks EKS for the endpoint, afresh each time, never
/// from what a source said earlier. The AWS side implements it; the Kubernetes side enters by it.
pub trait EksGate: Send + Sync {
    /// By the identity that reads.
    fn observe<'a>(&'a self, cluster: &'a DeclaredCluster) -> BoxFuture<'a, Result<EksEntry, String>>;

    /// By the operate role, where the account has one: assumed with session name `quarterdeck-OPERATION`, its account
    /// proven. Without one, by the identity that reads. Only a write window's pass opens it.
    fn operate<'a>(
        &'a self,
        pass: &'a WritePass,
        cluster: &'a DeclaredCluster,
        operation: &'a str,
    ) -> BoxFuture<'a, Result<EksEntry, String>>;

    /// Whether the account has a role of its own for operations: what the reading identity may do then says nothing.
    fn has_operate_role(&self, cluster: &DeclaredCluster) -> bool;
}
