//! The journal: what was done, by whom, with what outcome. Written before a call goes out, or nothing goes out.

pub mod chain;
mod entry;
mod keeping;
mod ledger;

pub use entry::{Entry, EventKind, Note, Outcome};
pub use keeping::{Journal, Recorded};
pub use ledger::{Appended, Head, Ledger, LedgerError};
