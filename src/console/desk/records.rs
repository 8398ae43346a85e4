//! Operations as the journal tells them: its entries folded, one record for each operation.

use jiff::Timestamp;

use crate::operate::journal::{Entry, EventKind, Outcome};
use crate::operate::{Pinned, Plan};

/// One operation, from its first entry to its last.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its number: `OP-3`.
    pub number: String,
    /// What it is, by the catalogue's name.
    pub action: String,
    /// What it acts on.
    pub target: Pinned,
    /// Who asked for it.
    pub person: String,
    /// Why the write window was open.
    pub reason: Option<String>,
    /// How it ended, by its last entry that says so; none while it is under way or left open.
    pub outcome: Option<Outcome>,
    /// The plan, where the journal holds it.
    pub plan: Option<Box<Plan>>,
    /// Its entries, in order.
    pub entries: Vec<Entry>,
}

impl Record {
    fn of(entry: &Entry) -> Self {
        let note = &entry.note;
        Self {
            number: note.operation.clone(),
            action: note.action.clone(),
            target: note.target.clone(),
            person: note.person.clone(),
            reason: note.reason.clone(),
            outcome: None,
            plan: None,
            entries: Vec::new(),
        }
    }

    fn take(&mut self, entry: Entry) {
        if self.entries.iter().any(|e| e.seq == entry.seq) {
            return;
        }
        if entry.note.event == EventKind::Planned {
            self.plan = serde_json::from_value(entry.note.detail.clone()).ok().map(Box::new);
        }
        self.outcome = entry.note.outcome.or(self.outcome);
        self.entries.push(entry);
    }

    /// When it began.
    pub fn begun(&self) -> Option<Timestamp> {
        self.entries.first().map(|e| e.note.at)
    }
}

/// Takes entries in, in any order and any number of times.
pub(super) fn take(records: &mut Vec<Record>, entries: impl IntoIterator<Item = Entry>) {
    for entry in entries {
        let at = records.iter().position(|r| r.number == entry.note.operation).unwrap_or_else(|| {
            records.push(Record::of(&entry));
            records.len() - 1
        });
        records[at].take(entry);
    }
    // The newest first.
    records.sort_by_key(|r| std::cmp::Reverse(r.entries.first().map_or(0, |e| e.seq)));
}
