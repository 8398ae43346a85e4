//! When a source tries next: a steady cadence with jitter, and backoff with a cap after failures.

use std::time::Duration;

/// A source's schedule. Pure but for its seeded jitter.
#[derive(Debug, Clone)]
pub struct Schedule {
    every: Duration,
    cap: Duration,
    failures: u32,
    random: fastrand::Rng,
}

/// The shortest pause after a first failure.
const FIRST_RETRY: Duration = Duration::from_secs(2);

impl Schedule {
    /// Polls every `every`, and after failures waits 2 s, 4 s, 8 s … up to `cap`; ± 10 % jitter.
    pub fn new(every: Duration, cap: Duration, seed: u64) -> Self {
        Self { every, cap, failures: 0, random: fastrand::Rng::with_seed(seed) }
    }

    /// The pause after a success.
    pub fn after_success(&mut self) -> Duration {
        self.failures = 0;
        self.jittered(self.every)
    }

    /// The pause after a failure; never shorter than what the service asked for.
    pub fn after_failure(&mut self, retry_after: Option<Duration>) -> Duration {
        let doubled = FIRST_RETRY.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        let own = self.jittered(doubled.min(self.cap));
        retry_after.map_or(own, |asked| own.max(asked))
    }

    fn jittered(&mut self, pause: Duration) -> Duration {
        pause.mul_f64(0.9 + 0.2 * self.random.f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backs_off_to_a_cap_and_honours_retry_after() {
        let mut s = Schedule::new(Duration::from_mins(1), Duration::from_secs(30), 7);
        let pauses: Vec<f64> = (0..6).map(|_| s.after_failure(None).as_secs_f64()).collect();
        for (pause, expected) in pauses.iter().zip([2.0, 4.0, 8.0, 16.0, 30.0, 30.0]) {
            assert!((pause - expected).abs() <= expected * 0.1 + 1e-9, "{pause} is not about {expected}");
        }
        assert!(s.after_failure(Some(Duration::from_mins(2))) >= Duration::from_mins(2));
        assert!((s.after_success().as_secs_f64() - 60.0).abs() <= 6.0);
        assert!(s.after_failure(None) <= Duration::from_secs(3), "a success forgets earlier failures");
    }
}
