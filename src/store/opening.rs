//! Opening the file: made for its owner alone, brought to the present version, moved aside when it is broken.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::StoreError;

/// Two consoles write for milliseconds; whoever waits longer than this does without.
const PATIENCE: Duration = Duration::from_millis(500);

/// Between two tries of what `SQLite` does not wait for by itself.
const PAUSE: Duration = Duration::from_millis(5);

/// The version of the file's tables.
const VERSION: i64 = 2;

/// What brings the file from each version to the next one.
const MIGRATIONS: [&str; 2] = [
    "
    CREATE TABLE last_seen (
        estate TEXT NOT NULL, source TEXT NOT NULL, schema INTEGER NOT NULL, account_id TEXT, as_of INTEGER NOT NULL,
        facts BLOB NOT NULL, PRIMARY KEY (estate, source)
    ) STRICT;
    CREATE TABLE history (estate TEXT PRIMARY KEY, schema INTEGER NOT NULL, alerts BLOB NOT NULL) STRICT;
    CREATE TABLE spend (estate TEXT NOT NULL, day TEXT NOT NULL, usd REAL NOT NULL, PRIMARY KEY (estate, day)) STRICT;
",
    "
    CREATE TABLE series (
        id INTEGER PRIMARY KEY, estate TEXT NOT NULL, name TEXT NOT NULL, identity INTEGER NOT NULL, asked_from INTEGER,
        asked_until INTEGER, written_at INTEGER NOT NULL, UNIQUE (estate, name, identity)
    ) STRICT;
    CREATE TABLE series_chunk (
        series INTEGER NOT NULL, step INTEGER NOT NULL, number INTEGER NOT NULL, points BLOB NOT NULL,
        PRIMARY KEY (series, step, number)
    ) STRICT, WITHOUT ROWID;
",
];

/// An open file of the present version, and what a person should be told.
pub(super) fn open(path: &Path, now: Timestamp) -> Result<(Connection, Option<String>), StoreError> {
    make(path).map_err(|error| not_made(path, &error))?;
    match connect(path) {
        Err(StoreError::Broken { .. }) => start_over(path, now).map(|(connection, notice)| (connection, Some(notice))),
        opened => opened.map(|connection| (connection, None)),
    }
}

/// Moves a broken file aside and opens a new one; with it, what a person should be told.
pub(super) fn start_over(path: &Path, now: Timestamp) -> Result<(Connection, String), StoreError> {
    let aside = move_aside(path, now).map_err(|error| not_made(path, &error))?;
    make(path).map_err(|error| not_made(path, &error))?;
    let notice = format!(
        "what was last seen could not be read and is left out; the broken file is now {}",
        crate::gate::visible(&aside.to_string_lossy())
    );
    tracing::warn!("{notice}");
    connect(path).map(|connection| (connection, notice))
}

fn not_made(path: &Path, error: &io::Error) -> StoreError {
    StoreError::NotMade { path: path.to_owned(), reason: error.to_string() }
}

/// Makes folder and file where they are not there yet, for their owner alone.
pub(super) fn make(path: &Path) -> io::Result<()> {
    let mut folders = DirBuilder::new();
    folders.recursive(true);
    let mut file = OpenOptions::new();
    file.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folders.mode(0o700);
        file.mode(0o600);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        folders.create(folder)?;
    }
    file.open(path).map(|_| ())
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let said = |error: &rusqlite::Error| StoreError::of(path, error);
    let mut connection = Connection::open(path).map_err(|e| said(&e))?;
    let version = prepare(&mut connection).map_err(|e| said(&e))?;
    if version > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), version });
    }
    Ok(connection)
}

/// Sets the connection up and brings the file to the present version; returns the version it has then.
fn prepare(connection: &mut Connection) -> rusqlite::Result<i64> {
    connection.busy_timeout(PATIENCE)?;
    let version = version_of(connection)?;
    if version > VERSION {
        return Ok(version);
    }
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    if version < VERSION {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another console may have been quicker.
        let version = usize::try_from(version_of(&transaction)?).unwrap_or_default();
        for step in MIGRATIONS.iter().skip(version) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
    }
    // A file of our version that lacks a table, or whose pages are damaged, shows here.
    connection.query_row(
        "SELECT (SELECT count(*) FROM last_seen) + (SELECT count(*) FROM spend) + (SELECT count(*) FROM series)",
        [],
        |_| Ok(()),
    )?;
    version_of(connection)
}

/// Switches the file to write-ahead logging. For this alone `SQLite` does not wait while another console does the same.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < PATIENCE => {
                thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

fn version_of(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Moves the file and what `SQLite` keeps beside it; returns where the file is now.
fn move_aside(path: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let broken = format!(".broken-{}", now.strftime("%Y%m%dT%H%M%SZ"));
    fs::rename(path, beside(&broken))?;
    for companion in ["-wal", "-shm"] {
        match fs::rename(beside(companion), beside(&format!("{broken}{companion}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(beside(&broken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_has_its_migration() {
        assert_eq!(usize::try_from(VERSION), Ok(MIGRATIONS.len()));
    }
}
