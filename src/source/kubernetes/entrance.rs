//! How we get in: by a kubeconfig context, or straight by the endpoint that EKS names.
//!
//! Finding an entrance reads files and calls nobody, so that a context can be compared with what EKS says before
//! anything is sent through it. Opening it may run the context's exec plugin, and makes the client.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::Duration;

use http::HeaderValue;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::task::JoinHandle;

use super::{proxy, words};
use crate::estate::DeclaredCluster;
use crate::source::access::EksEndpoint;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// How long an exec plugin or a token may take.
const CREDENTIALS: Duration = Duration::from_secs(30);

/// An entrance that was found and not yet used.
#[derive(Clone)]
pub(super) struct Entrance {
    /// The API server's URL.
    pub(super) server: String,
    /// Changes when the files that describe it do.
    pub(super) fingerprint: u64,
    config: Config,
    tokens: Option<EksEndpoint>,
    /// What the operator knows it by, for messages.
    pub(super) called: String,
}

/// An entrance in use.
#[derive(Clone)]
pub(super) struct Entered {
    /// Speaks to the server.
    pub(super) client: Client,
    /// What goes into `Authorization`, where kube does not put it there itself.
    pub(super) bearer: Option<HeaderValue>,
    /// The namespace that the context names, else `default`.
    pub(super) namespace: String,
}

impl Entrance {
    /// The entrance by the cluster's context, read anew from its kubeconfig.
    pub(super) async fn by_context(declared: &DeclaredCluster, context: &str) -> Result<Self, String> {
        let (path, name) = (declared.kubeconfig.clone(), context.to_owned());
        let reading = tokio::task::spawn_blocking(move || read_context(path.as_deref(), &name));
        let read = reading.await.map_err(|gone| format!("the kubeconfig could not be read: {gone}"))??;
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
        let mut config = Config::from_custom_kubeconfig(read.kubeconfig, &options)
            .await
            .map_err(|error| words::of_kubeconfig(&error, declared.kubeconfig.as_deref()))?;
        let env = |name: &str| std::env::var(name).ok();
        config.proxy_url = proxy::proxy_for(&config.cluster_url, read.proxy.as_deref(), env);
        set_up(&mut config);
        let called = format!("context {context}");
        Ok(Self { server: read.server, fingerprint: read.fingerprint, config, tokens: None, called })
    }

    /// The entrance by the endpoint that EKS names.
    pub(super) fn by_endpoint(endpoint: &EksEndpoint) -> Result<Self, String> {
        let uri: http::Uri = endpoint
            .url
            .parse()
            .map_err(|e| format!("EKS names an endpoint that is no URL ({}): {e}", endpoint.url))?;
        let mut config = Config::new(uri);
        if let Some(pem) = &endpoint.ca_pem {
            let authorities: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
            let authorities = authorities.map_err(|e| format!("EKS' certificate authority is no PEM: {e}"))?;
            config.root_cert = Some(authorities.into_iter().map(|der| der.to_vec()).collect());
        }
        let mut hasher = DefaultHasher::new();
        (&endpoint.url, &endpoint.ca_pem).hash(&mut hasher);
        let fingerprint = hasher.finish();
        config.proxy_url = proxy::proxy_for(&config.cluster_url, None, |name| std::env::var(name).ok());
        set_up(&mut config);
        let called = format!("the EKS endpoint {}", endpoint.url);
        Ok(Self { server: endpoint.url.clone(), fingerprint, config, tokens: Some(endpoint.clone()), called })
    }

    /// Whether its credentials are tokens of ours, which have to be renewed by the clock.
    pub(super) fn by_token(&self) -> bool {
        self.tokens.is_some()
    }
}

/// Opens entrances, one at a time: a plugin that hangs is waited for again, never started a second time beside itself.
#[derive(Default)]
pub(super) struct Door {
    making: Option<(u64, JoinHandle<Result<Client, kube::Error>>)>,
}

impl Door {
    /// Makes the client; runs the exec plugin or asks for a token, where there is one.
    pub(super) async fn enter(&mut self, entrance: &Entrance) -> Result<Entered, String> {
        let bearer = match &entrance.tokens {
            Some(endpoint) => Some(bearer(endpoint).await?),
            None => None,
        };
        let (fingerprint, called) = (entrance.fingerprint, &entrance.called);
        let (started_for, mut making) = self.making.take().unwrap_or_else(|| {
            let config = entrance.config.clone();
            // An exec plugin runs while the client is made, and blocks.
            (fingerprint, tokio::task::spawn_blocking(move || Client::try_from(config)))
        });
        let Ok(made) = tokio::time::timeout(CREDENTIALS, &mut making).await else {
            self.making = Some((started_for, making));
            return Err(format!(
                "{called}: no credentials within {} s; does its exec plugin wait for an answer? Run it by hand",
                CREDENTIALS.as_secs()
            ));
        };
        if started_for != fingerprint {
            return Err(format!("{called} has changed meanwhile"));
        }
        let client = made
            .map_err(|gone| format!("{called}: the client could not be made: {gone}"))?
            .map_err(|error| words::of_client(&error, called))?;
        Ok(Entered { namespace: client.default_namespace().to_owned(), client, bearer })
    }
}

async fn bearer(endpoint: &EksEndpoint) -> Result<HeaderValue, String> {
    let token = tokio::time::timeout(CREDENTIALS, endpoint.tokens.token())
        .await
        .map_err(|_| format!("a token for the cluster has not come within {CREDENTIALS:?}"))??;
    let mut value = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| "the token for the cluster has characters that no header may have".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// What a kubeconfig says about one context.
struct Read {
    kubeconfig: Kubeconfig,
    server: String,
    proxy: Option<String>,
    fingerprint: u64,
}

fn read_context(path: Option<&Path>, context: &str) -> Result<Read, String> {
    let kubeconfig = match path {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    }
    .map_err(|error| words::of_kubeconfig(&error, path))?;
    let named = kubeconfig.contexts.iter().find(|c| c.name == context).and_then(|c| c.context.as_ref());
    let Some(named) = named else {
        return Err(words::of_missing_context(context, kubeconfig.contexts.iter().map(|c| &*c.name), path));
    };
    let cluster = kubeconfig.clusters.iter().find(|c| c.name == named.cluster).and_then(|c| c.cluster.clone());
    let user = named.user.as_ref().and_then(|user| kubeconfig.auth_infos.iter().find(|u| u.name == *user));
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(&(named, &cluster, user)).unwrap_or_default().hash(&mut hasher);
    if let Some(user) = user.and_then(|u| u.auth_info.as_ref()) {
        for file in [&user.client_certificate, &user.client_key].into_iter().flatten() {
            std::fs::metadata(file).and_then(|m| m.modified()).ok().hash(&mut hasher);
        }
    }
    let server = cluster.as_ref().and_then(|c| c.server.clone()).unwrap_or_default();
    let proxy = cluster.and_then(|c| c.proxy_url);
    Ok(Read { server, proxy, fingerprint: hasher.finish(), kubeconfig })
}

fn set_up(config: &mut Config) {
    config.connect_timeout = Some(CONNECT);
    // We count every request and honour Retry-After ourselves; nothing is retried behind our back.
    config.default_retry = false;
    // The terminal is ours: a plugin may neither read the keys nor write on the screen.
    if let Some(exec) = &mut config.auth_info.exec {
        exec.interactive_mode = Some(ExecInteractiveMode::Never);
    }
}
