//! The journal's file: `journal.db` in the state directory, a ledger in `SQLite`.
//!
//! Each call opens the file anew: operations are rare, and nothing is held open that another console, or a person who
//! moves the file aside, would have to wait for. A rollback journal that is truncated (and synced) at each commit keeps
//! all of it in one file; beside it lies a small file that says how many entries there are and what they hash to, so
//! that the removal of the last ones, and any byte that changed, is found.

mod file;
mod table;
mod witness;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, process};

use rusqlite::{Connection, TransactionBehavior};

use crate::operate::journal::{Appended, Entry, Head, Ledger, LedgerError};
use witness::{Lock, Witness};

/// The file's name in the state directory.
pub const JOURNAL: &str = "journal.db";

/// As much as a whole operation writes, and more.
const PROBE: usize = 256 * 1024;

/// The journal of one machine.
#[derive(Debug, Clone)]
pub struct JournalFile {
    path: PathBuf,
}

impl JournalFile {
    /// The journal in a state directory. Nothing is made before the first entry.
    pub fn within(state: &Path) -> Self {
        Self { path: state.join(JOURNAL) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The canonical JSON of every entry, with its hash, in order: what `quarterdeck journal` prints.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn texts(&self) -> Result<Vec<(String, String)>, LedgerError> {
        let Some(connection) = self.open()? else { return Ok(Vec::new()) };
        table::texts(&connection).map_err(|e| self.said(&e))
    }

    fn open(&self) -> Result<Option<Connection>, LedgerError> {
        file::open(&self.path)
    }

    fn said(&self, error: &rusqlite::Error) -> LedgerError {
        file::said(&self.path, error)
    }

    fn broken(&self, what: impl Into<String>) -> LedgerError {
        LedgerError::Broken { path: self.path.clone(), what: what.into() }
    }

    fn failed(&self, reason: impl Into<String>) -> LedgerError {
        LedgerError::Failed { path: self.path.clone(), reason: reason.into() }
    }

    /// What a failure of the file system means.
    fn unwritten(&self, error: &std::io::Error) -> LedgerError {
        Self::refused(self.path.clone(), error)
    }

    /// The same, of the file beside it.
    fn unwitnessed(&self, error: &std::io::Error) -> LedgerError {
        Self::refused(witness::beside(&self.path), error)
    }

    fn refused(path: PathBuf, error: &std::io::Error) -> LedgerError {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded | std::io::ErrorKind::FileTooLarge => {
                LedgerError::Full { path }
            }
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                LedgerError::ReadOnly { path }
            }
            _ => LedgerError::Failed { path, reason: error.to_string() },
        }
    }

    /// The ledger must hold at least what its witness says, and that as it says.
    fn witnessed(&self, witness: &Witness, hash_at: Option<&str>) -> Result<(), LedgerError> {
        match hash_at {
            _ if witness.entries == 0 => Ok(()),
            Some(hash) if hash == witness.hash => Ok(()),
            Some(_) => Err(self.broken(format!("entry {} is another one than was written", witness.entries))),
            None => Err(self.broken(format!("entries at its end are gone: there were {}", witness.entries))),
        }
    }

    /// The witness may lag by the one entry after which a console died, and by no more.
    fn told_of(&self, witness: Option<&Witness>, count: u64) -> Result<(), LedgerError> {
        match witness {
            _ if count <= 1 => Ok(()),
            None => Err(self.broken("the file beside it, .head, is gone: whether entries are missing cannot be told")),
            Some(witness) if count > witness.entries.saturating_add(1) => Err(self.broken(format!(
                "it has {count} entries, and the file beside it, .head, tells of {}: something else wrote the others",
                witness.entries
            ))),
            Some(_) => Ok(()),
        }
    }

    fn flawed(&self, flaw: table::Flaw) -> LedgerError {
        match flaw {
            table::Flaw::Broken(what) => self.broken(what),
            table::Flaw::Sql(e) => self.said(&e),
        }
    }

    /// Nothing is appended to what somebody has changed: the next witness would bear it out. Whether the witness is of
    /// this head.
    fn untouched(&self, connection: &Connection, head: &Head) -> Result<bool, LedgerError> {
        let witness = Witness::read(&self.path).map_err(|what| self.broken(what))?;
        self.told_of(witness.as_ref(), head.seq)?;
        if let Some(witness) = &witness {
            let hash = table::hash(connection, witness.entries).map_err(|e| self.said(&e))?;
            self.witnessed(witness, hash.as_deref())?;
        }
        match witness {
            Some(witness) if witness.entries == head.seq => {
                let digest = witness::digest(&self.path).map_err(|e| self.unwritten(&e))?;
                if digest == witness.file { Ok(true) } else { Err(self.broken("bytes of it have changed")) }
            }
            // It lags, after a crash: the chain itself tells.
            _ => table::checked(connection).map(|_| head.seq == 0).map_err(|flaw| self.flawed(flaw)),
        }
    }

    /// Appends under the lock. A witness that lags is caught up with first: one that cannot be written may so never lag by
    /// two, which would be taken for somebody else's doing for good.
    fn kept(&self, mut lock: Lock, after: &Head, entry: &Entry) -> Result<Appended, LedgerError> {
        let mut connection = file::create(&self.path)?;
        let said = |e: rusqlite::Error| file::said(&self.path, &e);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(said)?;
        if table::head(&transaction).map_err(said)? != *after {
            return Ok(Appended::Moved);
        }
        if !self.untouched(&transaction, after)? {
            lock.testify(&self.path, after.seq, &after.hash).map_err(|e| self.unwitnessed(&e))?;
        }
        table::insert(&transaction, entry).map_err(said)?;
        transaction.commit().map_err(said)?;
        drop(connection);
        // The entry is in: what fails from here on must not say otherwise.
        if let Err(e) = lock.testify(&self.path, entry.seq, &entry.hash) {
            tracing::warn!("the journal's .head could not be written, and must be before the next entry: {e}");
        }
        Ok(Appended::Kept)
    }

    /// Whether it is whole and holds, as it was, everything that a copy of its `.head` tells of, which was kept elsewhere;
    /// returns how many entries there are now.
    ///
    /// # Errors
    /// Whatever is not as it was written, or the copy cannot be read as one.
    pub fn bears_out(&self, copy: &Path) -> Result<u64, LedgerError> {
        let unread = |reason: String| LedgerError::Failed { path: copy.to_owned(), reason };
        let kept = Witness::at(copy).map_err(|_| unread("it is no copy of a journal's .head".to_owned()))?;
        let kept = kept.ok_or_else(|| unread("it is not there, or is empty".to_owned()))?;
        let count = self.verified()?;
        let hash = match self.open()? {
            Some(connection) => table::hash(&connection, kept.entries).map_err(|e| self.said(&e))?,
            None => None,
        };
        self.witnessed(&kept, hash.as_deref())?;
        Ok(count)
    }

    /// Whether it is a file that a console made and then died before it wrote anything.
    fn never_begun(&self) -> bool {
        let empty = |path: &Path| fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() == 0);
        empty(&self.path) && empty(&witness::beside(&self.path))
    }

    fn verified(&self) -> Result<u64, LedgerError> {
        if self.never_begun() {
            return Ok(0);
        }
        // Held while it is read, where it can be, so that file and witness are of one moment.
        let lock = Lock::shared(&self.path);
        let witness = Witness::read(&self.path).map_err(|what| self.broken(what))?;
        let Some(connection) = self.open()? else {
            return witness.map_or(Ok(0), |w| self.witnessed(&w, None).map(|()| 0));
        };
        table::sound(&connection).map_err(|flaw| self.flawed(flaw))?;
        let hashes = table::checked(&connection).map_err(|flaw| self.flawed(flaw))?;
        drop(connection);
        let count = hashes.len() as u64;
        self.told_of(witness.as_ref(), count)?;
        // The very first entry may be in, and the console gone before it could say so.
        let Some(witness) = witness else { return Ok(count) };
        let at = usize::try_from(witness.entries).ok().and_then(|n| n.checked_sub(1)).and_then(|n| hashes.get(n));
        self.witnessed(&witness, at.map(String::as_str))?;
        if witness.entries == count && witness.file != witness::digest(&self.path).map_err(|e| self.unwritten(&e))? {
            return Err(self.broken("every entry is whole, yet bytes of the file between them have changed"));
        }
        drop(lock);
        Ok(count)
    }
}

impl Ledger for JournalFile {
    fn head(&self) -> Result<Head, LedgerError> {
        let witness = Witness::read(&self.path).map_err(|what| self.broken(what))?;
        let head = match self.open()? {
            Some(connection) if table::is_there(&connection).map_err(|e| self.said(&e))? => {
                let head = table::head(&connection).map_err(|e| self.said(&e))?;
                if let Some(witness) = &witness {
                    let at = table::hash(&connection, witness.entries).map_err(|e| self.said(&e))?;
                    self.witnessed(witness, at.as_deref())?;
                }
                head
            }
            _ => {
                if let Some(witness) = &witness {
                    self.witnessed(witness, None)?;
                }
                Head::empty()
            }
        };
        Ok(head)
    }

    fn append(&self, after: &Head, entry: &Entry) -> Result<Appended, LedgerError> {
        file::writable(&self.path)?;
        // The witness is there before the file: an empty file beside it is one that was never begun.
        for path in [&witness::beside(&self.path), &self.path] {
            crate::store::opening::make(path).map_err(|e| self.unwritten(&e))?;
        }
        self.kept(Lock::exclusive(&self.path)?, after, entry)
    }

    fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        let read = |(text, hash): (String, String)| {
            let entry = serde_json::from_str::<serde_json::Value>(&text).ok().and_then(|mut value| {
                value.as_object_mut()?.insert("hash".to_owned(), hash.into());
                serde_json::from_value(value).ok()
            });
            entry.ok_or_else(|| self.broken("an entry cannot be read"))
        };
        self.texts()?.into_iter().map(read).collect()
    }

    fn verify(&self) -> Result<u64, LedgerError> {
        self.verified()
    }

    fn writable(&self) -> Result<(), LedgerError> {
        file::writable(&self.path)?;
        crate::store::opening::make(&witness::beside(&self.path)).map_err(|e| self.unwritten(&e))?;
        let _lock = Lock::exclusive(&self.path)?;
        if let Some(mut connection) = self.open()? {
            let said = |e: rusqlite::Error| file::said(&self.path, &e);
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(said)?;
        }
        let probe = self.path.with_extension(format!("probe-{}", process::id()));
        let tried =
            fs::File::create(&probe).and_then(|mut f| f.write_all(&vec![0; PROBE]).and_then(|()| f.sync_data()));
        let removed = fs::remove_file(&probe);
        tried.map_err(|e| self.unwritten(&e))?;
        removed.map_err(|e| self.failed(format!("cannot remove {}: {e}", probe.display())))
    }
}

#[cfg(test)]
mod tests;
