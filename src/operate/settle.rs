//! Settling: what an earlier run left open is found in the journal, looked at, and told. Nothing is sent.

mod open;

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::evidence::WindowView;
use super::journal::{Entry, EventKind, Journal, LedgerError, Note, Outcome};
use super::lease::{Holder, Lease, Leased};
use super::machine::{Aim, Operation};
use super::run::{self, Ground};
use super::{Intent, Pinned, Restraints, catalogue};
pub use open::{Open, open};

/// A console that has just begun an operation may not hold it yet.
const YOUNG_S: i64 = 5;

/// What became of an operation that was open.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// What was open.
    pub open: Open,
    /// What it turned out to be; `Unknown` where that cannot be told still.
    pub outcome: Outcome,
    /// What was seen, or why it cannot be told.
    pub words: Vec<String>,
}

/// What holds an operation for as long as its console lives.
pub(super) fn key(operation: &str) -> String {
    format!("operation|{operation}")
}

/// Settles everything that is open and that nobody works on, for so long at most; what cannot be told by then stays open.
///
/// # Errors
/// The journal cannot be read.
pub async fn settle(ground: &Ground, patience: Duration) -> Result<Vec<Settled>, LedgerError> {
    let now = ground.clock.now();
    let all = open(&ground.journal.entries().await?);
    let each = all.into_iter().filter(|o| old(o, now)).map(|open| one(ground, open, patience, &|_| {}));
    Ok(join_all(each).await.into_iter().flatten().collect())
}

/// The same, for as long as it takes: `tell` hears of each as soon as it is looked at, while its outcome is not known yet,
/// and once more when it is, or when it has been looked at for long enough.
///
/// # Errors
/// The journal cannot be read.
pub async fn follow(ground: &Ground, tell: impl Fn(&Settled) + Sync) -> Result<(), LedgerError> {
    let now = ground.clock.now();
    let all = open(&ground.journal.entries().await?);
    let tell = &tell;
    let each = all.into_iter().filter(|o| old(o, now)).map(|open| async move {
        if let Some(settled) = one(ground, open, Duration::MAX, tell).await {
            tell(&settled);
        }
    });
    join_all(each).await;
    Ok(())
}

fn old(open: &Open, now: jiff::Timestamp) -> bool {
    !open.sent.is_empty() || now.duration_since(open.last_at).as_secs() >= YOUNG_S
}

/// Settles one, if nobody else works on it; `tell` hears that it is being looked at.
async fn one(ground: &Ground, found: Open, patience: Duration, tell: &(impl Fn(&Settled) + Sync)) -> Option<Settled> {
    let leases = hold(ground, &found).await?;
    // Whoever held it until now may have settled it.
    let entries = ground.journal.entries().await.ok()?;
    let found = open(&entries).into_iter().find(|o| o.operation == found.operation)?;
    let still = |words: String| Settled { open: found.clone(), outcome: Outcome::Unknown, words: vec![words] };
    let Some(operation) = machine(&found) else {
        return Some(still(format!("this version does not know the operation {}", found.action)));
    };
    tell(&still("it is being looked at".to_owned()));
    let running = run::take_up(ground.clone(), operation, found.operation.clone(), found.reason.clone(), leases);
    let Ok(Ok(ended)) = timeout(patience, running.ended).await else {
        return Some(still("it is being looked at still".to_owned()));
    };
    let outcome = ended.ending.outcome.unwrap_or(Outcome::Unknown);
    Some(match ended.ending.unjournaled {
        Some(why) => still(format!("{}: {why}", ended.ending.words.join("; "))),
        None => Settled { open: found, outcome, words: ended.ending.words },
    })
}

/// Takes what is open and its target; none where somebody has it.
async fn hold(ground: &Ground, found: &Open) -> Option<Vec<Box<dyn Lease>>> {
    let holder = Holder {
        person: ground.person.clone(),
        action: found.action.clone(),
        operation: found.operation.clone(),
        process: std::process::id(),
        since: ground.clock.now(),
    };
    let keys = [key(&found.operation), found.target.key()];
    let leases = ground.leases.clone();
    let taken = tokio::task::spawn_blocking(move || {
        let mut held = Vec::new();
        for key in keys {
            match leases.take(&key, &holder) {
                Ok(Leased::Ours(lease)) => held.push(lease),
                _ => return None,
            }
        }
        Some(held)
    });
    taken.await.ok().flatten()
}

fn machine(found: &Open) -> Option<Operation> {
    let spec = catalogue::find(&found.action)?;
    let parameters = found.plan.as_ref().map(|plan| plan.parameters.clone()).unwrap_or_default();
    let intent = Intent { operation: spec, target: found.target.clone(), parameters };
    // What only looks is held back by nothing.
    let brief = Restraints::default().brief(intent, Vec::new(), Aim::Run, WindowView::Closed)?;
    Some(Operation::left_open(brief, found.plan.clone(), found.plan_sha256.clone(), found.sent.clone()))
}

/// What is not settled on a target, in words: a call went out, and what came of it is not known. `except` is the number of
/// the operation that asks; if that one was settled meanwhile by somebody else, it must not go on either.
///
/// # Errors
/// The journal cannot be read.
pub async fn open_on(journal: &Journal, target: &Pinned, except: Option<&str>) -> Result<Option<String>, LedgerError> {
    let entries = journal.entries().await?;
    if except.is_some_and(|own| entries.iter().any(|e| e.note.operation == own && e.note.outcome.is_some())) {
        return Ok(Some("another console took this operation for dead and settled it; plan it anew".to_owned()));
    }
    let key = target.key();
    let found = open(&entries).into_iter().find(|o| !o.sent.is_empty() && o.target.key() == key);
    Ok(found
        .filter(|o| Some(o.operation.as_str()) != except)
        .map(|o| format!("{} {} on it is not settled: its outcome is not known yet", o.operation, o.action)))
}

/// A person closes what cannot be told by looking: says what came of it, and why that is known.
///
/// # Errors
/// The journal cannot be read or written, or there is no such open operation, or somebody works on it.
pub async fn close(ground: &Ground, operation: &str, outcome: Outcome, reason: &str) -> Result<Entry, String> {
    let said = |e: LedgerError| e.to_string();
    let entries = ground.journal.entries().await.map_err(said)?;
    let found = open(&entries).into_iter().find(|o| o.operation == operation);
    let found =
        found.ok_or_else(|| format!("{operation} is not open: `quarterdeck journal` tells what became of it"))?;
    let _held = hold(ground, &found).await.ok_or_else(|| format!("somebody works on {operation} just now"))?;
    let note = Note {
        at: ground.clock.now(),
        operation: found.operation.clone(),
        event: EventKind::Reconciled,
        person: ground.person.clone(),
        reason: Some(reason.to_owned()),
        account: found.target.account_id.clone(),
        role: None,
        action: found.action,
        target: found.target,
        plan_sha256: found.plan_sha256,
        request_id: None,
        outcome: Some(outcome),
        detail: serde_json::json!({ "by": "person", "reason": reason }),
    };
    ground.journal.append(note).await.map_err(said)
}
