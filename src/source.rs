//! Where facts come from. The only room that names an AWS SDK or kube.
//!
//! Each account and region, each cluster is a [`Source`] of its own: its own schedule, its own state, its own count of
//! calls and their price. None waits for another, none ever ends on its own, and none panics over what a server says.

pub mod clock;
pub mod hands;
pub mod outbox;
pub mod purse;
pub mod schedule;
pub mod simulated;

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
#[cfg(feature = "prometheus")]
pub mod prometheus;

pub mod access;
#[cfg(test)]
#[cfg(any(feature = "aws", feature = "kubernetes"))]
mod severed;

use std::future::Future;

use crate::estate::{EntryRef, SourceKey};
pub use clock::Clock;
pub use outbox::Outbox;
pub use purse::Purse;

/// Something that knows a part of the estate and keeps telling it.
pub trait Source: Send + 'static {
    /// Which source this is.
    fn key(&self) -> SourceKey;

    /// The entries of the estate that rest on it.
    fn feeds(&self) -> Vec<EntryRef>;

    /// Tells what it sees until the receiver is gone. It never returns for another reason: what fails is tried again,
    /// with backoff, and said.
    fn run(self, out: Outbox) -> impl Future<Output = ()> + Send;
}
