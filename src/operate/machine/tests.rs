//! The whole machine: a table of paths, and properties over random worlds.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::operate::{
    Change, Danger, GuardVerdict, Happened, Identity, Next, OperationSpec, Permit, Precondition, Progress, Sight,
    TargetKind, Verification, catalogue,
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
        within: None,
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

const PATH: &str = "planned confirmed recorded rechecked";

/// How it goes, by what the world does: a row's change to a calm world, the journal's story, calls sent, the outcome.
#[test]
fn the_table() {
    type Change = fn(&mut World);
    let table: Vec<(&str, Change, String, usize, Outcome)> = vec![
        ("calm", |_| {}, format!("{PATH} sent answered verified done=done"), 1, Outcome::Done),
        (
            "three calls",
            |w| *w = World::new(3),
            format!("{PATH} sent answered sent answered sent answered verified done=done"),
            3,
            Outcome::Done,
        ),
        ("no call is needed", |w| *w = World::new(0), format!("{PATH} verified done=done"), 0, Outcome::Done),
        (
            "no plan",
            |w| w.sights = vec![json!({ "draft": "refuses" })],
            "planned refused=refused".into(),
            0,
            Outcome::Refused,
        ),
        (
            "a guard says no",
            |w| w.evidence.journal = Err("broken".into()),
            "planned refused=refused".into(),
            0,
            Outcome::Refused,
        ),
        (
            "a precondition fails",
            |w| w.sights = vec![json!({ "status": "broken" })],
            "planned refused=refused".into(),
            0,
            Outcome::Refused,
        ),
        (
            "not to be seen",
            |w| w.sights = vec![json!("no line")],
            "planned refused=refused".into(),
            0,
            Outcome::Refused,
        ),
        ("wrong words", |w| w.words = "yes", "planned refused=refused".into(), 0, Outcome::Refused),
        ("the window closed", |w| w.open = false, "planned refused=refused".into(), 0, Outcome::Refused),
        ("another has it", |w| w.taken = false, "planned refused=refused".into(), 0, Outcome::Refused),
        ("no client", |w| w.armed = false, "planned confirmed recorded refused=refused".into(), 0, Outcome::Refused),
        (
            "it moved",
            |w| w.sights = vec![json!({ "status": "fine" }), json!({ "status": "fine" }), json!({ "status": "other" })],
            "planned confirmed recorded refused=refused".into(),
            0,
            Outcome::Refused,
        ),
        (
            "declined",
            |w| w.answers = vec![declined(409)],
            format!("{PATH} sent answered failed=failed"),
            1,
            Outcome::Failed,
        ),
        (
            "forbidden by a budget",
            |w| w.answers = vec![declined(429)],
            format!("{PATH} sent answered refused=refused"),
            1,
            Outcome::Refused,
        ),
        (
            "the second is declined",
            |w| {
                *w = World::new(2);
                w.answers = vec![accepted(), declined(429)];
            },
            format!("{PATH} sent answered sent answered failed=failed"),
            2,
            Outcome::Failed,
        ),
        (
            "it never went out",
            |w| w.answers = vec![Answer::Unsent("no line".into())],
            format!("{PATH} sent failed=failed"),
            1,
            Outcome::Failed,
        ),
        (
            "lost, and it acted",
            |w| {
                w.answers = vec![lost()];
                w.sights = vec![json!({ "status": "fine", "happened": "yes", "verify": "done" })];
            },
            format!("{PATH} sent unknown=unknown reconciled=done"),
            1,
            Outcome::Done,
        ),
        (
            "lost, and it did not act",
            |w| {
                w.answers = vec![lost()];
                w.sights = vec![json!({ "status": "fine", "happened": "no" })];
            },
            format!("{PATH} sent unknown=unknown reconciled=failed"),
            1,
            Outcome::Failed,
        ),
        (
            "lost on the way",
            |w| {
                *w = World::new(3);
                w.answers = vec![accepted(), lost()];
                w.sights = vec![json!({ "status": "fine", "happened": "yes" })];
            },
            format!("{PATH} sent answered sent unknown=unknown reconciled=failed"),
            2,
            Outcome::Failed,
        ),
        (
            "lost, and it cannot be told",
            |w| {
                w.answers = vec![lost()];
                w.sights = vec![json!({ "status": "fine", "happened": "unclear" })];
            },
            format!("{PATH} sent unknown=unknown"),
            1,
            Outcome::Unknown,
        ),
        (
            "never so",
            |w| w.sights = vec![json!({ "status": "fine" })],
            format!("{PATH} sent answered failed=failed"),
            1,
            Outcome::Failed,
        ),
        (
            "blind at the end",
            |w| {
                let fine = json!({ "status": "fine" });
                w.sights = vec![fine.clone(), fine.clone(), fine.clone(), fine, json!("no line")];
            },
            format!("{PATH} sent answered unknown=unknown"),
            1,
            Outcome::Unknown,
        ),
        (
            "it broke",
            |w| w.sights = vec![json!({ "status": "fine", "verify": "failed" })],
            format!("{PATH} sent answered failed=failed"),
            1,
            Outcome::Failed,
        ),
        ("full before the plan", |w| w.full_from = 0, String::new(), 0, Outcome::Refused),
        ("full before it is recorded", |w| w.full_from = 2, "planned confirmed".into(), 0, Outcome::Refused),
        ("full before the call", |w| w.full_from = 4, PATH.into(), 0, Outcome::Refused),
        ("full after the call", |w| w.full_from = 5, format!("{PATH} sent"), 1, Outcome::Failed),
    ];
    for (name, change, story, sends, outcome) in table {
        let mut world = World::new(1);
        change(&mut world);
        let calls = world.calls;
        let world = world.run();
        assert_eq!(world.story(), story, "{name}");
        assert_eq!(world.sends, sends, "{name}");
        assert_eq!(world.outcome(), Some(outcome), "{name}: {:?}", world.ending);
        assert_eq!(calls, world.calls);
    }
}

#[test]
fn a_lost_answer_that_shows_nothing_is_believed_after_twenty_seconds_only() {
    let mut world = World::new(1);
    world.answers = vec![lost()];
    world.sights = vec![json!({ "status": "fine" })];
    let begun = world.now;
    let world = world.run();
    assert!(world.now.duration_since(begun) >= SignedDuration::from_secs(20), "{}", world.now);
}

#[test]
fn a_plan_alone_sends_and_notes_nothing() {
    for (words, outcome) in [("fine", None), ("broken", Some(Outcome::Refused))] {
        let mut world = World::new(2);
        world.op.brief.aim = Aim::Plan;
        world.sights = vec![json!({ "status": words })];
        let world = world.run();
        assert_eq!((world.story().as_str(), world.sends), ("", 0));
        let ending = world.ending.unwrap();
        assert_eq!(ending.outcome, outcome);
        let plan = ending.plan.unwrap();
        assert_eq!(plan.runs, outcome.is_none());
        assert_eq!(plan.guards.iter().map(|g| g.guard).collect::<Vec<_>>(), crate::operate::Guard::ALL);
        assert_eq!(plan.confirm, "cart");
    }
}

#[test]
fn every_reason_is_told_at_once() {
    let mut world = World::new(1);
    world.op.brief.window = WindowView::Closed;
    world.sights = vec![json!({ "status": "broken" })];
    world.evidence = Evidence {
        identity: Identity { proven: Err("STS says 999999999999".into()), arn: None, at: noon() },
        permits: vec![Permit::Denied("patch deployments is forbidden".into())],
        rehearsed: vec![Err("the quota is used up".into())],
        other: Ok(Some("bob has it".into())),
        journal: Err("the disk is full".into()),
    };
    let world = world.run();
    let ending = world.ending.unwrap();
    let not_ok = |g: &&GuardVerdict| !g.ok;
    assert_eq!(ending.plan.as_ref().unwrap().guards.iter().filter(not_ok).count(), 6);
    let words = ending.words.join("\n");
    for expected in ["no write window", "999999999999", "forbidden", "status is broken", "quota", "bob", "disk is full"]
    {
        assert!(words.contains(expected), "{expected}: {words}");
    }
}

#[test]
fn a_question_that_got_no_answer_is_a_no() {
    let mut world = World::new(2);
    world.evidence.permits = vec![Permit::Allowed("may".into())];
    world.evidence.other = Err("the disk does not answer".into());
    let world = world.run();
    let guards = world.ending.unwrap().plan.unwrap().guards;
    let failing: Vec<_> = guards.iter().filter(|g| !g.ok).map(|g| g.guard.word()).collect();
    assert_eq!(failing, ["permission", "other_operation"]);
}

#[test]
fn facts_that_grew_old_while_a_person_thought_are_planned_anew() {
    let mut op = Operation::new(brief(1, false));
    let mut queue = op.handle(noon(), Event::Start);
    let mut world = World::new(1);
    while !matches!(queue.first(), Some(Effect::Ask(_))) {
        let event = world.perform(queue.remove(0)).unwrap();
        queue.extend(op.handle(noon(), event));
    }
    let late = noon() + SignedDuration::from_secs(61);
    let effects = op.handle(late, Event::Confirm { words: "cart".into(), open: true });
    assert!(matches!(&effects[..], [Effect::Note(jot)] if jot.event == EventKind::Refused), "{effects:?}");
}

#[test]
fn what_was_left_open_is_only_looked_at() {
    let sent = |answer| vec![Sent { call: call(0), at: noon() - SignedDuration::from_mins(5), answer }];
    let table: Vec<(Vec<Sent>, Value, &str, Outcome)> = vec![
        (Vec::new(), json!({}), "reconciled=failed", Outcome::Failed),
        (sent(None), json!({ "happened": "yes", "verify": "done" }), "reconciled=done", Outcome::Done),
        (sent(None), json!({ "happened": "no" }), "reconciled=failed", Outcome::Failed),
        (sent(None), json!({ "happened": "unclear" }), "", Outcome::Unknown),
        (sent(None), json!("no line"), "", Outcome::Unknown),
        (sent(Some(accepted())), json!({ "verify": "done" }), "reconciled=done", Outcome::Done),
        (sent(Some(accepted())), json!({ "verify": "failed" }), "reconciled=failed", Outcome::Failed),
        (sent(Some(accepted())), json!({}), "reconciled=failed", Outcome::Failed),
        (sent(Some(declined(409))), json!({}), "reconciled=failed", Outcome::Failed),
    ];
    for (sent, sight, story, outcome) in table {
        let mut world = World::new(1);
        let plan = World::new(1).run().ending.unwrap().plan;
        world.op = Operation::left_open(brief(1, false), plan, None, sent.clone());
        world.sights = vec![sight.clone()];
        let world = world.run();
        assert_eq!((world.story().as_str(), world.sends), (story, 0), "{sent:?} {sight}");
        assert_eq!(world.outcome(), Some(outcome), "{sent:?} {sight}");
    }
}

/// What a random world says to one effect.
#[derive(Debug, Clone)]
struct Choice {
    sight: usize,
    answer: usize,
    coin: u8,
    leave: bool,
}

fn choice() -> impl Strategy<Value = Choice> {
    (0..12_usize, 0..8_usize, any::<u8>(), proptest::bool::weighted(0.03))
        .prop_map(|(sight, answer, coin, leave)| Choice { sight, answer, coin, leave })
}

fn sight(n: usize) -> Value {
    match n {
        0 => json!("no line"),
        1 => json!({ "draft": "refuses" }),
        2 => json!({ "status": "other" }),
        3 => json!({ "status": "fine", "next": "wait" }),
        4 => json!({ "status": "fine", "next": "stop" }),
        5 => json!({ "status": "fine", "verify": "done", "happened": "yes" }),
        6 => json!({ "status": "fine", "verify": "failed", "happened": "unclear" }),
        7 => json!({ "status": "fine", "happened": "yes" }),
        _ => json!({ "status": "fine" }),
    }
}

fn answer(n: usize) -> Answer {
    match n {
        0 => lost(),
        1 => declined(429),
        2 => declined(500),
        3 => Answer::Unsent("no line".into()),
        _ => accepted(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_world_does(
        calls in 0..4_usize, bears in any::<bool>(), choices in prop::collection::vec(choice(), 1..80),
    ) {
        let mut op = Operation::new(brief(calls, bears));
        let mut now = noon();
        let mut queue = op.handle(now, Event::Start);
        let (mut noted, mut sends, mut answered, mut tells) = (Vec::<EventKind>::new(), 0, 0, 0);
        let (mut recorded, mut lost, mut closed) = (false, false, false);
        let mut ending = None;
        let mut picks = choices.iter().cycle();
        for step in 0..400_000 {
            prop_assert!(step < 399_999, "every path ends");
            if queue.is_empty() {
                break;
            }
            let pick = picks.next().unwrap().clone();
            now += SignedDuration::from_millis(5);
            if pick.leave {
                queue.extend(op.handle(now, Event::Leave));
            }
            let full = pick.coin < 6;
            let event = match queue.remove(0) {
                Effect::Look(reads) => Event::Seen(Sights {
                    at: now,
                    seen: reads.into_iter().map(|r| {
                        let value = sight(pick.sight);
                        let sight = value.as_str().map_or_else(|| Sight::There(value.clone()), |w| Sight::Unseen(w.into()));
                        (r, sight)
                    }).collect(),
                }),
                Effect::Judge(_) => Event::Judged(Box::new(evidence(calls))),
                Effect::Note(_) if full => Event::NotNoted("full".into()),
                Effect::Note(jot) => {
                    noted.push(jot.event);
                    Event::Noted
                }
                Effect::Ask(_) => {
                    closed |= pick.coin % 7 == 0;
                    Event::Confirm { words: "cart".into(), open: pick.coin % 7 != 0 }
                }
                Effect::Hold => Event::Taken,
                Effect::Arm => Event::Armed,
                Effect::Record(..) if full => Event::NotNoted("full".into()),
                Effect::Record(_, jot) => {
                    prop_assert_eq!(jot.event, EventKind::Sent);
                    noted.push(jot.event);
                    recorded = true;
                    Event::CallRecorded
                }
                Effect::Send => {
                    for needed in [EventKind::Planned, EventKind::Confirmed, EventKind::Recorded, EventKind::Rechecked] {
                        prop_assert!(noted.contains(&needed), "{:?} before a call: {:?}", needed, noted);
                    }
                    prop_assert!(recorded && !lost && !closed, "a call needs its own record, and no lost one before");
                    recorded = false;
                    sends += 1;
                    let answer = answer(pick.answer);
                    lost = matches!(answer, Answer::Lost { .. });
                    if matches!(answer, Answer::Accepted { .. } | Answer::Declined { .. }) {
                        tells += 1;
                    }
                    Event::Answered(answer)
                }
                Effect::Wait(span) => {
                    now += SignedDuration::try_from(span.max(Duration::from_secs(1))).unwrap();
                    Event::Waited
                }
                Effect::Say(_) => continue,
                Effect::End(end) => {
                    prop_assert!(ending.is_none(), "it ends once");
                    ending = Some(*end);
                    continue;
                }
            };
            queue.extend(op.handle(now, event));
        }
        answered += noted.iter().filter(|e| **e == EventKind::Answered).count();
        let ending = ending.expect("every path ends");
        prop_assert_eq!(noted.iter().filter(|e| **e == EventKind::Sent).count(), sends);
        prop_assert!(answered <= tells);
        if ending.unjournaled.is_none() {
            prop_assert_eq!(answered, tells);
        }
        if ending.outcome == Some(Outcome::Done) {
            prop_assert!(sends >= calls || lost, "done, yet {} of {} calls went out", sends, calls);
        }
        if ending.outcome == Some(Outcome::Refused) {
            prop_assert!(sends <= 1, "refused means that nothing was done");
        }
        prop_assert_eq!(op.stage(), Stage::Ended);
        prop_assert!(op.handle(now, Event::Armed).is_empty() && op.handle(now, Event::Start).is_empty());
    }
}
