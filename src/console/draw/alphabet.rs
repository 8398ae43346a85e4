//! The screen in ASCII: every glyph of ours becomes a plain character of the same width. Names stay as they are.

use ratatui::buffer::Buffer;

/// Replaces every glyph that the console draws itself.
pub(super) fn plain(buf: &mut Buffer) {
    for cell in &mut buf.content {
        let plain = match cell.symbol() {
            "━" | "▅" => "=",
            "─" | "–" | "╌" | "▄" => "-",
            "│" | "┤" => "|",
            "╭" | "╮" | "╰" | "╯" | "┼" | "▆" => "+",
            "▁" => "_",
            "▂" => ",",
            "▃" => ":",
            "▇" => "#",
            // Dots of a chart: where the line passes, not how high in the cell.
            braille if ("\u{2801}"..="\u{28FF}").contains(&braille) => "*",
            "●" | "·" => ".",
            "▸" | "›" | "≥" => ">",
            "…" => "~",
            "×" => "x",
            "≤" => "<",
            "“" | "”" => "\"",
            "↑" => "^",
            "↓" => "v",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}
