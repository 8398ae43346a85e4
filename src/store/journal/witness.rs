//! What lies beside the journal: how many entries it has, the hash of the last one, and the hash of the file's bytes.
//!
//! It is also the lock under which the journal is appended to, so that both are of one moment. Its one line is always of
//! the same length and is written in place: that needs no room on a full disk, and is whole or not written at all.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::operate::canonical::hex;
use crate::operate::journal::LedgerError;

/// Another console appends for milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(3);

/// What the file beside the journal says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Witness {
    /// How many entries there are.
    pub(super) entries: u64,
    /// The hash of the last one.
    pub(super) hash: String,
    /// The SHA-256 of the journal's file.
    pub(super) file: String,
}

/// Where it lies.
pub(super) fn beside(journal: &Path) -> PathBuf {
    journal.with_extension("head")
}

impl Witness {
    /// What it says; none where there is none, or where it was made for an entry that never came.
    pub(super) fn read(journal: &Path) -> Result<Option<Self>, String> {
        Self::at(&beside(journal))
    }

    /// The same of a copy that lies elsewhere.
    pub(super) fn at(path: &Path) -> Result<Option<Self>, String> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) if text.is_empty() => return Ok(None),
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(format!("the file beside it, .head, cannot be read: {e}")),
        };
        Self::parse(&text).map(Some).ok_or_else(|| "the file beside it, .head, was changed".to_owned())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.strip_suffix('\n')?.split(' ');
        let (entries, hash, file) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
        let witness = Self { entries, hash: hash.to_owned(), file: file.to_owned() };
        (witness.line() == text).then_some(witness)
    }

    fn line(&self) -> String {
        format!("{:020} {:64} {:64}\n", self.entries, self.hash, self.file)
    }
}

/// The SHA-256 of a file's bytes.
pub(super) fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(buffer.get(..n).unwrap_or_default());
    }
}

/// Holds the journal for one append, or for one reading of all of it; let go when dropped.
pub(super) struct Lock(File);

impl Lock {
    /// To append.
    pub(super) fn exclusive(journal: &Path) -> Result<Self, LedgerError> {
        let path = beside(journal);
        let failed = |e: io::Error| match e.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                LedgerError::ReadOnly { path: path.clone() }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LedgerError::Full { path: path.clone() },
            _ => LedgerError::Failed { path: path.clone(), reason: e.to_string() },
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(failed)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(LedgerError::Locked { path: journal.to_owned() }),
                Err(TryLockError::Error(e)) => return Err(failed(e)),
            }
        }
    }

    /// Held by a handle that cannot write, as where a disk takes nothing any more.
    #[cfg(test)]
    pub(super) fn mute(journal: &Path) -> io::Result<Self> {
        File::open(beside(journal)).map(Self)
    }

    /// To read all of it; none where it cannot be had, and then what is read may be of two moments.
    pub(super) fn shared(journal: &Path) -> Option<Self> {
        let file = File::open(beside(journal)).ok()?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match file.try_lock_shared() {
                Ok(()) => return Some(Self(file)),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(_)) => return None,
            }
        }
        None
    }

    /// Says that there are so many entries now, and that the last one has this hash.
    pub(super) fn testify(&mut self, journal: &Path, entries: u64, hash: &str) -> io::Result<()> {
        let witness = Witness { entries, hash: hash.to_owned(), file: digest(journal)? };
        self.0.seek(SeekFrom::Start(0))?;
        self.0.write_all(witness.line().as_bytes())?;
        self.0.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_no_witness() {
        let witness = Witness { entries: 7, hash: "a".repeat(64), file: "b".repeat(64) };
        let line = witness.line();
        assert_eq!(Witness::parse(&line), Some(witness));
        for at in 0..line.len() {
            let mut bytes = line.clone().into_bytes();
            bytes[at] = b'~';
            let changed = String::from_utf8(bytes).unwrap();
            // A changed hash is found where it is held against the journal.
            let found = Witness::parse(&changed).is_none_or(|w| w.hash.contains('~') || w.file.contains('~'));
            assert!(found, "{at}");
        }
    }
}
