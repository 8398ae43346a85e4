//! Performs effects, each with a limit: whatever does not answer in time counts as what it would be at worst.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::timeout;

use super::{Command, Ended, Ground, Told};
use crate::operate::evidence::Evidence;
use crate::operate::journal::{Entry, LedgerError, Note, Recorded};
use crate::operate::lease::{Holder, Lease, Leased};
use crate::operate::machine::{Effect, Ending, Event, Jot, Operation};
use crate::operate::{
    Answer, Arms, Call, Draft, Identity, Inquiry, Permit, Read, Refusal, Sight, Sights, WritePass, settle,
};

/// A look at several services.
const LOOK: Duration = Duration::from_secs(30);

/// Asking who we are, what would be allowed, or for a dry run.
const QUESTION: Duration = Duration::from_secs(25);

/// Assuming a role and proving it.
const ARM: Duration = Duration::from_secs(40);

/// Asking about all calls as whoever acts.
const INQUIRY: Duration = Duration::from_mins(1);

/// A call. What has not been answered by then is lost, and is looked for.
const CALL: Duration = Duration::from_secs(75);

/// Taking a target.
const LEASE: Duration = Duration::from_secs(10);

/// Drives one operation.
pub(super) struct Driver {
    ground: Ground,
    operation: Operation,
    reason: Option<String>,
    number: Option<String>,
    role: Option<String>,
    tell: UnboundedSender<Told>,
    inbox: UnboundedReceiver<Command>,
    /// Nobody can speak to it any more.
    alone: bool,
    pass: Option<WritePass>,
    /// What it holds: itself, so that nobody takes it for dead, and its target.
    pub(super) leases: Vec<Box<dyn Lease>>,
    arms: Option<Box<dyn Arms>>,
    recorded: Option<Recorded<Call>>,
}

impl Driver {
    pub(super) fn new(
        ground: Ground,
        operation: Operation,
        reason: Option<String>,
        number: Option<String>,
        tell: UnboundedSender<Told>,
        inbox: UnboundedReceiver<Command>,
    ) -> Self {
        Self {
            ground,
            operation,
            reason,
            number,
            role: None,
            tell,
            inbox,
            alone: false,
            pass: None,
            leases: Vec::new(),
            arms: None,
            recorded: None,
        }
    }

    /// Runs it to its end.
    pub(super) async fn drive(mut self, first: Event) -> Ended {
        let mut effects: VecDeque<Effect> = self.operation.handle(self.ground.clock.now(), first).into();
        loop {
            while let Ok(command) = self.inbox.try_recv() {
                if matches!(command, Command::Leave) {
                    effects.extend(self.operation.handle(self.ground.clock.now(), Event::Leave));
                }
            }
            let Some(effect) = effects.pop_front() else {
                // The machine asks for nothing and has not ended: it must not hang.
                return self.end(Ending {
                    outcome: None,
                    words: vec!["a fault of the console; report it, with the log".to_owned()],
                    plan: None,
                    unjournaled: None,
                });
            };
            match effect {
                Effect::End(ending) => return self.end(*ending),
                Effect::Say(words) => self.say(words),
                effect => {
                    let event = self.perform(effect).await;
                    effects.extend(self.operation.handle(self.ground.clock.now(), event));
                }
            }
        }
    }

    fn end(self, ending: Ending) -> Ended {
        Ended { operation: self.number, ending }
    }

    fn say(&self, words: String) {
        let at = self.ground.clock.now();
        let _ = self.tell.send(Told::Now { at, stage: self.operation.stage(), words });
    }

    async fn perform(&mut self, effect: Effect) -> Event {
        match effect {
            Effect::Look(reads) => Event::Seen(look(&self.ground, &self.operation, reads).await),
            Effect::Judge(draft) => Event::Judged(Box::new(self.judge(&draft).await)),
            Effect::Note(jot) => match self.note(*jot).await {
                Ok(()) => Event::Noted,
                Err(why) => Event::NotNoted(why),
            },
            Effect::Ask(plan) => {
                let _ = self.tell.send(Told::Asked(plan));
                self.ask().await
            }
            Effect::Hold => self.hold().await,
            Effect::Arm => self.arm().await,
            Effect::Inquire(calls) => Event::Inquired(Box::new(self.inquire(&calls).await)),
            Effect::Record(call, jot) => self.record(*call, *jot).await,
            Effect::Send => Event::Answered(self.send().await),
            Effect::Wait(pause) => {
                tokio::time::sleep(self.ground.clock.real(pause)).await;
                Event::Waited
            }
            Effect::Say(_) | Effect::End(_) => Event::Waited,
        }
    }

    /// Asks everything that the guards judge by, all at once.
    async fn judge(&mut self, draft: &Draft) -> Evidence {
        let (ground, operation) = (&self.ground, &self.operation);
        let target = &draft.target;
        let identity = async {
            let late = || Identity { proven: Err(unasked("who we are")), arn: None, at: ground.clock.now() };
            timeout(QUESTION, ground.hands.identity(target)).await.unwrap_or_else(|_| late())
        };
        let withheld = ground.hands.withholds(target);
        let asked = if withheld.is_some() { &[][..] } else { &draft.calls };
        let permits = async {
            let late = || asked.iter().map(|_| Permit::Unknown(unasked("it"))).collect();
            timeout(QUESTION, ground.hands.permitted(target, asked)).await.unwrap_or_else(|_| late())
        };
        let rehearsed = join_all(asked.iter().map(|call| async {
            let asked = timeout(QUESTION, ground.hands.rehearse(target, call)).await;
            asked.unwrap_or_else(|_| Err(unasked("for a dry run")))
        }));
        let other = other(ground, operation);
        let journal = ground.journal.sound();
        let (identity, permits, rehearsed, other, journal) = tokio::join!(identity, permits, rehearsed, other, journal);
        self.role.clone_from(&identity.arn);
        Evidence { identity, withheld, permits, rehearsed, other, journal: journal.map_err(|e| e.to_string()) }
    }

    /// Waits for the person. Whoever can no longer be asked has left.
    async fn ask(&mut self) -> Event {
        if self.alone {
            return Event::Leave;
        }
        match self.inbox.recv().await {
            Some(Command::Confirm { words, pass }) => {
                let open = pass.is_some();
                self.pass = pass;
                Event::Confirm { words, open }
            }
            Some(Command::Leave) => Event::Leave,
            None => {
                self.alone = true;
                Event::Leave
            }
        }
    }

    async fn hold(&mut self) -> Event {
        match take(&self.ground, &self.operation, self.number.clone(), self.operation.target().key()).await {
            Some(Ok(Leased::Ours(lease))) => {
                self.leases.push(lease);
                // Between the plan and now another console may have left something open on it.
                match settle::open_on(&self.ground.journal, self.operation.target(), self.number.as_deref()).await {
                    Ok(None) => Event::Taken,
                    Ok(Some(words)) => Event::NotTaken(words),
                    Err(e) => Event::NotTaken(e.to_string()),
                }
            }
            Some(Ok(Leased::Held(Some(holder)))) => Event::NotTaken(format!("other_operation: {holder}")),
            Some(Ok(Leased::Held(None))) => Event::NotTaken("other_operation: another console acts on it".to_owned()),
            Some(Err(e)) => Event::NotTaken(format!("it cannot be told whether somebody acts on it: {e}")),
            None => {
                Event::NotTaken("it cannot be told whether somebody acts on it: the disk does not answer".to_owned())
            }
        }
    }

    async fn arm(&mut self) -> Event {
        let closed = || Refusal::because("the write window has closed");
        let (Some(pass), Some(number)) = (self.pass.take(), self.number.clone()) else {
            return Event::NotArmed(closed());
        };
        let armed = timeout(ARM, self.ground.hands.arm(pass, self.operation.target(), &number)).await;
        match armed {
            Ok(Ok(arms)) => {
                self.role = arms.role().map(str::to_owned).or(self.role.take());
                self.arms = Some(arms);
                Event::Armed
            }
            Ok(Err(refusal)) => Event::NotArmed(refusal),
            Err(_) => Event::NotArmed(Refusal::because(format!(
                "there is no client that can act after {} s: the service does not answer",
                ARM.as_secs()
            ))),
        }
    }

    async fn inquire(&mut self, calls: &[Call]) -> Inquiry {
        let Some(arms) = self.arms.as_mut() else { return Inquiry::default() };
        timeout(INQUIRY, arms.inquire(calls)).await.unwrap_or_else(|_| Inquiry {
            permits: calls.iter().map(|_| Permit::Unknown(unanswered("it", INQUIRY))).collect(),
            rehearsed: calls.iter().map(|_| Err(unanswered("for a dry run", INQUIRY))).collect(),
        })
    }

    async fn record(&mut self, call: Call, jot: Jot) -> Event {
        let note = self.story(jot);
        match self.ground.journal.record(call, note).await {
            Ok((recorded, entry)) => {
                self.recorded = Some(recorded);
                self.tell_of(entry);
                Event::CallRecorded
            }
            Err(e) => Event::NotNoted(e.to_string()),
        }
    }

    /// Sends what was recorded, once. There is nothing to send but what the journal gave.
    async fn send(&mut self) -> Answer {
        let (Some(call), Some(arms)) = (self.recorded.take(), self.arms.as_mut()) else {
            return Answer::Unsent("there is no recorded call, or nothing to send it with".to_owned());
        };
        match timeout(CALL, arms.send(call)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Lost { request_id: None, why: format!("no answer within {} s", CALL.as_secs()) },
        }
    }

    async fn note(&mut self, jot: Jot) -> Result<(), String> {
        let note = self.story(jot);
        let written = match self.number {
            Some(_) => self.ground.journal.append(note).await,
            None => self.ground.journal.begin(note).await,
        };
        let entry = written.map_err(|e| e.to_string())?;
        if self.number.is_none() {
            let number = entry.note.operation.clone();
            self.number = Some(number.clone());
            if let Some(Ok(Leased::Ours(lease))) =
                take(&self.ground, &self.operation, Some(number.clone()), settle::key(&number)).await
            {
                self.leases.push(lease);
            }
        }
        self.tell_of(entry);
        Ok(())
    }

    fn tell_of(&self, entry: Entry) {
        let _ = self.tell.send(Told::Entry(Box::new(entry)));
    }

    fn story(&self, jot: Jot) -> Note {
        let target = self.operation.target();
        Note {
            at: self.ground.clock.now(),
            operation: self.number.clone().unwrap_or_default(),
            event: jot.event,
            person: self.ground.person.clone(),
            reason: self.reason.clone(),
            account: target.account_id.clone(),
            role: self.role.clone(),
            action: self.operation.intent().operation.name.to_owned(),
            target: target.clone(),
            plan_sha256: self.operation.plan_sha256().map(str::to_owned),
            request_id: jot.request_id,
            outcome: jot.outcome,
            detail: if jot.detail.is_null() { Value::Object(serde_json::Map::new()) } else { jot.detail },
        }
    }
}

async fn look(ground: &Ground, operation: &Operation, reads: Vec<Read>) -> Sights {
    let asked = reads.clone();
    let look = ground.hands.look(operation.target(), reads);
    timeout(LOOK, look).await.unwrap_or_else(|_| {
        let unseen = || Sight::Unseen(format!("no answer within {} s", LOOK.as_secs()));
        let seen: BTreeMap<Read, Sight> = asked.into_iter().map(|read| (read, unseen())).collect();
        Sights { at: ground.clock.now(), seen }
    })
}

async fn take(
    ground: &Ground,
    operation: &Operation,
    number: Option<String>,
    key: String,
) -> Option<Result<Leased, LedgerError>> {
    let holder = Holder {
        person: ground.person.clone(),
        action: operation.intent().operation.name.to_owned(),
        operation: number.unwrap_or_default(),
        process: std::process::id(),
        since: ground.clock.now(),
    };
    let leases = ground.leases.clone();
    off(LEASE, move || leases.take(&key, &holder)).await
}

fn unasked(what: &str) -> String {
    unanswered(what, QUESTION)
}

fn unanswered(what: &str, patience: Duration) -> String {
    format!("asked {what}, no answer within {} s", patience.as_secs())
}

/// Who else acts on the target, or what is not settled on it.
async fn other(ground: &Ground, operation: &Operation) -> Result<Option<String>, String> {
    let target = operation.target();
    let (leases, key) = (ground.leases.clone(), target.key());
    let held = off(LEASE, move || leases.held(&key)).await;
    let held = held.ok_or("the disk does not answer")?.map_err(|e| e.to_string())?;
    if held.is_some() {
        return Ok(held);
    }
    settle::open_on(&ground.journal, target, None).await.map_err(|e| e.to_string())
}

/// Work that blocks, off the task; none when it takes too long.
async fn off<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let done: std::pin::Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(tokio::task::spawn_blocking(work));
    timeout(limit, done).await.ok()?.ok()
}
