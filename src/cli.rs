//! The command line: one file per subcommand; wires the rooms together.

pub mod args;
mod exit;
mod rigging;
pub mod status;

pub use exit::Exit;
pub use rigging::Rigging;

use std::process::ExitCode;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
