//! Colours as theme files write them, and what becomes of them where there are fewer.

use ratatui::style::Color;

use super::Depth;

/// The sixteen names, in the order of their numbers.
pub(super) const NAMES: [(&str, Color); 17] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
    ("default", Color::Reset),
];

/// xterm's own values of the sixteen.
const XTERM: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// The steps of xterm's colour cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// A colour as it is written: `#rrggbb`, `#rgb`, a number from 0 to 255, or one of the sixteen names or `default`.
pub(super) fn parse(word: &str) -> Option<Color> {
    if let Some(hex) = word.strip_prefix('#') {
        let wide = match hex.len() {
            3 => hex.chars().flat_map(|c| [c, c]).collect(),
            6 => hex.to_owned(),
            _ => return None,
        };
        // `from_str_radix` would take a sign.
        let all_hex = wide.bytes().all(|b| b.is_ascii_hexdigit());
        return all_hex.then(|| u32::from_str_radix(&wide, 16).ok().map(Color::from_u32)).flatten();
    }
    if let Some((_, colour)) = NAMES.iter().find(|(name, _)| *name == word) {
        return Some(*colour);
    }
    word.parse::<u8>().ok().map(Color::Indexed)
}

/// The colour, or the nearest that the depth has. `Mono` has none.
pub(super) fn degrade(colour: Color, depth: Depth) -> Option<Color> {
    match (depth, colour) {
        (Depth::Mono, _) => None,
        (Depth::Ansi256, Color::Rgb(r, g, b)) => Some(Color::Indexed(nearest_256((r, g, b)))),
        (Depth::Ansi16, Color::Rgb(r, g, b)) => Some(nearest_16((r, g, b))),
        (Depth::Ansi16, Color::Indexed(i)) => Some(nearest_16(rgb_of(i))),
        (_, colour) => Some(colour),
    }
}

fn nearest_256(rgb: (u8, u8, u8)) -> u8 {
    // The first sixteen are left out: people change them.
    (16..=255).min_by_key(|&i| distance(rgb, rgb_of(i))).unwrap_or(16)
}

fn nearest_16(rgb: (u8, u8, u8)) -> Color {
    let nearest = (0..16).min_by_key(|&i| distance(rgb, XTERM[i])).unwrap_or(7);
    NAMES[nearest].1
}

/// xterm's value of a numbered colour.
fn rgb_of(index: u8) -> (u8, u8, u8) {
    match index {
        0..=15 => XTERM[usize::from(index)],
        16..=231 => {
            let i = usize::from(index - 16);
            (CUBE[i / 36], CUBE[i / 6 % 6], CUBE[i % 6])
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

/// How far apart two colours look: the "redmean" approximation.
fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> i32 {
    let mean = i32::midpoint(i32::from(a.0), i32::from(b.0));
    let (r, g, b) = (i32::from(a.0) - i32::from(b.0), i32::from(a.1) - i32::from(b.1), i32::from(a.2) - i32::from(b.2));
    (((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * b * b) >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_theme_files_write() {
        for (word, colour) in [
            ("#ff8000", Some(Color::Rgb(255, 128, 0))),
            ("#f80", Some(Color::Rgb(255, 136, 0))),
            ("bright-red", Some(Color::LightRed)),
            ("default", Some(Color::Reset)),
            ("203", Some(Color::Indexed(203))),
            ("256", None),
            ("#ff80", None),
            ("#+f8000", None),
            ("#é80", None),
            ("rouge", None),
            ("", None),
        ] {
            assert_eq!(parse(word), colour, "{word}");
        }
    }

    #[test]
    fn fewer_colours_keep_the_hue() {
        let red = Color::Rgb(0xf2, 0x55, 0x5a);
        for (colour, depth, expected) in [
            (red, Depth::TrueColor, Some(red)),
            (red, Depth::Ansi256, Some(Color::Indexed(203))),
            (Color::Rgb(250, 10, 10), Depth::Ansi16, Some(Color::LightRed)),
            (Color::Rgb(20, 20, 20), Depth::Ansi16, Some(Color::Black)),
            (Color::Rgb(255, 255, 255), Depth::Ansi256, Some(Color::Indexed(231))),
            (Color::Indexed(196), Depth::Ansi16, Some(Color::LightRed)),
            (Color::Indexed(196), Depth::Ansi256, Some(Color::Indexed(196))),
            (Color::Cyan, Depth::Ansi16, Some(Color::Cyan)),
            (Color::Cyan, Depth::Mono, None),
        ] {
            assert_eq!(degrade(colour, depth), expected, "{colour:?} at {depth:?}");
        }
    }
}
