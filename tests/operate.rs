//! `quarterdeck operate` as a process, against a server that counts: every fault ends in one call at most, in a journal
//! that is whole, and in a true story at the next start.

#![cfg(feature = "kubernetes")]
#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test says so when it fails")]

#[path = "ground/cluster.rs"]
mod cluster;
#[path = "ground/home.rs"]
mod home;
#[path = "ground/request.rs"]
mod request;
#[path = "ground/story.rs"]
mod story;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use cluster::Fault;
use home::{Home, TARGET, kill, said};
use quarterdeck::operate::canonical;
use serde_json::Value;

const DONE: &str = "planned confirmed recorded rechecked sent answered verified done=done";
const SENT: &str = "planned confirmed recorded rechecked sent";

#[test]
fn the_whole_path() {
    let home = Home::new("");
    let output = home.scale(5, &["--confirm", "yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!((home.story().as_str(), home.cluster.calls(), home.cluster.replicas()), (DONE, 1, 5));
    let printed: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let journal = home.journal();
    assert_eq!(printed, journal, "each stage is one line, the same objects as the journal's");
    let planned = &journal[0];
    let sha256 = canonical::sha256(canonical::text(&planned["detail"]));
    assert_eq!(planned["plan_sha256"].as_str(), Some(sha256.as_str()));
    assert_eq!(planned["target"], planned["detail"]["target"]);
    assert_eq!(planned["target"]["uid"], "uid-cart");
    assert!(journal.iter().all(|e| e["operation"] == "OP-1" && e["reason"] == "INC-1" && e["person"] != ""));
    assert_eq!(journal[4]["detail"]["service"], "kubernetes");
    assert_eq!(journal[5]["request_id"], "audit-1");
    let names: Vec<&str> =
        planned["detail"]["guards"].as_array().unwrap().iter().map(|g| g["guard"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "write_window",
            "identity",
            "permission",
            "fresh_facts",
            "preconditions",
            "freeze",
            "other_operation",
            "journal"
        ]
    );
    assert_eq!(home.call(&["journal", "--verify"]).status.code(), Some(0));
}

#[test]
fn a_plan_sends_nothing_and_leaves_no_entry() {
    let home = Home::new("");
    let output = home.call(&["operate", "plan", "workload.scale", TARGET, "replicas=1", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((plan["runs"].as_bool(), plan["confirm"].as_str()), (Some(true), Some("yes")));
    assert_eq!(home.call(&["operate", "plan", "workload.scale", TARGET, "replicas=3"]).status.code(), Some(2));
    assert!(home.journal().is_empty() && home.cluster.calls() == 0);
}

#[test]
fn what_is_not_confirmed_is_refused_and_journaled() {
    let home = Home::new("");
    for words in [&[][..], &["--confirm", "cart"]] {
        let output = home.scale(5, words);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("`yes`"), "{}", said(&output));
    }
    assert_eq!(home.story(), "planned refused=refused planned refused=refused");
    assert_eq!(home.cluster.calls(), 0);
}

#[test]
fn wrong_words_are_usage_errors_that_say_what_there_is() {
    let home = Home::new("");
    let run = |operation: &str, target: &str, parameter: &str| {
        home.call(&["operate", "run", operation, target, parameter, "--reason", "x"])
    };
    for (output, expected) in [
        (run("workload.scal", TARGET, "replicas=1"), "did you mean `workload.scale`"),
        (run("workload.scale", "lap/shop/deployment/cart", "replicas=1"), "did you mean `lab`"),
        (run("workload.scale", TARGET, "replicas=many"), "a whole number"),
        (run("workload.scale", TARGET, "size=1"), "it has replicas="),
        (home.scale(1, &["--override-freeze", "weekend"]), "there is no freeze `weekend`"),
        (home.call(&["operate", "run", "workload.scale", TARGET, "replicas=1"]), "--reason"),
        (home.call(&["operate", "run", "workload.scale", TARGET, "replicas=1", "--reason", " "]), "say why"),
    ] {
        assert_eq!(output.status.code(), Some(64), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
    fs::remove_file(home.folder.path().join("estate.toml")).unwrap();
    assert_eq!(run("workload.scale", TARGET, "replicas=1").status.code(), Some(78));
    assert!(home.journal().is_empty());
}

#[test]
fn policy_is_kept() {
    let home = Home::new("[policy.writes]\nheadless = false\n");
    let output = home.scale(5, &["--confirm", "yes"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("headless = false"), "{}", said(&output));
    let freeze = |allowed: bool| {
        format!(
            "[[policy.freeze]]\nname = \"always\"\nwhen = \"2020-01-01T00:00:00Z - 2099-01-01T00:00:00Z\"\nzone = \"UTC\"\noverride = {allowed}\n"
        )
    };
    let forbidden = Home::new(&freeze(false));
    assert_eq!(forbidden.scale(5, &["--confirm", "yes", "--override-freeze", "always"]).status.code(), Some(2));
    let allowed = Home::new(&freeze(true));
    assert_eq!(allowed.scale(5, &["--confirm", "yes"]).status.code(), Some(2));
    let output = allowed.scale(5, &["--confirm", "yes", "--override-freeze", "always"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let confirmed = allowed.journal().into_iter().find(|e| e["event"] == "confirmed").unwrap();
    assert_eq!(confirmed["detail"]["override_freeze"][0], "always");
    assert_eq!(home.cluster.calls() + forbidden.cluster.calls(), 0);
}

#[test]
fn an_answer_that_is_lost_after_the_service_acted_is_found_out_and_never_sent_again() {
    for fault in [Fault::LostAfterActing, Fault::BrokenAfterActing] {
        let home = Home::new("");
        home.cluster.set(fault);
        let output = home.scale(5, &["--confirm", "yes"]);
        assert_eq!(output.status.code(), Some(0), "{fault:?}: {}", said(&output));
        assert_eq!(home.story(), format!("{SENT} unknown=unknown reconciled=done"), "{fault:?}");
        assert_eq!((home.cluster.calls(), home.cluster.replicas()), (1, 5));
    }
}

#[test]
fn a_call_that_was_lost_before_the_service_acted_has_failed() {
    let home = Home::new("");
    home.cluster.set(Fault::LostBeforeActing);
    let begun = Instant::now();
    let output = home.scale(5, &["--confirm", "yes"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(begun.elapsed() >= Duration::from_secs(20), "believed only after a while");
    assert_eq!(home.story(), format!("{SENT} unknown=unknown reconciled=failed"));
    assert_eq!((home.cluster.calls(), home.cluster.replicas()), (1, 3));
}

#[test]
fn a_throttled_call_is_not_sent_again() {
    let home = Home::new("");
    home.cluster.set(Fault::Throttled);
    let output = home.scale(5, &["--confirm", "yes"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(home.story(), format!("{SENT} answered failed=failed"));
    assert_eq!((home.cluster.calls(), home.cluster.replicas()), (1, 3));
}

/// `kill -9` once the journal tells each event, with the server holding the call or its answer.
#[test]
fn whoever_is_killed_leaves_a_true_story() {
    let rows = [
        ("planned", Fault::None),
        ("confirmed", Fault::None),
        ("recorded", Fault::None),
        ("rechecked", Fault::None),
        ("sent", Fault::Held),
        ("sent", Fault::HeldAfterActing),
        ("answered", Fault::None),
        ("verified", Fault::None),
    ];
    let each: Vec<_> = rows.into_iter().map(|(event, fault)| thread::spawn(move || killed_at(event, fault))).collect();
    for t in each {
        t.join().unwrap();
    }
}

fn killed_at(event: &str, fault: Fault) {
    let home = Home::new("");
    home.cluster.set(fault);
    let mut child = home.begin(5);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    for line in lines {
        if line.contains(&format!("\"event\":\"{event}\"")) {
            break;
        }
    }
    if fault != Fault::None {
        home.wait_for("the call", |home| home.cluster.calls() == 1);
    }
    kill(&child, "-9");
    child.wait().unwrap();
    let acted_by_then = home.cluster.acted();
    if fault == Fault::Held {
        // The one who is killed cannot take it back: the server acts late.
        assert_eq!(acted_by_then, 0);
        home.cluster.release();
        home.wait_for("the server", |home| home.cluster.acted() == 1);
    }
    // What was just begun is not taken for dead at once.
    thread::sleep(Duration::from_secs(6));
    let words = home.settle();
    home.settle();
    let journal = home.journal();
    let outcomes: Vec<&str> = journal.iter().filter_map(|e| e["outcome"].as_str()).collect();
    let expected = if home.cluster.acted() == 1 { "done" } else { "failed" };
    assert_eq!(outcomes, [expected], "{event} {fault:?}: {} {words}", home.story());
    let sent = journal.iter().filter(|e| e["event"] == "sent").count() as u64;
    assert!(home.cluster.calls() <= 1 && home.cluster.calls() <= sent, "{event} {fault:?}: {}", home.story());
    assert_eq!(home.call(&["journal", "--verify"]).status.code(), Some(0));
}

#[test]
fn two_on_one_target_do_not_meet() {
    let home = Home::new("");
    home.cluster.set(Fault::Held);
    let mut first = home.begin(5);
    home.wait_for("the call", |home| home.cluster.calls() == 1);
    let second = home.scale(7, &["--confirm", "yes"]);
    assert_eq!(second.status.code(), Some(2), "{}", said(&second));
    assert!(said(&second).contains("OP-1"), "it says who: {}", said(&second));
    home.cluster.release();
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert_eq!((home.cluster.calls(), home.cluster.replicas()), (1, 5));
}

#[test]
fn a_terminal_that_goes_away_stops_nothing_that_was_sent() {
    for signal in ["-HUP", "-TERM", "-INT"] {
        let home = Home::new("");
        home.cluster.set(Fault::Held);
        let mut child = home.begin(5);
        home.wait_for("the call", |home| home.cluster.calls() == 1);
        drop((child.stdout.take(), child.stderr.take()));
        kill(&child, signal);
        thread::sleep(Duration::from_millis(300));
        home.cluster.release();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        assert_eq!((home.story().as_str(), home.cluster.calls()), (DONE, 1), "{signal}");
    }
}

#[test]
fn what_is_detached_goes_on_by_itself() {
    let home = Home::new("");
    home.cluster.set(Fault::Held);
    let output = home.scale(5, &["--confirm", "yes", "--detach"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("\"event\":\"recorded\""), "{}", said(&output));
    home.wait_for("the call", |home| home.cluster.calls() == 1);
    home.cluster.release();
    home.wait_for("the end", |home| home.story() == DONE);
    let refused = home.scale(9, &["--detach"]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("`yes`"), "{}", said(&refused));
    assert_eq!(home.cluster.calls(), 1);
}

#[test]
fn without_a_journal_nothing_is_sent() {
    let home = Home::new("");
    home.scale(5, &["--confirm", "yes"]);
    let journal = home.state().join("journal.db");
    let whole = fs::read(&journal).unwrap();
    let spoil = |bytes: &[u8]| {
        fs::write(&journal, bytes).unwrap();
        let output = home.scale(7, &["--confirm", "yes"]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("journal"), "{}", said(&output));
        assert_eq!(home.call(&["journal", "--verify"]).status.code(), Some(2));
    };
    let mut changed = whole.clone();
    let middle = changed.len() - 200;
    changed[middle] ^= 4;
    spoil(&changed);
    spoil(&whole[..whole.len() / 2]);
    spoil(b"this is no journal");
    fs::write(&journal, &whole).unwrap();
    let read_only = |path: &Path, is: bool| {
        let mut permissions = fs::metadata(path).unwrap().permissions();
        #[allow(clippy::permissions_set_readonly_false, reason = "a file of this test")]
        permissions.set_readonly(is);
        fs::set_permissions(path, permissions).unwrap();
    };
    read_only(&journal, true);
    assert_eq!(home.scale(7, &["--confirm", "yes"]).status.code(), Some(2));
    read_only(&journal, false);
    assert_eq!((home.cluster.calls(), home.cluster.replicas()), (1, 5));
    assert_eq!(home.scale(7, &["--confirm", "yes"]).status.code(), Some(0));
}

/// A file that may not grow past 8 KiB stands for a full disk.
#[test]
fn a_full_disk_stops_it_before_the_call() {
    let home = Home::new("");
    let program = env!("CARGO_BIN_EXE_quarterdeck");
    let line =
        format!("ulimit -f 8; exec {program} operate run workload.scale {TARGET} replicas=5 --reason x --confirm yes");
    let mut command = Command::new("bash");
    command.args(["-c", &line]).env("QUARTERDECK_HOME", home.folder.path()).env("HOME", home.folder.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(home.cluster.calls(), 0);
    assert_eq!(home.call(&["journal", "--verify"]).status.code(), Some(0));
}
