//! Before anything else: what an earlier run left open is looked at, and told.

use std::path::Path;
use std::time::Duration;

use super::run::say;
use super::{ground, person};
use crate::cli::args::{Came, Close};
use crate::cli::output::{complain, print_text};
use crate::cli::{Context, Exit};
use crate::estate::DeclaredEstate;
use crate::operate::journal::Outcome;
use crate::operate::run::Ground;
use crate::operate::settle::{self, Settled};
use crate::store::journal::JOURNAL;
use crate::store::seen::Seen;

/// Settles what is open and says it on standard error.
pub(super) async fn before(ground: &Ground, patience: Duration) {
    match settle::settle(ground, patience).await {
        Ok(settled) => settled.iter().for_each(|s| say(&words(s))),
        // Whoever needs the journal says why it cannot be used; all others go on.
        Err(e) => tracing::warn!("what is open could not be settled: {e}"),
    }
}

/// The same for commands that do not operate: costs nothing where nothing was ever done.
pub(in crate::cli) async fn settle_before(declared: &DeclaredEstate, context: &Context, patience: Duration) {
    if journaled(context.places.state()) {
        before(&ground::of(declared, context), patience).await;
    }
}

fn journaled(state: &Path) -> bool {
    state.join(JOURNAL).exists()
}

fn words(settled: &Settled) -> String {
    let Settled { open, outcome, words } = settled;
    let what = format!("{} {} of {}", open.operation, open.action, open.target.name);
    let words = words.join("; ");
    match outcome {
        Outcome::Unknown => format!(
            "{what}, begun by {}: its outcome is not known yet: {words}. Look at it yourself; `quarterdeck operate close {} --as done|failed --reason …` closes it",
            open.person, open.operation
        ),
        outcome => format!("{what}, which an earlier run left open, turned out {}: {words}", outcome.word()),
    }
}

/// `quarterdeck operate close`
pub(super) async fn close(close: &Close, declared: &DeclaredEstate, context: &Context) -> Exit {
    if close.reason.trim().is_empty() {
        return complain("say how it is known with --reason", Exit::Usage);
    }
    let ground = ground::of(declared, context);
    before(&ground, Duration::from_secs(30)).await;
    let outcome = match close.outcome {
        Came::Done => Outcome::Done,
        Came::Failed => Outcome::Failed,
    };
    match settle::close(&ground, &close.operation, outcome, &close.reason).await {
        Ok(entry) => {
            let _ = Seen::within(context.places.state()).mark(&close.operation);
            let who = person::login_name();
            print_text(&format!("{} is closed as {} by {who}\n", entry.note.operation, outcome.word()))
        }
        Err(why) => complain(&why, Exit::Refused),
    }
}
