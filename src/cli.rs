//! The command line: one file per subcommand; wires the rooms together.
//!
//! Time, randomness and the environment enter here.

pub mod args;
mod check;
mod demo;
mod exit;
mod init;
mod journal;
mod log;
mod operate;
mod output;
mod papers;
mod real;
mod rigging;
mod screen;
mod slo;
pub mod status;
mod trial;
mod watch;

pub use exit::Exit;
pub use rigging::Rigging;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::runtime::{Builder, Runtime};

use crate::config::{Look, Places};
use crate::gate;
use args::{Args, Command};

/// The store's file in the state directory.
const STORE: &str = "quarterdeck.sqlite";

/// How long the end waits for the last writing.
const LAST_WRITING: Duration = Duration::from_secs(3);

/// What every command needs to know of its surroundings.
pub(crate) struct Context {
    places: Places,
    estate: Option<PathBuf>,
    /// How diagnostics look on standard error.
    look: Look,
}

impl Context {
    fn estate_flag(&self) -> Option<&Path> {
        self.estate.as_deref()
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    #[cfg(any(feature = "aws", feature = "kubernetes", feature = "prometheus"))]
    // Only fails when one is installed already, and then there is nothing to do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Args::try_parse() {
        Ok(args) => run(args).into(),
        Err(e) => {
            if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
                // Where nobody reads, nothing is left to say.
                let _ = e.print();
                return Exit::Ok.into();
            }
            // An argument may be a name that came from elsewhere, pasted.
            for line in e.to_string().lines() {
                eprintln!("{}", gate::visible(line));
            }
            Exit::Usage.into()
        }
    }
}

fn run(args: Args) -> Exit {
    match &args.command {
        Some(Command::Completions { shell }) => return papers::completions(*shell),
        Some(Command::Man) => return papers::man(),
        Some(Command::Operate(args::Operate::List { format })) => return operate::list(*format),
        Some(Command::Slo(command)) => return slo::run(command),
        _ => {}
    }
    let Some(places) = Places::from(|name| std::env::var_os(name)) else {
        return output::complain("there is no home directory: set HOME or QUARTERDECK_HOME", Exit::Config);
    };
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let context = Context { places, estate: args.estate, look: if colour { Look::Colour } else { Look::Plain } };
    log::start(context.places.state());
    match args.command {
        None => watch::run(&context),
        Some(Command::Demo(demo)) => demo::run(&demo, &context),
        Some(Command::Status(status)) => status::run(&status, &context),
        Some(Command::Check) => check::run(&context),
        Some(Command::Init(init)) => init::run(&init, &context),
        Some(Command::Operate(command)) => operate::run(&command, &context),
        Some(Command::Journal(journal)) => journal::run(&journal, &context),
        Some(Command::Completions { .. } | Command::Man | Command::Slo(_)) => Exit::Ok,
    }
}

/// Does a command's work on a runtime of its own, and leaves what still hangs in it behind.
///
/// # Errors
/// How the command ends where nothing can be run; that is said already.
fn drive<T>(work: impl Future<Output = T>) -> Result<T, Exit> {
    let runtime = runtime().map_err(|e| output::complain(&format!("cannot start: {e}"), Exit::Failed))?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}

/// The runtime of sources and console: two workers are plenty, the rest is waiting.
fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
}
