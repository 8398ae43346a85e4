//! The glyphs that say a state beside its colour.

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

/// Which characters draw marks, borders and bars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// `▲ ◆ ● ○ ◌` and box drawing.
    #[default]
    Unicode,
    /// `! * . ? ~` and `+-|`, for a terminal or a font that has nothing else.
    Ascii,
}

impl Glyphs {
    /// The words in theme and console files.
    pub const WORDS: [&'static str; 2] = ["unicode", "ascii"];

    /// The set of that word.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "unicode" => Some(Self::Unicode),
            "ascii" => Some(Self::Ascii),
            _ => None,
        }
    }

    /// The glyph of a state, one column wide.
    pub fn of(self, mark: Mark) -> &'static str {
        match (self, mark) {
            (Self::Unicode, Mark::Critical) => "▲",
            (Self::Unicode, Mark::Warning) => "◆",
            (Self::Unicode, Mark::Ok) => "●",
            (Self::Unicode, Mark::Unknown) => "○",
            (Self::Unicode, Mark::Stale) => "◌",
            (Self::Ascii, Mark::Critical) => "!",
            (Self::Ascii, Mark::Warning) => "*",
            (Self::Ascii, Mark::Ok) => ".",
            (Self::Ascii, Mark::Unknown) => "?",
            (Self::Ascii, Mark::Stale) => "~",
        }
    }
}
