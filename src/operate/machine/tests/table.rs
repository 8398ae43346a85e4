//! How an operation goes, by what the world does.

use serde_json::json;

use super::*;

const PATH: &str = "planned confirmed recorded rechecked";

/// How it goes, by what the world does: a row's change to a calm world, the journal's story, calls sent, the outcome.
#[allow(clippy::too_many_lines, reason = "one row each")]
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
