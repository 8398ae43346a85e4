//! How the process ends: the exit codes that scripts rely on.

use std::process::ExitCode;

use crate::judge::Level;
use crate::operate::journal::Outcome;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All in order.
    Ok,
    /// The estate's level, as `status` tells it.
    Level(Level),
    /// How an operation ended.
    Outcome(Outcome),
    /// An operation may not run.
    Refused,
    /// The journal is not as it was written.
    Broken,
    /// As the process ended that did the work.
    Code(u8),
    /// `check` found something that will not work.
    Unproven,
    /// The console was ended by a signal.
    Signal(u8),
    /// It could not do its work: the terminal, a file, the network.
    Failed,
    /// The command line is wrong (`EX_USAGE`).
    Usage,
    /// A configuration file is wrong or missing (`EX_CONFIG`).
    Config,
}

impl Exit {
    /// The number: 0 ok, 1 warning or failed, 2 critical, 3 unknown or unproven, 64 usage, 78 configuration, 128 + n
    /// for signal n.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok | Self::Level(Level::Ok) | Self::Outcome(Outcome::Done) => 0,
            Self::Failed | Self::Level(Level::Warning) | Self::Outcome(Outcome::Failed) => 1,
            Self::Level(Level::Critical) | Self::Outcome(Outcome::Refused) | Self::Refused | Self::Broken => 2,
            Self::Unproven | Self::Level(Level::Unknown) | Self::Outcome(Outcome::Unknown) => 3,
            Self::Code(code) => code,
            Self::Usage => 64,
            Self::Config => 78,
            Self::Signal(n) => 128_u8.saturating_add(n),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_that_scripts_rely_on() {
        let levels = [Level::Ok, Level::Warning, Level::Critical, Level::Unknown];
        assert_eq!(levels.map(|l| Exit::Level(l).code()), [0, 1, 2, 3]);
        let outcomes = [Outcome::Done, Outcome::Failed, Outcome::Refused, Outcome::Unknown];
        assert_eq!(outcomes.map(|o| Exit::Outcome(o).code()), [0, 1, 2, 3]);
        assert_eq!([Exit::Usage, Exit::Config, Exit::Signal(15)].map(Exit::code), [64, 78, 143]);
    }
}
