//! The clock of operations: the system's, or a world's that runs at another speed.

use std::time::Duration;

use jiff::Timestamp;

/// Tells the time, and how long a span of it really lasts.
pub trait Clock: Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;

    /// How long to really wait for a span to pass.
    fn real(&self, span: Duration) -> Duration;
}
