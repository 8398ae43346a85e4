//! What goes to standard output and standard error: text through the gate, JSON without a raw control character.

use std::io::{self, Write};

use serde::Serialize;

use super::Exit;
use crate::gate;

/// Prints text; a reader that went away is not an error.
pub(super) fn print_text(text: &str) -> Exit {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Exit::Failed,
        _ => Exit::Ok,
    }
}

/// Prints a value as indented JSON in which no control character is raw.
pub(super) fn print_json<T: Serialize>(value: &T) -> Exit {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print_text(&(escaped(&text) + "\n")),
        Err(e) => complain(&format!("cannot write JSON: {e}"), Exit::Failed),
    }
}

/// Says on standard error why the command ends, each line through the gate.
pub(super) fn complain(reason: &str, exit: Exit) -> Exit {
    for line in reason.lines() {
        eprintln!("quarterdeck: {}", gate::visible(line));
    }
    exit
}

/// Says on standard error what is made visible already, such as rendered diagnostics.
pub(super) fn complain_plain(text: &str, exit: Exit) -> Exit {
    eprint!("{text}");
    exit
}

/// JSON text with every unsafe character that the writer left raw as a `\u` escape.
///
/// Outside strings the writer puts nothing unsafe but its own line breaks.
pub(super) fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !gate::is_unsafe(c) {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

/// Rows as aligned columns, two spaces apart, without trailing blanks; cells pass the gate.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(|cell| gate::visible(cell))).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = gate::width(cell).max(*width);
        }
    }
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - gate::width(cell) + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_out_without_a_raw_control() {
        let json = serde_json::to_string_pretty(&["a\u{1b}[2J\u{9b}\u{202e}\u{7f}é\n"]).unwrap();
        let out = escaped(&json);
        assert_eq!(out, "[\n  \"a\\u001b[2J\\u009b\\u202e\\u007fé\\n\"\n]");
        assert_eq!(serde_json::from_str::<Vec<String>>(&out).unwrap(), ["a\u{1b}[2J\u{9b}\u{202e}\u{7f}é\n"]);
    }

    #[test]
    fn columns_line_up_by_display_width() {
        let rows = [["名前", "x"], ["a", "yy"]].map(|r| r.map(str::to_owned));
        assert_eq!(columns(&rows), "名前  x\na     yy\n");
    }
}
