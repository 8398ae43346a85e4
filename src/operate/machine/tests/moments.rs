//! Single moments of an operation: plans alone, reasons, what was left open.

use serde_json::json;

use super::*;
use crate::operate::GuardVerdict;

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
        withheld: None,
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

/// A world in which the role that acts is assumed only after the confirmation.
fn withheld() -> World {
    let mut world = World::new(2);
    world.evidence.withheld = Some("the role is not assumed yet".into());
    (world.evidence.permits, world.evidence.rehearsed) = (Vec::new(), Vec::new());
    world
}

#[test]
fn what_was_not_asked_is_told_so_and_asked_before_the_first_call() {
    let world = withheld().run();
    assert_eq!((world.outcome(), world.inquired, world.sends), (Some(Outcome::Done), 2, 2));
    let plan = world.ending.unwrap().plan.unwrap();
    assert!(plan.runs, "nobody could ever act otherwise");
    for verdict in &plan.guards {
        let open = matches!(verdict.guard, crate::operate::Guard::Permission | crate::operate::Guard::Preconditions);
        assert_eq!(verdict.not_asked.is_some(), open, "{verdict:?}");
        if open {
            assert!(verdict.reason.contains("because the role is not assumed yet"), "{verdict:?}");
            assert!(!verdict.reason.contains("speaks against"), "nothing passed that was not asked: {verdict:?}");
        }
    }
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["guards"][2]["not_asked"], "whether the calls are allowed: the role is not assumed yet");
    assert!(json["guards"][0].get("not_asked").is_none());
    // What could be asked before is not asked twice.
    let world = World::new(2).run();
    assert_eq!((world.outcome(), world.inquired), (Some(Outcome::Done), 0));
}

#[test]
fn a_no_after_the_confirmation_refuses() {
    type Change = fn(&mut World);
    let denied = |world: &mut World| world.inquiry.permits[1] = Permit::Denied("patch deployments is forbidden".into());
    let fails = |world: &mut World| world.inquiry.rehearsed[0] = Err("the quota is used up".into());
    let unknown = |world: &mut World| world.inquiry.permits[0] = Permit::Unknown("no answer".into());
    let silent = |world: &mut World| world.inquiry = Inquiry::default();
    let table: [(Change, &str); 4] = [
        (denied, "permission: patch deployments is forbidden"),
        (fails, "preconditions: the quota is used up"),
        (unknown, "permission: do 0 could not be asked about: no answer"),
        (silent, "preconditions: do 1 was not rehearsed"),
    ];
    for (change, reason) in table {
        let mut world = withheld();
        change(&mut world);
        let world = world.run();
        assert_eq!((world.outcome(), world.sends), (Some(Outcome::Refused), 0), "{reason}");
        assert_eq!(world.story(), "planned confirmed recorded refused=refused");
        assert!(world.ending.unwrap().words.iter().any(|w| w.contains(reason)), "{reason}");
    }
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
    let late = noon() + SignedDuration::from_secs(62);
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

/// What an operation of several calls, which goes on after one that was declined, left open; and what is said of it then.
fn settled(answers: Vec<Option<Answer>>, sight: &Value) -> Ending {
    let sent = |(n, answer)| Sent { call: call(n), at: noon() - SignedDuration::from_mins(5), answer };
    let sent: Vec<Sent> = answers.into_iter().enumerate().map(sent).collect();
    let mut world = World::new(3);
    let plan = World::new(3).run().ending.unwrap().plan;
    world.op = Operation::left_open(brief(3, true), plan, None, sent);
    world.sights = vec![sight.clone()];
    world.run().ending.unwrap()
}

#[test]
fn what_broke_off_stands_only_where_something_may_have_been_done() {
    let (stands, nothing) = ("what was done stands", "nothing was done");
    let (taken, borne) = (|| Some(accepted()), || Some(declined(409)));
    let happened = || json!({ "happened": "yes" });
    let table = [
        (vec![borne()], json!({}), nothing),
        (vec![borne(), borne()], json!({}), nothing),
        (vec![taken(), borne()], json!({}), stands),
        (vec![taken()], json!({}), stands),
        (vec![None], happened(), stands),
        (vec![Some(lost())], happened(), stands),
        // What did not act, as is seen, did nothing either.
        (vec![None], json!({ "happened": "no" }), nothing),
        (vec![Some(lost())], json!({ "happened": "no" }), nothing),
        (vec![borne(), None], json!({ "happened": "no" }), nothing),
        (vec![taken(), None], json!({ "happened": "no" }), stands),
        (vec![Some(Answer::Unsent("no line".into()))], json!({}), nothing),
        // Nobody has to see it where nothing can have acted.
        (vec![borne()], json!("no line"), nothing),
    ];
    for (answers, sight, expected) in table {
        let ending = settled(answers.clone(), &sight);
        let words = ending.words.join("; ");
        assert_eq!(ending.outcome, Some(Outcome::Failed), "{answers:?} {sight}: {words}");
        let of = if answers.len() == 1 { "1 call" } else { "2 calls" };
        assert!(words.ends_with(&format!("it broke off after {of}; {expected}")), "{answers:?} {sight}: {words}");
    }
    assert_eq!(settled(vec![Some(accepted())], &json!("no line")).outcome, Some(Outcome::Unknown));
}
