//! A wait by the clock on the wall, which may be set back meanwhile.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Asked so much before the time is still in time: a schedule is not exact to the second.
const SLACK: SignedDuration = SignedDuration::from_secs(10);

/// From when until when something is not asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    since: Timestamp,
    until: Timestamp,
}

impl Wait {
    /// A pause that begins now.
    pub(super) fn new(now: Timestamp, pause: Duration) -> Self {
        Self { since: now, until: now.checked_add(pause).unwrap_or(Timestamp::MAX) }
    }

    /// Whether it is: the time has come, or lies before the wait's begin. Then the clock was set back, and nobody knows how
    /// much of the wait is left.
    pub(super) fn is_over(self, now: Timestamp) -> bool {
        now < self.since || self.until.duration_since(now) <= SLACK
    }

    /// How long it goes on; zero when it is over.
    pub(super) fn left(self, now: Timestamp) -> Duration {
        if self.is_over(now) {
            return Duration::ZERO;
        }
        Duration::try_from(self.until.duration_since(now)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_with_its_time_or_when_the_clock_is_set_back() {
        let begun: Timestamp = "2026-11-21T15:00:00Z".parse().unwrap();
        let wait = Wait::new(begun, Duration::from_mins(90));
        // Seconds after the begin, and what is left.
        let table = [
            (0, Some(5_400)),
            (1, Some(5_399)),
            (5_389, Some(11)),
            (5_390, None),
            (5_400, None),
            (9_000, None),
            (-1, None),
            (-3 * 3_600, None),
        ];
        for (after, left) in table {
            let now = begun + SignedDuration::from_secs(after);
            assert_eq!(wait.is_over(now), left.is_none(), "{after}");
            assert_eq!(wait.left(now).as_secs(), left.unwrap_or_default(), "{after}");
        }
    }

    #[test]
    fn no_time_is_too_far() {
        let endless = Wait::new(Timestamp::MAX, Duration::MAX);
        assert!(endless.is_over(Timestamp::MIN) && endless.is_over(Timestamp::MAX));
        let wait = Wait::new(Timestamp::MIN, Duration::MAX);
        assert!(!wait.is_over(Timestamp::MIN) && wait.is_over(Timestamp::MAX));
    }
}
