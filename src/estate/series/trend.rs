//! A number over time: the last value of each minute for a day, and the mean of five minutes for 35 days.

use jiff::Timestamp;

use super::align;
use super::track::{Chunk, Slots, Step};
use super::tracks::Tracks;

/// Minutes are kept so long, seconds.
const MINUTES_KEPT_S: i64 = 86_400;
/// Five minutes are kept so long, seconds.
const FIVE_KEPT_S: i64 = 35 * 86_400;

/// One number's course. What was not seen stays a gap.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trend {
    tracks: Tracks<1>,
}

impl Trend {
    /// Takes in what the number is at `now`; one that is not finite is not known.
    pub fn take(&mut self, value: f64, now: Timestamp) {
        let now = now.as_second();
        self.tracks.revise();
        self.roll_up(now);
        if value.is_finite() {
            self.tracks.put(Step::Minute, now.div_euclid(60), [value]);
        }
    }

    /// Every minute from the oldest to the newest that is known; none where it was not seen.
    pub fn minutes(&self) -> impl DoubleEndedIterator<Item = (Timestamp, Option<f64>)> + '_ {
        self.tracks.minutes().slots().filter_map(|(slot, value)| point(60, slot, value))
    }

    /// The last value that is known at a time or up to so many seconds before it.
    pub fn last_before(&self, at: Timestamp, within_s: i64) -> Option<f64> {
        let at = at.as_second();
        let minutes =
            (0..=within_s.min(MINUTES_KEPT_S) / 60).find_map(|n| self.tracks.minutes().get(at.div_euclid(60) - n));
        let fives = || (0..=within_s / 300).find_map(|n| self.tracks.five().get(at.div_euclid(300) - n));
        minutes.or_else(fives).map(|[value]| value)
    }

    /// The mean of every five minutes from the oldest to the newest that are known; none where it was not seen.
    pub fn five_minutes(&self) -> impl DoubleEndedIterator<Item = (Timestamp, Option<f64>)> + '_ {
        self.tracks.five_range().filter_map(|slot| point(300, slot, self.tracks.five_slot(slot, mean_of)))
    }

    /// The chunks that changed after a revision, for whoever keeps them, and the present revision.
    pub fn changed_since(&self, revision: u64) -> (u64, Vec<Chunk>) {
        self.tracks.changed_since(revision)
    }

    /// The first chunk of a step that is still of use.
    pub fn first_chunk(&self, step: Step) -> i64 {
        self.tracks.first_chunk(step)
    }

    /// Takes back in what was kept, at `now`.
    pub fn restore(&mut self, chunks: &[Chunk], now: Timestamp) {
        let now = now.as_second();
        self.tracks.restore(chunks, &(align(now - FIVE_KEPT_S)..now + 1));
        self.roll_up(now);
    }

    /// Makes five minutes of minutes that grow too old, and forgets what is older still.
    fn roll_up(&mut self, now: i64) {
        self.tracks.fold(align(now - MINUTES_KEPT_S) / 60, mean_of);
        self.tracks.forget(Step::FiveMinutes, align(now - FIVE_KEPT_S) / 300);
    }
}

/// The mean of the slots in which something is known.
fn mean_of(slots: &mut dyn Iterator<Item = Slots<1>>) -> Option<Slots<1>> {
    let known: Vec<f64> = slots.map(|[value]| value).collect();
    (!known.is_empty()).then(|| [known.iter().sum::<f64>() / known.len() as f64])
}

fn point(seconds: i64, slot: i64, value: Option<Slots<1>>) -> Option<(Timestamp, Option<f64>)> {
    Some((Timestamp::from_second(slot * seconds).ok()?, value.map(|[v]| v)))
}

#[cfg(test)]
mod tests {
    use super::super::RESTORED;
    use super::*;

    /// 2026-11-21T12:00:00Z.
    const NOON: i64 = 1_795_262_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn values(points: impl Iterator<Item = (Timestamp, Option<f64>)>) -> Vec<Option<f64>> {
        points.map(|(_, value)| value).collect()
    }

    #[test]
    fn the_last_value_of_a_minute_and_the_mean_of_five() {
        let mut trend = Trend::default();
        assert_eq!((values(trend.minutes()), values(trend.five_minutes())), (vec![], vec![]));
        for (second, value) in [(0, 10.0), (59, 20.0), (60, 40.0), (180, 60.0), (200, f64::NAN), (300, -4.0)] {
            trend.take(value, at(NOON + second));
        }
        assert_eq!(values(trend.minutes()), [Some(20.0), Some(40.0), None, Some(60.0), None, Some(-4.0)]);
        assert_eq!(values(trend.five_minutes()), [Some(40.0), Some(-4.0)], "what was not seen is not counted as 0");
    }

    #[test]
    fn the_last_value_before_a_time_is_looked_for_no_further_than_asked() {
        let mut trend = Trend::default();
        for (second, value) in [(0, 1.0), (60, 2.0), (600, 3.0)] {
            trend.take(value, at(NOON + second));
        }
        for (second, within, want) in
            [(0, 0, Some(1.0)), (119, 0, Some(2.0)), (300, 60, None), (300, 240, Some(2.0)), (-1, 600, None)]
        {
            assert_eq!(trend.last_before(at(NOON + second), within), want, "{second} within {within}");
        }
    }

    #[test]
    fn minutes_become_five_minutes_and_those_are_forgotten() {
        let mut trend = Trend::default();
        for minute in 0..10 {
            trend.take(minute as f64, at(NOON + 60 * minute));
        }
        trend.take(7.0, at(NOON + 86_400 + 600));
        assert_eq!(values(trend.minutes()), [Some(7.0)]);
        assert_eq!(values(trend.five_minutes()).iter().flatten().collect::<Vec<_>>(), [&2.0, &7.0, &7.0]);
        let (_, chunks) = trend.changed_since(0);
        let mut back = Trend::default();
        back.restore(&chunks, at(NOON + 86_400 + 600));
        assert!(back.five_minutes().eq(trend.five_minutes()) && back.minutes().eq(trend.minutes()));
        assert_eq!(back.changed_since(RESTORED).1, [], "what came from the store is in it");
        trend.take(1.0, at(NOON + 36 * 86_400 + 600));
        assert_eq!(values(trend.five_minutes()).iter().flatten().count(), 2, "a day and a minute of it are left");
    }
}
