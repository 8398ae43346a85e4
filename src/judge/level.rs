//! How bad something is.

use serde::{Deserialize, Serialize};

/// Ordered from good to bad: in order, not known, warning, critical.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Known, and in order.
    #[default]
    Ok,
    /// Not known: never healthy.
    Unknown,
    /// Someone should look.
    Warning,
    /// Someone must act.
    Critical,
}

impl Level {
    /// The level's word in `status` and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}
