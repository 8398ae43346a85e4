//! Operations that people ask this console for: started along the guarded path, heard as they go.
//!
//! Each runs in a task of its own. What it tells comes back as events; whoever stops listening stops nothing that was sent.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::console::app::{Event, Planned, Wish};
use crate::console::desk::{Order, Story};
use crate::operate::evidence::WindowView;
use crate::operate::machine::{Aim, Brief};
use crate::operate::run::{self, Command, Ended, Ground, Running, Told};
use crate::operate::settle::{self, Settled};
use crate::operate::{Freeze, Intent, Refusal, work};

/// How long what an earlier run left open is looked at before the person is told that it is not known yet.
const SETTLING: Duration = Duration::from_mins(2);

/// What operations are run with, and what the team allows.
#[derive(Clone)]
pub struct Operator {
    /// Hands, journal, leases, clock and person.
    pub ground: Ground,
    /// The team's freezes.
    pub freezes: Vec<Freeze>,
    /// The accounts whose targets' names are to be typed.
    pub guarded: BTreeSet<String>,
}

/// The operations of this console.
pub(super) struct Operations {
    operator: Option<Operator>,
    tell: mpsc::UnboundedSender<Event>,
    told: mpsc::UnboundedReceiver<Event>,
    /// The one whose plan lies before the person. When this goes, the operation has been left.
    asked: Option<(Intent, mpsc::UnboundedSender<Command>)>,
}

impl Operations {
    pub(super) fn new(operator: Option<Operator>) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        Self { operator, tell, told, asked: None }
    }

    /// What they tell next.
    pub(super) async fn next(&mut self) -> Event {
        match self.told.recv().await {
            Some(event) => event,
            // This value holds a sender itself.
            None => std::future::pending().await,
        }
    }

    /// Settles what an earlier run left open.
    pub(super) fn settle(&self) {
        let Some(operator) = &self.operator else { return };
        let (ground, tell) = (operator.ground.clone(), self.tell.clone());
        tokio::spawn(async move {
            let settled = settle::settle(&ground, SETTLING).await;
            let event = match settled {
                Ok(settled) => Event::Settled(settled.into_iter().map(told_of).collect()),
                Err(e) => Event::Notice(format!("what an earlier run left open cannot be told: {e}")),
            };
            let _ = tell.send(event);
        });
    }

    /// Reads the journal.
    pub(super) fn read(&self) {
        let Some(operator) = &self.operator else { return };
        let (journal, tell) = (operator.ground.journal.clone(), self.tell.clone());
        tokio::spawn(async move {
            let entries = journal.entries().await.map_err(|e| e.to_string());
            let _ = tell.send(Event::Journal(Box::new(entries)));
        });
    }

    /// Leaves the operation whose plan lies before the person.
    pub(super) fn leave(&mut self) {
        self.asked = None;
    }

    /// Looks at the service and makes the plan of a wish; where a write window is open, as the first step of the operation.
    pub(super) fn plan(&mut self, wish: Wish) {
        self.leave();
        let Wish { intent, past, window } = wish;
        let refuse = |why: String| {
            let planned = Planned { intent: intent.clone(), number: None, made: Err(Refusal::because(why)) };
            let _ = self.tell.send(Event::Planned(Box::new(planned)));
        };
        let Some(operator) = &self.operator else {
            return refuse("this console has nothing to act with".to_owned());
        };
        let Some(work) = work::of(intent.operation.name) else {
            return refuse(format!("this version cannot do {} yet", intent.operation.name));
        };
        let reason = match &window {
            WindowView::Open { reason, .. } => Some(reason.clone()),
            _ => None,
        };
        let brief = Brief {
            guarded: intent.target.account.as_ref().is_some_and(|a| operator.guarded.contains(a)),
            aim: if reason.is_some() { Aim::Run } else { Aim::Plan },
            intent: intent.clone(),
            work,
            window,
            freezes: operator.freezes.clone(),
            past,
        };
        let Running { told, commands, ended } = run::start(operator.ground.clone(), brief, reason);
        self.asked = Some((intent.clone(), commands));
        tokio::spawn(hear(intent, told, ended, self.tell.clone()));
    }

    /// Confirms the operation that was planned: it goes on by itself.
    pub(super) fn confirm(&mut self, order: Order) {
        let Order { intent, words, pass, .. } = order;
        let gone = match self.asked.take() {
            Some((asked, commands)) if asked == intent => {
                let sent = commands.send(Command::Confirm { words, pass: Some(pass) });
                // From here on nobody can leave it: it holds no line to the console but the one on which it tells.
                sent.is_err()
            }
            _ => true,
        };
        if gone {
            let _ = self
                .tell
                .send(Event::Notice("the operation had ended before it was confirmed; plan it anew".to_owned()));
        }
    }
}

/// Passes on what an operation tells.
async fn hear(
    intent: Intent,
    mut told: mpsc::UnboundedReceiver<Told>,
    ended: tokio::sync::oneshot::Receiver<Ended>,
    tell: mpsc::UnboundedSender<Event>,
) {
    let mut number: Option<String> = None;
    let mut asked = false;
    while let Some(said) = told.recv().await {
        let event = match said {
            Told::Entry(entry) => {
                number = Some(entry.note.operation.clone());
                Event::Journal(Box::new(Ok(vec![*entry])))
            }
            Told::Asked(plan) => {
                asked = true;
                let planned = Planned { intent: intent.clone(), number: number.clone(), made: Ok(*plan) };
                Event::Planned(Box::new(planned))
            }
            Told::Now { at, words, .. } => match &number {
                Some(number) => Event::Underway(number.clone(), at, words),
                None => continue,
            },
        };
        if tell.send(event).is_err() {
            return;
        }
    }
    let Ok(Ended { operation, ending }) = ended.await else {
        let _ =
            tell.send(Event::Notice("an operation broke off by a fault of the console; see the journal".to_owned()));
        return;
    };
    if !asked {
        let refusal = Refusal { reasons: ending.words.clone() };
        let made = ending.plan.ok_or(refusal);
        let planned = Planned { intent, number: operation.clone(), made };
        let _ = tell.send(Event::Planned(Box::new(planned)));
    }
    if let Some(number) = operation {
        let _ = tell.send(Event::Ended {
            number,
            outcome: ending.outcome,
            words: ending.words,
            unjournaled: ending.unjournaled,
        });
    }
}

/// What became of an operation that an earlier run left open.
fn told_of(settled: Settled) -> Story {
    let Settled { open, outcome, words } = settled;
    let what = format!("{} {}", open.action, open.target.name);
    Story { number: open.operation, outcome, words: format!("{what}: {}", words.join("; ")) }
}
