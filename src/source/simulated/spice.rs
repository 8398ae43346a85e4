//! What is put into names when a world is hostile: everything that could hurt a terminal or a table.

use super::chance::{below, grain};

/// Escape sequences, controls, bidirectional overrides, invisible and wide characters, and length.
pub(super) const HOSTILE: [&str; 14] = [
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;cm0gLXJmIC8=\u{1b}\\",
    "\u{1b}[2J\u{1b}[H",
    "\u{9b}31m\u{9d}0;c1\u{9c}",
    "\u{202e}txt.exe\u{202c}",
    "\u{2066}isolate\u{2069}",
    "zero\u{200b}width\u{feff}\u{2060}",
    "line\nbreak\r\ttab\u{b}\u{c}",
    "nul\0del\u{7f}bell\u{7}",
    "名前がとても長いクラスタ",
    "👩‍👩‍👧‍👦🏴‍☠️",
    "z\u{335}a\u{335}l\u{335}g\u{335}o\u{30d}\u{310}\u{30c}",
    "{{.window}} %s %n ${HOME} $(id) \"quoted\" 'single' <b> |pipe|",
];

/// Seasons names, or leaves them as they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spice {
    pub(super) hostile: bool,
}

impl Spice {
    /// The name, in a hostile world with something behind it.
    pub(super) fn name(self, plain: &str) -> String {
        if !self.hostile {
            return plain.to_owned();
        }
        // One more than there are: the last one makes it long.
        let which = usize::try_from(below(grain(0, plain), 15)).unwrap_or(0);
        match HOSTILE.get(which) {
            Some(spice) => format!("{plain}{spice}"),
            None => format!("{plain}-{}", "very-long-".repeat(60)),
        }
    }
}
