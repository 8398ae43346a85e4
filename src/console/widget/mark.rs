//! The glyph with which a row begins: how it stands, never by colour alone.

use super::words::Words;
use crate::console::theme::{Mark, Role, Theme};
use crate::judge::Level;

/// A mark's glyph in the theme's alphabet, in its role.
pub fn glyph(mark: Mark, theme: &Theme) -> Words {
    Words::of(role(mark), theme.glyph(mark))
}

/// The role in which something of a mark is written.
pub fn role(mark: Mark) -> Role {
    match mark {
        Mark::Ok => Role::Ok,
        Mark::Unknown => Role::Unknown,
        Mark::Stale => Role::Stale,
        Mark::Warning => Role::Warning,
        Mark::Critical => Role::Critical,
    }
}

/// The role in which something of a level is written.
pub fn level_role(level: Level) -> Role {
    role(level.into())
}
