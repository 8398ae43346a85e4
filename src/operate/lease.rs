//! A lease on a target: one operation at a time, across the consoles that share a journal.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::journal::LedgerError;

/// Who holds a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The person's login name.
    pub person: String,
    /// What is being done, by the catalogue's name.
    pub action: String,
    /// The operation's number, such as `OP-3`.
    pub operation: String,
    /// The process that does it.
    pub process: u32,
    /// Since when.
    pub since: jiff::Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { person, action, operation, process, since } = self;
        let since = since.strftime("%H:%M:%SZ");
        write!(f, "{person} runs {operation} {action} on it since {since} (process {process})")
    }
}

/// A target that is held; let go when dropped, and by the system when its process dies.
pub trait Lease: Send + Sync + fmt::Debug {}

/// What came of asking for a target.
#[derive(Debug)]
pub enum Leased {
    /// It is ours until this is dropped.
    Ours(Box<dyn Lease>),
    /// Somebody has it; none where it cannot be told who.
    Held(Option<Holder>),
}

/// Where leases are kept.
pub trait Leases: Send + Sync {
    /// Takes a target by its key ([`super::Pinned::key`]), if nobody has it.
    ///
    /// # Errors
    /// It cannot be told whether somebody has it: then it is not ours.
    fn take(&self, key: &str, holder: &Holder) -> Result<Leased, LedgerError>;

    /// Who has it now; `Ok(None)` when nobody has.
    ///
    /// # Errors
    /// It cannot be told.
    fn held(&self, key: &str) -> Result<Option<String>, LedgerError>;
}
