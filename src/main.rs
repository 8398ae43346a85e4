//! The `quarterdeck` binary: see [`quarterdeck::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    quarterdeck::cli::main()
}
