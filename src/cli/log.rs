//! The log: one file in the state directory, bounded, each line through the gate.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::gate;

/// Beyond this many bytes the log of earlier runs is set aside as `quarterdeck.log.old`.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Logs to `quarterdeck.log` in `state_dir` from here on. A log that cannot be written is done without.
pub(super) fn start(state_dir: &Path) {
    let Ok(file) = open(state_dir) else { return };
    let ours = Targets::new().with_default(LevelFilter::ERROR).with_target("quarterdeck", LevelFilter::DEBUG);
    let lines = fmt::layer().with_ansi(false).with_writer(Mutex::new(Gated(file)));
    // A second start within one process (tests) keeps the first log.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
}

fn open(state_dir: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(state_dir)?;
    let path = state_dir.join("quarterdeck.log");
    if fs::metadata(&path).is_ok_and(|m| m.len() > LARGEST) {
        fs::rename(&path, state_dir.join("quarterdeck.log.old"))?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

/// Writes whole lines with control characters made visible.
struct Gated<W>(W);

impl<W: Write> Write for Gated<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let mut visible = gate::visible(text.trim_end_matches('\n'));
        visible.push('\n');
        self.0.write_all(visible.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cannot_steer_a_terminal_or_forge_another_line() {
        let mut out = Gated(Vec::new());
        out.write_all(b"pod \x1b[2J\nERROR forged\n").unwrap();
        assert_eq!(String::from_utf8(out.0).unwrap(), "pod ␛[2J␊ERROR forged\n");
    }

    #[test]
    fn a_long_log_is_set_aside_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("quarterdeck.log");
        File::create(&path).unwrap().set_len(LARGEST + 1).unwrap();
        open(dir.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        assert!(dir.path().join("quarterdeck.log.old").exists());
    }
}
