//! `quarterdeck operate …` and `quarterdeck journal`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Format;

/// `quarterdeck operate`
#[derive(Debug, Subcommand)]
pub enum Operate {
    /// The catalogue of operations: name, target, parameters, danger
    List {
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Prints the plan of an operation and what every guard says, and sends nothing; exit 0 when it may run, else 2
    Plan(Planned),
    /// Goes the whole path: plan, guards, journal, re-check, calls, verification; exit 0 done, 1 failed, 2 refused, 3 unknown
    Run(Run),
    /// Says what came of an operation whose outcome cannot be told by looking, so that its target is free again
    Close(Close),
}

/// What is to be done, to what.
#[derive(Debug, clap::Args)]
pub struct Planned {
    /// Its name, as `operate list` prints it
    pub operation: String,
    /// What to do it to, as `operate list` writes it
    pub target: String,
    /// Its parameters, each as NAME=VALUE
    #[arg(value_name = "PARAMETER=VALUE")]
    pub parameters: Vec<String>,
    /// Goes past a freeze whose policy allows it, by name; the journal keeps it with the reason
    #[arg(long, value_name = "NAME")]
    pub override_freeze: Vec<String>,
    /// Plays it on an embedded estate of its own, in a scenario of `quarterdeck demo` (calm where none is named)
    #[arg(long, value_name = "SCENARIO", num_args = 0..=1, require_equals = true, default_missing_value = "calm")]
    pub demo: Option<String>,
    /// World seconds per second, with --demo
    #[arg(long, value_name = "X", requires = "demo", default_value_t = 1.0, value_parser = super::speed)]
    pub speed: f64,
    /// Begins so many seconds into the scenario, with --demo
    #[arg(long, value_name = "SECONDS", requires = "demo", default_value_t = 0)]
    pub after: u32,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// `quarterdeck operate run`
#[derive(Debug, clap::Args)]
pub struct Run {
    #[command(flatten)]
    #[allow(missing_docs, reason = "its help is that of its members")]
    pub what: Planned,
    /// Why: an incident, or words; opens a write window for this one operation
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
    /// What the plan asks for: the last part of the target on a guarded account, `ALLOW DATA LOSS`, or `yes`
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub confirm: String,
    /// Ends once the journal holds it, prints its number, and lets it go on in the background
    #[arg(long, conflicts_with = "demo")]
    pub detach: bool,
    /// The other end of `--detach`
    #[arg(long, hide = true)]
    pub in_background: bool,
}

/// `quarterdeck operate close`
#[derive(Debug, clap::Args)]
pub struct Close {
    /// The operation's number, such as OP-3
    pub operation: String,
    /// What came of it
    #[arg(long = "as", value_enum)]
    pub outcome: Came,
    /// How that is known
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
}

/// What came of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Came {
    /// It did what was planned.
    Done,
    /// It did not, or not all of it.
    Failed,
}

/// `quarterdeck journal`
#[derive(Debug, clap::Args)]
pub struct JournalArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Only checks every entry against its hash and the chain; exit 2 when anything is not as it was written
    #[arg(long)]
    pub verify: bool,
    /// With --verify: a copy of journal.head that was kept elsewhere; all that it tells of must be there still, as it was
    #[arg(long, value_name = "FILE", requires = "verify")]
    pub head: Option<PathBuf>,
    /// Only this operation, such as OP-3
    #[arg(long, value_name = "OP-N")]
    pub operation: Option<String>,
    /// Only what acted on targets whose name or identifier is this
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Only from this instant on (RFC 3339), or so long ago (such as 2h or 3d)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
}
