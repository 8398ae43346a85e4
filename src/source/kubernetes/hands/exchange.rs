//! One request of an operation and what came of it, told so that nobody takes a lost answer for a refusal.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use hyper_util::client::legacy;
use kube::client::{AuthError, Body};
use serde_json::Value;

use super::super::entrance::Entered;
use super::super::request::whole;
use super::super::words;

/// The most that is read of an answer: a page of 500 large pods is a few MiB.
const LARGEST: usize = 64 * 1024 * 1024;

/// A request, ready to go out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outgoing {
    /// Its method.
    pub(super) method: Method,
    /// Its path, with its query.
    pub(super) path: String,
    /// What its body is.
    pub(super) content_type: Option<String>,
    /// Its body, `null` for none.
    pub(super) body: Value,
}

impl Outgoing {
    /// A GET.
    pub(super) fn get(path: String) -> Self {
        Self { method: Method::GET, path, content_type: None, body: Value::Null }
    }

    /// A POST of JSON.
    pub(super) fn post(path: &str, body: Value) -> Self {
        Self { method: Method::POST, path: path.to_owned(), content_type: Some("application/json".to_owned()), body }
    }

    /// What a call of an operation says; why not, where it says nothing that could go out.
    pub(super) fn of(request: &Value) -> Result<Self, String> {
        let text = |name: &str| request.get(name).and_then(Value::as_str);
        let method = text("method").and_then(|m| Method::from_bytes(m.as_bytes()).ok());
        let path = text("path").filter(|p| p.starts_with('/'));
        let (Some(method), Some(path)) = (method, path) else {
            return Err("the call names no method and path of an API server".to_owned());
        };
        let body = request.get("body").cloned().unwrap_or(Value::Null);
        Ok(Self { method, path: path.to_owned(), content_type: text("content_type").map(str::to_owned), body })
    }
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Came {
    /// A whole answer.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The `Audit-Id`.
        request_id: Option<String>,
        /// What it said; text that is no JSON as a string.
        body: Value,
    },
    /// Nothing went out.
    Unsent(String),
    /// It went out, or may have, and no whole answer came.
    Broken {
        /// The `Audit-Id`, where the answer had begun.
        request_id: Option<String>,
        /// What happened.
        why: String,
    },
}

/// Sends a request, once, and waits for its whole answer, but no longer than `patience`.
pub(super) async fn exchange(entered: &Entered, called: &str, outgoing: Outgoing, patience: Duration) -> Came {
    let mut builder = Request::builder().method(outgoing.method).uri(outgoing.path).header(ACCEPT, "application/json");
    if let Some(kind) = &outgoing.content_type {
        builder = builder.header(CONTENT_TYPE, kind);
    }
    if let Some(bearer) = &entered.bearer {
        builder = builder.header(AUTHORIZATION, bearer.clone());
    }
    let body = match outgoing.body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string().into_bytes()),
    };
    let request = match builder.body(body) {
        Ok(request) => request,
        Err(error) => return Came::Unsent(format!("the request cannot be written: {error}")),
    };
    let mut request_id = None;
    let answering = answered(entered, called, request, &mut request_id);
    match tokio::time::timeout(patience, answering).await {
        Ok(came) => came,
        Err(_) => Came::Broken {
            request_id,
            why: format!("the API server of {called} has not answered within {} s", patience.as_secs()),
        },
    }
}

async fn answered(entered: &Entered, called: &str, request: Request<Body>, request_id: &mut Option<String>) -> Came {
    let answer = match entered.client.send(request).await {
        Ok(answer) => answer,
        Err(error) => {
            let why = words::of_client(&error, called);
            return if never_left(&error) { Came::Unsent(why) } else { Came::Broken { request_id: None, why } };
        }
    };
    let status = answer.status().as_u16();
    *request_id = answer.headers().get("audit-id").and_then(|v| v.to_str().ok()).map(str::to_owned);
    match whole(answer.into_body(), LARGEST).await {
        Ok(bytes) => {
            let body = serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).chars().take(400).collect()));
            Came::Answered { status, request_id: request_id.clone(), body }
        }
        Err(trouble) => Came::Broken { request_id: request_id.clone(), why: trouble.words() },
    }
}

/// Whether an error came before anything was written: no connection, or no credentials. Whatever is in doubt may have
/// gone out.
fn never_left(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Auth(_) | kube::Error::BuildRequest(_) | kube::Error::HttpError(_))
        || words::find::<AuthError>(error).is_some()
        || words::find::<legacy::Error>(error).is_some_and(legacy::Error::is_connect)
}

/// What an answer that is no success says: the reason (its code), and the words with their causes.
pub(super) fn said(status: u16, body: &Value) -> (String, String) {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let reason = match text("reason") {
        "" => format!("HTTP {status}"),
        reason => reason.to_owned(),
    };
    let mut message = match body {
        Value::String(plain) => plain.trim().to_owned(),
        _ => text("message").to_owned(),
    };
    if message.is_empty() {
        message.clone_from(&reason);
    }
    let causes = body.pointer("/details/causes").and_then(Value::as_array);
    for cause in causes.into_iter().flatten().filter_map(|c| c.get("message")?.as_str()) {
        if !message.contains(cause) {
            message = format!("{message} {cause}");
        }
    }
    (reason, message.chars().take(600).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::severed::{ENDS, End, free, plain, server};

    #[test]
    fn a_refusal_names_its_cause() {
        let body = json!({
            "kind": "Status", "reason": "TooManyRequests",
            "message": "Cannot evict pod as it would violate the pod's disruption budget.",
            "details": {"causes": [{
                "reason": "DisruptionBudget", "message": "The disruption budget cart needs 2 healthy pods and has 2 currently"
            }]},
        });
        let (code, message) = said(429, &body);
        assert_eq!(code, "TooManyRequests");
        assert_eq!(
            message,
            "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget cart needs 2 healthy \
             pods and has 2 currently"
        );
        assert_eq!(said(502, &Value::String("bad gateway\n".into())), ("HTTP 502".into(), "bad gateway".into()));
        assert_eq!(said(403, &Value::Null), ("HTTP 403".into(), "HTTP 403".into()));
    }

    /// Sends a change to a server at this URL.
    async fn came(url: &str, patience: Duration) -> Came {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = kube::Client::try_from(kube::Config::new(url.parse().unwrap())).unwrap();
        let entered = Entered { client, bearer: None, namespace: "default".to_owned() };
        let call = json!({"method": "PATCH", "path": "/api/v1/nodes/n", "content_type": "a/b", "body": {"spec": {}}});
        exchange(&entered, "lab", Outgoing::of(&call).unwrap(), patience).await
    }

    #[tokio::test]
    async fn what_has_no_connection_was_not_sent() {
        const PATIENCE: Duration = Duration::from_secs(20);
        let (plain, _heard) = plain();
        let nowhere =
            [format!("http://{}", free()), format!("https://{plain}"), "http://no-such-host.invalid".to_owned()];
        for url in nowhere {
            let came = came(&url, PATIENCE).await;
            assert!(matches!(came, Came::Unsent(_)), "{url}: {came:?}");
        }
    }

    #[tokio::test]
    async fn what_was_written_may_have_acted() {
        let late: End = |_| std::thread::sleep(Duration::from_secs(5));
        for (number, end) in ENDS.into_iter().chain([late]).enumerate() {
            let (address, heard) = server(end);
            let came = came(&format!("http://{address}"), Duration::from_secs(2)).await;
            assert!(matches!(came, Came::Broken { .. }), "{number}: {came:?}");
            assert_eq!(heard.try_iter().count(), 1, "{number}: it goes out once");
        }
    }

    #[test]
    fn what_is_no_request_does_not_go_out() {
        let sent =
            Outgoing::of(&json!({"method": "PATCH", "path": "/api/v1/nodes/n", "content_type": "a/b", "body": {}}));
        assert_eq!(sent.unwrap().content_type.as_deref(), Some("a/b"));
        for broken in [json!({}), json!({"method": "PATCH", "path": "nodes"}), json!({"path": "/nodes"})] {
            assert!(Outgoing::of(&broken).is_err(), "{broken}");
        }
    }
}
