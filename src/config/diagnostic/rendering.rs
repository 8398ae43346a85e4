//! Diagnostics as text: miette draws them; what it draws has passed the gate.

use std::ops::Range;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report, ThemeStyles};

use super::{Diagnostic, Diagnostics, Look};
use crate::gate;

/// Characters of an overlong line that are shown before and after the place.
const AROUND: usize = 70;

/// Columns at which messages wrap; wide enough for a path, narrow enough for half a screen.
const COLUMNS: usize = 100;

pub(super) fn render(diagnostics: &Diagnostics, look: Look) -> String {
    let mut theme = GraphicalTheme::unicode_nocolor();
    theme.characters.underline = '^';
    theme.characters.underbar = '^';
    if look == Look::Colour {
        theme.styles = ThemeStyles::ansi();
    }
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(COLUMNS)
        .with_context_lines(1)
        .without_primary_span_start();
    let mut out = String::new();
    for diagnostic in diagnostics.list() {
        let report = report(diagnostics, diagnostic);
        if handler.render_report(&mut out, report.as_ref()).is_err() {
            // A diagnostic that cannot be drawn is still said.
            let (line, column) = diagnostics.place(diagnostic.span.start);
            out.push_str(&gate::visible(&format!("{}:{line}:{column}: {}", diagnostics.file(), diagnostic.message)));
            out.push('\n');
        }
        out.push('\n');
    }
    let count = diagnostics.list().len();
    let noun = if count == 1 { "error" } else { "errors" };
    let total = format!("{count} {noun} in {}\n", gate::visible(diagnostics.file()));
    out + &total
}

fn report(diagnostics: &Diagnostics, diagnostic: &Diagnostic) -> Report {
    let (line, column) = diagnostics.place(diagnostic.span.start);
    let (text, span) = excerpt(diagnostics.text(), &diagnostic.span);
    let label = LabeledSpan::new(Some(gate::visible(&diagnostic.label)), span.start, span.len());
    let mut described = MietteDiagnostic::new(gate::visible(&diagnostic.message)).with_label(label);
    if let Some(help) = &diagnostic.help {
        let lines: Vec<String> = help.lines().map(gate::visible).collect();
        described = described.with_help(lines.join("\n"));
    }
    let name = format!("{}:{line}:{column}", gate::visible(diagnostics.file()));
    Report::from(described).with_source_code(NamedSource::new(name, text))
}

/// The text with all lines but those beside the place left empty, so that line numbers stay true; what is kept is made
/// visible and overlong lines are cut. With it, the place in that text, on its first line only.
fn excerpt(text: &str, span: &Range<usize>) -> (String, Range<usize>) {
    let line_start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
    let before = text[..line_start].matches('\n').count();
    let mut out = "\n".repeat(before.saturating_sub(1));
    if before > 0 {
        let previous = text[..line_start - 1].rfind('\n').map_or(0, |at| at + 1);
        out.push_str(&cut_end(&shown(&text[previous..line_start - 1])));
        out.push('\n');
    }
    let end = span.end.clamp(span.start, line_end);
    let head = shown(&text[line_start..span.start]);
    out.push_str(&cut_start(&head));
    let start = out.len();
    out.push_str(&cut_end(&shown(&text[span.start..end])));
    let mut marked = start..out.len();
    out.push_str(&cut_end(&shown(&text[end..line_end])));
    if marked.is_empty() {
        // A caret needs something to stand under: the next character, or a blank at the line's end.
        if let Some(next) = out[start..].chars().next() {
            marked.end += next.len_utf8();
        } else {
            out.push(' ');
            marked.end += 1;
        }
    }
    if line_end < text.len() {
        let rest = &text[line_end + 1..];
        let next = rest.split('\n').next().unwrap_or_default();
        if !next.trim().is_empty() {
            out.push('\n');
            out.push_str(&cut_end(&shown(next)));
        }
    }
    (out, marked)
}

/// One line made visible; a tab is shown as spaces and the carriage return of a line end is not shown.
fn shown(piece: &str) -> String {
    let piece = piece.strip_suffix('\r').unwrap_or(piece);
    piece.split('\t').map(gate::visible).collect::<Vec<_>>().join("    ")
}

fn cut_start(piece: &str) -> String {
    let count = piece.chars().count();
    if count <= AROUND {
        return piece.to_owned();
    }
    std::iter::once('…').chain(piece.chars().skip(count - AROUND)).collect()
}

fn cut_end(piece: &str) -> String {
    if piece.chars().count() <= AROUND {
        return piece.to_owned();
    }
    piece.chars().take(AROUND).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str, span: Range<usize>) -> Diagnostics {
        let mut diagnostics = Diagnostics::new("estate.toml", text);
        diagnostics.report_with_help(span, "unknown key `nme`", "not known here", "did you mean `name`?");
        diagnostics
    }

    #[test]
    fn shows_file_line_caret_and_help() {
        let text = "[estate]\nname = \"x\"\n\n[[account]]\nnme = \"p\"\nid = \"1\"\n";
        let at = text.find("nme").unwrap();
        insta::assert_snapshot!(wrong(text, at..at + 3), @r#"
          × unknown key `nme`
           ╭─[estate.toml:5:1]
         4 │ [[account]]
         5 │ nme = "p"
           · ^^^
           ·  ╰── not known here
         6 │ id = "1"
           ╰────
          help: did you mean `name`?

        1 error in estate.toml
        "#);
    }

    #[test]
    fn hostile_text_is_visible_and_bounded() {
        let text = format!("a = \"{}\u{1b}[31m\u{202e}\t\" # é {}\r\n", "x".repeat(500), "y".repeat(500));
        let at = text.find('é').unwrap();
        let shown = wrong(&text, at..at + 2).to_string();
        assert!(shown.contains("[estate.toml:1:517]"), "{shown}");
        assert!(shown.contains("xxx␛[31m�    \" # é yyy"), "{shown}");
        assert!(shown.lines().all(|line| gate::width(line) < 160), "{shown}");
        assert!(!shown.chars().any(|c| c != '\n' && gate::is_unsafe(c)));
    }

    #[test]
    fn colour_only_where_it_was_asked_for() {
        let diagnostics = wrong("nme = 1", 0..3);
        assert!(diagnostics.render(Look::Colour).contains('\u{1b}'));
        assert!(!diagnostics.render(Look::Plain).contains('\u{1b}'));
    }

    #[test]
    fn empty_and_odd_places_are_drawn() {
        for (text, span) in [("", 0..0), ("", 5..9), ("é", 1..1), ("a\nb", 2..3), ("a\n", 2..2), ("a\r\n\r\nb", 3..5)]
        {
            let shown = wrong(text, span).to_string();
            assert!(shown.contains("estate.toml:"), "{shown}");
        }
    }
}
