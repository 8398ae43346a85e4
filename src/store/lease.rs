//! Leases on targets: one locked file each, in `leases/` of the state directory. The system lets go of the lock when its
//! process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::operate::canonical::sha256;
use crate::operate::journal::LedgerError;
use crate::operate::lease::{Holder, Lease, Leased, Leases};

/// Whoever only looks holds a target for microseconds: it is tried again so often.
const TRIES: usize = 20;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// The leases of one machine.
#[derive(Debug, Clone)]
pub struct LeaseFiles {
    folder: PathBuf,
}

/// A locked file; closing it lets go.
#[derive(Debug)]
struct Held(#[expect(dead_code, reason = "it is held, not used")] File);

impl Lease for Held {}

impl LeaseFiles {
    /// The leases in a state directory. Nothing is made before the first one is taken.
    pub fn within(state: &Path) -> Self {
        Self { folder: state.join("leases") }
    }

    /// Keys hold names of any form: the file is named by their hash.
    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{}.lock", &sha256(key)[..32]))
    }
}

fn failed(path: &Path, error: &io::Error) -> LedgerError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LedgerError::Full { path },
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => LedgerError::ReadOnly { path },
        _ => LedgerError::Failed { path, reason: error.to_string() },
    }
}

fn told(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

impl Leases for LeaseFiles {
    fn take(&self, key: &str, holder: &Holder) -> Result<Leased, LedgerError> {
        let path = self.path(key);
        crate::store::opening::make(&path).map_err(|e| failed(&path, &e))?;
        let mut file = OpenOptions::new().read(true).write(true).open(&path).map_err(|e| failed(&path, &e))?;
        let mut tries = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries < TRIES => {
                    tries += 1;
                    thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => return Ok(Leased::Held(told(&mut file))),
                Err(TryLockError::Error(e)) => return Err(failed(&path, &e)),
            }
        }
        // Who holds it is said for people; the lock itself is what holds. A full disk must not take it away.
        let words = serde_json::to_string(holder).unwrap_or_default();
        let said =
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(words.as_bytes()));
        if let Err(e) = said {
            tracing::warn!("who holds {} could not be written: {e}", path.display());
        }
        Ok(Leased::Ours(Box::new(Held(file))))
    }

    fn held(&self, key: &str) -> Result<Option<String>, LedgerError> {
        let path = self.path(key);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed(&path, &e)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                Ok(Some(told(&mut file).map_or_else(|| "another console acts on it".to_owned(), |h| h.to_string())))
            }
            Err(TryLockError::Error(e)) => Err(failed(&path, &e)),
        }
    }
}
