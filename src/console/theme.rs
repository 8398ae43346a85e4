//! What things look like, by their role: colours from a theme file, at the depth that the terminal has.
//!
//! A theme file has a `[palette]` of named colours and `[roles]`, each a colour or
//! `{ fg, bg, modifiers, ansi, mono }`. A role that is not set takes the looks of the name before its last dot
//! (`level.critical`, `level`), and at last of `text`. `inherits` names the theme that this one builds on.

mod colour;
mod depth;
mod face;
mod file;
mod glyph;
mod role;

use std::collections::BTreeMap;

use ratatui::style::Style;

pub use depth::Depth;
pub use glyph::Mark;
pub use role::Role;

use super::sheet::{self, Sheet};
use crate::config::Diagnostics;
pub use crate::config::Glyphs;

/// The built-in theme's file.
pub const DEFAULT: &str = include_str!("../../themes/default.toml");

/// The looks of every role on this terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: Vec<Style>,
    glyphs: Glyphs,
}

impl Theme {
    /// The built-in theme.
    pub fn built_in(depth: Depth) -> Self {
        // A test proves that the built-in file has no error; plain text is what would be left.
        Self::load("default", &[], depth)
            .unwrap_or_else(|_| Self { styles: vec![Style::new(); Role::ALL.len()], glyphs: Glyphs::Unicode })
    }

    /// The theme of that name: the person's sheets go before the built-in one.
    ///
    /// # Errors
    /// Everything that is wrong in the first sheet of its lineage that has an error.
    pub fn load(name: &str, shelf: &[Sheet], depth: Depth) -> Result<Self, Diagnostics> {
        let mut shelf = shelf.to_vec();
        shelf.push(Sheet::built_in("default", "themes/default.toml (built in)", DEFAULT));
        // A name may be explained by any other sheet: those that build on this one may only change its colours.
        let names: Vec<String> = shelf.iter().flat_map(|s| file::read(s, None).body.palette.into_keys()).collect();
        let layers = sheet::lineage(name, &shelf, "theme", |s| file::read(s, Some(&names)))?;

        let mut palette = BTreeMap::new();
        let mut roles = BTreeMap::new();
        for layer in layers.iter().rev() {
            palette.extend(layer.palette.iter().map(|(k, v)| (k.as_str().to_owned(), *v)));
            roles.extend(layer.roles.iter());
        }
        let glyphs = layers.iter().find_map(|l| l.glyphs).unwrap_or_default();
        let styles = Role::ALL
            .iter()
            .map(|role| {
                let draft = role.lookups().find_map(|word| roles.get(&word.to_owned()));
                draft.map_or_else(Style::new, |d| d.face(&palette).at(depth))
            })
            .collect();
        Ok(Self { styles, glyphs })
    }

    /// The same theme with other glyphs.
    #[must_use]
    pub fn with_glyphs(mut self, glyphs: Glyphs) -> Self {
        self.glyphs = glyphs;
        self
    }

    /// The looks of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The glyph of a state, one column wide.
    pub fn glyph(&self, mark: impl Into<Mark>) -> &'static str {
        mark.into().glyph(self.glyphs)
    }

    /// Whether marks, borders and bars are to be drawn in ASCII alone.
    pub fn ascii(&self) -> bool {
        self.glyphs == Glyphs::Ascii
    }
}

#[cfg(test)]
mod tests;
