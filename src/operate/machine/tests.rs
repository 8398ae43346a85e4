//! The whole machine: a table of paths, and properties over random worlds. Here: the world that answers it.

mod moments;
mod properties;
mod table;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::operate::{
    Change, Danger, Happened, Identity, Next, OperationSpec, Permit, Precondition, Progress, Sight, TargetKind,
    Verification, catalogue,
};

/// An operation whose every word is read from what is seen.
struct Fake {
    calls: usize,
    bears: bool,
}

fn state() -> Read {
    Read::Kubernetes("/state".to_owned())
}

fn word(seen: &Sights, name: &str) -> String {
    seen.there(&state()).and_then(|v| v.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn call(n: usize) -> Call {
    let cli = format!("kubectl do {n}");
    Call {
        service: crate::operate::Service::Kubernetes,
        action: format!("do {n}"),
        region: None,
        cli,
        request: json!({ "n": n }),
    }
}

impl Work for Fake {
    fn name(&self) -> &'static str {
        "workload.restart"
    }

    fn reads(&self, _: &Intent, seen: &Sights) -> Vec<Read> {
        let more = seen.sight(&state()).is_some().then(|| Read::Kubernetes("/more".to_owned()));
        [state()].into_iter().chain(more).collect()
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _: Timestamp) -> Result<Draft, Refusal> {
        if word(seen, "draft") == "refuses" {
            return Err(Refusal::because("there is no such deployment"));
        }
        let status = word(seen, "status");
        let holds = status != "broken";
        Ok(Draft {
            target: Pinned { uid: Some("uid-1".into()), ..intent.target.clone() },
            danger: Danger::Disruptive,
            changes: vec![Change { field: "x".into(), before: None, after: Some("y".into()) }],
            blast_radius: "all of it".into(),
            preconditions: vec![Precondition { field: "status".into(), seen: status, required: "fine".into(), holds }],
            calls: (0..self.calls).map(call).collect(),
            verification: Verification { what: "it is so".into(), within_s: 60 },
            undo: None,
        })
    }

    fn watched(&self, _: &Plan) -> Vec<Read> {
        vec![state()]
    }

    fn next(&self, plan: &Plan, sent: &[Sent], seen: &Sights, _: Timestamp) -> Next {
        match word(seen, "next").as_str() {
            "wait" => Next::Wait("for a budget".into()),
            "stop" => Next::Stop("it cannot go on".into()),
            _ => plan.calls.get(sent.len()).map_or(Next::AllSent, |call| Next::Send(Box::new(call.clone()))),
        }
    }

    fn bears(&self, _: &Plan, _: &Sent) -> bool {
        self.bears
    }

    fn turned_down(&self, _: &Plan, sent: &Sent) -> Outcome {
        match sent.answer {
            Some(Answer::Declined { status: 429, .. }) => Outcome::Refused,
            _ => Outcome::Failed,
        }
    }

    fn verify(&self, _: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        match word(seen, "verify").as_str() {
            "done" => Progress::Done("it is so".into()),
            "failed" => Progress::Failed("it broke".into()),
            _ => Progress::Waiting("not yet".into()),
        }
    }

    fn happened(&self, _: &Plan, _: &Call, seen: &Sights) -> Happened {
        match word(seen, "happened").as_str() {
            "yes" => Happened::Yes("the generation".into()),
            "unclear" => Happened::Unclear("it is changing".into()),
            _ => Happened::NotSeen("the old generation".into()),
        }
    }
}

fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn spec() -> &'static OperationSpec {
    catalogue::find("workload.restart").unwrap()
}

fn brief(calls: usize, bears: bool) -> Brief {
    let work: &'static dyn Work = Box::leak(Box::new(Fake { calls, bears }));
    let target = Pinned {
        kind: TargetKind::Workload,
        name: "cart".into(),
        account: Some("production".into()),
        account_id: Some("111122223333".into()),
        region: None,
        cluster: Some("prod".into()),
        eks: None,
        context: None,
        kubeconfig: None,
        namespace: Some("shop".into()),
        resource: Some("deployment".into()),
        id: "cart".into(),
        uid: None,
        global: None,
        profile: None,
    };
    Brief {
        intent: Intent { operation: spec(), target, parameters: BTreeMap::new() },
        work,
        aim: Aim::Run,
        guarded: true,
        window: WindowView::Open { reason: "INC-1".into(), closes_at: noon() + SignedDuration::from_mins(15) },
        freezes: Vec::new(),
        past: Vec::new(),
    }
}

fn evidence(calls: usize) -> Evidence {
    Evidence {
        identity: Identity { proven: Ok("STS says 111122223333".into()), arn: None, at: noon() },
        withheld: None,
        permits: vec![Permit::Allowed("may".into()); calls],
        rehearsed: vec![Ok(()); calls],
        other: Ok(None),
        journal: Ok(0),
    }
}

fn accepted() -> Answer {
    Answer::Accepted { request_id: Some("r-1".into()), body: json!({ "metadata": { "generation": 2 } }) }
}

fn declined(status: u16) -> Answer {
    Answer::Declined { request_id: None, status, code: "Conflict".into(), message: "no".into() }
}

fn lost() -> Answer {
    Answer::Lost { request_id: None, why: "the line went dead".into() }
}

/// A world that answers each effect, and what came of it.
struct World {
    now: Timestamp,
    op: Operation,
    calls: usize,
    sights: Vec<Value>,
    answers: Vec<Answer>,
    words: &'static str,
    open: bool,
    taken: bool,
    armed: bool,
    /// Notes from this one on cannot be written.
    full_from: usize,
    evidence: Evidence,
    /// What whoever acts is told when it asks.
    inquiry: Inquiry,
    /// The calls that were asked about then.
    inquired: usize,
    notes: Vec<String>,
    sends: usize,
    ending: Option<Ending>,
}

impl World {
    fn new(calls: usize) -> Self {
        Self {
            now: noon(),
            op: Operation::new(brief(calls, false)),
            calls,
            sights: Vec::new(),
            answers: Vec::new(),
            words: "cart",
            open: true,
            taken: true,
            armed: true,
            full_from: usize::MAX,
            evidence: evidence(calls),
            inquiry: Inquiry { permits: vec![Permit::Allowed("may".into()); calls], rehearsed: vec![Ok(()); calls] },
            inquired: 0,
            notes: Vec::new(),
            sends: 0,
            ending: None,
        }
    }

    /// The last sight and the last answer go on for ever.
    fn next<T: Clone>(list: &mut Vec<T>) -> Option<T> {
        if list.len() > 1 { Some(list.remove(0)) } else { list.first().cloned() }
    }

    fn run(mut self) -> Self {
        let mut queue: Vec<Effect> = self.op.handle(self.now, Event::Start);
        for _ in 0..100_000 {
            if queue.is_empty() {
                break;
            }
            let effect = queue.remove(0);
            if let Some(event) = self.perform(effect) {
                queue.extend(self.op.handle(self.now, event));
            }
        }
        assert!(self.ending.is_some(), "it has not ended: {:?}, {:?}", self.op, self.notes);
        self
    }

    fn perform(&mut self, effect: Effect) -> Option<Event> {
        self.now += SignedDuration::from_millis(10);
        Some(match effect {
            Effect::Look(reads) => {
                let value = Self::next(&mut self.sights).unwrap_or(json!({ "status": "fine", "verify": "done" }));
                let sight = match value.as_str() {
                    Some(why) => Sight::Unseen(why.to_owned()),
                    None => Sight::There(value),
                };
                Event::Seen(Sights { at: self.now, seen: reads.into_iter().map(|r| (r, sight.clone())).collect() })
            }
            Effect::Judge(_) => Event::Judged(Box::new(self.evidence.clone())),
            Effect::Note(jot) => self.write(&jot, Event::Noted),
            Effect::Ask(_) => Event::Confirm { words: self.words.to_owned(), open: self.open },
            Effect::Hold if self.taken => Event::Taken,
            Effect::Hold => Event::NotTaken("bob has it".into()),
            Effect::Arm if self.armed => Event::Armed,
            Effect::Arm => Event::NotArmed(Refusal::because("the role cannot be assumed")),
            Effect::Inquire(calls) => {
                self.inquired += calls.len();
                Event::Inquired(Box::new(self.inquiry.clone()))
            }
            Effect::Record(_, jot) => self.write(&jot, Event::CallRecorded),
            Effect::Send => {
                self.sends += 1;
                Event::Answered(Self::next(&mut self.answers).unwrap_or_else(accepted))
            }
            Effect::Wait(span) => {
                self.now += SignedDuration::try_from(span).unwrap();
                Event::Waited
            }
            Effect::Say(_) => return None,
            Effect::End(ending) => {
                self.ending = Some(*ending);
                return None;
            }
        })
    }

    fn write(&mut self, jot: &Jot, written: Event) -> Event {
        if self.notes.len() >= self.full_from {
            return Event::NotNoted("the disk is full".into());
        }
        let outcome = jot.outcome.map(|o| format!("={}", o.word())).unwrap_or_default();
        self.notes.push(format!("{}{outcome}", jot.event.word()));
        written
    }

    fn story(&self) -> String {
        self.notes.join(" ")
    }

    fn outcome(&self) -> Option<Outcome> {
        self.ending.as_ref().and_then(|e| e.outcome)
    }
}
