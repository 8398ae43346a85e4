//! The command line.

mod operate;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::config::value::is_url;

pub use operate::{Came, Close, JournalArgs, Operate, Planned, Run};

/// The terminal console from which on-call engineers stand watch over an AWS estate.
///
/// Without a command: the console on the estate file.
#[derive(Debug, Parser)]
#[command(name = "quarterdeck", version, max_term_width = 100)]
pub struct Args {
    /// The estate file; default: `QUARTERDECK_ESTATE`, else estate.toml in the configuration directory
    #[arg(long, global = true, value_name = "FILE")]
    pub estate: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The console on the embedded estate; nothing leaves the machine
    Demo(Demo),
    /// One look, without a screen; the exit code is the level: 0 ok, 1 warning, 2 critical, 3 unknown
    Status(Status),
    /// Proves every file, identity and permission, row by row; exit 0 when all will work, else 3
    Check,
    /// Writes an estate file to begin with, every key explained
    Init(Init),
    /// Service level objectives
    #[command(subcommand)]
    Slo(Slo),
    /// Plans and does what can be done to the estate
    #[command(subcommand)]
    Operate(Operate),
    /// What was done, by whom, with what outcome; exit 2 when the journal is not as it was written
    Journal(JournalArgs),
    /// Prints completions for a shell
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints the manual page
    Man,
}

/// `quarterdeck demo`
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// What happens to the estate: calm, crashloop, aurora-failover, region-down, budget-overrun, expired-credentials,
    /// headwind or blind-spots
    #[arg(long, value_name = "NAME", default_value = "calm")]
    pub scenario: String,
    /// The seed: the same seed makes the same world
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// World seconds per second, 0.1 to 10000
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// A load estate of so many clusters instead of Innovate Inc.
    #[arg(long, value_name = "N", hide = true)]
    pub clusters: Option<usize>,
    /// Pods of each cluster of the load estate
    #[arg(long, value_name = "N", hide = true, default_value_t = 1_000)]
    pub pods: usize,
}

/// `quarterdeck status`
#[derive(Debug, clap::Args)]
pub struct Status {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Wait so long, in seconds, until every source has answered or failed
    #[arg(long, value_name = "SECONDS", default_value_t = 20.0, value_parser = seconds)]
    pub wait: f64,
}

/// `quarterdeck init`
#[derive(Debug, clap::Args)]
pub struct Init {
    /// Print it instead of writing the file
    #[arg(long)]
    pub print: bool,
}

/// `quarterdeck slo`
#[derive(Debug, Subcommand)]
pub enum Slo {
    /// Prints the estate file's sections for the SLOs of an `OpenSLO` or Sloth file, and on standard error what they lack
    Import(Import),
}

/// `quarterdeck slo import`
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The file; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The Prometheus server's URL
    #[arg(long, value_name = "URL", value_parser = url)]
    pub url: Option<String>,
    /// The account of CloudWatch metrics, by its name in the estate file
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// The region of CloudWatch metrics that name none
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The window of SLOs that name none
    #[arg(long, value_name = "WINDOW", default_value = "30d", value_parser = window)]
    pub window: String,
}

/// How to print something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For scripts.
    Json,
}

fn url(text: &str) -> Result<String, String> {
    if is_url(text) {
        Ok(text.to_owned())
    } else {
        Err("expected a server's URL, such as http://127.0.0.1:9090".into())
    }
}

fn window(text: &str) -> Result<String, String> {
    let count = text.strip_suffix(['h', 'd', 'w']).and_then(|digits| digits.parse::<u64>().ok());
    let unit = if text.ends_with('h') {
        1
    } else if text.ends_with('d') {
        24
    } else {
        168
    };
    match count.and_then(|count| count.checked_mul(unit)) {
        Some(1..=10_920) => Ok(text.to_owned()),
        _ => Err("expected hours, days or weeks from 1h to 455d, such as 30d".into()),
    }
}

fn speed(text: &str) -> Result<f64, String> {
    between(text, 0.1, 10_000.0, "a speed")
}

fn seconds(text: &str) -> Result<f64, String> {
    between(text, 0.0, 86_400.0, "seconds")
}

fn between(text: &str, least: f64, most: f64, what: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if (least..=most).contains(&n) => Ok(n),
        _ => Err(format!("expected {what} from {least} to {most}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(speed("0").is_err() && speed("NaN").is_err() && speed("1e9").is_err());
        assert_eq!(seconds("2.5"), Ok(2.5));
        assert!(window("30").is_err() && window("456d").is_err() && window("é").is_err() && window("4w").is_ok());
        assert!(url("http:///x").is_err() && url("prometheus:9090").is_err() && url("https://p/x").is_ok());
    }
}
