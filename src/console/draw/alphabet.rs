//! The screen in ASCII: every glyph of ours becomes a plain character of the same width. Names stay as they are.

use ratatui::buffer::Buffer;

/// Replaces every glyph that the console draws itself.
pub(super) fn plain(buf: &mut Buffer) {
    for cell in &mut buf.content {
        let plain = match cell.symbol() {
            "━" => "=",
            "─" | "–" => "-",
            "│" => "|",
            "╭" | "╮" | "╰" | "╯" => "+",
            "●" | "·" => ".",
            "▸" | "›" => ">",
            "…" => "~",
            "×" => "x",
            "“" | "”" => "\"",
            "↑" => "^",
            "↓" => "v",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}
