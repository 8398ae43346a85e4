//! A program in a pseudo-terminal of its own, and what its screen shows.

#![allow(dead_code, reason = "each test binary that includes this file uses its part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test needs to run at all is there, or the test fails")]

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// What the header of the embedded estate says.
pub(crate) const UP: &str = "OBSERVE";

/// A program in a terminal of its own.
pub(crate) struct Terminal {
    pub(crate) master: Option<Box<dyn MasterPty + Send>>,
    pub(crate) keys: Option<Box<dyn Write + Send>>,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) output: Receiver<Vec<u8>>,
    pub(crate) screen: vt100::Parser,
    pub(crate) raw: Vec<u8>,
    pub(crate) modes_before: String,
    _home: tempfile::TempDir,
}

impl Terminal {
    pub(crate) fn run(program: &str, arguments: &[&str], size: (u16, u16)) -> Self {
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

    pub(crate) fn start(command: CommandBuilder, (cols, rows): (u16, u16), home: tempfile::TempDir) -> Self {
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

    pub(crate) fn demo(size: (u16, u16)) -> Self {
        Self::run(env!("CARGO_BIN_EXE_quarterdeck"), &["demo"], size)
    }

    pub(crate) fn read(&mut self, wait: Duration) -> bool {
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

    pub(crate) fn text(&self) -> String {
        self.screen.screen().contents()
    }

    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < PATIENCE, "not seen: {what}; the screen:\n{}", self.text());
            self.read(Duration::from_millis(20));
        }
    }

    pub(crate) fn shows(&mut self, text: &str) {
        self.until(text, |t| t.text().contains(text));
    }

    pub(crate) fn press(&mut self, keys: &str) {
        let writer = self.keys.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    pub(crate) fn resize(&mut self, (cols, rows): (u16, u16)) {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        self.screen.screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.process_id().unwrap()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    pub(crate) fn ends(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            self.read(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().unwrap() {
                while self.read(Duration::from_millis(50)) && !self.output_is_quiet() {}
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end; {}the screen:\n{}", self.threads(), self.text());
        }
    }

    /// Where the program's threads are, as far as the system tells: what they wait for when nothing goes on.
    fn threads(&self) -> String {
        let process = format!("/proc/{}/task", self.child.process_id().unwrap_or_default());
        let tasks = std::fs::read_dir(process).into_iter().flatten().flatten();
        let told = tasks.map(|task| {
            let file = |name: &str| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
            let status = file("status");
            let state = status.lines().find(|line| line.starts_with("State:")).unwrap_or_default().to_owned();
            format!("{}: {state} in {}, {}\n", file("comm").trim(), file("wchan"), file("syscall").trim())
        });
        told.collect()
    }

    pub(crate) fn output_is_quiet(&mut self) -> bool {
        let before = self.raw.len();
        self.read(Duration::from_millis(50));
        self.raw.len() == before
    }

    /// Everything is as it was before the program started.
    pub(crate) fn assert_given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "paste is still bracketed");
        assert_eq!(screen.fgcolor(), vt100::Color::Default, "still coloured");
        let modes = format!("{:?}", self.master.as_ref().unwrap().get_termios().unwrap());
        assert_eq!(modes, self.modes_before, "the line's modes have changed");
    }

    pub(crate) fn taken(&self) -> bool {
        self.screen.screen().alternate_screen() && self.screen.screen().hide_cursor()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
