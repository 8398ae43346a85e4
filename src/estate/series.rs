//! The history of an SLO's events, from which its windows are counted and its charts are drawn.
//!
//! Two steps: single minutes for the last days, and five minutes for at least 35 days. A five-minute slot is what a
//! source told of it, else the sum of its minutes; minutes that grow too old are rolled up. What is not known stays a
//! gap. Points are put in by their time: a late or a second one replaces, it never adds, and their order changes nothing.

mod counting;
mod track;
mod tracks;
mod trend;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::counting::whole_minute;
use self::counting::{BLOCK_SLOTS, Sum};
use self::track::Slots;
pub use self::track::{Chunk, Step};
use self::tracks::Tracks;
pub use self::trend::Trend;
use super::Window;

/// Minutes are kept for the longest of the seven windows, and an hour for edges and late points.
const MINUTES_KEPT_S: i64 = 3 * 86_400 + 3_600;
/// An SLO's own window up to this is counted by minutes too: `CloudWatch` keeps points of 60 s for 15 days.
const LONGEST_BY_MINUTES_S: i64 = 14 * 86_400;
/// Five-minute slots are kept so long, or for the SLO's own window where that is longer.
const FIVE_KEPT_S: i64 = 35 * 86_400;

/// The revision of a history that was just taken back in: what has changed since is not kept yet.
pub const RESTORED: u64 = 1;

/// What is kept over time.
#[derive(Debug, Clone, PartialEq)]
pub enum Course {
    /// An SLO's events.
    Events(Arc<SliSeries>),
    /// A number that is polled.
    Number(Arc<Trend>),
}

impl Course {
    /// The chunks that changed after a revision, and the present revision.
    pub fn changed_since(&self, revision: u64) -> (u64, Vec<Chunk>) {
        match self {
            Self::Events(series) => series.changed_since(revision),
            Self::Number(trend) => trend.changed_since(revision),
        }
    }

    /// The first chunk of a step that is still of use.
    pub fn first_chunk(&self, step: Step) -> i64 {
        match self {
            Self::Events(series) => series.first_chunk(step),
            Self::Number(trend) => trend.first_chunk(step),
        }
    }

    /// The time for which a source has been asked; a number is not asked for backwards.
    pub fn covered(&self) -> Option<Covered> {
        match self {
            Self::Events(series) => series.covered(),
            Self::Number(_) => None,
        }
    }
}

/// The events of one period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SliPoint {
    /// The start of the period.
    pub at: Timestamp,
    /// Bad events; none where they are not known.
    pub bad: Option<f64>,
    /// All events; none where there is no data.
    pub total: Option<f64>,
}

/// The time for which a source has been asked, whether it had points or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

/// Points of an SLO's history, as a source tells them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SliPoints {
    /// Points of 60 s.
    pub minutes: Vec<SliPoint>,
    /// Points of 300 s.
    pub five_minutes: Vec<SliPoint>,
    /// All the time that has been asked for by now, these points included; none: as before.
    pub covered: Option<Covered>,
    /// Count the SLO's windows from the history, ending at this instant; none where another fact tells the counts.
    pub counts_at: Option<Timestamp>,
}

/// One SLO's history. Cheap to hold behind an `Arc`; an empty one holds nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct SliSeries {
    tracks: Tracks<2>,
    minutes_kept_s: i64,
    five_kept_s: i64,
    /// The sums of whole blocks of five-minute slots.
    blocks: BTreeMap<i64, Sum>,
    covered: Option<Covered>,
}

impl SliSeries {
    /// An empty history for an SLO whose own window is so many seconds long.
    pub fn new(window_s: u64) -> Self {
        let window_s = i64::try_from(window_s).unwrap_or(i64::MAX / 4);
        let by_minutes = if window_s <= LONGEST_BY_MINUTES_S { window_s + 3_600 } else { 0 };
        Self {
            tracks: Tracks::default(),
            minutes_kept_s: by_minutes.max(MINUTES_KEPT_S),
            five_kept_s: (window_s + 3_600).max(FIVE_KEPT_S),
            blocks: BTreeMap::new(),
            covered: None,
        }
    }

    /// How long minutes are kept, seconds.
    pub fn minutes_kept_s(&self) -> i64 {
        self.minutes_kept_s
    }

    /// Whether no point is known.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// The time for which the source has been asked.
    pub fn covered(&self) -> Option<Covered> {
        self.covered
    }

    /// Every minute from the oldest to the newest that is known; one without data has no total.
    pub fn minutes(&self) -> impl DoubleEndedIterator<Item = SliPoint> + '_ {
        self.tracks.minutes().slots().filter_map(|(slot, value)| point(Step::Minute, slot, value))
    }

    /// Every five minutes from the oldest to the newest that are known; without data they have no total.
    pub fn five_minutes(&self) -> impl DoubleEndedIterator<Item = SliPoint> + '_ {
        self.tracks.five_range().filter_map(|slot| point(Step::FiveMinutes, slot, self.tracks.five_slot(slot, sum_of)))
    }

    /// Takes in points at `now`: points of the future, and those that are too old to be kept, are left out.
    pub fn take(&mut self, points: &SliPoints, now: Timestamp) {
        let now = now.as_second();
        self.tracks.revise();
        if points.covered.is_some() {
            self.covered = points.covered;
        }
        self.fold(now - self.minutes_kept_s);
        let oldest = now - self.minutes_kept_s;
        for p in &points.minutes {
            self.put(Step::Minute, p, oldest, now);
        }
        let oldest = now - self.five_kept_s;
        for p in &points.five_minutes {
            self.put(Step::FiveMinutes, p, oldest, now);
        }
        self.forget(oldest);
        self.settle();
    }

    fn put(&mut self, step: Step, p: &SliPoint, oldest: i64, now: i64) {
        let at = p.at.as_second();
        let slot = at.div_euclid(step.seconds());
        // Trimming goes by whole five minutes, so taking in must too.
        if slot * step.seconds() < align(oldest) || at >= now {
            return;
        }
        if self.tracks.put(step, slot, [sane(p.bad), sane(p.total)]) {
            self.unsettle(step, slot);
        }
    }

    /// The block in which a slot lies is to be summed anew.
    fn unsettle(&mut self, step: Step, slot: i64) {
        self.blocks.remove(&(slot * step.seconds()).div_euclid(BLOCK_SLOTS * Step::FiveMinutes.seconds()));
    }

    /// Rolls minutes before that time up into five minutes.
    fn fold(&mut self, before: i64) {
        for slot in self.tracks.fold(align(before) / Step::Minute.seconds(), sum_of) {
            self.unsettle(Step::FiveMinutes, slot);
        }
    }

    fn forget(&mut self, before: i64) {
        let first = align(before) / Step::FiveMinutes.seconds();
        self.tracks.forget(Step::FiveMinutes, first);
        let block = first.div_euclid(BLOCK_SLOTS);
        self.blocks.retain(|b, _| *b > block);
    }

    /// The chunks that changed after a revision, for whoever keeps them, and the present revision.
    pub fn changed_since(&self, revision: u64) -> (u64, Vec<Chunk>) {
        self.tracks.changed_since(revision)
    }

    /// The first chunk of a step that is still of use.
    pub fn first_chunk(&self, step: Step) -> i64 {
        self.tracks.first_chunk(step)
    }

    /// Takes back in what was kept: chunks and what they cover, at `now`.
    pub fn restore(&mut self, chunks: &[Chunk], covered: Option<Covered>, now: Timestamp) {
        let now = now.as_second();
        self.tracks.restore(chunks, &(align(now - self.five_kept_s)..now));
        self.covered = covered;
        self.fold(now - self.minutes_kept_s);
        self.blocks.clear();
        self.settle();
    }
}

/// The sum of slots in which something is known.
fn sum_of(slots: &mut dyn Iterator<Item = Slots<2>>) -> Option<Slots<2>> {
    slots.reduce(|[bad, total], [b, t]| [bad + b, total + t])
}

fn point(step: Step, slot: i64, value: Option<Slots<2>>) -> Option<SliPoint> {
    let at = Timestamp::from_second(slot * step.seconds()).ok()?;
    let [bad, total] = value.unwrap_or([f64::NAN; 2]);
    Some(SliPoint { at, bad: known(bad), total: known(total) })
}

fn known(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

/// A count as it is kept: not a number where it is not known.
fn sane(count: Option<f64>) -> f64 {
    count.filter(|c| c.is_finite() && *c >= 0.0).unwrap_or(f64::NAN)
}

/// The start of the five minutes in which a second lies.
fn align(second: i64) -> i64 {
    second.div_euclid(300) * 300
}
