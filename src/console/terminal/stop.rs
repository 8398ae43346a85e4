//! Signals: those that end the console, the terminal's new size, and how the console stops for a while.

use std::io;

use rustix::process::{Signal, getpgrp, kill_process_group};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// A signal that ends the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The terminal hung up.
    Hangup,
    /// Ctrl-C sent from outside; typed, it is a key.
    Interrupt,
    /// Asked to end.
    Terminate,
}

impl Stop {
    /// The exit code by which shells know it: 128 and the signal's number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Hangup => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// What a signal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The console is to end.
    Stop(Stop),
    /// The terminal may have another size.
    Resized,
    /// The process goes on after it was stopped.
    Resumed,
}

/// The signals that the console listens to.
pub(crate) struct Signals {
    hangup: Stream,
    interrupt: Stream,
    terminate: Stream,
    resized: Stream,
    resumed: Stream,
}

impl Signals {
    /// Begins to listen. To be called before the terminal's size is read: a change that came in between would be lost,
    /// and terminals are often given their size just after a program was started in them.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            resized: signal(SignalKind::window_change())?,
            resumed: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
        })
    }

    /// Waits for a signal.
    pub(crate) async fn next(&mut self) -> Heard {
        tokio::select! {
            _ = self.hangup.recv() => Heard::Stop(Stop::Hangup),
            _ = self.interrupt.recv() => Heard::Stop(Stop::Interrupt),
            _ = self.terminate.recv() => Heard::Stop(Stop::Terminate),
            _ = self.resumed.recv() => Heard::Resumed,
            _ = self.resized.recv() => Heard::Resized,
        }
    }

    /// Waits until the process goes on after it was stopped.
    pub(crate) async fn resumed(&mut self) {
        self.resumed.recv().await;
    }
}

/// Stops the whole foreground job, as the terminal does for Ctrl-Z when nobody has taken that key.
///
/// SIGTSTP, and not SIGSTOP: where no shell could bring the console back (it leads the session, as under SSM or
/// `ssh host quarterdeck`) the system ignores it, and the console goes on instead of hanging for ever.
pub(crate) fn stop_group() -> io::Result<()> {
    Ok(kill_process_group(getpgrp(), Signal::TSTP)?)
}
