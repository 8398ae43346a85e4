//! One request to the API server: counted, authorised, timed, and its refusals told apart.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::sync::watch;

use super::entrance::Entered;
use super::wire::{envelope, meta::Status};
use super::words;
use crate::source::Clock;
use crate::source::outbox::Meter;

/// Objects and lists in protobuf.
pub(super) const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
/// Watches in protobuf.
pub(super) const PROTOBUF_STREAM: &str = "application/vnd.kubernetes.protobuf;stream=watch";
/// Lists of metadata alone.
pub(super) const METADATA: &str = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
/// Watches of metadata alone.
pub(super) const METADATA_STREAM: &str =
    "application/vnd.kubernetes.protobuf;stream=watch;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// How long a server may take to begin its answer.
const BEGIN: Duration = Duration::from_secs(30);
/// How long it may pause within an answer that is no watch.
const PAUSE: Duration = Duration::from_secs(30);
/// The most that is read of an answer that is no watch: a page of 500 large pods is a few MiB.
const LARGEST: usize = 64 * 1024 * 1024;
/// The most that is read of a refusal.
const LARGEST_REFUSAL: usize = 64 * 1024;

/// The way in that is used now, and how often it was renewed or ought to be used anew.
#[derive(Clone)]
pub(super) struct Way {
    /// The way in.
    pub(super) entered: Entered,
    /// What the operator knows it by.
    pub(super) called: String,
    /// Rises with each renewal of credentials.
    pub(super) generation: u64,
    /// Rises when every open watch ought to be opened anew: the line was dead for a while.
    pub(super) restarts: u64,
}

/// Why a request did not get what it asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trouble {
    /// 401: the credentials of this generation do not hold.
    Unauthorized(u64, String),
    /// 403: the server's words.
    Forbidden(String),
    /// 404: the server's words.
    Absent(String),
    /// 410: the version or the continue token is too old.
    Expired,
    /// 400 or 422: the server does not take the request, such as one for a streaming list.
    Invalid(String),
    /// Anything else: why, and how long the server asks to be left alone.
    Failed(String, Option<Duration>),
}

impl Trouble {
    /// In words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Unauthorized(_, words)
            | Self::Forbidden(words)
            | Self::Absent(words)
            | Self::Invalid(words)
            | Self::Failed(words, _) => words.clone(),
            Self::Expired => "the list has grown too old to be gone on with".to_owned(),
        }
    }
}

/// Sends requests by whichever way in is used now.
#[derive(Clone)]
pub(super) struct Caller {
    /// The way in.
    pub(super) way: watch::Receiver<Way>,
    /// Where requests are counted.
    pub(super) meter: Meter,
    /// The time.
    pub(super) clock: Clock,
}

impl Caller {
    /// Sends a GET and returns its answer once it begins, if it is a good one of the type that was asked for.
    pub(super) async fn get(&self, path: &str, accept: &'static str) -> Result<Response<Body>, Trouble> {
        self.send(Request::get(path).header(ACCEPT, accept), accept).await
    }

    /// Sends a GET and returns its whole answer.
    pub(super) async fn read(&self, path: &str, accept: &'static str) -> Result<Bytes, Trouble> {
        whole(self.get(path, accept).await?.into_body(), LARGEST).await
    }

    /// The same on a line of its own, which ends with the answer: one that is kept for later may be dead by then, and whoever
    /// takes it up would believe that the server is.
    pub(super) async fn read_apart(&self, path: &str, accept: &'static str) -> Result<Bytes, Trouble> {
        let request = Request::get(path).header(ACCEPT, accept).header(CONNECTION, "close");
        whole(self.send(request, accept).await?.into_body(), LARGEST).await
    }

    async fn send(&self, request: http::request::Builder, accept: &'static str) -> Result<Response<Body>, Trouble> {
        let way = self.way.borrow().clone();
        let mut request = request
            .body(Body::empty())
            .map_err(|e| Trouble::Failed(format!("the request cannot be written: {e}"), None))?;
        if let Some(bearer) = &way.entered.bearer {
            request.headers_mut().insert(AUTHORIZATION, bearer.clone());
        }
        self.meter.count(1, 0);
        let answer = tokio::time::timeout(BEGIN, way.entered.client.send(request))
            .await
            .map_err(|_| {
                let words = format!("the API server of {} has not answered within {} s", way.called, BEGIN.as_secs());
                Trouble::Failed(words, None)
            })?
            .map_err(|error| Trouble::Failed(words::of_client(&error, &way.called), None))?;
        if !answer.status().is_success() {
            return Err(refusal(answer, &way).await);
        }
        let answered = answer.headers().get(CONTENT_TYPE).and_then(|t| t.to_str().ok()).unwrap_or("nothing it names");
        let wanted = accept.split(';').next().unwrap_or(accept);
        if accept != "*/*" && !answered.starts_with(wanted) {
            let words = format!(
                "the API server of {} was asked for {wanted} and answered in {answered}; does a proxy before it change requests?",
                way.called
            );
            return Err(Trouble::Failed(words, None));
        }
        Ok(answer)
    }
}

/// Reads a body to its end, which must come before `largest` bytes.
pub(super) async fn whole(mut body: Body, largest: usize) -> Result<Bytes, Trouble> {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    loop {
        let frame = tokio::time::timeout(PAUSE, body.frame()).await.map_err(|_| {
            Trouble::Failed(format!("the API server stopped amid its answer for {} s", PAUSE.as_secs()), None)
        })?;
        let Some(frame) = frame else { break };
        let frame = frame
            .map_err(|error| Trouble::Failed(format!("the answer broke off: {}", words::of_body(&error)), None))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + rest.len() + data.len() > largest {
            let words = format!("the answer is longer than {} MiB, which no list should be", largest >> 20);
            return Err(Trouble::Failed(words, None));
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&std::mem::take(&mut first));
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

async fn refusal(answer: Response<Body>, way: &Way) -> Trouble {
    let (code, headers) = (answer.status(), answer.headers().clone());
    let body = whole(answer.into_body(), LARGEST_REFUSAL).await.unwrap_or_default();
    classify(code.as_u16(), &headers, &envelope::status(&body), way)
}

/// The trouble that a status names, whether it came as an answer or within a stream.
pub(super) fn classify(code: u16, headers: &HeaderMap, status: &Status, way: &Way) -> Trouble {
    let said = if status.message.is_empty() { &status.reason } else { &status.message };
    let said: String = said.chars().take(400).collect();
    let called = &way.called;
    match code {
        401 => Trouble::Unauthorized(
            way.generation,
            format!("the API server does not accept the credentials of {called} (401 {said}); log in again"),
        ),
        403 => Trouble::Forbidden(said),
        404 => Trouble::Absent(said),
        410 => Trouble::Expired,
        400 | 422 => Trouble::Invalid(format!("the API server of {called} refuses the request ({code}): {said}")),
        406 | 415 => {
            let words = format!(
                "the API server of {called} does not speak protobuf ({code}): {said}; a Kubernetes API server always does, so is this one?"
            );
            Trouble::Failed(words, None)
        }
        _ => {
            let asked = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
            let told = status.details.map_or(0, |d| d.retry_after_seconds);
            let seconds = asked.or_else(|| u64::try_from(told).ok().filter(|s| *s > 0));
            let name = StatusCode::from_u16(code).ok().and_then(|c| c.canonical_reason()).unwrap_or("");
            let words = match code {
                429 => format!("the API server of {called} is overloaded and asks to wait (429): {said}"),
                _ => format!("the API server of {called} answers {code} {name}: {said}"),
            };
            Trouble::Failed(words, seconds.map(|s| Duration::from_secs(s.min(600))))
        }
    }
}
