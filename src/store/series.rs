//! Histories of SLOs and of numbers: chunks of points, and the time for which their source has been asked, written together.
//!
//! What two consoles see is put together: a point that one of them has is never lost to the other's gap.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Store, StoreError};
use crate::estate::{Chunk, Covered, KeptSeries, Step};

/// A history that nobody has added to for so long is of an SLO that is no more.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(40 * 24);

/// One history, as an earlier run left it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecalledSeries {
    /// The SLO's name in the estate file, or a trend's.
    pub name: String,
    /// Its points.
    pub chunks: Vec<Chunk>,
    /// The time for which its source has been asked.
    pub covered: Option<Covered>,
}

/// The revision up to which each history stands in the file, by name and identity.
pub(super) type Written = BTreeMap<(String, i64), u64>;

impl Store {
    /// The histories that earlier runs left of these SLOs, each with the identity under which it was kept. What cannot be
    /// read is left out and logged: it is asked for again.
    pub fn recall_series(&mut self, identities: &[(String, i64)]) -> Vec<RecalledSeries> {
        let mut all = Vec::new();
        for (slo, identity) in identities {
            match read(&self.connection, &self.estate, slo, *identity) {
                Ok(Some(recalled)) => {
                    self.series_written.insert((slo.clone(), *identity), crate::estate::series::RESTORED);
                    all.push(recalled);
                }
                Ok(None) => {}
                Err(error) => {
                    let error = self.said(&error);
                    tracing::warn!("the history of {slo} could not be read: {error}");
                    if matches!(error, StoreError::Broken { .. }) {
                        if let Err(error) = self.start_over() {
                            tracing::warn!("{error}");
                        }
                        return all;
                    }
                }
            }
        }
        all
    }

    /// Writes what of the histories changed since they were last written, in one transaction; returns how many chunks.
    ///
    /// # Errors
    /// The file cannot be written now; what was written before stands.
    pub fn save_series(&mut self, histories: &[KeptSeries], now: Timestamp) -> Result<usize, StoreError> {
        let mut fresh = Vec::new();
        for kept in histories {
            let key = (kept.name.clone(), kept.identity);
            let (revision, chunks) = kept.course.changed_since(self.series_written.get(&key).copied().unwrap_or(0));
            if self.series_written.get(&key) != Some(&revision) {
                fresh.push((key, kept, revision, chunks));
            }
        }
        if fresh.is_empty() {
            return Ok(0);
        }
        let count = fresh.iter().map(|(.., chunks)| chunks.len()).sum();
        let estate = self.estate.clone();
        let written = (|| {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (_, kept, _, chunks) in &fresh {
                write(&transaction, &estate, kept, chunks, now)?;
            }
            transaction.commit()
        })();
        written.map_err(|error| self.said(&error))?;
        self.series_written.extend(fresh.into_iter().map(|(key, _, revision, _)| (key, revision)));
        Ok(count)
    }

    /// Forgets histories that nobody adds to any more.
    pub(super) fn forget_series(&self, now: Timestamp) -> rusqlite::Result<()> {
        let oldest = now.checked_sub(FORGET_AFTER).unwrap_or(Timestamp::UNIX_EPOCH).as_millisecond();
        self.connection.execute(
            "DELETE FROM series_chunk WHERE series IN (SELECT id FROM series WHERE written_at < ?)",
            [oldest],
        )?;
        self.connection.execute("DELETE FROM series WHERE written_at < ?", [oldest]).map(|_| ())
    }
}

fn read(connection: &Connection, estate: &str, slo: &str, identity: i64) -> rusqlite::Result<Option<RecalledSeries>> {
    let found = known(connection, estate, slo, identity)?;
    let Some((id, covered)) = found else { return Ok(None) };
    let mut query = connection.prepare_cached("SELECT step, number, points FROM series_chunk WHERE series = ?")?;
    let mut rows = query.query([id])?;
    let mut chunks = Vec::new();
    while let Some(row) = rows.next()? {
        let (step, number): (i64, i64) = (row.get(0)?, row.get(1)?);
        if let Some(step) = Step::of(step) {
            chunks.push(Chunk { step, number, values: values(row.get_ref(2)?.as_blob()?) });
        }
    }
    Ok(Some(RecalledSeries { name: slo.to_owned(), chunks, covered }))
}

/// A history's row and what it covers.
fn known(
    connection: &Connection,
    estate: &str,
    slo: &str,
    identity: i64,
) -> rusqlite::Result<Option<(i64, Option<Covered>)>> {
    let mut query = connection.prepare_cached(
        "SELECT id, asked_from, asked_until FROM series WHERE estate = ? AND name = ? AND identity = ?",
    )?;
    query
        .query_row(params![estate, slo, identity], |row| {
            let at = |index| row.get::<_, Option<i64>>(index);
            let second = |at: Option<i64>| at.and_then(|at| Timestamp::from_second(at).ok());
            let covered = second(at(1)?).zip(second(at(2)?)).map(|(from, until)| Covered { from, until });
            Ok((row.get(0)?, covered))
        })
        .optional()
}

fn write(
    transaction: &Transaction<'_>,
    estate: &str,
    kept: &KeptSeries,
    chunks: &[Chunk],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let before = known(transaction, estate, &kept.name, kept.identity)?.and_then(|(_, covered)| covered);
    let covered = joined(before, kept.course.covered());
    let second = |at: fn(Covered) -> Timestamp| covered.map(|c| at(c).as_second());
    let id: i64 = transaction
        .prepare_cached(
            "INSERT INTO series (estate, name, identity, asked_from, asked_until, written_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (estate, name, identity) DO UPDATE SET asked_from = excluded.asked_from,
             asked_until = excluded.asked_until, written_at = excluded.written_at RETURNING id",
        )?
        .query_row(
            params![estate, kept.name, kept.identity, second(|c| c.from), second(|c| c.until), now.as_millisecond()],
            |row| row.get(0),
        )?;
    let mut find =
        transaction.prepare_cached("SELECT points FROM series_chunk WHERE series = ? AND step = ? AND number = ?")?;
    let mut put = transaction.prepare_cached(
        "INSERT INTO series_chunk (series, step, number, points) VALUES (?, ?, ?, ?)
         ON CONFLICT (series, step, number) DO UPDATE SET points = excluded.points",
    )?;
    for chunk in chunks {
        let key = params![id, chunk.step.seconds(), chunk.number];
        let before: Option<Vec<u8>> = find.query_row(key, |row| row.get(0)).optional()?;
        let points = bytes(&overlaid(&before.map(|b| values(&b)).unwrap_or_default(), chunk));
        put.execute(params![id, chunk.step.seconds(), chunk.number, points])?;
    }
    let mut forget =
        transaction.prepare_cached("DELETE FROM series_chunk WHERE series = ? AND step = ? AND number < ?")?;
    for step in [Step::Minute, Step::FiveMinutes] {
        forget.execute(params![id, step.seconds(), kept.course.first_chunk(step)])?;
    }
    Ok(())
}

/// What both have asked, where it hangs together; else the later time: what lies before it is asked for again.
fn joined(before: Option<Covered>, now: Option<Covered>) -> Option<Covered> {
    match (before, now) {
        (Some(a), Some(b)) if a.from <= b.until && b.from <= a.until => {
            Some(Covered { from: a.from.min(b.from), until: a.until.max(b.until) })
        }
        (before, now) => before.into_iter().chain(now).max_by_key(|c| c.until),
    }
}

/// The new numbers, and the old ones where there is no new one. All numbers of a slot go together; the last says whether
/// it is known.
fn overlaid(before: &[f64], now: &Chunk) -> Vec<f64> {
    let slots = usize::try_from(now.step.chunk()).unwrap_or(1).max(1);
    let width = (now.values.len() / slots).max(1);
    let known = |slot: &&[f64]| slot.last().is_some_and(|v| !v.is_nan());
    let old = before.chunks_exact(width).map(Some).chain(std::iter::repeat(None));
    let slot = |(new, old): (_, Option<_>)| Some(new).filter(known).or(old).unwrap_or(new);
    now.values.chunks_exact(width).zip(old).flat_map(slot).copied().collect()
}

fn bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn values(bytes: &[u8]) -> Vec<f64> {
    let (whole, _) = bytes.as_chunks::<8>();
    whole.iter().map(|b| f64::from_le_bytes(*b)).collect()
}
