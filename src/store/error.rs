//! Why there is no store, and what a person can do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the store cannot be used. The console goes on without it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The folder or the file cannot be made.
    #[error("nothing is kept for the next start: cannot make {}: {reason}", shown(path))]
    NotMade {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Another program holds it.
    #[error("nothing is kept for now: another program holds {}", shown(path))]
    Locked {
        /// Which.
        path: PathBuf,
    },
    /// A newer Quarterdeck wrote it.
    #[error(
        "nothing is kept for the next start: a newer Quarterdeck wrote {} (version {version}); update this one",
        shown(path)
    )]
    Newer {
        /// Which.
        path: PathBuf,
        /// The file's version.
        version: i64,
    },
    /// It is no store any more.
    #[error("nothing is kept for now: {} is broken; start again, and it is moved aside", shown(path))]
    Broken {
        /// Which.
        path: PathBuf,
    },
    /// Anything else: a full disk, a read-only file.
    #[error("nothing is kept for now: {}: {reason}", shown(path))]
    Failed {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl StoreError {
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Broken { path },
            Some(ErrorCode::DiskFull) => Self::Failed { path, reason: "the disk is full".into() },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::Failed { path, reason: "you may not write it; see its permissions and its folder's".into() }
            }
            _ => Self::Failed { path, reason: error.to_string() },
        }
    }
}

fn shown(path: &Path) -> String {
    crate::gate::visible(&path.to_string_lossy())
}
