//! How many colours the terminal shows.

use std::io;

use termprofile::{DetectorSettings, TermProfile, TermVars};

/// How many colours the terminal shows, the fewest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// None: `NO_COLOR`, `TERM=dumb`, a printer. Bold, reverse and underline carry what colour would.
    Mono,
    /// The sixteen of ANSI.
    Ansi16,
    /// The 256 of xterm; what SSM sessions say, whatever the local terminal can do.
    Ansi256,
    /// All of RGB.
    TrueColor,
}

impl Depth {
    /// What the variables of this process say of the terminal on standard output.
    pub fn detect() -> Self {
        // The defaults ask neither the terminal nor tmux.
        Self::of(TermVars::from_env(&io::stdout(), DetectorSettings::default()))
    }

    /// What the terminal's variables say; nothing is asked of the terminal itself.
    pub fn of(vars: TermVars) -> Self {
        match TermProfile::detect_with_vars(vars) {
            TermProfile::NoTty | TermProfile::NoColor => Self::Mono,
            TermProfile::Ansi16 => Self::Ansi16,
            TermProfile::Ansi256 => Self::Ansi256,
            TermProfile::TrueColor => Self::TrueColor,
        }
    }
}
