//! The one clock of a source: the system's, or a world's that runs at another speed.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Tells the time. Cheap to clone.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The system's.
    System,
    /// A world's: it began at `origin` when the system's monotonic clock said `started`, and runs `speed` times as fast.
    Paced {
        /// The world's first instant.
        origin: Timestamp,
        /// When it was started.
        started: Instant,
        /// World seconds per second.
        speed: f64,
    },
}

impl Clock {
    /// A world's clock that starts now.
    pub fn paced(origin: Timestamp, speed: f64) -> Self {
        Self::Paced { origin, started: Instant::now(), speed }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        match *self {
            Self::System => Timestamp::now(),
            Self::Paced { origin, started, speed } => {
                let passed = SignedDuration::try_from(started.elapsed().mul_f64(speed)).unwrap_or(SignedDuration::MAX);
                origin.checked_add(passed).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// How long to really wait for `world` to pass on this clock.
    pub fn real(&self, world: Duration) -> Duration {
        match *self {
            Self::System => world,
            Self::Paced { speed, .. } => world.div_f64(speed.max(1e-3)),
        }
    }
}

impl crate::operate::Clock for Clock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn real(&self, span: Duration) -> Duration {
        Self::real(self, span)
    }
}
