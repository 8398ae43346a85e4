//! What the binary prints about itself: completions and the manual page.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use super::Exit;
use super::args::Args;

/// `quarterdeck completions SHELL`
pub(super) fn completions(shell: Shell) -> Exit {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "quarterdeck", &mut out);
    print(&out)
}

/// `quarterdeck man`
pub(super) fn man() -> Exit {
    let mut out = Vec::new();
    match clap_mangen::Man::new(Args::command()).render(&mut out) {
        Ok(()) => print(&out),
        Err(_) => Exit::Failed,
    }
}

/// Writes to standard output; a reader that went away is not an error.
fn print(bytes: &[u8]) -> Exit {
    match io::stdout().lock().write_all(bytes) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Exit::Failed,
        _ => Exit::Ok,
    }
}
