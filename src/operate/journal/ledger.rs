//! What a journal is kept in: an append-only ledger with compare-and-append. One machine's engine is `SQLite`; a shared
//! one takes the same trait.

use std::path::PathBuf;

use thiserror::Error;

use super::{Entry, chain};

/// Where a ledger stands: what the next entry goes on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of its last entry; 0 when it has none.
    pub seq: u64,
    /// The hash of its last entry; 64 zeros when it has none.
    pub hash: String,
    /// The highest number that an operation has: 3 after `OP-3`.
    pub operations: u64,
}

impl Head {
    /// Of a ledger without entries.
    pub fn empty() -> Self {
        Self { seq: 0, hash: chain::FIRST.to_owned(), operations: 0 }
    }
}

/// What came of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is on the disk.
    Kept,
    /// Somebody else was quicker: the ledger's head is another one than the entry goes on from. Nothing was written.
    Moved,
}

/// An append-only ledger. Calls block for as long as a disk takes.
pub trait Ledger: Send + Sync {
    /// Where it stands.
    ///
    /// # Errors
    /// It cannot be read, or is broken.
    fn head(&self) -> Result<Head, LedgerError>;

    /// Appends an entry that goes on from `after`, durably, if that is the head still.
    ///
    /// # Errors
    /// It cannot be written. Then nothing may be done.
    fn append(&self, after: &Head, entry: &Entry) -> Result<Appended, LedgerError>;

    /// Every entry, in order.
    ///
    /// # Errors
    /// It cannot be read.
    fn entries(&self) -> Result<Vec<Entry>, LedgerError>;

    /// Reads all of it and holds it against its hashes; returns how many entries there are.
    ///
    /// # Errors
    /// Whatever is not as it was written, or it cannot be read as a journal.
    fn verify(&self) -> Result<u64, LedgerError>;

    /// Whether an entry could be written now.
    ///
    /// # Errors
    /// Why not.
    fn writable(&self) -> Result<(), LedgerError>;
}

/// Why the journal cannot be used. Without it, nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// The disk is full.
    #[error("the disk is full: free some of it for {}", shown(path))]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// It may not be written.
    #[error("{} may not be written: see its permissions, its folder's, and whether its disk is read-only", shown(path))]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// Another program holds it.
    #[error("another program holds {}: end what has it open, then try again", shown(path))]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A newer Quarterdeck wrote it.
    #[error("a newer Quarterdeck wrote {} (version {version}): update this one", shown(path))]
    Newer {
        /// The file.
        path: PathBuf,
        /// The file's version.
        version: i64,
    },
    /// It is not as it was written.
    #[error(
        "{} is not as it was written: {what}. Keep a copy for whoever looks into it; once it and its .head are moved aside, a new journal begins",
        shown(path)
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        what: String,
    },
    /// Anything else.
    #[error("{}: {reason}", shown(path))]
    Failed {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

fn shown(path: &std::path::Path) -> String {
    crate::gate::visible(&path.to_string_lossy())
}
