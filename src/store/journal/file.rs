//! Opening the journal's file.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::table;
use crate::operate::journal::LedgerError;

/// Another console appends for milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The open file; none where there is none. Read-only where it may not be written.
pub(super) fn open(path: &Path) -> Result<Option<Connection>, LedgerError> {
    if !path.try_exists().map_err(|e| LedgerError::Failed { path: path.to_owned(), reason: e.to_string() })? {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)
        .or_else(|_| Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_ONLY));
    let connection = opened.map_err(|e| said(path, &e))?;
    connection.busy_timeout(PATIENCE).map_err(|e| said(path, &e))?;
    known(path, &connection)?;
    Ok(Some(connection))
}

/// The open file, made where it is empty still, ready to be appended to: durably, once a commit returns.
pub(super) fn create(path: &Path) -> Result<Connection, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| said(path, &e))?;
    let prepared = connection.busy_timeout(PATIENCE).and_then(|()| {
        // A truncated rollback journal is synced by FULL, a deleted one is not.
        connection.pragma_update_and_check(None, "journal_mode", "TRUNCATE", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")
    });
    prepared.map_err(|e| said(path, &e))?;
    known(path, &connection)?;
    table::create(&connection).map_err(|e| said(path, &e))?;
    Ok(connection)
}

fn known(path: &Path, connection: &Connection) -> Result<(), LedgerError> {
    match table::version(connection).map_err(|e| said(path, &e))? {
        version if version > table::VERSION => Err(LedgerError::Newer { path: path.to_owned(), version }),
        _ => Ok(()),
    }
}

/// A file or folder whose modes forbid writing is meant to stay as it is, even where the person is root.
pub(super) fn writable(path: &Path) -> Result<(), LedgerError> {
    let forbidden = |p: &Path| fs::metadata(p).is_ok_and(|m| m.permissions().readonly());
    if forbidden(path) || path.parent().is_some_and(forbidden) {
        return Err(LedgerError::ReadOnly { path: path.to_owned() });
    }
    Ok(())
}

/// What `SQLite` says, as an operator needs it.
pub(super) fn said(path: &Path, error: &rusqlite::Error) -> LedgerError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Locked { path },
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            LedgerError::Broken { path, what: format!("it cannot be read as a journal ({error})") }
        }
        Some(ErrorCode::DiskFull) => LedgerError::Full { path },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => LedgerError::ReadOnly { path },
        // A text that is no UTF-8, a column of another type.
        None => LedgerError::Broken { path, what: error.to_string() },
        Some(_) => LedgerError::Failed { path, reason: error.to_string() },
    }
}
