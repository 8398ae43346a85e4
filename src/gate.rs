//! The one gate that text from outside passes before a cell, a log line or standard error.
//!
//! Names, events, tags and errors come from other systems. Whatever they contain is text, never terminal control:
//! control characters and bidirectional controls become visible symbols, width is measured in display columns, and
//! length is bounded.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The most characters that one piece of text from outside keeps on the screen or in a log line.
pub const LONGEST: usize = 4_096;

/// Whether a character could steer a terminal or reorder a line: C0, DEL, C1, bidirectional controls, line and
/// paragraph separators, and the invisible format characters that hide inside names.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The text with every unsafe character made visible and its length bounded to [`LONGEST`] characters.
///
/// C0 controls become their control pictures (`␛`), DEL becomes `␡`; all others become `�`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST));
    for (count, c) in text.chars().enumerate() {
        if count >= LONGEST {
            out.push('…');
            break;
        }
        out.push(match c {
            '\0'..='\u{1F}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{FFFD}'),
            '\u{7F}' => '\u{2421}',
            c if is_unsafe(c) => '\u{FFFD}',
            c => c,
        });
    }
    out
}

/// The width of already visible text in display columns.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Visible text that fits into `columns` display columns; what does not fit ends in `…`.
pub fn fit(text: &str, columns: usize) -> String {
    let text = visible(text);
    if text.width() <= columns {
        return text;
    }
    if columns == 0 {
        return String::new();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let w = grapheme.width();
        if used + w > columns - 1 {
            break;
        }
        out.push_str(grapheme);
        used += w;
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_become_pictures() {
        assert_eq!(visible("a\u{1b}[31mb\u{7f}\u{9b}2J\u{202e}x\u{200b}y\r\n\t"), "a␛[31mb␡�2J�x�y␍␊␉");
    }

    #[test]
    fn fits_by_display_columns() {
        assert_eq!(fit("名前がとても長い", 7), "名前が…");
        assert_eq!(fit("short", 5), "short");
        assert_eq!(fit("longer", 5), "long…");
        assert_eq!(fit("x", 0), "");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_passes(text in any::<String>(), columns in 0usize..60) {
            prop_assert!(!visible(&text).chars().any(is_unsafe));
            prop_assert!(width(&fit(&text, columns)) <= columns);
        }
    }
}
