//! The journal's one table: an entry's canonical text, and its members as columns, for whoever asks by `sqlite3`.

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde_json::Value;

use crate::operate::canonical;
use crate::operate::journal::{Entry, Head, chain};

/// The version of the table.
pub(super) const VERSION: i64 = 1;

/// Says whose file it is, to `file` and the like: "QDJ1".
const APPLICATION: i64 = 0x5144_4a31;

const SCHEMA: &str = "
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, operation TEXT NOT NULL, event TEXT NOT NULL, person TEXT NOT NULL,
    reason TEXT, account TEXT, role TEXT, action TEXT NOT NULL, target TEXT NOT NULL, plan_sha256 TEXT, request_id TEXT,
    outcome TEXT, detail TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, canonical TEXT NOT NULL
) STRICT;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_goes_on_from_the_last BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
";

/// The members of an entry that have a column, in the table's order; `hash` and `canonical` follow.
const COLUMNS: [&str; 15] = [
    "seq",
    "at",
    "operation",
    "event",
    "person",
    "reason",
    "account",
    "role",
    "action",
    "target",
    "plan_sha256",
    "request_id",
    "outcome",
    "detail",
    "prev",
];

/// Why a table is not what was written.
pub(super) enum Flaw {
    Broken(String),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Flaw {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

pub(super) fn is_there(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'entry'", [], |row| Ok(row.get::<_, i64>(0)? > 0))
}

/// Makes the table in a file that is empty still.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    if version(connection)? == VERSION || is_there(connection)? {
        return Ok(());
    }
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; {SCHEMA} COMMIT;"
    ))
}

/// Where the ledger stands.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let last = connection
        .query_row("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((seq, hash)) = last else { return Ok(Head::empty()) };
    let operations = "SELECT coalesce(max(CAST(substr(operation, 4) AS INTEGER)), 0) FROM entry";
    let operations = connection.query_row(operations, [], |row| row.get(0))?;
    // Both count up from 1.
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    Ok(Head { seq: count(seq), hash, operations: count(operations) })
}

/// The hash of an entry, if there is such an entry.
pub(super) fn hash(connection: &Connection, seq: u64) -> rusqlite::Result<Option<String>> {
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    connection.query_row("SELECT hash FROM entry WHERE seq = ?", [seq], |row| row.get(0)).optional()
}

pub(super) fn insert(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let text = chain::text(entry);
    let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    let mut row: Vec<Option<String>> = COLUMNS.iter().map(|name| column(&value, name)).collect();
    row.extend([Some(entry.hash.clone()), Some(text)]);
    let places = vec!["?"; row.len()].join(", ");
    connection
        .execute(
            &format!("INSERT INTO entry ({}, hash, canonical) VALUES ({places})", COLUMNS.join(", ")),
            params_from_iter(row),
        )
        .map(|_| ())
}

/// What stands in a column: text as it is, null as null, all else as canonical JSON.
fn column(entry: &Value, name: &str) -> Option<String> {
    match entry.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(canonical::text(other)),
    }
}

/// Every entry's canonical text and hash, in order.
pub(super) fn texts(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    if !is_there(connection)? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare("SELECT canonical, hash FROM entry ORDER BY seq")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Whether the file is whole as a database, and has the table and the triggers that it was made with, and no more.
pub(super) fn sound(connection: &Connection) -> Result<(), Flaw> {
    let schema = |connection: &Connection| -> rusqlite::Result<Vec<(String, String, Option<String>)>> {
        let mut statement = connection.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
    };
    let whole: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if whole != "ok" {
        return Err(Flaw::Broken(format!("the file is damaged: {}", crate::gate::visible(&whole))));
    }
    let made = Connection::open_in_memory()?;
    create(&made)?;
    if schema(connection)? != schema(&made)? {
        return Err(Flaw::Broken("its table or the triggers that keep it append-only were changed".to_owned()));
    }
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != APPLICATION || version(connection)? != VERSION {
        return Err(Flaw::Broken("its header was changed".to_owned()));
    }
    Ok(())
}

/// Walks the chain from its beginning; the hash of each entry.
pub(super) fn checked(connection: &Connection) -> Result<Vec<String>, Flaw> {
    let sql = format!("SELECT {}, hash, canonical FROM entry ORDER BY seq", COLUMNS.join(", "));
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut head = Head::empty();
    let mut hashes = Vec::new();
    while let Some(row) = rows.next()? {
        let hash: String = row.get("hash")?;
        let text: String = row.get("canonical")?;
        if let Some(flaw) = chain::flaw(&head, &text, &hash).or_else(|| columns(row, &text, head.seq + 1)) {
            return Err(Flaw::Broken(flaw));
        }
        head.seq += 1;
        head.hash.clone_from(&hash);
        hashes.push(hash);
    }
    Ok(hashes)
}

/// What is wrong with the columns of a row beside its canonical text.
fn columns(row: &Row<'_>, text: &str, seq: u64) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    COLUMNS.iter().find_map(|name| {
        let kept = match *name {
            "seq" => row.get::<_, i64>(*name).ok().map(|n| n.to_string()),
            name => row.get::<_, Option<String>>(name).ok().flatten(),
        };
        (kept != column(&value, name)).then(|| format!("the column `{name}` of entry {seq} was changed"))
    })
}
