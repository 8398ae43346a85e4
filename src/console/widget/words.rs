//! A line of text in roles: what is said, and what each part of it means. The only way to a cell.

use ratatui::buffer::Buffer;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

use crate::console::theme::{Role, Theme};
use crate::gate;

/// Text that means one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    text: String,
    role: Role,
}

/// A line of text in roles. Whatever goes in has passed the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    runs: Vec<Run>,
}

impl Words {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Text in one role.
    pub fn of(role: Role, text: impl AsRef<str>) -> Self {
        Self::none().and(role, text)
    }

    /// Plain text.
    pub fn say(text: impl AsRef<str>) -> Self {
        Self::of(Role::Text, text)
    }

    /// Text that steps back: labels, units, ages.
    pub fn dim(text: impl AsRef<str>) -> Self {
        Self::of(Role::Dim, text)
    }

    /// The same, and more text in a role.
    #[must_use]
    pub fn and(mut self, role: Role, text: impl AsRef<str>) -> Self {
        let text = steady(gate::visible(text.as_ref()));
        if text.is_empty() {
            return self;
        }
        match self.runs.last_mut() {
            Some(last) if last.role == role => last.text.push_str(&text),
            _ => self.runs.push(Run { text, role }),
        }
        self
    }

    /// The same, and other words.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.runs.extend(other.runs);
        self
    }

    /// The same, and more plain text.
    #[must_use]
    pub fn plus(self, text: impl AsRef<str>) -> Self {
        self.and(Role::Text, text)
    }

    /// The words with ` · ` between them; those that say nothing are left out.
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut out = Self::none();
        for part in parts {
            if part.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out = out.and(Role::Dim, " · ");
            }
            out = out.then(part);
        }
        out
    }

    /// The same words, all in one role.
    #[must_use]
    pub fn all(mut self, role: Role) -> Self {
        for run in &mut self.runs {
            run.role = role;
        }
        self
    }

    /// Plain text becomes text in that role; what already means something stays.
    #[must_use]
    pub fn tinted(mut self, role: Role) -> Self {
        for run in self.runs.iter_mut().filter(|r| r.role == Role::Text) {
            run.role = role;
        }
        self
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Its width in display columns.
    pub fn width(&self) -> usize {
        self.runs.iter().map(|r| gate::width(&r.text)).sum()
    }

    /// The text without its roles.
    pub fn text(&self) -> String {
        self.runs.iter().map(|r| r.text.as_str()).collect()
    }

    /// The same words on at most so many columns; what does not fit ends in `…`.
    #[must_use]
    pub fn fit(&self, columns: usize) -> Self {
        if self.width() <= columns {
            return self.clone();
        }
        let mut out = Self::none();
        let mut left = columns;
        for run in &self.runs {
            if gate::width(&run.text) < left {
                left -= gate::width(&run.text);
                out.runs.push(run.clone());
            } else {
                out.runs.push(Run { text: cut(&run.text, left), role: run.role });
                break;
            }
        }
        out
    }

    /// Paints it from `x` on, on at most `columns` columns; what does not fit ends in `…`. Returns the columns used.
    pub fn paint(&self, buf: &mut Buffer, x: u16, y: u16, columns: u16, theme: &Theme) -> u16 {
        let area = buf.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return 0;
        }
        let columns = columns.min(area.right() - x);
        let fitting = self.fit(usize::from(columns));
        let mut used = 0_u16;
        for run in &fitting.runs {
            let left = usize::from(columns - used);
            let (end, _) = buf.set_stringn(x + used, y, &run.text, left, theme.style(run.role));
            used = end.saturating_sub(x).min(columns);
        }
        used
    }

    /// Paints it so that it ends before `right`; returns where it begins.
    pub fn paint_before(&self, buf: &mut Buffer, right: u16, y: u16, columns: u16, theme: &Theme) -> u16 {
        let width = u16::try_from(self.width()).unwrap_or(u16::MAX).min(columns);
        let x = right.saturating_sub(width);
        self.paint(buf, x, y, width, theme);
        x
    }

    /// The words on several lines of at most `columns` columns, broken at spaces where there are any.
    pub fn wrap(&self, columns: usize) -> Vec<Self> {
        // The widest grapheme has two columns; narrower than that nothing could be broken.
        let columns = columns.max(2);
        let mut lines = vec![Self::none()];
        let mut used = 0;
        for run in &self.runs {
            for word in run.text.split_inclusive(' ') {
                let solid = gate::width(word.trim_end_matches(' '));
                if used > 0 && used + solid > columns {
                    trim(&mut lines);
                    lines.push(Self::none());
                    used = 0;
                }
                let mut rest = word;
                while used + gate::width(rest.trim_end_matches(' ')) > columns {
                    let at = split_at_columns(rest, columns - used);
                    let (head, tail) = rest.split_at(at);
                    push(&mut lines, run.role, head);
                    lines.push(Self::none());
                    used = 0;
                    rest = tail;
                }
                push(&mut lines, run.role, rest);
                used += gate::width(rest);
            }
        }
        trim(&mut lines);
        lines
    }
}

/// Takes the spaces at the end of the last line away: they would be its width and nothing else.
fn trim(lines: &mut [Words]) {
    let Some(line) = lines.last_mut() else { return };
    while let Some(run) = line.runs.last_mut() {
        run.text.truncate(run.text.trim_end_matches(' ').len());
        if !run.text.is_empty() {
            break;
        }
        line.runs.pop();
    }
}

fn push(lines: &mut [Words], role: Role, text: &str) {
    if let (Some(line), false) = (lines.last_mut(), text.is_empty()) {
        match line.runs.last_mut() {
            Some(last) if last.role == role => last.text.push_str(text),
            _ => line.runs.push(Run { text: text.to_owned(), role }),
        }
    }
}

/// The most marks without a width that one letter keeps.
const MARKS: usize = 2;

/// Text whose width every terminal agrees on: emoji stay apart that some would join, and no letter carries a tower.
fn steady(text: String) -> String {
    if text.is_ascii() {
        return text;
    }
    let mut marks = 0;
    let keep = |c: &char| {
        let joiner = matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        !joiner && marks <= MARKS
    };
    text.chars().filter(keep).collect()
}

/// The byte after the graphemes that fit into so many columns; at least one grapheme, so that breaking comes to an end.
fn split_at_columns(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += gate::width(grapheme);
        if used > columns && at > 0 {
            return at;
        }
    }
    text.graphemes(true).next().map_or(0, str::len).max(if used <= columns { text.len() } else { 0 })
}

/// Text that is cut to so many columns, with `…` at its end although it might just have fit.
fn cut(text: &str, columns: usize) -> String {
    if gate::width(text) > columns {
        return gate::fit(text, columns);
    }
    let mut shorter = gate::fit(text, columns.saturating_sub(1));
    if !shorter.ends_with('…') {
        shorter.push('…');
    }
    shorter
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wraps_at_spaces() {
        let lines = |text: &str, columns| Words::say(text).wrap(columns).iter().map(Words::text).collect::<Vec<_>>();
        assert_eq!(lines("one two three", 7), ["one two", "three"]);
        assert_eq!(lines("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(lines("", 3), [""]);
        assert_eq!(lines("名前名前", 5), ["名前", "名前"]);
        assert_eq!(lines("名", 1), ["名"]);
    }

    #[test]
    fn every_terminal_agrees_on_the_width() {
        let width = |text: &str| Words::say(text).width();
        let each = |text: &str| Words::say(text).text().chars().map(|c| c.width().unwrap_or(0)).sum::<usize>();
        for text in ["👩‍👩‍👧‍👦", "❤️", "👍🏽", "e\u{301}\u{301}\u{301}\u{301}", "🇩🇪", "名"]
        {
            assert_eq!(width(text), each(text), "{text}");
        }
        assert_eq!(Words::say("e\u{301}\u{301}\u{301}\u{301}").text(), "e\u{301}\u{301}");
    }

    #[test]
    fn joins_what_says_something() {
        let all = Words::joined([Words::say("a"), Words::none(), Words::dim("b")]);
        assert_eq!(all.text(), "a · b");
    }

    proptest! {
        #[test]
        fn wrapping_loses_only_spaces(text in "[ a-zé名🚢]{0,40}", columns in 2_usize..20) {
            let lines = Words::say(&text).wrap(columns);
            prop_assert_eq!(lines.iter().map(Words::text).collect::<String>().replace(' ', ""), text.replace(' ', ""));
            for line in &lines {
                prop_assert!(line.width() <= columns);
            }
        }
    }
}
