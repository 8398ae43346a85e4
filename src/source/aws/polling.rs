//! How every source but STS goes about: it waits for proven credentials, asks, says what it saw, and waits again.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

use super::proof::{Doubt, Proof, Proven};
use super::trouble::{Kind, Trouble};
use crate::estate::{EntryRef, Fact, Report, SourceKey};
use crate::source::purse::until_midnight_s;
use crate::source::schedule::Schedule;
use crate::source::{Outbox, Source};

/// What one round of questions brought.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The facts.
    pub(super) facts: Vec<Fact>,
    /// What could not be seen.
    pub(super) note: Option<String>,
    /// When the facts were true; none: now.
    pub(super) as_of: Option<Timestamp>,
    /// Why it rests although there are facts: the spend cap, or an allowance that is used up.
    pub(super) paused: Option<String>,
    /// The facts are a part of what is to be known, and the rest follows at once.
    pub(super) part: bool,
    /// Why the rest of what is to be known did not come; the facts are told all the same.
    pub(super) failed: Option<Trouble>,
    /// There is nothing to say yet.
    pub(super) silent: bool,
    /// When to ask again; none: as the schedule says.
    pub(super) again: Option<Duration>,
}

/// The questions of one source.
pub(super) trait Ask: Send + 'static {
    /// Asks with proven credentials.
    fn ask(&mut self, proven: &Proven, out: &Outbox) -> impl Future<Output = Result<Answer, Trouble>> + Send;

    /// Takes note of credentials that are not proven: nothing may be asked.
    fn barred(&mut self, _: &Proof) {}

    /// Takes note of a round that failed.
    fn failed(&mut self, _: &Trouble) {}

    /// Ends when something happened that makes it worth asking before the time.
    fn wake(&mut self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}

/// A source that asks again and again.
pub(super) struct Polling<A> {
    pub(super) key: SourceKey,
    pub(super) feeds: Vec<EntryRef>,
    pub(super) proof: watch::Receiver<Proof>,
    pub(super) doubt: Doubt,
    pub(super) every: Duration,
    pub(super) ask: A,
}

/// The longest pause after a failure; a source that asks more rarely than that waits no longer than its own pace.
const CAP: Duration = Duration::from_secs(90);

/// The longest sleep: how late a source may be after the machine was suspended.
const LONGEST_SLEEP: Duration = Duration::from_mins(10);

/// When to ask again: by either clock. The monotonic one stands still while a machine is suspended, and the other one may
/// be set back.
#[derive(Debug, Clone, Copy)]
struct Due {
    monotonic: Instant,
    /// None: further away than time goes.
    wall: Option<Timestamp>,
}

impl Due {
    fn now(now: Timestamp) -> Self {
        Self::after(Duration::ZERO, Instant::now(), now)
    }

    fn after(pause: Duration, monotonic: Instant, wall: Timestamp) -> Self {
        let wall = SignedDuration::try_from(pause).ok().and_then(|pause| wall.checked_add(pause).ok());
        Self { monotonic: monotonic + pause, wall }
    }

    fn is_over(self, monotonic: Instant, wall: Timestamp) -> bool {
        monotonic >= self.monotonic || self.wall.is_some_and(|due| wall >= due)
    }

    /// Until when to sleep before looking again.
    fn look(self, monotonic: Instant) -> Instant {
        self.monotonic.min(monotonic + LONGEST_SLEEP)
    }
}

impl<A: Ask> Source for Polling<A> {
    fn key(&self) -> SourceKey {
        self.key.clone()
    }

    fn feeds(&self) -> Vec<EntryRef> {
        self.feeds.clone()
    }

    async fn run(mut self, mut out: Outbox) {
        let mut schedule = Schedule::new(self.every, CAP, super::seed(&self.key));
        let mut due = Due::now(out.now());
        loop {
            let proof = self.proof.borrow_and_update().clone();
            if let Proof::Proven(proven) = &proof {
                if due.is_over(Instant::now(), out.now()) {
                    let Some(pause) = self.round(proven, &out, &mut schedule).await else { return };
                    due = Due::after(pause, Instant::now(), out.now());
                }
            } else {
                // As soon as the account is proven (again), its facts are wanted.
                due = Due::now(out.now());
                self.ask.barred(&proof);
                if !say_barred(&proof, &out).await {
                    return;
                }
            }
            let proven = matches!(proof, Proof::Proven(_));
            tokio::select! {
                () = tokio::time::sleep_until(due.look(Instant::now())), if proven => {}
                () = self.ask.wake(), if proven => due = Due::now(out.now()),
                () = out.spend_changed(), if proven => due = Due::now(out.now()),
                changed = self.proof.changed() => if changed.is_err() {
                    // The STS source is gone, and with it every proof: nothing may be asked any more.
                    return std::future::pending().await;
                },
            }
        }
    }
}

impl<A: Ask> Polling<A> {
    /// Asks once and says what came; the pause, or none when nobody listens any more.
    async fn round(&mut self, proven: &Proven, out: &Outbox, schedule: &mut Schedule) -> Option<Duration> {
        match self.ask.ask(proven, out).await {
            Ok(Answer { failed: Some(trouble), facts, as_of, .. }) => {
                let as_of = as_of.unwrap_or_else(|| out.now());
                out.say(Report::Part { as_of, facts }).await.then_some(())?;
                self.fail(trouble, proven, out, schedule).await
            }
            Ok(answer) => {
                let pause = match answer.again {
                    Some(again) => again,
                    None => schedule.after_success(),
                };
                if answer.silent {
                    return Some(pause);
                }
                let as_of = answer.as_of.unwrap_or_else(|| out.now());
                let Answer { facts, note, paused, part, .. } = answer;
                if part && paused.is_none() {
                    out.say(Report::Part { as_of, facts }).await.then_some(())?;
                } else if paused.is_none() || !facts.is_empty() {
                    out.say(Report::Facts { as_of, facts, note }).await.then_some(())?;
                }
                if let Some(reason) = paused {
                    let next_try_at = later(out, pause);
                    out.say(Report::Paused { reason, next_try_at }).await.then_some(())?;
                }
                Some(pause)
            }
            Err(trouble) => self.fail(trouble, proven, out, schedule).await,
        }
    }

    /// Says why a round failed; the pause, or none when nobody listens any more.
    async fn fail(
        &mut self,
        trouble: Trouble,
        proven: &Proven,
        out: &Outbox,
        schedule: &mut Schedule,
    ) -> Option<Duration> {
        if trouble.kind == Kind::Capped {
            // A little after midnight, and not all sources in the same second.
            let to_midnight = Duration::from_secs(until_midnight_s(out.now()).unsigned_abs());
            let pause = to_midnight + schedule.after_success().min(CAP);
            let report = Report::Paused { reason: trouble.words, next_try_at: later(out, pause) };
            return out.say(report).await.then_some(pause);
        }
        self.ask.failed(&trouble);
        if trouble.kind == Kind::Expired {
            self.doubt.about(proven.generation);
        }
        let pause = schedule.after_failure(trouble.retry_after);
        let next_try_at = later(out, pause);
        out.say(Report::Failed { reason: trouble.words, next_try_at }).await.then_some(pause)
    }
}

async fn say_barred(proof: &Proof, out: &Outbox) -> bool {
    let report = match proof {
        Proof::Waiting | Proof::Proven(_) => return true,
        Proof::Paused(reason) => Report::Paused { reason: reason.clone(), next_try_at: None },
        Proof::Refused(reason) => Report::Refused { reason: reason.clone() },
        Proof::Unproven(reason) => Report::Failed { reason: reason.clone(), next_try_at: None },
    };
    out.say(report).await
}

fn later(out: &Outbox, pause: Duration) -> Option<Timestamp> {
    out.now().checked_add(SignedDuration::try_from(pause).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_was_suspended_finds_out_within_ten_minutes() {
        let (begun, evening) = (Instant::now(), "2026-11-21T18:00:00Z".parse::<Timestamp>().unwrap());
        let midnight = Due::after(Duration::from_hours(6), begun, evening);
        let in_hours = |h| evening + SignedDuration::from_hours(h);
        // Two hours awake, ten suspended.
        let awake = begun + Duration::from_hours(2);
        assert!(!midnight.is_over(awake, in_hours(2)));
        assert_eq!(midnight.look(awake).duration_since(awake), Duration::from_mins(10));
        assert!(midnight.is_over(awake + Duration::from_mins(10), in_hours(12)));
        // A clock that is set back by a day does not add one.
        let end = begun + Duration::from_hours(6);
        assert!(midnight.is_over(end, in_hours(-18)));
        assert_eq!(midnight.look(end - Duration::from_secs(9)), end, "it sleeps no longer than to the end");
    }

    #[test]
    fn what_is_due_now_is_over() {
        let (begun, now) = (Instant::now(), Timestamp::now());
        assert!(Due::now(now).is_over(Instant::now(), now));
        assert!(!Due::after(Duration::from_secs(1), begun, now).is_over(begun, now));
    }
}
