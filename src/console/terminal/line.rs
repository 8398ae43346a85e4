//! The line to the terminal: one thread writes, each piece by one call where the terminal takes it whole.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

/// How long to wait for a terminal that was set to never make anyone wait.
const FULL: Duration = Duration::from_millis(5);

/// The way out. Its thread ends with it, or with the process while the terminal takes nothing.
pub(super) struct Line {
    pieces: Sender<Vec<u8>>,
}

impl Line {
    /// A line to standard output that reports each piece once it is written.
    pub(super) fn to_stdout(report: UnboundedSender<io::Result<()>>) -> io::Result<Self> {
        // Past the buffer of `Stdout`, which would cut a frame into lines.
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Self::to(out, report)
    }

    fn to(mut out: impl Write + Send + 'static, report: UnboundedSender<io::Result<()>>) -> io::Result<Self> {
        let (pieces, waiting) = channel::<Vec<u8>>();
        std::thread::Builder::new().name("terminal".to_owned()).spawn(move || {
            while let Ok(piece) = waiting.recv() {
                if report.send(write(&mut out, &piece)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { pieces })
    }

    /// Sends a piece; what becomes of it is reported.
    pub(super) fn send(&self, piece: Vec<u8>) {
        // The thread outlives this value unless the receiver of its reports is gone, and then nobody asks.
        let _ = self.pieces.send(piece);
    }
}

fn write(out: &mut impl Write, mut piece: &[u8]) -> io::Result<()> {
    while !piece.is_empty() {
        match out.write(piece) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => piece = &piece[n..],
            Err(e) if e.kind() == ErrorKind::WouldBlock => std::thread::sleep(FULL),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes three bytes at a time and now and then none.
    struct Slow(Vec<u8>, usize);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            match self.1 % 3 {
                0 => Err(ErrorKind::WouldBlock.into()),
                1 => Err(ErrorKind::Interrupted.into()),
                _ => {
                    let n = bytes.len().min(3);
                    self.0.extend(&bytes[..n]);
                    Ok(n)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_slow_terminal_gets_it_all() {
        let mut slow = Slow(Vec::new(), 0);
        write(&mut slow, b"all of it").unwrap();
        assert_eq!(slow.0, b"all of it");
    }
}
