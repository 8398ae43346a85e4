//! Keeping the journal: numbers, chains and appends notes, off the task that asks.

use std::sync::Arc;
use std::time::Duration;

use super::{Appended, Entry, EventKind, Ledger, LedgerError, Note, chain};
use crate::operate::Call;

/// How often an append is tried again when other consoles are quicker: each time one of them got on.
const TRIES: usize = 1_000;

/// A disk that takes longer than this is not to be relied on.
const PATIENCE: Duration = Duration::from_secs(15);

/// The journal. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    ledger: Arc<dyn Ledger>,
}

impl Journal {
    /// A journal that is kept in a ledger.
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger }
    }

    /// Appends the first note of an operation, and gives the operation its number: no other has it, on this machine.
    ///
    /// # Errors
    /// It could not be written: nothing may be done.
    pub async fn begin(&self, note: Note) -> Result<Entry, LedgerError> {
        self.write(note, true).await
    }

    /// Appends a note.
    ///
    /// # Errors
    /// It could not be written: nothing may be done.
    pub async fn append(&self, note: Note) -> Result<Entry, LedgerError> {
        self.write(note, false).await
    }

    /// Records a call that is about to go out. What it returns is the only thing that can be sent.
    ///
    /// # Errors
    /// It could not be written: it must not be sent.
    pub async fn record(&self, call: Call, mut note: Note) -> Result<(Recorded<Call>, Entry), LedgerError> {
        note.event = EventKind::Sent;
        let entry = self.write(note, false).await?;
        Ok((Recorded { what: call }, entry))
    }

    /// Every entry, in order.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        self.off(|ledger| ledger.entries()).await
    }

    /// Whether it is whole and could be written now.
    ///
    /// # Errors
    /// Why not.
    pub async fn sound(&self) -> Result<u64, LedgerError> {
        self.off(|ledger| {
            let entries = ledger.verify()?;
            ledger.writable()?;
            Ok(entries)
        })
        .await
    }

    async fn write(&self, note: Note, first: bool) -> Result<Entry, LedgerError> {
        self.off(move |ledger| append(ledger, &note, first)).await
    }

    async fn off<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let ledger = Arc::clone(&self.ledger);
        let done = tokio::task::spawn_blocking(move || work(ledger.as_ref()));
        match tokio::time::timeout(PATIENCE, done).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(slow("its writing was broken off")),
            Err(_) => Err(slow("the disk does not answer")),
        }
    }
}

fn slow(reason: &str) -> LedgerError {
    LedgerError::Failed { path: "journal.db".into(), reason: reason.to_owned() }
}

/// Compares and appends until it is in.
fn append(ledger: &dyn Ledger, note: &Note, first: bool) -> Result<Entry, LedgerError> {
    for _ in 0..TRIES {
        let head = ledger.head()?;
        let mut note = note.clone();
        if first {
            note.operation = format!("OP-{}", head.operations + 1);
        }
        let entry = chain::entry(&head, note);
        match ledger.append(&head, &entry)? {
            Appended::Kept => return Ok(entry),
            Appended::Moved => {}
        }
    }
    Err(slow("other consoles write it all the time"))
}

/// Something that the journal holds already: only the journal makes it, so that an unrecorded call does not compile.
#[derive(Debug)]
pub struct Recorded<T> {
    what: T,
}

impl<T> Recorded<T> {
    /// What was recorded.
    pub fn into_inner(self) -> T {
        self.what
    }
}

impl<T> AsRef<T> for Recorded<T> {
    fn as_ref(&self) -> &T {
        &self.what
    }
}
