//! One HTTP client for every account and service, and the counting of what is sent through it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
    InterceptorContext,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, OrchestratorError};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use jiff::Timestamp;

use super::trouble::never_connected;
use crate::source::outbox::Meter;
use crate::source::{Clock, Outbox, Purse};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long a call may take with its retry.
pub(super) const CALL: Duration = Duration::from_secs(15);
/// Attempts of the SDK itself; what still fails then is left to the source's schedule.
const ATTEMPTS: u32 = 2;

/// The client that every source shares: rustls with ring, the system's root certificates, the proxy of the environment.
pub(super) fn shared() -> SharedHttpClient {
    client(2)
}

/// A client that opens a connection of its own for each request and keeps none: the HTTP library sends a request again by
/// itself when a kept connection turns out to be closed, which no changing call may suffer.
pub(super) fn single() -> SharedHttpClient {
    client(0)
}

fn client(kept: usize) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, _| {
        let mut connector = Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .sleep_impl(TokioSleep::new())
            .pool_idle_timeout(Duration::from_secs(90))
            .pool_max_idle_per_host(kept);
        connector.set_connector_settings(settings.cloned());
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}

/// The time limits of every call.
pub(super) fn limits() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ATTEMPT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(CALL)
        .build()
}

/// The SDK's own retries.
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(Duration::from_millis(300))
}

/// A client that counts every request, retries included.
pub(super) fn metered(inner: SharedHttpClient, meter: Meter) -> SharedHttpClient {
    SharedHttpClient::new(Metered { inner, meter })
}

#[derive(Debug)]
struct Metered {
    inner: SharedHttpClient,
    meter: Meter,
}

impl HttpClient for Metered {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(MeteredConnector { inner, meter: self.meter.clone() })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        HttpClient::validate_base_client_config(&self.inner, components, config)
    }

    fn validate_final_config(&self, components: &RuntimeComponents, config: &ConfigBag) -> Result<(), BoxError> {
        HttpClient::validate_final_config(&self.inner, components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

#[derive(Debug)]
struct MeteredConnector {
    inner: SharedHttpConnector,
    meter: Meter,
}

impl HttpConnector for MeteredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.meter.count(1, 0);
        self.inner.call(request)
    }
}

/// Pays for an operation each time that it is sent, and keeps it from being sent where the day's cap does not allow it.
/// A request that never had a connection is not billed, and is given back; one whose answer was cut or came too late may
/// well be.
#[derive(Debug)]
pub(super) struct Price {
    meter: Meter,
    purse: Purse,
    clock: Clock,
    /// Millionths of a US dollar a request.
    micro_usd: u64,
    /// When the request that is under way was paid for, milliseconds since 1970; 0 while none is.
    paid: AtomicI64,
    charged: Charged,
}

impl Price {
    /// So many millionths of a US dollar for each request.
    pub(super) fn new(out: &Outbox, micro_usd: u64) -> Self {
        let (meter, purse, clock) = (out.meter(), out.purse().clone(), out.clock());
        Self { meter, purse, clock, micro_usd, paid: AtomicI64::new(0), charged: Charged::default() }
    }

    /// What will have been charged for it.
    pub(super) fn charged(&self) -> Charged {
        self.charged.clone()
    }
}

/// How many requests of an operation were paid for and not given back.
#[derive(Debug, Clone, Default)]
pub(super) struct Charged(Arc<AtomicUsize>);

impl Charged {
    /// So many, up to now.
    pub(super) fn requests(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The day's cap leaves less than a request costs.
#[derive(Debug)]
pub(super) struct Dry;

impl std::error::Error for Dry {}

impl std::fmt::Display for Dry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(super::spending::CAP_REACHED)
    }
}

impl Intercept for Price {
    fn name(&self) -> &'static str {
        "Price"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = self.clock.now();
        if !self.purse.take(now, self.micro_usd) {
            return Err(Dry.into());
        }
        self.meter.count(0, self.micro_usd);
        self.charged.0.fetch_add(1, Ordering::Relaxed);
        self.paid.store(now.as_millisecond(), Ordering::Relaxed);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let error = context.output_or_error().and_then(Result::err).and_then(OrchestratorError::as_connector_error);
        let paid = Timestamp::from_millisecond(self.paid.swap(0, Ordering::Relaxed)).unwrap_or_default();
        if paid != Timestamp::UNIX_EPOCH && error.is_some_and(|error| never_connected(error)) {
            self.purse.give_back(paid, self.micro_usd);
            self.meter.uncount(self.micro_usd);
            self.charged.0.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Refuses XML that breaks off: the SDK would read half a list as a short one, and what is missing as not there.
#[derive(Debug)]
pub(super) struct Whole;

impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "Whole"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        if is_whole(&String::from_utf8_lossy(body)) { Ok(()) } else { Err("it ends in the middle".into()) }
    }
}

/// Whether an XML document ends with the end of its first element.
fn is_whole(xml: &str) -> bool {
    let mut rest = xml.trim_start_matches('\u{feff}').trim();
    let document = rest;
    while rest.starts_with("<?") || rest.starts_with("<!--") {
        let end = if rest.starts_with("<?") { "?>" } else { "-->" };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
    let Some(inside) = rest.strip_prefix('<') else { return false };
    let name: String = inside.chars().take_while(|c| !c.is_whitespace() && !"/>".contains(*c)).collect();
    let empty = document.ends_with("/>") && !inside.contains('<');
    !name.is_empty() && (empty || document.ends_with(&format!("</{name}>")))
}

/// Leaves an answer that asks for a pause to the source's schedule: the SDK would try again within a second.
#[derive(Debug)]
pub(super) struct LeaveAlone;

impl ClassifyRetry for LeaveAlone {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let asks = context
            .response()
            .is_some_and(|answer| answer.status().as_u16() == 429 || answer.headers().contains_key("retry-after"));
        if asks { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "LeaveAlone"
    }

    fn priority(&self) -> RetryClassifierPriority {
        // Last, so that no other classifier asks for a retry first; it sees every answer all the same.
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn xml_is_whole_when_its_first_element_ends() {
        for whole in
            ["<a/>", "<a></a>", "<?xml version=\"1.0\"?>\n<a x=\"1\"><b/></a>\n", "<!-- b --><a:c d=\"e\">f</a:c>"]
        {
            assert!(is_whole(whole), "{whole}");
        }
        for half in ["", "<", "<a", "<a>", "<a><b></b>", "<a><b/>", "<?xml", "{}", "<a></ab>"] {
            assert!(!is_whole(half), "{half}");
        }
        let document = "<List><Item>x</Item><Item>y</Item></List>";
        for end in 0..document.len() {
            assert!(!is_whole(&document[..end]), "{}", &document[..end]);
        }
    }
}
