//! A whole judgement: the level of every entry, and the alerts it rests on.

use super::{Alert, Level};
use crate::estate::EntryRef;

/// What is judged of one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Which entry.
    pub entry: EntryRef,
    /// The worst of its alerts and doubts.
    pub level: Level,
    /// Indices into [`Judgement::alerts`], the worst first.
    pub alerts: Vec<usize>,
    /// Why it is at least unknown: a source that is not live, a number that is missing; empty when all is known.
    pub doubts: Vec<String>,
}

/// One SLO's numbers; none is not known, never 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SloVerdict {
    /// `ok`, `no_data`, `low_traffic` or `partial`.
    pub data: &'static str,
    /// Error budget left, percent; may be negative.
    pub remaining_percent: Option<f64>,
    /// Burn over the seven windows, in the order of `Window::ALL`.
    pub burn: [Option<f64>; 7],
    /// Names of what fires, such as `page 1h/5m`; none where nothing is known to fire and a pair has no verdict.
    pub firing: Option<Vec<&'static str>>,
    /// Seconds until the budget is gone at the 1 h burn; 0 when nothing is left, none when nothing burns.
    pub exhausted_in_s: Option<f64>,
}

/// What everything means at one instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// The worst level of all entries and sources.
    pub level: Level,
    /// Every entry of the estate, in the order accounts, clusters, databases, SLOs, budgets, each in the file's order.
    pub verdicts: Vec<Verdict>,
    /// Every alert, the worst first, then the oldest, then in the order of the estate.
    pub alerts: Vec<Alert>,
    /// Numbers of the SLOs, in the file's order.
    pub slos: Vec<SloVerdict>,
}

impl Judgement {
    /// The verdict on an entry.
    pub fn verdict(&self, entry: &EntryRef) -> Option<&Verdict> {
        self.verdicts.iter().find(|v| v.entry == *entry)
    }
}
