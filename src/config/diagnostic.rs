//! What is wrong in a file that a person wrote: where, what was expected, and what to do about it.
//!
//! Every file of ours (estate, console, keymap, theme) reports through [`Diagnostics`]: all errors of one file at once,
//! each with its place.

mod rendering;

use std::fmt;
use std::ops::Range;

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The place, in bytes of the file's text.
    pub span: Range<usize>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What stands beside the caret: what was expected there.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// How diagnostics look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// In colour, for a terminal that shows it.
    Colour,
    /// Without any escape sequence, for a pipe or under `NO_COLOR`.
    #[default]
    Plain,
}

/// Everything that is wrong in one file, in the file's order. Displayed without colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    text: String,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Nothing wrong yet in a file of that name and text.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        Self { file: file.into(), text: text.into(), list: Vec::new() }
    }

    /// Records something wrong; the span is brought inside the text, on character boundaries.
    pub fn report(&mut self, span: Range<usize>, message: impl Into<String>, label: impl Into<String>) {
        self.record(Diagnostic { span, message: message.into(), label: label.into(), help: None });
    }

    /// Records something wrong together with what to do about it.
    pub fn report_with_help(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.record(Diagnostic { span, message: message.into(), label: label.into(), help: Some(help.into()) });
    }

    fn record(&mut self, mut diagnostic: Diagnostic) {
        let start = self.text.floor_char_boundary(diagnostic.span.start);
        let end = self.text.ceil_char_boundary(diagnostic.span.end.min(self.text.len())).max(start);
        diagnostic.span = start..end;
        let after = self.list.partition_point(|d| d.span.start <= start);
        self.list.insert(after, diagnostic);
    }

    /// The value, or what is wrong with it.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.list.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The file's name as it is shown.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong, in the file's order.
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Line and column of a byte of the text, both from 1, the column in characters.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// Every diagnostic with file, line, column, the line itself and a caret, and how many there are.
    pub fn render(&self, look: Look) -> String {
        rendering::render(self, look)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Look::Plain))
    }
}

impl std::error::Error for Diagnostics {}
