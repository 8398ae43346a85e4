//! The write window: the only thing that can make a client that changes something.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// An open write window: a reason, and an end. Not cloned: there is one, and who drops it closes it.
#[derive(Debug, PartialEq, Eq)]
pub struct WriteWindow {
    reason: String,
    closes_at: Timestamp,
}

impl WriteWindow {
    /// Opens a window for a reason, an incident's id or words; none without a reason.
    pub fn open(reason: &str, lasts: Duration, now: Timestamp) -> Option<Self> {
        let reason = reason.trim();
        if reason.is_empty() {
            return None;
        }
        let lasts = SignedDuration::try_from(lasts).ok()?;
        Some(Self { reason: reason.to_owned(), closes_at: now.checked_add(lasts).ok()? })
    }

    /// Why it was opened.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// When it closes by itself.
    pub fn closes_at(&self) -> Timestamp {
        self.closes_at
    }

    /// Leave to make a client that changes something; none once the window has closed.
    pub fn pass(&self, now: Timestamp) -> Option<WritePass> {
        (now < self.closes_at).then(|| WritePass { reason: self.reason.clone() })
    }
}

/// Leave to make one client that changes something. Only an open [`WriteWindow`] gives it.
#[derive(Debug)]
pub struct WritePass {
    reason: String,
}

impl WritePass {
    /// Why the window was opened.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
