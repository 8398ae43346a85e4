//! Minutes and five minutes of the same numbers, and what of them has changed for whoever keeps them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::RESTORED;
use super::track::{Chunk, Slots, Step, Track};

/// What the minutes of five minutes that are known come to; none where none is known.
pub(super) type Join<const N: usize> = fn(&mut dyn Iterator<Item = Slots<N>>) -> Option<Slots<N>>;

/// Minutes and five minutes. Five minutes are what was put in for them, else what their minutes come to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tracks<const N: usize> {
    minutes: Track<N>,
    five: Track<N>,
    /// Counts the changes.
    revision: u64,
    /// The revision at which each chunk was last changed.
    touched: BTreeMap<(Step, i64), u64>,
}

impl<const N: usize> Default for Tracks<N> {
    fn default() -> Self {
        let (minutes, five) = (Track::new(Step::Minute), Track::new(Step::FiveMinutes));
        Self { minutes, five, revision: 0, touched: BTreeMap::new() }
    }
}

impl<const N: usize> Tracks<N> {
    pub(super) fn minutes(&self) -> &Track<N> {
        &self.minutes
    }

    /// Five minutes as they were put in or folded.
    pub(super) fn five(&self) -> &Track<N> {
        &self.five
    }

    pub(super) fn is_empty(&self) -> bool {
        self.minutes.is_empty() && self.five.is_empty()
    }

    fn track(&self, step: Step) -> &Track<N> {
        match step {
            Step::Minute => &self.minutes,
            Step::FiveMinutes => &self.five,
        }
    }

    fn track_mut(&mut self, step: Step) -> &mut Track<N> {
        match step {
            Step::Minute => &mut self.minutes,
            Step::FiveMinutes => &mut self.five,
        }
    }

    /// What is put in from here on is newer than all that was seen before.
    pub(super) fn revise(&mut self) {
        self.revision += 1;
    }

    /// Puts a value in. Returns whether anything changed.
    pub(super) fn put(&mut self, step: Step, slot: i64, value: Slots<N>) -> bool {
        let changed = self.track_mut(step).put(slot, value);
        if changed {
            self.touched.insert((step, slot.div_euclid(step.chunk())), self.revision);
        }
        changed
    }

    /// Makes five minutes of the minutes before that one, and forgets those. Returns the five minutes that changed.
    pub(super) fn fold(&mut self, before: i64, join: Join<N>) -> Vec<i64> {
        let mut changed = Vec::new();
        if !self.minutes.is_empty() {
            for slot in self.minutes.first().div_euclid(5)..(before.min(self.minutes.end()) + 4).div_euclid(5) {
                if self.five.get(slot).is_none()
                    && let Some(value) = self.folded(slot, join)
                    && self.put(Step::FiveMinutes, slot, value)
                {
                    changed.push(slot);
                }
            }
        }
        self.forget(Step::Minute, before);
        changed
    }

    /// Forgets the slots before that one.
    pub(super) fn forget(&mut self, step: Step, before: i64) {
        self.track_mut(step).forget(before);
        self.touched.retain(|(of, chunk), _| *of != step || (chunk + 1) * step.chunk() > before);
    }

    /// What is known of five minutes.
    pub(super) fn five_slot(&self, slot: i64, join: Join<N>) -> Option<Slots<N>> {
        self.five.get(slot).or_else(|| self.folded(slot, join))
    }

    fn folded(&self, slot: i64, join: Join<N>) -> Option<Slots<N>> {
        join(&mut (slot * 5..slot * 5 + 5).filter_map(|minute| self.minutes.get(minute)))
    }

    /// The five minutes from the oldest to the newest of which something is known.
    pub(super) fn five_range(&self) -> Range<i64> {
        let of_minutes = self.minutes.first().div_euclid(5)..(self.minutes.end() + 4).div_euclid(5);
        match (self.five.is_empty(), self.minutes.is_empty()) {
            (true, true) => 0..0,
            (true, false) => of_minutes,
            (false, true) => self.five.first()..self.five.end(),
            (false, false) => of_minutes.start.min(self.five.first())..of_minutes.end.max(self.five.end()),
        }
    }

    /// The chunks that changed after a revision, for whoever keeps them, and the present revision.
    pub(super) fn changed_since(&self, revision: u64) -> (u64, Vec<Chunk>) {
        let changed = self.touched.iter().filter(|(_, at)| **at > revision);
        (self.revision, changed.map(|((step, chunk), _)| self.track(*step).chunk(*chunk)).collect())
    }

    /// The first chunk of a step that is still of use.
    pub(super) fn first_chunk(&self, step: Step) -> i64 {
        self.track(step).first().div_euclid(step.chunk())
    }

    /// Takes chunks back in that were kept, as far as they lie in these seconds since 1970.
    pub(super) fn restore(&mut self, chunks: &[Chunk], seconds: &Range<i64>) {
        self.revision = RESTORED;
        for chunk in chunks {
            self.touched.insert((chunk.step, chunk.number), RESTORED);
            let length = chunk.step.seconds();
            let (first, end) = (seconds.start.div_euclid(length), (seconds.end - 1).div_euclid(length) + 1);
            self.track_mut(chunk.step).restore(chunk, first, end);
        }
        self.revise();
    }
}
