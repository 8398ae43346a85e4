//! When an alert begins and when it ends: not at every step over a threshold and back.
//!
//! It begins once the value has broken its threshold for the rule's `for`. It ends once the value is back beyond the
//! threshold by a margin and has stayed there for the rule's `hold`. Critical ends, and leaves a warning, in the same way.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Level;

/// How far beyond a threshold a value must be back before its alert may clear, as a share of the threshold.
pub const MARGIN: f64 = 0.05;

/// How far one value reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// The level whose threshold it breaks.
    pub now: Level,
    /// The level whose threshold, less the margin, it breaks: never lower than [`Self::now`].
    pub near: Level,
}

/// How long a rule waits before it raises, and how long before it clears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The value must have broken the threshold for so long.
    pub wait: SignedDuration,
    /// The value must have been back beyond the margin for so long.
    pub hold: SignedDuration,
}

/// What is remembered of one rule and one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// `Ok` where the value has not broken its threshold for long enough yet.
    pub level: Level,
    /// Since when the alert stands.
    pub since: Option<Timestamp>,
    /// Since when the value has broken the threshold of a warning, and of critical.
    over: [Option<Timestamp>; 2],
    /// Since when the value has been back beyond the margin of a warning, and of critical.
    back: [Option<Timestamp>; 2],
    /// The value as it was last known, for one that is not known any more.
    pub value: Option<f64>,
    /// The threshold that it broke.
    pub threshold: Option<f64>,
    /// The pairs of windows of an SLO that fired, a bit each.
    pub pairs: u8,
}

/// The levels of an alert, in the order of [`Mark::over`].
const LEVELS: [Level; 2] = [Level::Warning, Level::Critical];

/// Where an alert stands after a value was read at `now`. With `glance` it is as bad as the value says, no worse: one look
/// does not wait to see whether it stays so.
pub fn settle(before: Option<&Mark>, reach: Reach, patience: Patience, now: Timestamp, glance: bool) -> Mark {
    let before = before.copied().unwrap_or_default();
    let mut mark = Mark { level: Level::Ok, ..before };
    // A clock that was set back must not make a hold longer than it is.
    let since = |then: Option<Timestamp>| Some(then.map_or(now, |then| then.min(now)));
    for (i, level) in LEVELS.into_iter().enumerate() {
        let breaks = reach.now >= level;
        mark.over[i] = if breaks { since(before.over[i]) } else { None };
        mark.back[i] = if reach.near < level { since(before.back[i]) } else { None };
        let stood = before.level >= level;
        let ripe = mark.over[i].is_some_and(|then| now.duration_since(then) >= patience.wait);
        let held = mark.back[i].is_none_or(|then| now.duration_since(then) < patience.hold);
        if (breaks && (stood || ripe)) || (stood && held && !glance) {
            mark.level = level;
        }
    }
    mark.since = (mark.level > Level::Ok).then(|| before.since.filter(|_| before.level > Level::Ok).unwrap_or(now));
    mark
}

impl Mark {
    /// Since when the value has been back beyond the margin of the level at which it stands.
    pub fn back_since(&self) -> Option<Timestamp> {
        let index = LEVELS.iter().position(|&level| level == self.level)?;
        self.back[index]
    }

    /// Whether there is anything to remember: it stands, or waits to.
    pub fn matters(&self) -> bool {
        self.level > Level::Ok || self.over.iter().any(Option::is_some)
    }
}
