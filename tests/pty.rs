//! The console in a real pseudo-terminal: it starts, is resized, stops and goes on, ends by every way there is, and the
//! terminal is as it was before.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

use std::io::{Read, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the header of the embedded estate says.
const UP: &str = "OBSERVE";

/// A program in a terminal of its own.
struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
    modes_before: String,
    _home: tempfile::TempDir,
}

impl Terminal {
    fn run(program: &str, arguments: &[&str], size: (u16, u16)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("HOME", home.path());
        command.env("QUARTERDECK_HOME", home.path());
        Self::start(command, size, home)
    }

    fn start(command: CommandBuilder, (cols, rows): (u16, u16), home: tempfile::TempDir) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let modes_before = format!("{:?}", pair.master.get_termios().unwrap());
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 || send.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(rows.try_into().unwrap(), cols.try_into().unwrap(), 0);
        Self {
            master: Some(pair.master),
            keys: Some(keys),
            child,
            output,
            screen,
            raw: Vec::new(),
            modes_before,
            _home: home,
        }
    }

    fn demo(size: (u16, u16)) -> Self {
        Self::run(env!("CARGO_BIN_EXE_quarterdeck"), &["demo"], size)
    }

    fn read(&mut self, wait: Duration) -> bool {
        match self.output.recv_timeout(wait) {
            Ok(bytes) => {
                self.screen.process(&bytes);
                self.raw.extend(bytes);
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < PATIENCE, "not seen: {what}; the screen:\n{}", self.text());
            self.read(Duration::from_millis(20));
        }
    }

    fn shows(&mut self, text: &str) {
        self.until(text, |t| t.text().contains(text));
    }

    fn press(&mut self, keys: &str) {
        let writer = self.keys.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    fn resize(&mut self, (cols, rows): (u16, u16)) {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        self.screen.screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.process_id().unwrap()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    fn ends(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            self.read(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().unwrap() {
                while self.read(Duration::from_millis(50)) && !self.output_is_quiet() {}
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end; the screen:\n{}", self.text());
        }
    }

    fn output_is_quiet(&mut self) -> bool {
        let before = self.raw.len();
        self.read(Duration::from_millis(50));
        self.raw.len() == before
    }

    /// Everything is as it was before the program started.
    fn assert_given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "paste is still bracketed");
        assert_eq!(screen.fgcolor(), vt100::Color::Default, "still coloured");
        let modes = format!("{:?}", self.master.as_ref().unwrap().get_termios().unwrap());
        assert_eq!(modes, self.modes_before, "the line's modes have changed");
    }

    fn taken(&self) -> bool {
        self.screen.screen().alternate_screen() && self.screen.screen().hide_cursor()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn starts_answers_and_quits() {
    let mut terminal = Terminal::demo((120, 31));
    terminal.shows(UP);
    assert!(terminal.taken() && terminal.screen.screen().bracketed_paste());
    terminal.press("?");
    terminal.shows("keymap default");
    terminal.press("\x1b");
    terminal.until("the help closed", |t| !t.text().contains("keymap default"));
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn asks_the_terminal_nothing_and_captures_no_mouse() {
    let mut terminal = Terminal::demo((80, 24));
    terminal.shows(UP);
    terminal.press("\tj\rq");
    terminal.ends();
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    for (query, what) in [
        ("\x1b[6n", "where the cursor is"),
        ("\x1b[c", "what it is"),
        ("\x1b[>", "what it is"),
        ("\x1b[?u", "its keyboard"),
        ("\x1b[14t", "its size"),
        ("\x1b[18t", "its size"),
        ("\x1bP", "anything by DCS"),
        ("\x1b]1", "its colours"),
        ("\x1b[?1000h", "for mouse clicks"),
        ("\x1b[?1003h", "for mouse moves"),
        ("\x1b[?2026", "for synchronized output"),
    ] {
        assert!(!raw.contains(query), "the terminal is asked {what}");
    }
}

#[test]
fn follows_every_size_and_survives_the_tiny_ones() {
    let mut terminal = Terminal::demo((160, 48));
    terminal.shows(UP);
    for size in [(1, 1), (2, 1), (1, 5), (20, 5), (39, 9), (40, 10), (80, 24), (300, 100), (79, 200), (80, 24)] {
        terminal.resize(size);
        terminal.read(Duration::from_millis(100));
        assert!(terminal.child.try_wait().unwrap().is_none(), "it ended at {size:?}");
    }
    terminal.shows(UP);
    let before = terminal.raw.len();
    terminal.signal(Signal::WINCH);
    terminal.until("everything drawn anew at the same size", |t| t.raw.len() > before + 1_000);
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_size_given_just_after_the_start_is_not_lost() {
    for wait_ms in [0, 1, 2, 4, 8, 16, 32] {
        let mut terminal = Terminal::demo((80, 24));
        std::thread::sleep(Duration::from_millis(wait_ms));
        terminal.resize((120, 40));
        // On 80 columns the panes are tabs, and their titles are not on the borders.
        terminal.shows("6 Budgets ");
        terminal.press("q");
        assert!(terminal.ends().success());
    }
}

#[test]
fn signals_end_it_and_the_terminal_is_given_back() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut terminal = Terminal::demo((80, 24));
        terminal.shows(UP);
        terminal.signal(signal);
        let status = terminal.ends();
        assert_eq!(status.exit_code(), code, "{signal:?}: {status:?}");
        terminal.assert_given_back();
    }
}

#[test]
fn ends_when_the_terminal_goes_away() {
    let mut terminal = Terminal::demo((80, 24));
    terminal.shows(UP);
    terminal.keys = None;
    terminal.master = None;
    let (_, closed) = channel();
    terminal.output = closed;
    let begun = Instant::now();
    while terminal.child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it goes on without a terminal");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_terminal_that_takes_nothing_more_does_not_hold_it() {
    let mut terminal = Terminal::demo((200, 50));
    terminal.shows(UP);
    // Nobody reads from here on, and every size is drawn in full, until the line is full.
    for n in 0..60 {
        let size = PtySize { rows: 50, cols: 200 + n % 2, pixel_width: 0, pixel_height: 0 };
        terminal.master.as_ref().unwrap().resize(size).unwrap();
        std::thread::sleep(Duration::from_millis(10));
    }
    terminal.signal(Signal::TERM);
    let begun = Instant::now();
    while terminal.child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it waits for a terminal that takes nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn stops_for_the_shell_and_comes_back() {
    let binary = env!("CARGO_BIN_EXE_quarterdeck");
    let mut terminal = Terminal::run("/bin/sh", &["-i"], (100, 30));
    terminal.press(&format!("PS1='ready> '; {binary} demo\r"));
    terminal.until("the console", Terminal::taken);
    terminal.shows(UP);
    terminal.press("\x1a");
    terminal.until("the shell", |t| !t.screen.screen().alternate_screen() && t.text().contains("topped"));
    assert!(!terminal.screen.screen().hide_cursor());
    terminal.press("echo $((40 + 2))\r");
    terminal.shows("42");
    terminal.press("fg\r");
    terminal.until("the console again", Terminal::taken);
    terminal.shows(UP);
    terminal.press("?");
    terminal.shows("keymap default");
    // The shell's next prompt: what is typed before it would reach a terminal that is still being given back.
    let prompts = |t: &Terminal| String::from_utf8_lossy(&t.raw).matches("ready> ").count();
    let before = prompts(&terminal);
    terminal.press("q");
    terminal.until("the shell again", |t| prompts(t) > before);
    assert!(!terminal.screen.screen().alternate_screen());
    terminal.press("echo code $?\r");
    terminal.shows("code 0");
    terminal.press("exit\r");
    terminal.ends();
}

#[test]
fn goes_on_where_no_shell_could_bring_it_back() {
    // It leads the session here, as it does when a session manager starts it.
    let mut terminal = Terminal::demo((80, 24));
    terminal.shows(UP);
    terminal.press("\x1a");
    terminal.until("the screen again", |t| {
        let raw = String::from_utf8_lossy(&t.raw).into_owned();
        raw.matches("\x1b[?1049h").count() == 2 && t.taken()
    });
    terminal.shows(UP);
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
}

#[test]
fn pasted_text_presses_no_key() {
    let mut terminal = Terminal::demo((120, 31));
    terminal.shows(UP);
    terminal.press("\x1b[200~q\rq\x1b[201~");
    terminal.press("/");
    terminal.press("\x1b[200~zzzq\r\x1b[201~");
    terminal.shows("zzzq");
    terminal.press("\x1b");
    terminal.until("the filter cleared", |t| !t.text().contains("zzzq"));
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
        .arg("demo")
        .env("QUARTERDECK_HOME", home.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("quarterdeck status"), "{output:?}");
    assert!(output.stdout.is_empty());
}

#[test]
fn without_an_estate_file_it_offers_a_beginning() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
        command.args(arguments).env("QUARTERDECK_HOME", home.path()).env_remove("QUARTERDECK_ESTATE");
        let output = command.stdin(std::process::Stdio::null()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, said, complained) = run(&[]);
    assert_eq!((code, complained.as_str()), (Some(0), ""));
    assert!(["no estate file yet", "quarterdeck init", "quarterdeck demo"].iter().all(|w| said.contains(w)), "{said}");
    let (code, said, complained) = run(&["status"]);
    assert_eq!((code, said.as_str()), (Some(78), ""));
    assert!(complained.contains("quarterdeck init"), "{complained}");
    assert_eq!(run(&["--estate", "missing.toml"]).0, Some(78));
}

#[test]
fn a_wrong_argument_steers_no_terminal() {
    let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_quarterdeck"), &["--no\u{1b}]0;x\u{7}\u{9b}2J"], (80, 24));
    assert_eq!(terminal.ends().exit_code(), 64);
    let raw = String::from_utf8_lossy(&terminal.raw);
    assert!(raw.contains("unexpected argument") && !raw.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{raw:?}");
}

/// Marks the process that [`a_panic_gives_the_terminal_back_and_then_tells`] starts: this very test binary.
const PANICS: &str = "QUARTERDECK_TEST_PANICS";

#[test]
fn a_panic_gives_the_terminal_back_and_then_tells() {
    if std::env::var_os(PANICS).is_some() {
        let _terminal = quarterdeck::console::terminal::Terminal::enter(false).unwrap();
        // A part of the console that fails elsewhere leaves the screen alone.
        let _ = std::thread::spawn(|| panic!("elsewhere")).join();
        std::thread::sleep(Duration::from_millis(300));
        panic!("the console fell over");
    }
    let home = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_panic_gives_the_terminal_back_and_then_tells", "--nocapture"]);
    command.env(PANICS, "1");
    command.env("TERM", "xterm-256color");
    let mut terminal = Terminal::start(command, (100, 30), home);
    let status = terminal.ends();
    assert!(!status.success());
    terminal.assert_given_back();
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    let (on_screen, after) = raw.split_once("\x1b[?1049l").unwrap();
    assert!(!on_screen.contains("panicked") && !raw.contains("elsewhere"), "{raw}");
    assert!(after.contains("the console fell over"), "{raw}");
}
