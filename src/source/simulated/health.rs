//! How a pod is doing at a moment of its life: starting, ready, restarting, crash looping.

use std::sync::Arc;

use jiff::Timestamp;

use super::chance::{below, mix, unit};
use super::life::{BROKEN, Life};
use super::moment::{At, DAY, Moment};
use super::plan::WorkloadPlan;
use crate::estate::{PodPhase, Termination};

/// A replica restarts by itself on one day of so many.
const RESTART_DAYS: f64 = 400.0;
/// How long a restart takes, seconds.
const RESTART_TAKES: At = 3;
/// Seconds until a pod's containers are created.
const CREATED_IN: At = 2;
/// Seconds that a broken container runs before it ends.
const CRASHES_AFTER: At = 4;
/// The longest pause of the kubelet between two restarts, seconds.
const LONGEST_BACKOFF: At = 300;

/// How a pod is doing.
#[derive(Debug, Clone)]
pub(super) struct Health {
    pub(super) phase: PodPhase,
    pub(super) reason: Option<&'static str>,
    pub(super) crash_looping: bool,
    pub(super) restarts: u32,
    pub(super) ready: bool,
    pub(super) last: Option<Termination>,
}

impl Health {
    fn starting(reason: &'static str) -> Self {
        Self {
            phase: PodPhase::Pending,
            reason: Some(reason),
            crash_looping: false,
            restarts: 0,
            ready: false,
            last: None,
        }
    }

    fn running(ready: bool) -> Self {
        Self { phase: PodPhase::Running, reason: None, crash_looping: false, restarts: 0, ready, last: None }
    }
}

impl WorkloadPlan {
    /// How the pod of a replica is doing.
    pub(super) fn health(&self, slot: usize, life: Life, m: &mut Moment) -> Health {
        let Some(seated) = life.seated else { return Health::starting("Unschedulable") };
        if !m.past(seated + CREATED_IN) {
            return Health::starting("ContainerCreating");
        }
        if life.revision == BROKEN {
            return crash_loop(seated + CREATED_IN, m);
        }
        let up = m.past(seated + self.startup);
        let mut health = Health::running(up);
        let shift = below(self.grain, DAY);
        let day_of = |at: At| (at - shift).div_euclid(DAY);
        let today = day_of(m.now());
        m.note((today + 1) * DAY + shift);
        for day in day_of(life.born)..=today {
            let chance = mix(mix(self.grain, 51 + slot as u64), day.cast_unsigned());
            let at = day * DAY + shift + below(mix(chance, 1), DAY);
            if unit(chance) < 1.0 / RESTART_DAYS && at > life.born + 120 && m.past(at) {
                health.restarts += 1;
                health.ready = m.past(at + RESTART_TAKES);
                let (reason, exit_code) = if chance.is_multiple_of(2) { ("OOMKilled", 137) } else { ("Error", 1) };
                health.last =
                    Some(Termination { at: Timestamp::from_second(at).ok(), reason: Arc::from(reason), exit_code });
            }
        }
        health
    }
}

/// A container that ends soon after each start; the kubelet waits 10 s, 20 s, 40 s … up to five minutes.
fn crash_loop(first_start: At, m: &mut Moment) -> Health {
    let (mut started, mut backoff, mut restarts, mut last) = (first_start, 10, 0_u32, None);
    loop {
        let ends = started + CRASHES_AFTER;
        if !m.past(ends) {
            return Health { restarts, last: last.and_then(failure), ..Health::running(false) };
        }
        started = ends + backoff;
        if !m.past(started) {
            let reason = Some("CrashLoopBackOff");
            return Health { reason, crash_looping: true, restarts, last: failure(ends), ..Health::running(false) };
        }
        restarts += 1;
        last = Some(ends);
        if backoff == LONGEST_BACKOFF {
            // From here on every cycle is as long as the next: skip those that are over.
            let cycle = CRASHES_AFTER + LONGEST_BACKOFF;
            let over = (m.now() - started).div_euclid(cycle);
            restarts = restarts.saturating_add(u32::try_from(over).unwrap_or(u32::MAX));
            started += over * cycle;
            last = Some(started - LONGEST_BACKOFF);
        }
        backoff = (backoff * 2).min(LONGEST_BACKOFF);
    }
}

fn failure(at: At) -> Option<Termination> {
    Some(Termination { at: Some(Timestamp::from_second(at).ok()?), reason: Arc::from("Error"), exit_code: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_container_restarts_as_the_kubelet_would_have_it() {
        // Runs 4 s, waits 10, 20, 40, 80, 160, 300, 300 … seconds: starts at 0, 14, 38, 82, 166, 330, 634, 938.
        let table = [(3, 0, false), (5, 0, true), (15, 1, false), (20, 1, true), (100, 3, true), (331, 5, false)];
        for (now, restarts, looping) in table {
            let h = crash_loop(0, &mut Moment::new(now));
            assert_eq!((h.restarts, h.crash_looping), (restarts, looping), "after {now} s");
        }
        for n in 0..1_000 {
            let start = 330 + n * 304;
            let h = crash_loop(0, &mut Moment::new(start));
            assert_eq!(i64::from(h.restarts), 5 + n, "after {start} s");
            assert_eq!(
                h.last.and_then(|l| l.at).map(Timestamp::as_second),
                Some(start - if n == 0 { 160 } else { 300 })
            );
        }
    }
}
