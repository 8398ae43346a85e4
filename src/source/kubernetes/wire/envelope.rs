//! What objects are wrapped in: the magic `k8s\0`, `runtime.Unknown`, and a watch's events.

use bytes::{Buf, Bytes};
use prost::Message;

use super::meta::{Bare, List, Status};

/// Every protobuf object of the API begins with this.
const MAGIC: &[u8] = b"k8s\0";

/// The annotation of the bookmark that ends the initial set of a streaming list.
const INITIAL_EVENTS_END: &[u8] = b"k8s.io/initial-events-end";

/// What could not be read, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not the API's protobuf: {0}")]
pub(in crate::source::kubernetes) struct Unreadable(pub(in crate::source::kubernetes) String);

impl From<prost::DecodeError> for Unreadable {
    fn from(error: prost::DecodeError) -> Self {
        Self(error.to_string())
    }
}

/// `runtime.Unknown`.
#[derive(Clone, PartialEq, Message)]
struct Unknown {
    #[prost(bytes = "bytes", tag = "2")]
    raw: Bytes,
}

/// `WatchEvent`; its object is a `RawExtension`, which is one field around the bytes.
#[derive(Clone, PartialEq, Message)]
struct WatchEvent {
    #[prost(bytes = "bytes", tag = "1")]
    kind: Bytes,
    #[prost(message, optional, tag = "2")]
    object: Option<RawExtension>,
}

/// `runtime.RawExtension`.
#[derive(Clone, PartialEq, Message)]
struct RawExtension {
    #[prost(bytes = "bytes", tag = "1")]
    raw: Bytes,
}

/// One event of a watch, its object still wrapped.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::source::kubernetes) enum Event {
    /// Added or modified.
    Put(Bytes),
    /// Deleted: its last state.
    Gone(Bytes),
    /// Nothing happened up to this version.
    Bookmark {
        /// The version to go on from.
        version: String,
        /// The initial set is complete.
        initial_end: bool,
    },
    /// The watch ends: why.
    Error(Status),
}

/// The object inside an envelope.
pub(in crate::source::kubernetes) fn unwrap(mut bytes: Bytes) -> Result<Bytes, Unreadable> {
    if !bytes.starts_with(MAGIC) {
        let start: String = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        return Err(Unreadable(format!("it begins with {start:?}")));
    }
    bytes.advance(MAGIC.len());
    Ok(Unknown::decode(bytes)?.raw)
}

/// The list inside an envelope.
pub(in crate::source::kubernetes) fn list(bytes: Bytes) -> Result<List, Unreadable> {
    Ok(List::decode(unwrap(bytes)?)?)
}

/// The event in a frame; none of a type that this client does not know.
pub(in crate::source::kubernetes) fn event(frame: Bytes) -> Result<Option<Event>, Unreadable> {
    let WatchEvent { kind, object } = WatchEvent::decode(frame)?;
    let object = object.ok_or_else(|| Unreadable("an event without an object".to_owned()))?;
    let object = unwrap(object.raw)?;
    Ok(match &*kind {
        b"ADDED" | b"MODIFIED" => Some(Event::Put(object)),
        b"DELETED" => Some(Event::Gone(object)),
        b"BOOKMARK" => {
            let meta = Bare::decode(object)?.metadata.unwrap_or_default();
            Some(Event::Bookmark {
                version: String::from_utf8_lossy(&meta.resource_version).into_owned(),
                initial_end: meta.annotations.iter().any(|a| a.key == INITIAL_EVENTS_END && a.value == "true"),
            })
        }
        b"ERROR" => Some(Event::Error(Status::decode(object)?)),
        _ => None,
    })
}

/// A `Status` in JSON.
#[derive(serde::Deserialize)]
struct JsonStatus {
    #[serde(default)]
    message: String,
    #[serde(default)]
    reason: String,
}

/// What the API says about a refusal, in whichever form it says it: protobuf, JSON or plain text.
pub(in crate::source::kubernetes) fn status(body: &Bytes) -> Status {
    if let Ok(object) = unwrap(body.clone())
        && let Ok(status) = Status::decode(object)
    {
        return status;
    }
    if let Ok(JsonStatus { message, reason }) = serde_json::from_slice(body) {
        return Status { message, reason, ..Status::default() };
    }
    let text = String::from_utf8_lossy(body);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    Status { message: line.chars().take(200).collect(), ..Status::default() }
}
