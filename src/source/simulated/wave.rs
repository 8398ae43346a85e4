//! What rises and falls: a sum of cosines, so that it and its sum over any span are known in closed form.

use std::f64::consts::TAU;

use super::chance::{mix, unit};
use super::moment::{At, DAY};

/// From here the world counts what has summed up (2020-01-01), so that sums keep their decimals.
const EPOCH: At = 1_577_836_800;

/// When the day's traffic is highest, seconds after midnight UTC.
pub(super) const PEAK: At = 15 * 3_600;

/// A level that rises and falls around its mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wave {
    mean: f64,
    parts: Vec<(f64, f64, f64)>,
}

impl Wave {
    /// Traffic with a peak each day, a dip each weekend, and noise; never below a quarter of its mean.
    pub(super) fn traffic(grain: u64, mean: f64) -> Self {
        let daily = (0.42, TAU / DAY as f64, PEAK as f64);
        // 2020-01-01 was a Wednesday: the week is fullest around Wednesday's noon.
        let weekly = (0.10, TAU / (7 * DAY) as f64, (DAY / 2) as f64);
        Self { mean, parts: [daily, weekly].into_iter().chain(noise(grain, 0.5)).collect() }
    }

    /// A level with noise and slow moods of some days, for errors; never below a tenth of its mean.
    pub(super) fn mood(grain: u64, mean: f64) -> Self {
        let slow = [(0.25, 5.0), (0.20, 2.3)].into_iter().enumerate().map(|(i, (share, days))| {
            let period = days * DAY as f64;
            (share, TAU / period, unit(mix(grain, 90 + i as u64)) * period)
        });
        Self { mean, parts: slow.chain(noise(grain, 2.0)).collect() }
    }

    /// Its level at an instant.
    pub(super) fn at(&self, at: At) -> f64 {
        let t = (at - EPOCH) as f64;
        self.mean
            * (1.0 + self.parts.iter().map(|&(share, omega, crest)| share * (omega * (t - crest)).cos()).sum::<f64>())
    }

    /// What has summed up until an instant, a second at a time.
    pub(super) fn sum(&self, at: At) -> f64 {
        let t = (at - EPOCH) as f64;
        let swing: f64 =
            self.parts.iter().map(|&(share, omega, crest)| share / omega * (omega * (t - crest)).sin()).sum();
        self.mean * (t + swing)
    }
}

/// Small waves of periods that do not fit each other.
fn noise(grain: u64, size: f64) -> impl Iterator<Item = (f64, f64, f64)> {
    [(0.03, 7_430.0), (0.03, 2_190.0), (0.025, 613.0), (0.02, 171.0)]
        .into_iter()
        .enumerate()
        .map(move |(i, (share, period))| (share * size, TAU / period, unit(mix(grain, i as u64)) * period))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_day_has_its_peak_and_the_week_its_dip() {
        let w = Wave::traffic(5, 100.0);
        let wednesday = 1_795_564_800; // 2026-11-25
        let saturday = wednesday + 3 * DAY;
        assert!(w.at(wednesday + PEAK) > 1.5 * w.at(wednesday + PEAK - DAY / 2));
        assert!(w.at(saturday + PEAK) < w.at(wednesday + PEAK));
    }

    proptest! {
        #[test]
        fn a_sum_is_the_sum_of_its_seconds(grain in any::<u64>(), from in 1_700_000_000_i64..1_900_000_000, span in 10_i64..2_000) {
            for w in [Wave::traffic(grain, 80.0), Wave::mood(grain, 0.3)] {
                let stepped: f64 = (from..from + span).map(|s| f64::midpoint(w.at(s), w.at(s + 1))).sum();
                let closed = w.sum(from + span) - w.sum(from);
                prop_assert!((stepped - closed).abs() <= closed * 1e-3, "{} is not {}", stepped, closed);
                prop_assert!((from..from + span).all(|s| w.at(s) > 0.0));
            }
        }
    }
}
