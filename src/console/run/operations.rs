//! Operations that people ask this console for: started along the guarded path, heard as they go.
//!
//! Each runs in a task of its own. What it tells comes back as events; whoever stops listening stops nothing that was sent.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::mpsc;

use crate::console::app::{Event, Planned, Wish};
use crate::console::desk::{Order, Story};
use crate::operate::evidence::WindowView;
use crate::operate::journal::{Entry, EventKind, Journal, Outcome};
use crate::operate::machine::Aim;
use crate::operate::run::{self, Command, Ended, Ground, Running, Told};
use crate::operate::settle::{self, Settled};
use crate::operate::{Intent, Refusal, Restraints};
use crate::store::seen::Seen;

/// What operations are run with.
#[derive(Clone)]
pub struct Operator {
    /// Hands, journal, leases, clock and person.
    pub ground: Ground,
    /// What the team asks of every operation.
    pub restraints: Restraints,
    /// What came of operations that a person has seen.
    pub seen: Seen,
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

    /// Tells what no person has seen yet, and settles what an earlier run left open: each is told as soon as it is looked
    /// at, and again once it is known.
    pub(super) fn settle(&self) {
        let Some(operator) = self.operator.clone() else { return };
        let tell = self.tell.clone();
        tokio::spawn(async move {
            let told = async {
                let entries = operator.ground.journal.entries().await?;
                let stories = untold(&entries, &operator.seen.all());
                if !stories.is_empty() {
                    let _ = tell.send(Event::Settled(stories));
                    let _ = tell.send(Event::Journal(Box::new(Ok(entries))));
                }
                settle::follow(&operator.ground, |settled| {
                    let _ = tell.send(Event::Settled(vec![story(settled)]));
                    tokio::spawn(read(operator.ground.journal.clone(), tell.clone()));
                })
                .await
            };
            if let Err(e) = told.await {
                let why = format!("the journal cannot be used, so nothing can be changed: {e}");
                let _ = tell.send(Event::Notice(why));
            }
        });
    }

    /// A person has seen what became of an operation.
    pub(super) fn seen(&self, number: String) {
        let Some(operator) = &self.operator else { return };
        let seen = operator.seen.clone();
        tokio::task::spawn_blocking(move || {
            // What cannot be written is shown once more.
            let _ = seen.mark(&number);
        });
    }

    /// Reads the journal.
    pub(super) fn read(&self) {
        let Some(operator) = &self.operator else { return };
        tokio::spawn(read(operator.ground.journal.clone(), self.tell.clone()));
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
        let reason = match &window {
            WindowView::Open { reason, .. } => Some(reason.clone()),
            _ => None,
        };
        let aim = if reason.is_some() { Aim::Run } else { Aim::Plan };
        let Some(brief) = operator.restraints.brief(intent.clone(), past, aim, window) else {
            return refuse(format!("this version cannot do {} yet", intent.operation.name));
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

/// Reads the journal, and tells it.
async fn read(journal: Journal, tell: mpsc::UnboundedSender<Event>) {
    let entries = journal.entries().await.map_err(|e| e.to_string());
    let _ = tell.send(Event::Journal(Box::new(entries)));
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

/// What became of one that an earlier run left open, or that this is not known yet.
fn story(settled: &Settled) -> Story {
    let Settled { open, outcome, words } = settled;
    let words = format!("{} {}: {}", open.action, open.target.name, words.join("; "));
    Story { number: open.operation.clone(), outcome: *outcome, words }
}

/// What became of operations that a run did not bring to their end itself, as far as no person has seen it: those that
/// were settled later, and those of which nobody knows yet.
fn untold(entries: &[Entry], seen: &BTreeSet<String>) -> Vec<Story> {
    let mut last: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries.iter().filter(|e| e.note.outcome.is_some()) {
        last.insert(&entry.note.operation, entry);
    }
    let mut told: Vec<(u64, Story)> = Vec::new();
    for (number, entry) in last {
        let note = &entry.note;
        let Some(outcome) = note.outcome else { continue };
        let unknown = outcome == Outcome::Unknown;
        if unknown || (note.event == EventKind::Reconciled && !seen.contains(number)) {
            let said = ["seen", "reason"].iter().find_map(|key| note.detail.get(key)?.as_str());
            let words = format!("{} {}: {}", note.action, note.target.name, said.unwrap_or("nothing more is known"));
            told.push((entry.seq, Story { number: number.to_owned(), outcome, words }));
        }
    }
    // What is not known first, then the newest.
    told.sort_by_key(|(seq, s)| (s.outcome != Outcome::Unknown, std::cmp::Reverse(*seq)));
    told.into_iter().map(|(_, story)| story).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::DeclaredDatabase;
    use crate::operate::journal::Note;
    use crate::operate::pin;

    fn entry(seq: u64, number: &str, event: EventKind, outcome: Option<Outcome>) -> Entry {
        let database = DeclaredDatabase {
            name: "orders".to_owned(),
            account: "production".to_owned(),
            region: "us-east-1".to_owned(),
            cluster: "orders-use1".to_owned(),
            global: None,
            max_connections: None,
        };
        let note = Note {
            at: "2026-11-20T19:30:12Z".parse().unwrap(),
            operation: number.to_owned(),
            event,
            person: "alice".to_owned(),
            reason: None,
            account: None,
            role: None,
            action: "database.failover".to_owned(),
            target: pin::database(None, &database),
            plan_sha256: None,
            request_id: None,
            outcome,
            detail: serde_json::json!({"reason": "the writer is orders-1 still"}),
        };
        Entry { seq, note, prev: String::new(), hash: String::new() }
    }

    #[test]
    fn what_a_run_did_not_end_itself_is_told_until_it_is_seen() {
        use EventKind::{Done, Planned, Reconciled, Unknown};
        let entries = [
            entry(1, "OP-1", Planned, None),
            entry(2, "OP-1", Done, Some(Outcome::Done)),
            entry(3, "OP-2", Unknown, Some(Outcome::Unknown)),
            entry(4, "OP-2", Reconciled, Some(Outcome::Failed)),
            entry(5, "OP-3", Unknown, Some(Outcome::Unknown)),
            entry(6, "OP-4", Reconciled, Some(Outcome::Done)),
            entry(7, "OP-5", Planned, None),
        ];
        let numbers = |seen: &[&str]| {
            let seen = seen.iter().map(|n| (*n).to_owned()).collect();
            untold(&entries, &seen).into_iter().map(|s| s.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&[]), ["OP-3", "OP-4", "OP-2"], "what is not known first, then the newest");
        assert_eq!(numbers(&["OP-2", "OP-3", "OP-4"]), ["OP-3"], "what is not known goes on being told");
        let told = untold(&entries, &BTreeSet::new());
        assert_eq!(told[2].words, "database.failover orders: the writer is orders-1 still");
    }
}
