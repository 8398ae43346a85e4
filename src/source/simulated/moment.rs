//! One instant of the world, and until when what is seen at it stays the same.

use super::chance::{below, mix};

/// An instant of the world, in whole seconds since 1970.
pub(super) type At = i64;

/// A day, in seconds.
pub(super) const DAY: At = 86_400;

/// An instant that notes the next one at which anything that was asked of it would be answered otherwise.
///
/// Whatever is computed from a moment by [`Moment::past`] alone stays the same until [`Moment::next`]; that is how the
/// world knows what to look at again without looking at everything each second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    now: At,
    next: At,
}

impl Moment {
    pub(super) fn new(now: At) -> Self {
        Self { now, next: At::MAX }
    }

    /// The instant itself: what is computed from it by other means must be noted by [`Moment::note`].
    pub(super) fn now(&self) -> At {
        self.now
    }

    /// The next instant that matters.
    pub(super) fn next(&self) -> At {
        self.next
    }

    /// Whether `at` has come.
    pub(super) fn past(&mut self, at: At) -> bool {
        self.note(at);
        at <= self.now
    }

    /// Whether it is within a span, its end excluded.
    pub(super) fn within(&mut self, from: At, to: At) -> bool {
        let begun = self.past(from);
        let ended = self.past(to);
        begun && !ended
    }

    /// Notes that something changes at `at`.
    pub(super) fn note(&mut self, at: At) {
        if at > self.now {
            self.next = self.next.min(at);
        }
    }
}

/// Something that happens again and again, not quite evenly: once in each period, within its first quarter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recurring {
    /// When its period 0 begins.
    pub(super) phase: At,
    /// Seconds from one to the next, on average.
    pub(super) period: At,
    /// Its chance.
    pub(super) grain: u64,
}

impl Recurring {
    /// Happens every `period` seconds or so, from a phase of its own.
    pub(super) fn new(grain: u64, period: At) -> Self {
        Self { phase: below(mix(grain, 11), period), period, grain }
    }

    /// When it happens for the k-th time.
    pub(super) fn nth(&self, k: i64) -> At {
        self.phase + k * self.period + below(mix(self.grain, k.cast_unsigned()), self.period / 4)
    }

    /// Its last time before or at the moment.
    pub(super) fn last(&self, moment: &mut Moment) -> i64 {
        let k = (moment.now() - self.phase).div_euclid(self.period);
        let k = if self.nth(k) <= moment.now() { k } else { k - 1 };
        moment.note(self.nth(k + 1));
        k
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_moment_notes_the_nearest_change() {
        let mut m = Moment::new(100);
        assert!(m.past(100) && !m.past(130) && !m.past(120) && m.past(5));
        assert_eq!(m.next(), 120);
        assert!(m.within(90, 110));
        assert_eq!(m.next(), 110);
    }

    proptest! {
        #[test]
        fn the_last_time_is_the_last(grain in any::<u64>(), period in 60_i64..1_000_000, now in 0_i64..4_000_000_000) {
            let r = Recurring::new(grain, period);
            let mut m = Moment::new(now);
            let k = r.last(&mut m);
            prop_assert!(r.nth(k) <= now && now < r.nth(k + 1));
            prop_assert_eq!(m.next(), r.nth(k + 1));
        }
    }
}
