//! The journal: what was done, by whom, with what outcome. Written before a call goes out, or nothing goes out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Pinned;

/// What an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each variant is the word that the journal's format defines")]
pub enum EventKind {
    Planned,
    Confirmed,
    Recorded,
    Rechecked,
    Sent,
    Answered,
    Verified,
    Done,
    Failed,
    Refused,
    Unknown,
    Reconciled,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Done, and seen to be.
    Done,
    /// It did not happen, or not as planned.
    Failed,
    /// Nothing was sent.
    Refused,
    /// A call went out, and what came of it is not known yet.
    Unknown,
}

/// An entry before the journal has numbered and chained it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// The operation: `OP-3`.
    pub operation: String,
    /// What it tells.
    pub event: EventKind,
    /// The login name.
    pub person: String,
    /// Why the write window was opened.
    pub reason: Option<String>,
    /// The account's twelve digits.
    pub account: Option<String>,
    /// The ARN that STS named.
    pub role: Option<String>,
    /// The operation's name in the catalogue.
    pub action: String,
    /// What it acts on.
    pub target: Pinned,
    /// Over the plan's canonical JSON.
    pub plan_sha256: Option<String>,
    /// The service's request id.
    pub request_id: Option<String>,
    /// None until the operation ends.
    pub outcome: Option<Outcome>,
    /// What else there is to tell.
    pub detail: Value,
}

/// One entry of the journal, as it is kept and printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// What it tells.
    #[serde(flatten)]
    pub note: Note,
    /// The hash of the entry before; 64 zeros in the first.
    pub prev: String,
    /// Lowercase hex SHA-256 of the entry's canonical JSON (RFC 8785) without `hash`.
    pub hash: String,
}

/// Something that the journal holds already: only the journal makes it, so that an unrecorded call does not compile.
#[derive(Debug)]
pub struct Recorded<T> {
    what: T,
    seq: u64,
}

impl<T> Recorded<T> {
    /// The number of its entry.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// What was recorded.
    pub fn into_inner(self) -> T {
        self.what
    }
}

impl<T> AsRef<T> for Recorded<T> {
    fn as_ref(&self) -> &T {
        &self.what
    }
}
