//! The terminal: entered once, written to in one piece per frame, and always given back.
//!
//! Nothing is ever asked of it (no cursor position, no colours, no sizes by escape sequence), the mouse is left alone, and
//! a terminal that takes nothing more does not stop the console: a thread of its own writes (`line`), and no frame is
//! drawn while the one before is still on its way.

mod encoder;
mod input;
mod line;
mod panic;
mod stop;

use std::io::{self, IsTerminal};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ratatui::{Frame, Terminal as Ratatui};
use tokio::sync::mpsc;

pub(super) use input::{Input, gone};
pub(super) use stop::{Heard, Signals, stop_group};

use encoder::Encoder;
use line::Line;
use panic::Hook;

/// Alternate screen, bracketed paste, no cursor, and no line wrap: the last column is written like any other.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[?7l\x1b[m\x1b[2J";
/// All of it undone; plain looks first, so that the screen that comes back is not coloured.
const LEAVE: &[u8] = b"\x1b[m\x1b[?7h\x1b[?25h\x1b[?2004l\x1b[?1049l";
/// How long giving the terminal back may wait for one that takes nothing more.
const PATIENCE: Duration = Duration::from_millis(500);
/// What is drawn on when the terminal does not say its size.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// What is heard from the terminal's side.
#[derive(Debug)]
pub enum Said {
    /// A piece has been written; or could not be: the terminal is gone.
    Written(io::Result<()>),
    /// Another thread panicked; what it said.
    Panicked(String),
}

/// The terminal while the console has it.
pub struct Terminal {
    screen: Ratatui<Encoder>,
    line: Line,
    written: mpsc::UnboundedReceiver<io::Result<()>>,
    in_flight: usize,
    entered: bool,
    hook: Option<Hook>,
    /// What panics of other threads said.
    panics: mpsc::UnboundedReceiver<String>,
}

impl Terminal {
    /// Whether standard input and output are a terminal.
    pub fn is_there() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Takes the terminal. From here on it is given back whatever happens: by [`Terminal::leave`], when this value is
    /// dropped, or by the panic hook of the thread that called this.
    ///
    /// # Errors
    /// When raw mode is refused, or no thread can be started.
    pub fn enter(synchronized: bool) -> io::Result<Self> {
        let (report, written) = mpsc::unbounded_channel();
        let line = Line::to_stdout(report)?;
        let screen = Ratatui::new(Encoder::new(size(), synchronized))?;
        let (say, panics) = mpsc::unbounded_channel();
        let mut terminal = Self { screen, line, written, in_flight: 0, entered: false, hook: None, panics };
        terminal.hook = Some(Hook::install(say, give_back));
        terminal.take()?;
        Ok(terminal)
    }

    fn take(&mut self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()?;
        self.entered = true;
        self.send(ENTER.to_vec());
        Ok(())
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.screen.backend().columns_and_rows()
    }

    /// Takes note of a size, and of the need to draw everything anew: also at the same size, as after a reattach.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.screen.backend_mut().resize(or_usual(size));
        // Clearing cannot fail: the encoder only fills a buffer.
        let _ = self.screen.clear();
    }

    /// Whether the last frame is still on its way.
    pub fn busy(&self) -> bool {
        self.in_flight > 0
    }

    /// Draws a frame and sends what differs from the one before, in one piece.
    ///
    /// # Errors
    /// Never by the terminal, which is written to elsewhere; see [`Said::Written`].
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.screen.draw(render)?;
        let bytes = self.screen.backend_mut().take();
        if !bytes.is_empty() {
            self.send(bytes);
        }
        Ok(())
    }

    /// Gives a text to the terminal's clipboard (OSC 52). Whether the terminal takes it cannot be known: nothing is asked.
    pub fn copy(&mut self, text: &str) {
        self.send(clipboard(text));
    }

    fn send(&mut self, bytes: Vec<u8>) {
        self.in_flight += 1;
        self.line.send(bytes);
    }

    /// Waits for what comes next from the terminal's side.
    pub async fn next(&mut self) -> Said {
        tokio::select! {
            written = self.written.recv() => {
                self.in_flight = self.in_flight.saturating_sub(1);
                Said::Written(written.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into())))
            }
            Some(text) = self.panics.recv() => Said::Panicked(text),
        }
    }

    /// Gives the terminal back.
    pub async fn leave(&mut self) {
        if !std::mem::take(&mut self.entered) {
            return;
        }
        self.send(LEAVE.to_vec());
        let drained = async { while self.in_flight > 0 && !matches!(self.next().await, Said::Written(Err(_))) {} };
        let _ = tokio::time::timeout(PATIENCE, drained).await;
        let _ = crossterm::terminal::disable_raw_mode();
    }

    /// Takes the terminal again after someone else had it, and forgets what was on it.
    ///
    /// # Errors
    /// When raw mode is refused: the terminal is gone.
    pub fn again(&mut self) -> io::Result<()> {
        // Whoever had it may have set modes of its own; crossterm remembers ours as set until they are reset.
        let _ = crossterm::terminal::disable_raw_mode();
        self.take()?;
        self.resize(size());
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if std::mem::take(&mut self.entered) {
            give_back();
        }
    }
}

/// Gives the terminal back at once, past whatever is still on its way: for a panic and for an early end.
fn give_back() {
    use std::io::Write;
    let mut out = io::stdout();
    let _ = out.write_all(LEAVE).and_then(|()| out.flush());
    let _ = crossterm::terminal::disable_raw_mode();
}

/// OSC 52 with a text, in base64: nothing of the text itself reaches the terminal as a command.
fn clipboard(text: &str) -> Vec<u8> {
    format!("\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text)).into_bytes()
}

/// The terminal's size as the system knows it.
pub(super) fn size() -> (u16, u16) {
    crossterm::terminal::size().map_or(USUAL_SIZE, or_usual)
}

/// Some terminals say 0×0 until they know better.
fn or_usual((columns, rows): (u16, u16)) -> (u16, u16) {
    if columns == 0 || rows == 0 { USUAL_SIZE } else { (columns, rows) }
}

#[cfg(test)]
mod tests {
    use super::clipboard;

    #[test]
    fn a_copied_text_is_base64_alone() {
        for (text, want) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("a\x1b]é", "YRtdw6k=")] {
            assert_eq!(clipboard(text), format!("\x1b]52;c;{want}\x07").into_bytes(), "{text:?}");
        }
    }
}
