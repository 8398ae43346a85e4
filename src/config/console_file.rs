//! The person's console file: how the console looks and which keys it knows. Every key may be left out.

use super::Diagnostics;
use super::reading::{Reading, Section, Value, Wrong, read_file};
use super::value;
use super::words::did_you_mean;

/// A whole console file, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleFile {
    /// The theme's name: a file of the themes folder, or a built-in one.
    pub theme: String,
    /// The keymap's name: a file of the keymaps folder, or a built-in one.
    pub keymap: String,
    /// What the screen is drawn with.
    pub glyphs: Glyphs,
    /// What the line can bear.
    pub link: Link,
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
    pub const WORDS: [(&'static str, Self); 2] = [("unicode", Self::Unicode), ("ascii", Self::Ascii)];
}

/// What the line between person and console can bear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Link {
    /// A local terminal or a quick line.
    #[default]
    Quick,
    /// A slow line, such as an SSM session: few bytes.
    Slow,
}

impl Default for ConsoleFile {
    fn default() -> Self {
        Self { theme: "default".into(), keymap: "default".into(), glyphs: Glyphs::default(), link: Link::default() }
    }
}

/// Reads a console file; `file` is its name as errors show it.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn parse(file: &str, bytes: &[u8]) -> Result<ConsoleFile, Diagnostics> {
    read_file(file, bytes, read)
}

fn read(root: &Section<'_>) -> ConsoleFile {
    let default = ConsoleFile::default();
    let link = root.section("link").map(|section| {
        let profile = section.optional("profile", |v| one_of(v, &[("quick", Link::Quick), ("slow", Link::Slow)]));
        section.close();
        profile.unwrap_or_default()
    });
    ConsoleFile {
        theme: root.optional("theme", file_name).unwrap_or(default.theme),
        keymap: root.optional("keymap", file_name).unwrap_or(default.keymap),
        glyphs: root.optional("glyphs", |v| one_of(v, &Glyphs::WORDS)).unwrap_or_default(),
        link: link.unwrap_or_default(),
    }
}

/// The name of a file without its `.toml`, and never a way out of the folder.
fn file_name(value: Value<'_>) -> Reading<String> {
    let text = value::text(value)?;
    let sound = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if sound {
        return Ok(text);
    }
    let wrong = Wrong::new(format!("`{text}` cannot be a name"), "letters, digits, - and _");
    Err(match text.strip_suffix(".toml") {
        Some(stem) => wrong.help(format!("write \"{stem}\": `.toml` is added")),
        None => wrong,
    })
}

fn one_of<T: Copy>(value: Value<'_>, known: &[(&str, T)]) -> Reading<T> {
    let text = value::string(value)?;
    if let Some((_, meant)) = known.iter().find(|(word, _)| *word == text) {
        return Ok(*meant);
    }
    let words: Vec<String> = known.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    let wrong = Wrong::new(format!("`{text}` is not known here"), words.join(" or "));
    Err(wrong.meant(did_you_mean(&text, known.iter().map(|(word, _)| *word))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_the_default() {
        assert_eq!(parse("console.toml", b"").unwrap(), ConsoleFile::default());
    }

    #[test]
    fn everything_said() {
        let text = b"theme = \"high-contrast\"\nkeymap = \"mine\"\nglyphs = \"ascii\"\n[link]\nprofile = \"slow\"\n";
        let expected = ConsoleFile {
            theme: "high-contrast".into(),
            keymap: "mine".into(),
            glyphs: Glyphs::Ascii,
            link: Link::Slow,
        };
        assert_eq!(parse("console.toml", text).unwrap(), expected);
    }

    #[test]
    fn everything_wrong() {
        let text = b"theme = \"../x\"\nkeymap = \"a.toml\"\nglyphs = \"asci\"\ncolor = 1\n[link]\nprofile = 3\n";
        let wrong = parse("console.toml", text).unwrap_err();
        let said: Vec<_> = wrong.list().iter().map(|d| d.message.as_str()).collect();
        let expected = [
            "`../x` cannot be a name",
            "`a.toml` cannot be a name",
            "`asci` is not known here",
            "unknown key `color`",
            "a whole number where text belongs",
        ];
        assert_eq!(said, expected);
    }
}
