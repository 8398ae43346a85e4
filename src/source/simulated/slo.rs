//! The events of an SLO, good and bad, counted over any window from one pair of waves, so that all windows agree.

use jiff::Timestamp;

use super::chance::{grain, mix};
use super::course::{Course, Role};
use super::moment::At;
use super::wave::Wave;
use crate::estate::{SloCounts, Window, WindowCount};

/// One SLO of the world.
#[derive(Debug)]
pub(super) struct SloPlan {
    /// Its name in the estate file.
    pub(super) name: String,
    window_s: u64,
    role: Role,
    course: Course,
    events: Wave,
    bad: Wave,
}

impl SloPlan {
    /// An SLO with so many events a second, that burns `burn` times its budget on a quiet day.
    pub(super) fn new(
        seed: u64,
        course: Course,
        declared: &crate::estate::DeclaredSlo,
        role: Role,
        per_second: f64,
        burn: f64,
    ) -> Self {
        let g = grain(seed, &format!("slo/{}", declared.name));
        let bad = per_second * burn * (1.0 - declared.objective / 100.0);
        Self {
            name: declared.name.clone(),
            window_s: declared.window_s,
            role,
            course,
            // All services see the same customers: the same days, other noise.
            events: Wave::traffic(g, per_second),
            bad: Wave::mood(mix(g, 1), bad),
        }
    }

    /// Its counts at the last whole minute.
    pub(super) fn counts(&self, at: At) -> Option<SloCounts> {
        let end = at.div_euclid(60) * 60;
        Some(SloCounts {
            at: Timestamp::from_second(end).ok()?,
            windows: Window::ALL.map(|w| self.count(end, w.seconds())),
            whole: self.count(end, self.window_s),
        })
    }

    fn count(&self, end: At, seconds: u64) -> WindowCount {
        let start = end - At::try_from(seconds).unwrap_or(At::MAX / 4);
        let total = self.events.sum(end).floor() - self.events.sum(start).floor();
        let bad = (self.bad_until(end).floor() - self.bad_until(start).floor()).clamp(0.0, total);
        WindowCount { bad: Some(bad), total: Some(total), partial: false }
    }

    /// Bad events since the world counts.
    fn bad_until(&self, at: At) -> f64 {
        let episode = self.course.episodes(self.role).map_or(0.0, |e| {
            let upto = at.clamp(e.span.start, e.span.end);
            e.bad_share * (self.events.sum(upto) - self.events.sum(e.span.start))
        });
        self.bad.sum(at) + episode
    }
}
