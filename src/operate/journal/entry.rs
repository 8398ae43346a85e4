//! One entry of the journal, before and after it is numbered and chained.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operate::Pinned;

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

impl EventKind {
    /// Its word in the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Confirmed => "confirmed",
            Self::Recorded => "recorded",
            Self::Rechecked => "rechecked",
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::Verified => "verified",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Reconciled => "reconciled",
        }
    }
}

impl Outcome {
    /// Its word in the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// Whether nothing more can be learnt of it.
    pub fn settled(self) -> bool {
        self != Self::Unknown
    }
}
