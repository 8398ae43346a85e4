//! Spans in which nothing is done (`[[policy.freeze]]`). Deny beats allow.

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

/// One freeze of the team's policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Freeze {
    /// Unique; what a refusal names.
    pub name: String,
    /// When it is in force.
    pub span: FreezeSpan,
    /// The zone in which weekdays and times are read.
    pub zone: TimeZone,
    /// Names of the accounts it holds for; empty means all.
    pub accounts: Vec<String>,
    /// Operations it holds for, by name or as `area.*`; empty means all.
    pub operations: Vec<String>,
    /// A person may go past it, by name and with a reason that is journaled.
    pub may_override: bool,
}

/// When a freeze is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeSpan {
    /// Every week from one weekday and time to another; it may pass over the week's end.
    Weekly {
        /// Its start.
        from: (Weekday, Time),
        /// Its end, no longer part of it.
        to: (Weekday, Time),
    },
    /// Once, between two instants.
    Once {
        /// Its start.
        from: Timestamp,
        /// Its end, no longer part of it.
        to: Timestamp,
    },
}
