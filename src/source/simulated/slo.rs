//! The events of an SLO, good and bad, counted over any window from one pair of waves, so that all windows agree.
//!
//! Its history is told as a real source would fill it in: single minutes for the last days, five minutes before that.

use std::ops::Range;

use jiff::Timestamp;

use super::chance::{below, grain, mix};
use super::course::{Course, Role};
use super::moment::{At, DAY};
use super::wave::Wave;
use crate::estate::{Covered, Sample, ServiceFacts, SliPoint, SliPoints, SloCounts, Window, WindowCount};

/// One SLO of the world.
#[derive(Debug, Clone)]
pub(super) struct SloPlan {
    /// Its name in the estate file.
    pub(super) name: String,
    window_s: u64,
    role: Role,
    pub(super) course: Course,
    events: Wave,
    bad: Wave,
    /// Troubles of the last weeks, long over: when, and the share of events that was bad.
    past: Vec<(Range<At>, f64)>,
    /// When nothing was told.
    gaps: Vec<Range<At>>,
}

/// So far back a history is told, seconds: as long as the estate keeps it.
const HISTORY: At = 35 * DAY;
/// So far back it is told by single minutes.
const BY_MINUTES: At = 3 * DAY + 3_600;

/// Troubles of the last weeks: days before the start, how many minutes they took, how fast the budget burned meanwhile.
const TROUBLES: [(f64, At, f64); 4] = [(26.3, 40, 70.0), (19.6, 95, 24.0), (12.4, 25, 90.0), (5.7, 55, 30.0)];

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
        let budget = 1.0 - declared.objective / 100.0;
        let bad = per_second * burn * budget;
        // Each SLO has seen some of them, at hours of its own.
        let own = TROUBLES.iter().enumerate().filter(|(i, _)| !mix(g, 40 + *i as u64).is_multiple_of(3));
        let past = own.map(|(i, &(days, minutes, burn))| {
            #[allow(clippy::cast_possible_truncation, reason = "some weeks in seconds")]
            let start = course.origin - (days * DAY as f64) as At + below(mix(g, 50 + i as u64), DAY);
            (start..start + minutes * 60, (burn * budget).min(1.0))
        });
        let past = past.collect();
        Self {
            name: declared.name.clone(),
            window_s: declared.window_s,
            role,
            course,
            // All services see the same customers: the same days, other noise.
            events: Wave::traffic(g, per_second),
            bad: Wave::mood(mix(g, 1), bad),
            past,
            gaps: course.gaps(role),
        }
    }

    /// Its history at the last whole minute: all of it, or what has come since an instant.
    pub(super) fn points(&self, since: Option<At>, at: At) -> Option<SliPoints> {
        let time = |at: At| Timestamp::from_second(at).ok();
        let end = at.div_euclid(60) * 60;
        let first = (end - HISTORY).div_euclid(300) * 300;
        let from = since.map_or(first, |s| s.max(first).div_euclid(60) * 60);
        let minutes = from.max((end - BY_MINUTES).div_euclid(300) * 300);
        let points = |from: At, until: At, step: At| {
            let starts = (0..).map(move |i| from + i * step).take_while(move |at| at + step <= until);
            starts.filter_map(|start| self.point(start, step)).collect()
        };
        Some(SliPoints {
            five_minutes: points(from, minutes, 300),
            minutes: points(minutes, end, 60),
            covered: Some(Covered { from: time(first)?, until: time(end)? }),
            counts_at: None,
        })
    }

    fn point(&self, start: At, step: At) -> Option<SliPoint> {
        let WindowCount { bad, total, .. } = self.count(start + step, step.unsigned_abs());
        Some(SliPoint { at: Timestamp::from_second(start).ok()?, bad, total })
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

    /// What the load balancer of its service measures at the last whole minute; requests slow down as they fail.
    pub(super) fn service(&self, at: At) -> Option<ServiceFacts> {
        let end = at.div_euclid(60) * 60;
        let sample = |value: f64| Some(Sample { value, at: Timestamp::from_second(end).ok()? });
        let WindowCount { bad, total, .. } = self.count(end, 300);
        let (bad, total) = (bad?, total?);
        let earlier = self.count(end - 300, 3_600).total?;
        let failing = if total > 0.0 { bad / total } else { 0.0 };
        Some(ServiceFacts {
            p99_ms: sample(140.0 + 4_000.0 * failing),
            requests: sample(total / 300.0),
            errors_5xx: sample(bad / 300.0),
            errors_4xx: sample(total / 300.0 * 0.012),
            requests_before: sample(earlier / 3_600.0),
        })
    }

    fn count(&self, end: At, seconds: u64) -> WindowCount {
        let start = end - At::try_from(seconds).unwrap_or(At::MAX / 4);
        let told = self.told(start..end);
        let total = told.iter().map(|part| self.events.sum(part.end).floor() - self.events.sum(part.start).floor());
        let total = total.reduce(|sum, n| sum + n);
        let bad: f64 =
            told.iter().map(|part| self.bad_until(part.end).floor() - self.bad_until(part.start).floor()).sum();
        let known: At = told.iter().map(|part| part.end - part.start).sum();
        WindowCount { bad: total.map(|total| bad.clamp(0.0, total)), total, partial: known < end - start }
    }

    /// The parts of a span of which something was told.
    fn told(&self, span: Range<At>) -> Vec<Range<At>> {
        let mut out = vec![span];
        for gap in &self.gaps {
            let cut = |part: Range<At>| [part.start..part.end.min(gap.start), part.start.max(gap.end)..part.end];
            out = out.into_iter().flat_map(cut).filter(|part| part.start < part.end).collect();
        }
        out
    }

    /// Bad events since the world counts.
    fn bad_until(&self, at: At) -> f64 {
        let within = |span: &Range<At>, share: f64| {
            share * (self.events.sum(at.clamp(span.start, span.end)) - self.events.sum(span.start))
        };
        let episode = self.course.episodes(self.role).map_or(0.0, |e| within(&e.span, e.bad_share));
        self.bad.sum(at) + episode + self.past.iter().map(|(span, share)| within(span, *share)).sum::<f64>()
    }
}
