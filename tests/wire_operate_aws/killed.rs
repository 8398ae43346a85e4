//! `kill -9` at every entry of the journal of a failover, which takes no token: one that goes out twice fails over twice.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::doomed::{self, Moment, Part, at_once, moments};
use crate::line::Fault;
use crate::stage::Stage;
use crate::story::story;

/// The test that a process which is to be killed begins with.
const TEST: &str = "killed::every_path_of_a_failover_and_what_it_writes";

const CALL: &str = "FailoverDBCluster";

/// One way that it goes.
#[derive(Debug, Clone, Copy)]
struct Way {
    fault: Option<Fault>,
    words: &'static str,
    /// What the journal tells of it.
    story: &'static str,
    /// The first of its entries that other ways do not write too.
    own: usize,
    /// Whether the database fails over once the call is made.
    acts: bool,
}

const WHOLE: Way = Way {
    fault: None,
    words: "yes",
    story: "planned confirmed recorded rechecked sent answered verified done=done",
    own: 1,
    acts: true,
};

const WAYS: [Way; 6] = [
    WHOLE,
    Way { words: "no", story: "planned refused=refused", own: 2, ..WHOLE },
    Way {
        fault: Some(Fault::Throttled),
        story: "planned confirmed recorded rechecked sent answered failed=failed",
        own: 6,
        acts: false,
        ..WHOLE
    },
    Way {
        fault: Some(Fault::Expired),
        story: "planned confirmed recorded rechecked sent answered failed=failed",
        own: 7,
        acts: false,
        ..WHOLE
    },
    Way {
        fault: Some(Fault::AnswerLost),
        story: "planned confirmed recorded rechecked sent unknown=unknown reconciled=done",
        own: 6,
        ..WHOLE
    },
    Way {
        fault: Some(Fault::LostBeforeActing),
        story: "planned confirmed recorded rechecked sent unknown=unknown reconciled=failed",
        own: 6,
        acts: false,
        ..WHOLE
    },
];

fn play(stage: &Stage, way: &Way, moment: Moment) -> bool {
    stage.estate();
    if let Some(fault) = way.fault {
        stage.line.breaks(CALL, fault);
    }
    let part = Part {
        home: stage.home.path().to_owned(),
        operation: Some("database.failover".to_owned()),
        target: vec!["orders".to_owned()],
        parameters: [].into(),
        words: way.words.to_owned(),
        leaps: false,
        moment,
        pause: None,
    };
    doomed::play(&part, TEST, &stage.surroundings(), |_| {})
}

fn journal(stage: &Stage) -> Vec<Value> {
    let (_, out, _) = stage.quarterdeck(&["journal", "--format", "json"]);
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the next start says.
fn settle(stage: &Stage) -> String {
    let (_, out, said) = stage.quarterdeck(&["operate", "plan", "database.capacity", "orders", "max=24"]);
    format!("{out}{said}")
}

#[test]
fn every_path_of_a_failover_and_what_it_writes() {
    if doomed::played() {
        return;
    }
    at_once(WAYS.map(|way| {
        move || {
            let stage = Stage::with_database();
            assert!(!play(&stage, &way, Moment::Never));
            assert_eq!(story(&journal(&stage)), way.story, "{way:?}");
        }
    }));
}

#[test]
fn whoever_is_killed_at_any_entry_leaves_a_true_story() {
    let mut rows: Vec<(Way, Moment)> = Vec::new();
    for way in WAYS {
        rows.extend(moments(way.own, way.story).map(|moment| (way, moment)));
    }
    // More at once and the server answers some with errors of its own.
    for some in rows.chunks(8) {
        at_once(some.iter().copied().map(|(way, moment)| move || killed(&way, moment)));
    }
}

fn killed(way: &Way, moment: Moment) {
    let stage = Stage::with_database();
    assert!(play(&stage, way, moment), "{way:?} {moment:?}");
    let (Moment::Before(entries) | Moment::After(entries)) = moment else { unreachable!() };
    let entries = entries - usize::from(matches!(moment, Moment::Before(_)));
    let expected: Vec<&str> = way.story.split(' ').take(entries).collect();
    assert_eq!(story(&journal(&stage)), expected.join(" "), "{way:?} {moment:?}");
    let calls = stage.line.seen(CALL).len();
    let sent = expected.iter().filter(|e| **e == "sent").count();
    assert!(calls <= sent && sent <= calls + 1 && calls <= 1, "{way:?} {moment:?}: {calls}");
    let acted = calls == 1 && way.acts;
    let ended = expected.last().and_then(|e| e.split_once('=')).map(|(_, o)| o).filter(|o| *o != "unknown");
    // What was just begun is not taken for dead at once.
    thread::sleep(Duration::from_secs(6));
    let mut told = settle(&stage);
    if entries == 0 || ended.is_some() {
        assert!(!told.contains("OP-1"), "{way:?} {moment:?}: {told}");
        assert_eq!(story(&journal(&stage)), expected.join(" "), "what had ended is left as it is");
    } else {
        // That a failover did not happen is believed only after a minute.
        for _ in 0..3 {
            if told.contains("turned out") {
                break;
            }
            assert!(told.contains("its outcome is not known yet"), "{way:?} {moment:?}: {told}");
            told = settle(&stage);
        }
        let truth = if acted { "done" } else { "failed" };
        let words = format!("OP-1 database.failover of orders, which an earlier run left open, turned out {truth}: ");
        assert!(told.contains(&words), "{way:?} {moment:?}: {told}");
        let whole = [expected.join(" "), format!("reconciled={truth}")].join(" ");
        assert_eq!(story(&journal(&stage)), whole, "{way:?} {moment:?}");
    }
    assert!(!settle(&stage).contains("OP-1"), "it is told once");
    assert_eq!(stage.line.seen(CALL).len(), calls, "settling sends nothing");
    assert_eq!(stage.quarterdeck(&["journal", "--verify"]).0, 0);
}
