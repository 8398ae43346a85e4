//! `kill -9` at every entry of the journal, of every path that an operation takes: before it is written, when it is on the
//! disk, and in between. In every case the next start tells a true story, no call is made twice, and none is lost.

#![cfg(feature = "kubernetes")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by panicking")]

#[path = "ground/cluster.rs"]
mod cluster;
#[path = "ground/doomed.rs"]
mod doomed;
#[path = "ground/home.rs"]
mod home;
#[path = "ground/request.rs"]
mod request;
#[path = "ground/story.rs"]
mod story;
#[path = "ground/terminal.rs"]
mod terminal;

use std::thread;
use std::time::Duration;

use cluster::Fault;
use doomed::{Moment, Part, at_once, moments};
use home::{Home, said};
use portable_pty::CommandBuilder;
use serde_json::Value;
use terminal::Terminal;

/// The test that a process which is to be killed begins with.
const TEST: &str = "every_path_of_an_operation_and_what_it_writes";

/// One way that an operation goes.
#[derive(Debug, Clone, Copy)]
struct Way {
    fault: Fault,
    words: &'static str,
    /// Somebody else changes the target before the confirmation.
    moved: bool,
    /// The time for it passes at once.
    leaps: bool,
    /// What the journal tells of it.
    story: &'static str,
    /// The first of its entries that other ways do not write too.
    own: usize,
}

/// What every way to a call begins with.
const SENT: &str = "planned confirmed recorded rechecked sent";

const WHOLE: Way = Way {
    fault: Fault::None,
    words: "yes",
    moved: false,
    leaps: false,
    story: "planned confirmed recorded rechecked sent answered verified done=done",
    own: 1,
};

/// Every way to every kind of end; together they write every kind of entry.
const WAYS: [Way; 8] = [
    WHOLE,
    Way { words: "no", story: "planned refused=refused", own: 2, ..WHOLE },
    Way { moved: true, story: "planned confirmed recorded refused=refused", own: 4, ..WHOLE },
    Way {
        fault: Fault::Throttled,
        story: "planned confirmed recorded rechecked sent answered failed=failed",
        own: 6,
        ..WHOLE
    },
    Way {
        fault: Fault::LostAfterActing,
        story: "planned confirmed recorded rechecked sent unknown=unknown reconciled=done",
        own: 6,
        ..WHOLE
    },
    Way {
        fault: Fault::LostBeforeActing,
        story: "planned confirmed recorded rechecked sent unknown=unknown reconciled=failed",
        own: 6,
        ..WHOLE
    },
    Way {
        fault: Fault::ServesNot,
        leaps: true,
        story: "planned confirmed recorded rechecked sent answered failed=failed",
        own: 6,
        ..WHOLE
    },
    Way {
        fault: Fault::SeenNoMore,
        leaps: true,
        story: "planned confirmed recorded rechecked sent answered unknown=unknown",
        own: 6,
        ..WHOLE
    },
];

fn scaling(home: &Home, way: &Way, moment: Moment) -> Part {
    Part {
        home: home.folder.path().to_owned(),
        operation: Some("workload.scale".to_owned()),
        target: ["lab", "shop", "deployment", "cart"].map(str::to_owned).into(),
        parameters: [("replicas".to_owned(), "5".to_owned())].into(),
        words: way.words.to_owned(),
        leaps: way.leaps,
        moment,
        pause: None,
    }
}

/// Plays it in a home of its own; whether it was killed.
fn play(home: &Home, way: &Way, moment: Moment) -> bool {
    home.cluster.set(way.fault);
    doomed::play(&scaling(home, way, moment), TEST, &[], |_| {
        if way.moved {
            home.cluster.scale(7);
        }
    })
}

#[test]
fn every_path_of_an_operation_and_what_it_writes() {
    if doomed::played() {
        return;
    }
    let mut kinds: Vec<&str> =
        WAYS.iter().flat_map(|w| w.story.split(' ')).map(|e| e.split('=').next().unwrap()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), 12, "every kind of entry is written on some way: {kinds:?}");
    at_once(WAYS.map(|way| {
        move || {
            let home = Home::new("");
            assert!(!play(&home, &way, Moment::Never));
            assert_eq!(home.story(), way.story, "{way:?}");
        }
    }));
}

#[test]
fn whoever_is_killed_at_any_entry_leaves_a_true_story() {
    let mut rows: Vec<(Way, Moment)> = Vec::new();
    for way in WAYS {
        rows.extend(moments(way.own, way.story).map(|moment| (way, moment)));
    }
    rows.extend((1..=8).map(|n| (WHOLE, Moment::Unwitnessed(n))));
    // A few at a time: none is to run into its time only because the machine is busy.
    for some in rows.chunks(28) {
        at_once(some.iter().copied().map(|(way, moment)| move || killed(&way, moment)));
    }
}

fn killed(way: &Way, moment: Moment) {
    let home = Home::new("");
    assert!(play(&home, way, moment), "{way:?} {moment:?}");
    let about = || format!("{way:?} {moment:?}: {}", home.story());
    let entries = match moment {
        Moment::Before(n) => n - 1,
        Moment::After(n) | Moment::Unwitnessed(n) => n,
        Moment::Never | Moment::Quits(_) => unreachable!(),
    };
    let expected: Vec<&str> = way.story.split(' ').take(entries).collect();
    assert_eq!(home.story(), expected.join(" "), "{way:?} {moment:?}");
    assert_eq!(home.call(&["journal", "--verify"]).status.code(), Some(0), "{}", about());
    let (calls, acted) = (home.cluster.calls(), home.cluster.acted());
    let sent = expected.iter().filter(|e| **e == "sent").count() as u64;
    assert!(calls <= 1 && acted <= calls && calls <= sent && sent <= calls + 1, "{}", about());
    home.cluster.release();
    // What was just begun is not taken for dead at once.
    thread::sleep(Duration::from_secs(6));
    let told = home.settle();
    let journal = home.journal();
    let outcomes: Vec<&str> = journal.iter().filter_map(|e| e["outcome"].as_str()).collect();
    let ended = expected.last().and_then(|e| e.split_once('=')).map(|(_, o)| o).filter(|o| *o != "unknown");
    match ended {
        _ if entries == 0 => assert!(journal.is_empty() && !told.contains("OP-1"), "{}: {told}", about()),
        Some(outcome) => {
            assert_eq!(outcomes.last(), Some(&outcome), "{}", about());
            assert_eq!(journal.len(), entries, "what had ended is left as it is: {}", about());
            assert!(!told.contains("OP-1"), "{}: {told}", about());
        }
        None => {
            let truth = if acted == 1 { "done" } else { "failed" };
            assert_eq!(outcomes.last(), Some(&truth), "{}: {told}", about());
            assert_eq!(outcomes.iter().filter(|o| **o != "unknown").count(), 1, "{}", about());
            assert_eq!((journal.len(), &journal[entries]["event"]), (entries + 1, &Value::from("reconciled")));
            let words = format!("OP-1 workload.scale of cart, which an earlier run left open, turned out {truth}: ");
            assert!(told.contains(&words), "{}: {told}", about());
            let why = match (sent, calls, acted) {
                (0, ..) => "nothing was done",
                (_, _, 1) => "cart has 5 pods, 5 serve",
                (_, 0, _) => "did not act",
                // Killed before it could note what the server said, or after.
                _ => {
                    if expected.contains(&"answered") {
                        "was declined"
                    } else {
                        "did not act"
                    }
                }
            };
            assert!(told.contains(why), "{}: {told}", about());
        }
    }
    let again = home.settle();
    assert!(!again.contains("OP-1"), "it is told once: {again}");
    assert_eq!(home.journal().len(), journal.len());
    assert_eq!(home.cluster.calls(), calls, "settling sends nothing");
    assert_eq!(home.call(&["journal", "--verify"]).status.code(), Some(0));
    // The target is free again, and the same can be done.
    home.cluster.set(Fault::None);
    let output = home.scale(6, &["--confirm", "yes"]);
    assert_eq!(output.status.code(), Some(0), "{}: {}", about(), said(&output));
    assert_eq!((home.cluster.calls(), home.cluster.replicas()), (calls + 1, 6));
}

/// Whoever settles may be killed as well; what it wrote stands, and what it did not is settled by the next.
#[test]
fn whoever_is_killed_while_settling_leaves_a_true_story() {
    at_once([Moment::Before(1), Moment::After(1), Moment::Unwitnessed(1)].map(|moment| {
        move || {
            let home = Home::new("");
            assert!(play(&home, &WHOLE, Moment::Before(6)), "the call was answered, and nothing tells of it");
            let settling = Part { operation: None, ..scaling(&home, &WHOLE, moment) };
            assert!(doomed::play(&settling, TEST, &[], |_| {}), "{moment:?}");
            let told = home.settle();
            assert_eq!(told.contains("OP-1"), moment == Moment::Before(1), "{moment:?}: {told}");
            assert_eq!(home.story(), format!("{SENT} reconciled=done"), "{moment:?}");
            assert_eq!((home.cluster.calls(), home.cluster.replicas()), (1, 5));
            assert_eq!(home.call(&["journal", "--verify"]).status.code(), Some(0));
        }
    }));
}

fn console(home: &Home) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_quarterdeck"));
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("HOME", home.folder.path());
    command.env("QUARTERDECK_HOME", home.folder.path());
    Terminal::start(command, (200, 40), tempfile::tempdir().unwrap())
}

#[test]
fn the_console_tells_first_what_a_killed_run_left_until_someone_has_seen_it() {
    let blind = Way { fault: Fault::SeenNoMore, ..WHOLE };
    let rows = [
        (WHOLE, Moment::After(3), "failed", "it ended before anything was sent: nothing was done"),
        (WHOLE, Moment::Before(6), "done", "cart has 5 pods, 5 serve"),
        (blind, Moment::After(6), "done", "cart has 5 pods, 5 serve"),
    ];
    at_once(rows.map(|(way, moment, outcome, why)| {
        move || {
            let home = Home::new("");
            assert!(play(&home, &way, moment));
            thread::sleep(Duration::from_secs(6));
            let mut screen = console(&home);
            if way.fault == Fault::SeenNoMore {
                screen.shows("OP-1 of an earlier run: outcome unknown");
                thread::sleep(Duration::from_secs(2));
                screen.shows("workload.scale cart: it is being looked at");
                home.cluster.release();
            }
            let told = format!("OP-1 of an earlier run: {outcome} · J shows it · workload.scale cart: {why}");
            screen.shows(&told);
            screen.press("q");
            screen.ends();
            let mut screen = console(&home);
            screen.shows(&told);
            screen.press("J");
            screen.shows("begun ");
            screen.press("\r");
            screen.until("nothing told any more", |t| !t.text().contains("of an earlier run"));
            screen.press("q");
            screen.ends();
            let mut screen = console(&home);
            screen.shows("sources");
            thread::sleep(Duration::from_secs(1));
            screen.read(Duration::from_millis(100));
            assert!(!screen.text().contains("of an earlier run"), "{}", screen.text());
            screen.press("q");
            screen.ends();
            assert_eq!(home.cluster.calls(), home.cluster.acted(), "settling sends nothing");
        }
    }));
}

/// The server is gone between the re-check and the call: nothing went out, and nothing is left to be found out.
#[test]
fn without_a_connection_nothing_is_sent_and_nothing_is_open() {
    let home = Home::new("");
    let part = Part { pause: Some("rechecked".to_owned()), ..scaling(&home, &WHOLE, Moment::Never) };
    let killed = doomed::play(&part, TEST, &[], |word| {
        if word == "rechecked" {
            home.cluster.shut();
        }
    });
    assert!(!killed);
    assert_eq!(home.story(), format!("{SENT} failed=failed"));
    let why = home.journal().pop().unwrap()["detail"]["reason"].as_str().unwrap().to_owned();
    assert!(why.starts_with("patch deployments/scale cart was not sent: "), "{why}");
    assert_eq!((home.cluster.calls(), home.cluster.replicas()), (0, 3));
    assert!(!home.settle().contains("OP-1"), "there is nothing to find out");
    assert_eq!(home.story(), format!("{SENT} failed=failed"));
}

#[test]
fn credentials_that_expire_before_the_call_are_declined_once() {
    let home = Home::new("");
    let way = Way { fault: Fault::Unauthorized, ..WHOLE };
    assert!(!play(&home, &way, Moment::Never));
    assert_eq!(home.story(), format!("{SENT} answered failed=failed"));
    assert_eq!((home.cluster.calls(), home.cluster.acted()), (1, 0), "it goes out once, with those that were proven");
}
