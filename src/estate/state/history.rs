//! The histories of SLOs: taking points in, and what of them is worth keeping over a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Estate, Known, SloState};
use crate::estate::{Chunk, Course, Covered, DeclaredSlo, Sli, SliPoints, SliSeries, SloCounts, Window};

/// One history, and what tells it from another's.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptSeries {
    /// The SLO's name in the estate file, or a trend's.
    pub name: String,
    /// A number that changes when it is counted from something else.
    pub identity: i64,
    /// What is kept.
    pub course: Course,
}

impl SloState {
    pub(super) fn new(declared: DeclaredSlo) -> Self {
        let series = Arc::new(SliSeries::new(declared.window_s));
        Self { declared, counts: None, series }
    }

    /// Takes points in, and counts the windows again where they are counted from the history.
    pub(super) fn take(&mut self, points: &SliPoints, as_of: Timestamp, origin: usize, now: Timestamp) {
        let series = Arc::make_mut(&mut self.series);
        series.take(points, now);
        if let Some(end) = points.counts_at {
            let value = series.counts(end, self.declared.window_s);
            self.counts = Some(Known { value, as_of, origin });
        }
    }

    /// Takes counts in that a source made itself. A query over a window does not tell a quiet hour from one that was never
    /// scraped, but the history does.
    pub(super) fn count(&mut self, mut counts: SloCounts, as_of: Timestamp, origin: usize) {
        if matches!(self.declared.sli, Sli::Prometheus { .. }) {
            let to = counts.at.as_second();
            let lengths = Window::ALL.map(Window::seconds).into_iter().chain([self.declared.window_s]);
            for (count, seconds) in counts.windows.iter_mut().chain([&mut counts.whole]).zip(lengths) {
                let from = to.saturating_sub_unsigned(seconds);
                count.partial |= count.total.is_some() && self.series.lacks(from, to);
            }
        }
        self.counts = Some(Known { value: counts, as_of, origin });
    }

    /// Withdraws all that is known of it.
    pub(super) fn forget(&mut self) {
        self.counts = None;
        self.series = Arc::new(SliSeries::new(self.declared.window_s));
    }
}

impl Estate {
    /// The histories that are worth keeping; cheap, for they are shared and not copied.
    pub fn histories(&self) -> Vec<KeptSeries> {
        let told = self.slos.iter().filter(|s| s.series.covered().is_some() || !s.series.is_empty());
        told.map(|s| KeptSeries {
            name: s.declared.name.clone(),
            identity: self.identity_of_sli(s),
            course: Course::Events(Arc::clone(&s.series)),
        })
        .chain(self.kept_trends())
        .collect()
    }

    /// Each SLO's name in the estate file, and each trend's, with the identity under which its history is kept.
    pub fn identities(&self) -> Vec<(String, i64)> {
        self.slos
            .iter()
            .map(|s| (s.declared.name.clone(), self.identity_of_sli(s)))
            .chain(self.trend_identities())
            .collect()
    }

    /// Takes back in what was kept of an SLO's history or a trend under its present identity.
    pub fn restore_history(&mut self, name: &str, chunks: &[Chunk], covered: Option<Covered>, now: Timestamp) {
        if let Some(s) = self.slos.iter_mut().find(|s| s.declared.name == name) {
            Arc::make_mut(&mut s.series).restore(chunks, covered, now);
        } else {
            self.restore_trend(name, chunks, now);
        }
    }

    /// For what time each SLO's source has been asked already, by the SLO's name in the estate file.
    pub fn coverage(&self) -> BTreeMap<String, Covered> {
        self.slos.iter().filter_map(|s| Some((s.declared.name.clone(), s.series.covered()?))).collect()
    }

    fn identity_of_sli(&self, slo: &SloState) -> i64 {
        let account = self.account_of(&slo.entry()).map(|a| &a.declared.id);
        digest(&format!("{:?}", (&slo.declared.sli, account)))
    }
}

/// FNV-1a: the same in every version.
pub(super) fn digest(text: &str) -> i64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step).cast_signed()
}
