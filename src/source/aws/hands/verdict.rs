//! What came of a changing call: accepted, declined, never sent, or lost.
//!
//! The rule: an answer with a 2xx was accepted, one with a 4xx or a throttle was declined, and what left no connection was
//! never sent. Everything else, a 5xx or half an answer too, is lost: whether it acted is for a look to tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use serde_json::Value;

use super::super::trouble::{Kind, kind_of_code, never_connected, root};
use crate::operate::Answer;

/// An HTTP client that remembers whether a request was handed to it.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    inner: SharedHttpClient,
    used: Arc<AtomicBool>,
}

impl Watched {
    pub(super) fn over(inner: SharedHttpClient) -> Self {
        Self { inner, used: Arc::default() }
    }

    /// The client.
    pub(super) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    fn used(&self) -> bool {
        self.used.load(Ordering::SeqCst)
    }
}

impl HttpClient for Watched {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(WatchedConnector { inner, used: self.used.clone() })
    }
}

#[derive(Debug)]
struct WatchedConnector {
    inner: SharedHttpConnector,
    used: Arc<AtomicBool>,
}

impl HttpConnector for WatchedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.used.store(true, Ordering::SeqCst);
        self.inner.call(request)
    }
}

/// Judges what the SDK brought back.
pub(super) fn judge<T, E>(
    outcome: Result<T, SdkError<E, Response>>,
    wire: &Watched,
    shown: impl FnOnce(&T) -> Value,
) -> Answer
where
    T: RequestId,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let error = match outcome {
        Ok(accepted) => {
            return Answer::Accepted { request_id: accepted.request_id().map(str::to_owned), body: shown(&accepted) };
        }
        Err(error) => error,
    };
    if !wire.used() {
        return Answer::Unsent(format!("it could not be sent: {}", root(&error)));
    }
    let request_id = request_id(&error);
    match &error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let code = service.err().code();
            let throttled = code.and_then(kind_of_code) == Some(Kind::Throttled);
            // 408 is a front's word for a request that it saw half of.
            if throttled || ((400..500).contains(&status) && status != 408) {
                let code = code.map_or_else(|| format!("HTTP {status}"), str::to_owned);
                let message = service.err().message().unwrap_or("no words").trim().to_owned();
                return Answer::Declined { request_id, status, code, message };
            }
            let said = service.err().message().or(code).unwrap_or("no words").trim().to_owned();
            Answer::Lost { request_id, why: format!("HTTP status {status}: {said}") }
        }
        SdkError::DispatchFailure(_) if never_connected(&error) => {
            Answer::Unsent(format!("no connection: {}", root(&error)))
        }
        SdkError::TimeoutError(_) => Answer::Lost { request_id, why: "no answer in time".to_owned() },
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            Answer::Lost { request_id, why: "no answer in time".to_owned() }
        }
        SdkError::ResponseError(_) => {
            Answer::Lost { request_id, why: format!("the answer broke off or could not be read: {}", root(&error)) }
        }
        _ => Answer::Lost { request_id, why: format!("the connection broke: {}", root(&error)) },
    }
}

/// The id by which AWS knows the request, from the body or the headers.
fn request_id<E: ProvideErrorMetadata>(error: &SdkError<E, Response>) -> Option<String> {
    let of_body = error.as_service_error().and_then(|e| e.meta().extra("aws_request_id"));
    let of_headers = || {
        let headers = error.raw_response()?.headers();
        headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id"))
    };
    of_body.or_else(of_headers).map(str::to_owned)
}
