//! A number over time: the last value of each minute for a day, and the mean of five minutes for 35 days.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::track::{Chunk, Step, Track};
use super::{RESTORED, align};

/// Minutes are kept so long, seconds.
const MINUTES_KEPT_S: i64 = 86_400;
/// Five minutes are kept so long, seconds.
const FIVE_KEPT_S: i64 = 35 * 86_400;

/// One number's course. What was not seen stays a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    minutes: Track<1>,
    five: Track<1>,
    /// Counts the changes.
    revision: u64,
    /// The revision at which each chunk was last changed.
    touched: BTreeMap<(Step, i64), u64>,
}

impl Default for Trend {
    fn default() -> Self {
        let (minutes, five) = (Track::new(Step::Minute), Track::new(Step::FiveMinutes));
        Self { minutes, five, revision: 0, touched: BTreeMap::new() }
    }
}

impl Trend {
    /// Takes in what the number is at `now`; one that is not finite is not known.
    pub fn take(&mut self, value: f64, now: Timestamp) {
        let now = now.as_second();
        self.revision += 1;
        self.roll_up(now);
        let slot = now.div_euclid(60);
        if value.is_finite() && self.minutes.put(slot, [value]) {
            self.touch(Step::Minute, slot);
        }
    }

    /// Every minute from the oldest to the newest that is known; none where it was not seen.
    pub fn minutes(&self) -> impl DoubleEndedIterator<Item = (Timestamp, Option<f64>)> + '_ {
        self.minutes.slots().filter_map(|(slot, value)| point(60, slot, value))
    }

    /// The mean of every five minutes from the oldest to the newest that are known; none where it was not seen.
    pub fn five_minutes(&self) -> impl DoubleEndedIterator<Item = (Timestamp, Option<f64>)> + '_ {
        let first = if self.five.is_empty() { self.minutes.first().div_euclid(5) } else { self.five.first() };
        let end = self.five.end().max((self.minutes.end() + 4).div_euclid(5));
        let end = if self.five.is_empty() && self.minutes.is_empty() { first } else { end };
        (first..end).filter_map(|slot| point(300, slot, self.five.get(slot).or_else(|| self.mean(slot))))
    }

    /// The chunks that changed after a revision, for whoever keeps them, and the present revision.
    pub fn changed_since(&self, revision: u64) -> (u64, Vec<Chunk>) {
        let changed = self.touched.iter().filter(|(_, at)| **at > revision);
        let chunks = changed.map(|((step, chunk), _)| match step {
            Step::Minute => self.minutes.chunk(*chunk),
            Step::FiveMinutes => self.five.chunk(*chunk),
        });
        (self.revision, chunks.collect())
    }

    /// The first chunk of a step that is still of use.
    pub fn first_chunk(&self, step: Step) -> i64 {
        let track = if step == Step::Minute { &self.minutes } else { &self.five };
        track.first().div_euclid(step.chunk())
    }

    /// Takes back in what was kept, at `now`.
    pub fn restore(&mut self, chunks: &[Chunk], now: Timestamp) {
        let now = now.as_second();
        self.revision = RESTORED;
        for chunk in chunks {
            self.touched.insert((chunk.step, chunk.number), RESTORED);
            let track = if chunk.step == Step::Minute { &mut self.minutes } else { &mut self.five };
            let length = chunk.step.seconds();
            track.restore(chunk, align(now - FIVE_KEPT_S).div_euclid(length), now.div_euclid(length) + 1);
        }
        self.revision += 1;
        self.roll_up(now);
    }

    fn mean(&self, slot: i64) -> Option<[f64; 1]> {
        let known: Vec<f64> = (slot * 5..slot * 5 + 5).filter_map(|m| self.minutes.get(m)).map(|[v]| v).collect();
        (!known.is_empty()).then(|| [known.iter().sum::<f64>() / known.len() as f64])
    }

    /// Makes five minutes of minutes that grow too old, and forgets what is older still.
    fn roll_up(&mut self, now: i64) {
        let before = align(now - MINUTES_KEPT_S) / 60;
        if !self.minutes.is_empty() {
            for slot in self.minutes.first().div_euclid(5)..before.min(self.minutes.end() + 4).div_euclid(5) {
                if let Some(mean) = self.mean(slot)
                    && self.five.get(slot).is_none()
                    && self.five.put(slot, mean)
                {
                    self.touch(Step::FiveMinutes, slot);
                }
            }
        }
        self.minutes.forget(before);
        let oldest = align(now - FIVE_KEPT_S) / 300;
        self.five.forget(oldest);
        self.touched.retain(|(step, chunk), _| {
            let first = if *step == Step::Minute { before } else { oldest };
            (chunk + 1) * step.chunk() > first
        });
    }

    fn touch(&mut self, step: Step, slot: i64) {
        self.touched.insert((step, slot.div_euclid(step.chunk())), self.revision);
    }
}

fn point(seconds: i64, slot: i64, value: Option<[f64; 1]>) -> Option<(Timestamp, Option<f64>)> {
    Some((Timestamp::from_second(slot * seconds).ok()?, value.map(|[v]| v)))
}

#[cfg(test)]
mod tests {
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
