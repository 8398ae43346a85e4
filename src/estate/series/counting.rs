//! Windows of events, counted from a history: pure, and the same whatever way a window is cut into parts.

use jiff::Timestamp;

use super::track::{Slots, Step};
use super::{SliSeries, Window, align};
use crate::estate::{SloCounts, WindowCount};

/// Five-minute slots whose sum is kept: half a day.
pub(super) const BLOCK_SLOTS: i64 = 144;
/// Windows up to this are counted by minutes, seconds: one missing minute shows. In longer ones five missing minutes do.
const BY_MINUTES_S: i64 = 7_200;

/// What a number of slots come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    /// All events.
    all: f64,
    /// All events of the slots whose bad ones are known.
    total: f64,
    /// Bad events.
    bad: f64,
    /// Slots with data.
    known: u64,
    /// Slots with data whose bad events are known.
    judged: u64,
    /// Slots without data.
    missing: u64,
}

impl Sum {
    /// Adds that part of a slot.
    fn add(&mut self, [bad, total]: Slots<2>, part: f64) {
        self.known += 1;
        self.all += total * part;
        // Where there were no events none was bad.
        let bad = if total == 0.0 { 0.0 } else { bad };
        if !bad.is_nan() {
            self.judged += 1;
            self.total += total * part;
            self.bad += bad * part;
        }
    }

    fn join(&mut self, other: &Self) {
        self.all += other.all;
        self.total += other.total;
        self.bad += other.bad;
        self.known += other.known;
        self.judged += other.judged;
        self.missing += other.missing;
    }

    /// As the counts of a window. Events of which it is not known whether they were bad are in neither count, unless
    /// it is known of none.
    fn count(&self) -> WindowCount {
        let partial = self.missing > 0 || self.judged < self.known;
        match (self.known, self.judged) {
            (0, _) => WindowCount { bad: None, total: None, partial },
            (_, 0) => WindowCount { bad: None, total: Some(self.all), partial },
            _ => WindowCount { bad: Some(self.bad.min(self.total)), total: Some(self.total), partial },
        }
    }
}

/// The last whole minute that has ended at `now`.
pub fn whole_minute(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second().div_euclid(60) * 60).unwrap_or(now)
}

impl SliSeries {
    /// The seven windows and the SLO's own one, all ending at `end`.
    pub fn counts(&self, end: Timestamp, window_s: u64) -> SloCounts {
        let to = end.as_second();
        let last = |seconds: u64| {
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX / 4);
            self.sum(to.saturating_sub(seconds), to, seconds <= BY_MINUTES_S).count()
        };
        SloCounts { at: end, windows: Window::ALL.map(|w| last(w.seconds())), whole: last(window_s) }
    }

    /// Events from one instant up to another, both whole minutes. Where a five-minute slot is cut whose minutes are no
    /// longer known, its events count in proportion.
    pub fn count(&self, from: Timestamp, to: Timestamp) -> WindowCount {
        let (from, to) = (from.as_second(), to.as_second());
        self.sum(from, to, to.saturating_sub(from) <= BY_MINUTES_S).count()
    }

    /// Whether five minutes are without data in the time from one instant to another, as far as its source was asked.
    pub fn lacks(&self, from: i64, to: i64) -> bool {
        let Some(covered) = self.covered() else { return false };
        let length = Step::FiveMinutes.seconds();
        // Whole slots alone: those at the edges are asked for later, or no more.
        let from = align(from.max(covered.from.as_second()) + length - 1);
        let to = align(to.min(covered.until.as_second()));
        from < to && self.sum(from, to, false).missing > 0
    }

    /// The newest instant at which a minute with data ends.
    pub fn last_minute(&self) -> Option<Timestamp> {
        let (slot, _) = self.tracks.minutes().slots().rev().find(|(_, value)| value.is_some())?;
        Timestamp::from_second((slot + 1) * 60).ok()
    }

    fn sum(&self, from: i64, to: i64, by_minutes: bool) -> Sum {
        let length = Step::FiveMinutes.seconds();
        let block = BLOCK_SLOTS * length;
        let mut sum = Sum::default();
        let mut at = align(from);
        while at < to {
            if !by_minutes && at.rem_euclid(block) == 0 && at >= from && at + block <= to {
                // What has no sum lies before or after all that is known.
                let nothing = Sum { missing: BLOCK_SLOTS.unsigned_abs(), ..Sum::default() };
                sum.join(self.blocks.get(&at.div_euclid(block)).unwrap_or(&nothing));
                at += block;
                continue;
            }
            self.add_slot(&mut sum, at, (from.max(at), to.min(at + length)), by_minutes);
            at += length;
        }
        sum
    }

    /// Adds what lies in `from..to` of the five minutes that begin at `at`.
    fn add_slot(&self, sum: &mut Sum, at: i64, (from, to): (i64, i64), by_minutes: bool) {
        let length = Step::FiveMinutes.seconds();
        if let Some(told) = self.tracks.five().get(at.div_euclid(length)) {
            sum.add(told, (to - from) as f64 / length as f64);
            return;
        }
        let minutes = at.div_euclid(60)..at.div_euclid(60) + 5;
        if !by_minutes && minutes.clone().all(|m| self.tracks.minutes().get(m).is_none()) {
            sum.missing += 1;
            return;
        }
        for minute in minutes.filter(|m| m * 60 >= from && m * 60 < to) {
            match self.tracks.minutes().get(minute) {
                Some(known) => sum.add(known, 1.0),
                None if by_minutes => sum.missing += 1,
                None => {}
            }
        }
    }

    fn block(&self, number: i64) -> Sum {
        let mut sum = Sum::default();
        let length = Step::FiveMinutes.seconds();
        for slot in number * BLOCK_SLOTS..(number + 1) * BLOCK_SLOTS {
            self.add_slot(&mut sum, slot * length, (slot * length, (slot + 1) * length), false);
        }
        sum
    }

    /// Sums the blocks that have changed.
    pub(super) fn settle(&mut self) {
        let five = self.tracks.five_range();
        let blocks = five.start.div_euclid(BLOCK_SLOTS)..(five.end + BLOCK_SLOTS - 1).div_euclid(BLOCK_SLOTS);
        for number in blocks {
            if !self.blocks.contains_key(&number) {
                let sum = self.block(number);
                self.blocks.insert(number, sum);
            }
        }
    }
}
