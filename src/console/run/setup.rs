//! What the console is started with, and how it ends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::operations::Operator;
use crate::config::Diagnostics;
use crate::console::app::{Judge, Spend, Start};
use crate::console::keymap::Keymap;
use crate::console::sheet::Sheet;
use crate::console::theme::{Depth, Glyphs, Theme};
use crate::estate::{Estate, Observation};
use crate::judge::{History, Policy};
use crate::operate::WritePolicy;

/// What must survive a restart.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// What is; [`Estate::memory`] is what is worth keeping of it.
    pub estate: &'a Estate,
    /// Since when alerts stand.
    pub history: &'a History,
    /// What calls have cost today.
    pub spend: &'a Spend,
    /// The time.
    pub now: Timestamp,
}

/// Keeps what must survive, or says in one sentence why it cannot. Called on a thread where it may take its time, one call
/// at a time; the last one after the terminal was given back.
pub type Keep = Arc<dyn Fn(Kept<'_>) -> Result<(), String> + Send + Sync>;

/// How the person wants it to look and to be pressed.
#[derive(Debug, Clone)]
pub struct Style {
    /// The theme's name.
    pub theme: String,
    /// The person's themes.
    pub themes: Vec<Sheet>,
    /// Glyphs in place of the theme's.
    pub glyphs: Option<Glyphs>,
    /// The keymap's name.
    pub keymap: String,
    /// The person's keymaps.
    pub keymaps: Vec<Sheet>,
    /// How many colours the terminal has.
    pub depth: Depth,
    /// Frames are wrapped in synchronized-output marks; off by default, some versions of tmux repaint everything for it.
    pub synchronized: bool,
}

/// What the console is started with.
pub struct Setup {
    /// The estate: its sources registered, what an earlier run saw recalled.
    pub estate: Estate,
    /// Since when alerts stand, from an earlier run.
    pub history: History,
    /// The team's policy.
    pub policy: Policy,
    /// Judges.
    pub judge: Judge,
    /// The time.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Sets the sources running; called once the first picture stands, so that nothing delays it.
    pub begin: Box<dyn FnOnce() + Send>,
    /// What sources say.
    pub observations: mpsc::Receiver<Observation>,
    /// Where sources hear whether they may make calls that cost money.
    pub may_spend: watch::Sender<bool>,
    /// The team's policy on write windows.
    pub writes: WritePolicy,
    /// What operations are run with; none where nothing can be done from here.
    pub operator: Option<Operator>,
    /// What calls have cost today already, US dollars.
    pub spent_today_usd: f64,
    /// The embedded estate's scenario; none on a real one.
    pub demo: Option<String>,
    /// Theme and keymap.
    pub style: Style,
    /// Keeps what must survive.
    pub keep: Keep,
    /// What is to be said at the start.
    pub notices: Vec<String>,
}

/// What of the setup is needed while the console runs.
pub(super) struct Running {
    pub(super) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(super) observations: mpsc::Receiver<Observation>,
    pub(super) may_spend: watch::Sender<bool>,
    pub(super) keep: Keep,
}

impl Running {
    /// How long it is until the clock's next second begins; a second more when that is so soon that two ticks would
    /// share a frame.
    pub(super) fn until_next_second(&self) -> Duration {
        let into = u32::try_from((self.clock)().subsec_nanosecond()).unwrap_or(0);
        let rest = Duration::from_secs(1).saturating_sub(Duration::from_nanos(u64::from(into)));
        if rest < Duration::from_millis(100) { rest + Duration::from_secs(1) } else { rest }
    }
}

impl Setup {
    /// Parts of the setup: what the app starts from, what the driver keeps, the judge, and what is to be said.
    pub(super) fn begin(self, size: (u16, u16)) -> (Start, Running, Judge, Vec<String>) {
        let mut notices = self.notices;
        let style = self.style;
        let theme = Theme::load(&style.theme, &style.themes, style.depth).unwrap_or_else(|wrong| {
            notices.push(instead("theme", &wrong));
            Theme::built_in(style.depth)
        });
        let theme = style.glyphs.map_or(theme.clone(), |glyphs| theme.with_glyphs(glyphs));
        let keys = Keymap::load(&style.keymap, &style.keymaps).unwrap_or_else(|wrong| {
            notices.push(instead("keymap", &wrong));
            Keymap::built_in()
        });
        let start = Start {
            estate: self.estate,
            history: self.history,
            policy: self.policy,
            writes: self.writes,
            spent_today_usd: self.spent_today_usd,
            demo: self.demo,
            theme,
            keys,
            size,
            now: (self.clock)(),
        };
        let running =
            Running { clock: self.clock, observations: self.observations, may_spend: self.may_spend, keep: self.keep };
        (start, running, self.judge, notices)
    }
}

/// One line about a file of the person's that cannot be used.
fn instead(kind: &str, wrong: &Diagnostics) -> String {
    let Some(first) = wrong.list().first() else { return format!("the built-in {kind} is used") };
    let (line, _) = wrong.place(first.span.start);
    let file = wrong.file();
    format!("built-in {kind} used: {file}:{line}: {}; `quarterdeck check` shows all", first.message)
}

/// How the console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The person quit.
    Quit,
    /// A signal ended it: its exit code.
    Stopped(u8),
    /// The terminal went away.
    Gone,
}

impl Ending {
    /// The exit code: 0, or 128 and the signal's number; a terminal that went away counts as a hangup.
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Stopped(code) => code,
            Self::Gone => 129,
        }
    }
}

/// Why the console cannot start.
#[derive(Debug)]
pub enum ConsoleError {
    /// Standard input or output is not a terminal.
    NoTerminal,
    /// The terminal refuses to be taken.
    Terminal(std::io::Error),
}

impl fmt::Display for ConsoleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTerminal => f.write_str(
                "the console needs a terminal on standard input and output; without one, use `quarterdeck status`",
            ),
            Self::Terminal(error) => {
                write!(f, "the terminal cannot be used ({error}); `quarterdeck status` needs none")
            }
        }
    }
}

impl std::error::Error for ConsoleError {}
