//! What the guards judge by, gathered before they judge.

use jiff::Timestamp;

use super::{Identity, Permit};

/// How it stands with the write window when a plan is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowView {
    /// One is open.
    Open {
        /// Why it was opened.
        reason: String,
        /// When it closes by itself.
        closes_at: Timestamp,
    },
    /// None is open, and whoever runs the operation may open one.
    MayOpen,
    /// None is open.
    Closed,
    /// None may be opened: why.
    Forbidden(String),
}

/// What was found out for the guards.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Who we are at the target.
    pub identity: Identity,
    /// Why neither rights nor dry runs could be asked about yet; none where they could.
    pub withheld: Option<String>,
    /// Whether each call would be allowed, in the order of the calls.
    pub permits: Vec<Permit>,
    /// What the server's own dry run says of each call, in their order; empty where it was not asked.
    pub rehearsed: Vec<Result<(), String>>,
    /// Who else acts on the target, or what is not settled on it; none where nobody does. `Err` says why it cannot be told.
    pub other: Result<Option<String>, String>,
    /// Whether the journal is whole and can be written, with its number of entries.
    pub journal: Result<u64, String>,
}
