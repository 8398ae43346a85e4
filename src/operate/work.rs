//! What each operation knows: one file per operation under `work/`, all pure. Nothing here sends anything.

mod aws;
mod kubernetes;
mod pieces;
mod turn;

use jiff::{SignedDuration, Timestamp};

use super::journal::Outcome;
use super::{Call, Draft, Intent, Plan, Read, Refusal, Sent, Sights};

/// One operation of the catalogue: what it must see, what it would send, and how success looks.
pub trait Work: Sync {
    /// Its name in the catalogue.
    fn name(&self) -> &'static str;

    /// What must be read to plan it. Asked again with what was seen so far, until nothing more is asked for.
    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read>;

    /// The plan, of what was seen. A precondition that does not hold is no refusal: it stands in the draft and its guard
    /// says no. Refused is what cannot be planned at all: no such target, another UID than the pinned one.
    ///
    /// # Errors
    /// Every reason why there can be no plan.
    fn draft(&self, intent: &Intent, seen: &Sights, now: Timestamp) -> Result<Draft, Refusal>;

    /// Fixes in the intent what the confirmed plan chose by the moment at which it was made, such as a name of the time or
    /// the best of several, so that the re-check plans the very same.
    fn fix(&self, intent: &mut Intent, confirmed: &Plan) {
        let _ = (intent, confirmed);
    }

    /// What has moved between the confirmed plan and a draft made of a fresh look: reasons to refuse it.
    fn moved(&self, confirmed: &Plan, fresh: &Draft) -> Vec<String> {
        moved(confirmed, fresh)
    }

    /// What is looked at while it runs, after a lost answer, and after a crash.
    fn watched(&self, plan: &Plan) -> Vec<Read>;

    /// The same, once calls went out: what their answers named is looked at too.
    fn followed(&self, plan: &Plan, sent: &[Sent]) -> Vec<Read> {
        let _ = sent;
        self.watched(plan)
    }

    /// What is to be sent next. Asked after the re-check and after each answer that was accepted (or declined, where
    /// [`Work::bears`] it) and each look while it waits.
    fn next(&self, plan: &Plan, sent: &[Sent], seen: &Sights, now: Timestamp) -> Next {
        let _ = now;
        turn::in_turn(&plan.calls, sent, seen)
    }

    /// Whether it goes on after this call was declined: where the object had changed since it was read, and as a drain
    /// does where a disruption budget blocks an eviction.
    fn bears(&self, plan: &Plan, sent: &Sent) -> bool {
        let _ = plan;
        turn::outdated(sent)
    }

    /// What it means that this call was declined, where the operation does not bear it and no other call was accepted:
    /// `Refused` where the service forbade the very thing, as an eviction that a disruption budget blocks.
    fn turned_down(&self, plan: &Plan, sent: &Sent) -> Outcome {
        let _ = (plan, sent);
        Outcome::Failed
    }

    /// Whether a plan may not rest on less than this read. Numbers that only say how much something hits may be missing.
    fn needs(&self, read: &Read) -> bool {
        !matches!(read, Read::InstanceMetric { .. } | Read::GlobalLag { .. })
    }

    /// How long after a call was sent nothing to be seen of it may still mean that it acts; 20 s at least.
    fn settles_in(&self, call: &Call) -> SignedDuration {
        let _ = call;
        SignedDuration::from_secs(20)
    }

    /// Whether what was planned is so now. After a crash the answers' bodies hold their plain members alone.
    fn verify(&self, plan: &Plan, sent: &[Sent], seen: &Sights) -> Progress;

    /// What came of an operation that broke off, as far as can be seen: what its calls did, and what is left.
    fn broke_off(&self, plan: &Plan, sent: &[Sent], seen: &Sights) -> String {
        let _ = (plan, seen);
        let stands = if sent.iter().any(Sent::may_have_acted) { "what was done stands" } else { "nothing was done" };
        format!("it broke off after {}; {stands}", pieces::counted(sent.len(), "call"))
    }

    /// After a lost answer or a crash: whether this call acted, as far as can be seen.
    fn happened(&self, plan: &Plan, call: &Call, seen: &Sights) -> Happened;
}

/// The operation of that name.
pub fn of(name: &str) -> Option<&'static dyn Work> {
    kubernetes::ALL.iter().chain(aws::ALL).copied().find(|w| w.name() == name)
}

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// This call.
    Send(Box<Call>),
    /// Nothing yet: what is waited for. It looks again soon.
    Wait(String),
    /// Everything was sent; from now on it is verified.
    AllSent,
    /// It cannot go on: why, and what has been done so far.
    Stop(String),
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Done: what was seen.
    Done(String),
    /// Not yet: what is so far, and what is waited for.
    Waiting(String),
    /// It will not come: why.
    Failed(String),
}

/// Whether a call acted whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// It did: what shows it.
    Yes(String),
    /// Nothing shows it: what is seen instead. Believed only once it has been so for a while.
    NotSeen(String),
    /// It cannot be told yet: why.
    Unclear(String),
}

/// What has moved, as most operations see it: another target, a precondition that does not hold or is not as it was, other
/// calls. Calls are compared by what a person read (`action`, `cli`), so that the fresh ones may carry fresh versions.
pub fn moved(confirmed: &Plan, fresh: &Draft) -> Vec<String> {
    let mut out = Vec::new();
    if confirmed.target != fresh.target {
        out.push(format!("{} is another one than was confirmed", fresh.target.name));
    }
    for p in &fresh.preconditions {
        let before = confirmed.preconditions.iter().find(|b| b.field == p.field);
        match before {
            Some(b) if b.seen != p.seen => {
                out.push(format!("{} was {} when it was confirmed and is {} now", p.field, b.seen, p.seen));
            }
            _ if !p.holds => out.push(format!("{} is {}, and must be {}", p.field, p.seen, p.required)),
            _ => {}
        }
    }
    let read = |c: &Call| (c.action.clone(), c.cli.clone());
    if !confirmed.calls.iter().map(read).eq(fresh.calls.iter().map(read)) {
        out.push("what would be sent is no longer what was confirmed".to_owned());
    }
    if confirmed.changes != fresh.changes {
        out.push("what would change is no longer what was confirmed".to_owned());
    }
    out
}
