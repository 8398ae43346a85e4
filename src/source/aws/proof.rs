//! What is known of an account's credentials, passed from its STS source to every other source of the account.
//!
//! Only [`Proof::Proven`] holds credentials, and only the STS source makes one, after STS has said the configured id:
//! nothing but STS can be called with credentials that are not proven.

use std::fmt;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;
use tokio::sync::{mpsc, watch};

use super::http;
use super::login::Login;
use crate::source::outbox::Meter;

/// One concrete set of credentials of which STS has said the configured account id.
#[derive(Clone)]
pub(super) struct Proven {
    login: Login,
    config: SdkConfig,
    credentials: Credentials,
    /// Counts the sets that were proven since the start.
    pub(super) generation: u64,
}

impl Proven {
    pub(super) fn new(login: Login, config: SdkConfig, credentials: Credentials, generation: u64) -> Self {
        Self { login, config, credentials, generation }
    }

    /// The configuration for one region, whose requests are counted by `meter`.
    pub(super) fn config(&self, region: &str, meter: Meter) -> SdkConfig {
        let http: SharedHttpClient = self.login.http(meter);
        self.config
            .to_builder()
            .region(Region::new(region.to_owned()))
            .http_client(http)
            .retry_config(http::retries())
            .build()
    }

    /// The credentials themselves, to sign with.
    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

impl fmt::Debug for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proven").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// What is known of an account's credentials.
#[derive(Debug, Clone, Default)]
pub(super) enum Proof {
    /// STS has not answered yet.
    #[default]
    Waiting,
    /// STS said the configured id.
    Proven(Arc<Proven>),
    /// There are no credentials, or they have expired: why, and the command that logs in.
    Paused(String),
    /// They belong to another account.
    Refused(String),
    /// They could not be proven: denied, or STS cannot be reached.
    Unproven(String),
}

/// How other sources tell the STS source that a service no longer takes a set of credentials.
#[derive(Debug, Clone)]
pub(super) struct Doubt(mpsc::Sender<u64>);

impl Doubt {
    /// Asks for a new proof of that set; one open question is enough.
    pub(super) fn about(&self, generation: u64) {
        // A full channel already holds a question; a closed one has nobody left to ask.
        let _ = self.0.try_send(generation);
    }
}

/// The two ends of an account's proof.
pub(super) struct Channels {
    /// For the STS source.
    pub(super) proof: watch::Sender<Proof>,
    /// For the STS source.
    pub(super) doubts: mpsc::Receiver<u64>,
    /// For every other source of the account.
    pub(super) doubt: Doubt,
}

impl Channels {
    pub(super) fn new() -> Self {
        let (ask, doubts) = mpsc::channel(1);
        Self { proof: watch::channel(Proof::Waiting).0, doubts, doubt: Doubt(ask) }
    }
}
