//! The looks of one role, as a theme file writes them, and at each depth of colour.

use ratatui::style::{Color, Modifier, Style};

use super::{Depth, colour};

/// A colour, with the one to take where there are sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint {
    pub(super) colour: Color,
    pub(super) ansi: Option<Color>,
}

impl Paint {
    fn at(self, depth: Depth) -> Option<Color> {
        match (depth, self.ansi) {
            (Depth::Ansi16, Some(ansi)) => Some(ansi),
            _ => colour::degrade(self.colour, depth),
        }
    }
}

/// The looks of one role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Face {
    pub(super) fg: Option<Paint>,
    pub(super) bg: Option<Paint>,
    pub(super) modifiers: Modifier,
    /// In place of `modifiers` where there are sixteen colours.
    pub(super) ansi: Option<Modifier>,
    /// In place of `modifiers` where there is no colour.
    pub(super) mono: Option<Modifier>,
}

/// What text can be besides coloured, as theme files write it.
pub(super) const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

impl Face {
    /// The style at a depth. Without colour a background becomes reversed, unless the theme says otherwise.
    pub(super) fn at(&self, depth: Depth) -> Style {
        let modifiers = match depth {
            Depth::Ansi256 | Depth::TrueColor => self.modifiers,
            Depth::Ansi16 => self.ansi.unwrap_or(self.modifiers),
            Depth::Mono => self.mono.or(self.ansi).unwrap_or_else(|| {
                let filled = self.bg.is_some_and(|bg| bg.colour != Color::Reset);
                self.modifiers | if filled { Modifier::REVERSED } else { Modifier::empty() }
            }),
        };
        let mut style = Style::new().add_modifier(modifiers);
        style.fg = self.fg.and_then(|p| p.at(depth));
        style.bg = self.bg.and_then(|p| p.at(depth));
        style
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_colour_said_is_said_without_it() {
        let paint = |colour, ansi| Some(Paint { colour, ansi });
        let selected = Face { bg: paint(Color::Rgb(40, 60, 80), Some(Color::Blue)), ..Face::default() };
        assert_eq!(selected.at(Depth::TrueColor), Style::new().bg(Color::Rgb(40, 60, 80)));
        assert_eq!(selected.at(Depth::Ansi16), Style::new().bg(Color::Blue));
        assert_eq!(selected.at(Depth::Mono), Style::new().add_modifier(Modifier::REVERSED));

        let warning = Face { fg: paint(Color::Yellow, None), mono: Some(Modifier::UNDERLINED), ..Face::default() };
        assert_eq!(warning.at(Depth::Ansi256), Style::new().fg(Color::Yellow));
        assert_eq!(warning.at(Depth::Mono), Style::new().add_modifier(Modifier::UNDERLINED));
    }
}
