//! The glyphs that say a state beside its colour.

use crate::config::Glyphs;
use crate::judge::Level;
use crate::operate::journal::Outcome;

/// A state as it is marked on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// In order.
    Ok,
    /// Not known.
    Unknown,
    /// Known once; old now.
    Stale,
    /// Someone should look.
    Warning,
    /// Someone must act.
    Critical,
}

impl From<Level> for Mark {
    fn from(level: Level) -> Self {
        match level {
            Level::Ok => Self::Ok,
            Level::Unknown => Self::Unknown,
            Level::Warning => Self::Warning,
            Level::Critical => Self::Critical,
        }
    }
}

impl From<Outcome> for Mark {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::Ok,
            Outcome::Refused => Self::Unknown,
            Outcome::Failed => Self::Warning,
            Outcome::Unknown => Self::Critical,
        }
    }
}

impl Mark {
    /// Its glyph, one column wide.
    pub fn glyph(self, glyphs: Glyphs) -> &'static str {
        match (glyphs, self) {
            (Glyphs::Unicode, Self::Critical) => "▲",
            (Glyphs::Unicode, Self::Warning) => "◆",
            (Glyphs::Unicode, Self::Ok) => "●",
            (Glyphs::Unicode, Self::Unknown) => "○",
            (Glyphs::Unicode, Self::Stale) => "◌",
            (Glyphs::Ascii, Self::Critical) => "!",
            (Glyphs::Ascii, Self::Warning) => "*",
            (Glyphs::Ascii, Self::Ok) => ".",
            (Glyphs::Ascii, Self::Unknown) => "?",
            (Glyphs::Ascii, Self::Stale) => "~",
        }
    }
}
