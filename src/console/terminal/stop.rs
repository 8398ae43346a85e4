//! Signals that end the console, and how it stops for a while.

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

/// The signals that the console listens to.
pub(crate) struct Signals {
    hangup: Stream,
    interrupt: Stream,
    terminate: Stream,
    resumed: Stream,
}

impl Signals {
    /// Begins to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            resumed: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
        })
    }

    /// Waits for a signal; none: the process goes on after it was stopped.
    pub(crate) async fn next(&mut self) -> Option<Stop> {
        tokio::select! {
            _ = self.hangup.recv() => Some(Stop::Hangup),
            _ = self.interrupt.recv() => Some(Stop::Interrupt),
            _ = self.terminate.recv() => Some(Stop::Terminate),
            _ = self.resumed.recv() => None,
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
