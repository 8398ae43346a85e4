//! The team's policy on write windows (`[policy.writes]`).

use std::time::Duration;

/// How long a write window stays open, and whether scripts may open one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WritePolicy {
    /// How long a write window stays open.
    pub window: Duration,
    /// Whether `operate run` may act without a screen.
    pub headless: bool,
}

impl Default for WritePolicy {
    /// A quarter of an hour; scripts may act.
    fn default() -> Self {
        Self { window: Duration::from_mins(15), headless: true }
    }
}
