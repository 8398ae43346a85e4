//! Brings up the console on a rigged estate, with the person's theme and keymap, and keeps what must survive.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

use super::output::complain;
use super::{Context, Exit, LAST_WRITING, Rigging, runtime};
use crate::config::{self, ConsoleFile, Glyphs};
use crate::console::sheet::Sheet;
use crate::console::theme::Depth;
use crate::console::{self, Keep, Operator, Setup, Style};
use crate::judge::{self, History, Policy};
use crate::operate::WritePolicy;
use crate::source::Purse;
use crate::store::StoreWriter;

/// What a console is brought up with.
pub(super) struct Screen {
    /// The estate and its sources, not running yet.
    pub(super) rigging: Rigging,
    /// The team's policy.
    pub(super) policy: Policy,
    /// The team's policy on write windows.
    pub(super) writes: WritePolicy,
    /// What operations are run with; none where nothing can be done.
    pub(super) operator: Option<Operator>,
    /// Since when alerts stand, from an earlier run.
    pub(super) history: History,
    /// What calls have cost today already, US dollars.
    pub(super) spent_today_usd: f64,
    /// The embedded estate's scenario; none on a real one.
    pub(super) demo: Option<String>,
    /// Keeps what must survive; none for the embedded estate, and where there is no store.
    pub(super) writer: Option<StoreWriter>,
    /// What is to be said at the start.
    pub(super) notices: Vec<String>,
}

/// Rigs an estate and runs the console on it until it ends.
pub(super) fn run(rig: impl FnOnce() -> Result<Screen, Exit>, context: &Context) -> Exit {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(e) => return complain(&format!("cannot start: {e}"), Exit::Failed),
    };
    let within = runtime.enter();
    let Screen { mut rigging, policy, writes, operator, history, spent_today_usd, demo, writer, mut notices } =
        match rig() {
            Ok(screen) => screen,
            Err(exit) => return exit,
        };
    drop(within);
    let style = style(context, &mut notices);
    let writer = writer.map(Arc::new);
    let keep = keep(writer.clone(), rigging.purse.clone(), spent_today_usd);
    let ended = runtime.block_on(async move {
        let clock = rigging.clock;
        let starts = rigging.starts();
        console::run(Setup {
            estate: rigging.estate,
            history,
            policy,
            judge: judge::judge,
            clock: Arc::new(move || clock.now()),
            begin: Box::new(move || starts.into_iter().for_each(|start| start())),
            observations: rigging.observations,
            may_spend: rigging.may_spend,
            writes,
            operator,
            spent_today_usd,
            demo,
            style,
            keep,
            notices,
        })
        .await
    });
    // Sources may be in the middle of a call that nobody waits for any more.
    runtime.shutdown_background();
    if let Some(writer) = writer.and_then(Arc::into_inner)
        && !writer.close(LAST_WRITING)
    {
        complain("what was seen last could not be kept in time; the next start shows an older picture", Exit::Ok);
    }
    match ended {
        Ok(ending) if ending.code() == 0 => Exit::Ok,
        Ok(ending) => Exit::Signal(ending.code().saturating_sub(128)),
        Err(e @ console::ConsoleError::NoTerminal) => complain(&e.to_string(), Exit::Usage),
        Err(e) => complain(&e.to_string(), Exit::Failed),
    }
}

/// Passes what must survive to the store's writer.
fn keep(writer: Option<Arc<StoreWriter>>, purse: Purse, spent_before_usd: f64) -> Keep {
    // The bits of what has been passed on of the day's spend: the store adds up what several consoles spend.
    let passed_on = AtomicU64::new(spent_before_usd.to_bits());
    Arc::new(move |kept| {
        let Some(writer) = &writer else { return Ok(()) };
        writer.remember(kept.estate.memory());
        writer.chronicle(kept.estate.histories(), kept.now);
        writer.learn(kept.history.clone());
        let before = f64::from_bits(passed_on.swap(kept.spend.usd().to_bits(), Ordering::Relaxed));
        writer.spend(Timestamp::now(), kept.spend.usd(), before);
        if let Some((at, usd)) = writer.spent() {
            purse.at_least(at, usd);
        }
        writer.trouble().borrow().clone().map_or(Ok(()), Err)
    })
}

/// The person's console file, themes and keymaps; what is wrong with one of them is said and done without.
fn style(context: &Context, notices: &mut Vec<String>) -> Style {
    let file = config::load_console(&context.places).unwrap_or_else(|e| {
        notices.push(format!("the console file is not used: {}", e.to_string().lines().next().unwrap_or_default()));
        ConsoleFile::default()
    });
    Style {
        theme: file.theme,
        themes: sheets(&context.places.themes(), notices),
        // What a theme draws in ASCII stays so.
        glyphs: Some(file.glyphs).filter(|glyphs| *glyphs == Glyphs::Ascii),
        keymap: file.keymap,
        keymaps: sheets(&context.places.keymaps(), notices),
        depth: Depth::detect(),
        synchronized: false,
    }
}

/// The sheets of a folder, by name; a folder that is not there holds none.
pub(super) fn sheets(folder: &Path, notices: &mut Vec<String>) -> Vec<Sheet> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return found,
        Err(e) => {
            notices.push(format!("cannot read {}: {e}", folder.display()));
            return found;
        }
    };
    for path in entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")) {
        let Some(name) = path.file_stem().and_then(|n| n.to_str()) else { continue };
        match fs::read_to_string(&path) {
            Ok(text) => found.push(Sheet { name: name.to_owned(), file: path.display().to_string(), text }),
            Err(e) => notices.push(format!("cannot read {}: {e}", path.display())),
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}
