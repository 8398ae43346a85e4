//! What must survive a restart: last seen facts, histories of SLOs, since when alerts stand, what the console's own calls cost. The only
//! room that names `SQLite`.
//!
//! All of it can be had again by looking: a store that cannot be opened, read or written is said and done without, and
//! what does not fit any more is dropped. Nothing here stops the console.

mod blob;
mod error;
pub mod journal;
pub mod lease;
mod opening;
pub mod seen;
mod series;
mod sheet;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use crate::estate::{Remembered, SourceKey};
use crate::judge::History;
pub use error::StoreError;
pub use journal::JournalFile;
pub use lease::LeaseFiles;
pub use series::RecalledSeries;
pub use writer::StoreWriter;

/// What was last seen so long ago is no picture any more.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Everything that the next start takes back in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recalled {
    /// The last facts of each source.
    pub seen: Vec<Remembered>,
    /// Since when alerts stand.
    pub history: History,
    /// What the console's own calls cost on this UTC day so far, US dollars.
    pub spent_today_usd: f64,
}

/// The store of one estate; estates share a file and see nothing of each other.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    estate: String,
    opened_at: Timestamp,
    notice: Option<String>,
    /// What stands in the file, by source: a digest of the facts, so that only what changed is written.
    written: BTreeMap<String, u64>,
    series_written: series::Written,
}

impl Store {
    /// Opens the store of an estate (by its name in the estate file), makes it where there is none, and forgets what is
    /// too old at `now`. A file that is no store any more is moved aside, and [`Store::notice`] says so.
    ///
    /// # Errors
    /// It cannot be made, is locked, or a newer Quarterdeck wrote it: go on without it and say so.
    pub fn open(path: &Path, estate: &str, now: Timestamp) -> Result<Self, StoreError> {
        let (connection, notice) = opening::open(path, now)?;
        let store = Self {
            connection,
            path: path.to_owned(),
            estate: estate.to_owned(),
            opened_at: now,
            notice,
            written: BTreeMap::new(),
            series_written: series::Written::new(),
        };
        store.forget(now)?;
        Ok(store)
    }

    /// What a person should be told of the opening, such as that a broken file was moved aside.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What an earlier run left. What cannot be read, or is of another schema, is left out and logged; a file that turns
    /// out to be broken is moved aside, and [`Store::notice`] says so.
    pub fn recall(&mut self, now: Timestamp) -> Recalled {
        let mut recalled = Recalled::default();
        let read = self.spent_on(now).and_then(|usd| {
            recalled.spent_today_usd = usd;
            recalled.history = self.history().map_err(|error| self.said(&error))?;
            self.read_seen(&mut recalled.seen).map_err(|error| self.said(&error))
        });
        if let Err(error) = read {
            tracing::warn!("not all of what was last seen could be read: {error}");
            if matches!(error, StoreError::Broken { .. })
                && let Err(error) = self.start_over()
            {
                tracing::warn!("{error}");
            }
        }
        recalled
    }

    /// Moves a broken file aside and begins a new one.
    ///
    /// # Errors
    /// The new one cannot be made.
    pub fn start_over(&mut self) -> Result<(), StoreError> {
        // Lets go of the broken file, whatever becomes of the new one.
        self.connection = Connection::open_in_memory().map_err(|error| self.said(&error))?;
        self.written.clear();
        self.series_written.clear();
        let (connection, notice) = opening::start_over(&self.path, self.opened_at)?;
        self.connection = connection;
        self.notice = Some(notice);
        Ok(())
    }

    /// Writes the facts that changed since they were last written, and the time of those that did not; returns of how
    /// many sources facts were written.
    ///
    /// # Errors
    /// The file cannot be written now; what was written before stands.
    pub fn save(&mut self, seen: &[Remembered]) -> Result<usize, StoreError> {
        let mut fresh = Vec::new();
        let mut same = Vec::new();
        for one in seen {
            let (Some(key), Some(facts)) = (blob::key(&one.source), blob::encode_seen(&one.targets, &one.facts)) else {
                continue;
            };
            let digest = blob::digest(&facts);
            if self.written.get(&key) == Some(&digest) {
                same.push((key, one));
            } else {
                fresh.push((key, one, facts, digest));
            }
        }
        self.write_seen(&fresh, &same).map_err(|error| self.said(&error))?;
        let count = fresh.len();
        self.written.extend(fresh.into_iter().map(|(key, _, _, digest)| (key, digest)));
        Ok(count)
    }

    fn write_seen(
        &mut self,
        fresh: &[(String, &Remembered, Vec<u8>, u64)],
        same: &[(String, &Remembered)],
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut put = transaction.prepare_cached(
                "INSERT INTO last_seen (estate, source, schema, account_id, as_of, facts) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (estate, source) DO UPDATE SET schema = excluded.schema, account_id = excluded.account_id,
                 as_of = excluded.as_of, facts = excluded.facts",
            )?;
            for (key, one, facts, _) in fresh {
                put.execute(params![
                    self.estate,
                    key,
                    blob::SCHEMA,
                    one.account_id,
                    one.as_of.as_millisecond(),
                    facts
                ])?;
            }
            let mut touch = transaction
                .prepare_cached("UPDATE last_seen SET as_of = ?, account_id = ? WHERE estate = ? AND source = ?")?;
            for (key, one) in same {
                touch.execute(params![one.as_of.as_millisecond(), one.account_id, self.estate, key])?;
            }
        }
        transaction.commit()
    }

    /// Writes since when alerts stand.
    ///
    /// # Errors
    /// The file cannot be written now.
    pub fn save_history(&mut self, history: &History) -> Result<(), StoreError> {
        let Some(blob) = blob::encode(history) else { return Ok(()) };
        self.connection
            .execute(
                "INSERT INTO history (estate, schema, alerts) VALUES (?, ?, ?)
                 ON CONFLICT (estate) DO UPDATE SET schema = excluded.schema, alerts = excluded.alerts",
                params![self.estate, blob::SCHEMA, blob],
            )
            .map(|_| ())
            .map_err(|error| self.said(&error))
    }

    /// Adds to what the console's own calls cost on the UTC day of `now`; consoles that run at once add up.
    ///
    /// # Errors
    /// The file cannot be written now.
    pub fn add_spend(&mut self, now: Timestamp, usd: f64) -> Result<(), StoreError> {
        self.connection
            .execute(
                "INSERT INTO spend (estate, day, usd) VALUES (?, ?, ?)
                 ON CONFLICT (estate, day) DO UPDATE SET usd = usd + excluded.usd",
                params![self.estate, day(now), usd],
            )
            .map(|_| ())
            .map_err(|error| self.said(&error))
    }

    /// Adds what can be read to `seen`, up to an error of the file.
    fn read_seen(&self, seen: &mut Vec<Remembered>) -> rusqlite::Result<()> {
        let mut query = self
            .connection
            .prepare("SELECT source, schema, account_id, as_of, facts FROM last_seen WHERE estate = ?")?;
        let mut rows = query.query([&self.estate])?;
        while let Some(row) = rows.next()? {
            if let Some(one) = remembered(row) {
                seen.push(one);
            } else {
                tracing::info!("last seen facts of another form are left out");
            }
        }
        Ok(())
    }

    fn history(&self) -> rusqlite::Result<History> {
        let found: Option<Vec<u8>> = self
            .connection
            .query_row(
                "SELECT alerts FROM history WHERE estate = ? AND schema = ?",
                params![self.estate, blob::SCHEMA],
                |row| row.get(0),
            )
            .optional()?;
        Ok(found.and_then(|bytes| blob::decode(&bytes)).unwrap_or_default())
    }

    /// What has been spent on the estate on the UTC day of `now`, US dollars.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn spent_on(&self, now: Timestamp) -> Result<f64, StoreError> {
        let spent: Option<f64> = self
            .connection
            .query_row("SELECT usd FROM spend WHERE estate = ? AND day = ?", params![self.estate, day(now)], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|error| self.said(&error))?;
        Ok(spent.unwrap_or(0.0))
    }

    /// Forgets what is too old to be shown.
    fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let oldest = now.checked_sub(FORGET_AFTER).unwrap_or(Timestamp::UNIX_EPOCH);
        self.connection
            .execute("DELETE FROM last_seen WHERE as_of < ?", [oldest.as_millisecond()])
            .and_then(|_| self.connection.execute("DELETE FROM spend WHERE day < ?", [day(oldest)]))
            .and_then(|_| self.forget_series(now))
            .map_err(|error| self.said(&error))
    }

    fn said(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::of(&self.path, error)
    }
}

/// One source's facts; none where they are of another schema or cannot be read.
fn remembered(row: &Row<'_>) -> Option<Remembered> {
    let schema: i64 = row.get(1).ok()?;
    if schema != blob::SCHEMA {
        return None;
    }
    let source: SourceKey = serde_json::from_str(row.get_ref(0).ok()?.as_str().ok()?).ok()?;
    let as_of = Timestamp::from_millisecond(row.get(3).ok()?).ok()?;
    let (targets, facts) = blob::decode_seen(row.get_ref(4).ok()?.as_blob().ok()?)?;
    Some(Remembered { source, account_id: row.get(2).ok()?, as_of, targets, facts })
}

/// The UTC day of an instant, such as `2026-11-20`.
fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}
