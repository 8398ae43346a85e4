//! Cells to bytes, as few as it takes.
//!
//! ratatui's own backend writes eight to twenty bytes around every run of cells; over a line of 1 KB a message that is
//! what makes a cursor feel slow. This one moves relatively where that is shorter, changes only what differs in the looks,
//! and asks the terminal nothing.

use std::fmt::Write;
use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

use crate::gate;

/// Fills a buffer with what a frame changes.
pub(super) struct Encoder {
    out: String,
    size: Size,
    /// Where the terminal's cursor is; none where that is not certain.
    at: Option<Position>,
    looks: Looks,
    cursor_shown: bool,
    synchronized: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Looks {
    fg: Color,
    bg: Color,
    modifiers: Modifier,
}

const PLAIN: Looks = Looks { fg: Color::Reset, bg: Color::Reset, modifiers: Modifier::empty() };

const MODIFIERS: [(Modifier, u8); 6] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

impl Encoder {
    pub(super) fn new(size: (u16, u16), synchronized: bool) -> Self {
        let size = Size { width: size.0, height: size.1 };
        Self { out: String::new(), size, at: None, looks: PLAIN, cursor_shown: false, synchronized }
    }

    pub(super) fn columns_and_rows(&self) -> (u16, u16) {
        (self.size.width, self.size.height)
    }

    pub(super) fn resize(&mut self, (width, height): (u16, u16)) {
        self.size = Size { width, height };
        self.at = None;
    }

    /// What has to be written; nothing when nothing changed.
    pub(super) fn take(&mut self) -> Vec<u8> {
        if self.out.is_empty() {
            return Vec::new();
        }
        self.look(PLAIN);
        let body = std::mem::take(&mut self.out);
        if self.synchronized { format!("\x1b[?2026h{body}\x1b[?2026l").into_bytes() } else { body.into_bytes() }
    }

    fn go(&mut self, to: Position) {
        match self.at {
            Some(at) if at == to => {}
            Some(at) if at.y == to.y && at.x + 1 == to.x => self.out.push_str("\x1b[C"),
            Some(at) if at.y == to.y && at.x < to.x => self.put(format_args!("\x1b[{}C", to.x - at.x)),
            _ if to.x == 0 => self.put(format_args!("\x1b[{}H", to.y + 1)),
            _ => self.put(format_args!("\x1b[{};{}H", to.y + 1, to.x + 1)),
        }
        self.at = Some(to);
    }

    fn look(&mut self, to: Looks) {
        if to == self.looks {
            return;
        }
        let afresh = changes(PLAIN, to);
        let lost = self.looks.modifiers.difference(to.modifiers);
        let on = if lost.is_empty() { changes(self.looks, to) } else { String::new() };
        match (on.is_empty(), afresh.is_empty()) {
            (_, true) => self.out.push_str("\x1b[m"),
            (false, false) if on.len() <= afresh.len() + 2 => self.put(format_args!("\x1b[{on}m")),
            _ => self.put(format_args!("\x1b[0;{afresh}m")),
        }
        self.looks = to;
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(what);
    }
}

/// The numbers that turn one look into another that lacks none of its modifiers.
fn changes(from: Looks, to: Looks) -> String {
    let mut numbers = Vec::new();
    for (modifier, number) in MODIFIERS {
        if to.modifiers.contains(modifier) && !from.modifiers.contains(modifier) {
            numbers.push(number.to_string());
        }
    }
    if to.fg != from.fg {
        numbers.push(colour(to.fg, 0));
    }
    if to.bg != from.bg {
        numbers.push(colour(to.bg, 10));
    }
    numbers.join(";")
}

fn colour(colour: Color, base: u8) -> String {
    let plain = |number: u8| (number + base).to_string();
    match colour {
        Color::Reset => plain(39),
        Color::Black => plain(30),
        Color::Red => plain(31),
        Color::Green => plain(32),
        Color::Yellow => plain(33),
        Color::Blue => plain(34),
        Color::Magenta => plain(35),
        Color::Cyan => plain(36),
        Color::Gray => plain(37),
        Color::DarkGray => plain(90),
        Color::LightRed => plain(91),
        Color::LightGreen => plain(92),
        Color::LightYellow => plain(93),
        Color::LightBlue => plain(94),
        Color::LightMagenta => plain(95),
        Color::LightCyan => plain(96),
        Color::White => plain(97),
        Color::Indexed(i) => format!("{};5;{i}", 38 + base),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", 38 + base),
    }
}

impl Backend for Encoder {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            if x >= self.size.width || y >= self.size.height {
                continue;
            }
            self.go(Position { x, y });
            self.look(Looks { fg: cell.fg, bg: cell.bg, modifiers: cell.modifier });
            // Panes gate what comes from outside; a control character that slipped through stays text even so.
            let symbol = cell.symbol();
            let safe = !symbol.contains(gate::is_unsafe);
            self.out.push_str(if safe && !symbol.is_empty() { symbol } else { " " });
            // Terminals disagree on how wide anything but plain characters is, and on where the last column leaves them.
            let plain = symbol.chars().count() == 1 && gate::width(symbol) == 1;
            self.at = (plain && x + 1 < self.size.width).then_some(Position { x: x + 1, y });
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.cursor_shown) {
            self.out.push_str("\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.cursor_shown, true) {
            self.out.push_str("\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        if self.cursor_shown {
            self.go(position.into());
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.look(PLAIN);
        self.out.push_str("\x1b[2J");
        Ok(())
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // Only whole screens are drawn, and only they are cleared.
        let _ = clear_type;
        self.clear()
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::Terminal;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use ratatui::widgets::Widget;

    fn screen(rows: u16, columns: u16) -> vt100::Parser {
        vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)
    }

    struct Picture(Buffer);

    impl Widget for &Picture {
        fn render(self, area: Rect, buffer: &mut Buffer) {
            for position in area.intersection(self.0.area).positions() {
                buffer[position] = self.0[position].clone();
            }
        }
    }

    fn shown(screen: &mut vt100::Parser, terminal: &mut Terminal<Encoder>, picture: Buffer) -> Vec<u8> {
        let picture = Picture(picture);
        terminal.draw(|frame| frame.render_widget(&picture, frame.area())).unwrap();
        let sent = terminal.backend_mut().take();
        screen.process(&sent);
        sent
    }

    #[test]
    fn a_frame_without_change_costs_nothing_and_one_cell_little() {
        let mut terminal = Terminal::new(Encoder::new((40, 3), false)).unwrap();
        let mut parser = screen(3, 40);
        let mut picture = Buffer::empty(Rect::new(0, 0, 40, 3));
        picture.set_string(0, 0, "12:00:00Z", Style::new());
        picture.set_string(0, 2, "● calm", Style::new());
        shown(&mut parser, &mut terminal, picture.clone());
        assert_eq!(shown(&mut parser, &mut terminal, picture.clone()), b"");
        picture.set_string(7, 0, "1", Style::new());
        assert_eq!(shown(&mut parser, &mut terminal, picture.clone()), b"\x1b[1;8H1");
        picture.set_string(0, 2, "▲", Style::new().fg(Color::LightRed).add_modifier(Modifier::BOLD));
        picture.set_string(2, 2, "c", Style::new().fg(Color::LightRed));
        let sent = String::from_utf8(shown(&mut parser, &mut terminal, picture)).unwrap();
        assert_eq!(sent, "\x1b[3H\x1b[1;91m▲\x1b[C\x1b[0;91mc\x1b[m");
        assert_eq!(parser.screen().contents(), "12:00:01Z\n\n▲ calm");
    }

    #[test]
    fn wide_and_hostile_characters_leave_their_neighbours_alone() {
        let mut terminal = Terminal::new(Encoder::new((12, 1), false)).unwrap();
        let mut parser = screen(1, 12);
        let mut picture = Buffer::empty(Rect::new(0, 0, 12, 1));
        picture.set_string(0, 0, "名前 e\u{301} ok", Style::new().fg(Color::Green));
        picture[(11, 0)].set_symbol("\u{1b}[2J");
        shown(&mut parser, &mut terminal, picture.clone());
        assert_eq!(parser.screen().contents().trim_end(), "名前 e\u{301} ok");
        picture.set_string(0, 0, "name ", Style::new());
        shown(&mut parser, &mut terminal, picture);
        assert_eq!(parser.screen().contents().trim_end(), "name e\u{301} ok");
    }

    fn any_cell() -> impl Strategy<Value = (u16, u16, &'static str, Style)> {
        let symbol = prop::sample::select(vec!["a", " ", "▲", "é", "e\u{301}", "7"]);
        let colour = prop::sample::select(vec![
            Color::Reset,
            Color::Red,
            Color::LightCyan,
            Color::Indexed(203),
            Color::Rgb(1, 2, 3),
        ]);
        let modifiers = prop::sample::select(vec![
            Modifier::empty(),
            Modifier::BOLD,
            Modifier::BOLD | Modifier::UNDERLINED,
            Modifier::REVERSED,
            Modifier::ITALIC | Modifier::DIM,
        ]);
        (0..12u16, 0..4u16, symbol, colour.clone(), colour, modifiers)
            .prop_map(|(x, y, s, fg, bg, m)| (x, y, s, Style::reset().fg(fg).bg(bg).add_modifier(m)))
    }

    proptest! {
        /// What a terminal shows after a row of small changes is what it shows when told the last picture alone.
        #[test]
        fn small_changes_add_up(frames in prop::collection::vec(prop::collection::vec(any_cell(), 0..12), 1..6)) {
            let mut terminal = Terminal::new(Encoder::new((12, 4), false)).unwrap();
            let mut parser = screen(4, 12);
            let mut picture = Buffer::empty(Rect::new(0, 0, 12, 4));
            for cells in frames {
                for (x, y, symbol, style) in cells {
                    picture.set_stringn(x, y, symbol, usize::from(12 - x), style);
                }
                shown(&mut parser, &mut terminal, picture.clone());
            }
            let mut afresh = screen(4, 12);
            let mut other = Terminal::new(Encoder::new((12, 4), true)).unwrap();
            shown(&mut afresh, &mut other, picture);
            let cell = |parser: &vt100::Parser, row, column| {
                let cell = parser.screen().cell(row, column).unwrap();
                // A cell that was never written and a blank one look alike.
                let text = if cell.contents().trim().is_empty() { " " } else { cell.contents() }.to_owned();
                let plain = text == " " && !cell.underline() && !cell.inverse();
                let modifiers = (cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse());
                (text, cell.bgcolor(), (!plain).then_some((cell.fgcolor(), modifiers)))
            };
            for (row, column) in (0..4).flat_map(|r| (0..12).map(move |c| (r, c))) {
                prop_assert_eq!(cell(&parser, row, column), cell(&afresh, row, column), "at {}, {}", column, row);
            }
        }
    }
}
