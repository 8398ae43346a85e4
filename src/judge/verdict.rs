//! A whole judgement: the level of every entry, and the alerts it rests on.

use jiff::Timestamp;

use super::metric::Metric;
use super::policy::Terms;
use super::standing::Mark;
use super::{Alert, Level, RuleId, Subject};
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
    /// When it was made.
    pub at: Timestamp,
    /// The worst level of all entries and sources.
    pub level: Level,
    /// Every entry of the estate, in the order accounts, clusters, databases, SLOs, services, budgets, each in the file's order.
    pub verdicts: Vec<Verdict>,
    /// Every alert, the worst first, then the oldest, then in the order of the estate; silenced ones last.
    pub alerts: Vec<Alert>,
    /// Numbers of the SLOs, in the file's order.
    pub slos: Vec<SloVerdict>,
    /// The rules as they were in force.
    pub terms: Vec<Terms>,
    /// What the team's own rules measure.
    pub team: Vec<(RuleId, &'static Metric)>,
    /// What breaks its threshold, but not for long enough yet to be raised.
    pub waiting: Vec<(RuleId, Subject, Mark)>,
}

impl Judgement {
    /// A rule as it was in force; none where it is switched off.
    pub fn terms(&self, id: RuleId) -> Option<&Terms> {
        self.terms.iter().find(|terms| terms.id == id)
    }

    /// Every rule that was in force.
    pub fn terms_in_force(&self) -> impl Iterator<Item = &Terms> {
        self.terms.iter()
    }

    /// What a rule of the team's own measures.
    pub fn metric(&self, id: RuleId) -> Option<&'static Metric> {
        self.team.iter().find(|(rule, _)| *rule == id).map(|(_, metric)| *metric)
    }

    /// The verdict on an entry.
    pub fn verdict(&self, entry: &EntryRef) -> Option<&Verdict> {
        self.verdicts.iter().find(|v| v.entry == *entry)
    }
}
