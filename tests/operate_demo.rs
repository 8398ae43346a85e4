//! `quarterdeck operate … --demo` as a process: an embedded estate of its own, and nothing left of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

fn quarterdeck(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
    command.args(arguments).env("QUARTERDECK_HOME", home).env_remove("QUARTERDECK_ESTATE").stdin(Stdio::null());
    command
}

fn operate(home: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = quarterdeck(home, &["operate"]).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

#[test]
fn an_operation_is_played_and_nothing_is_left() {
    let home = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| operate(home.path(), &[&["run", "database.capacity", "orders"], words].concat());
    let (code, said, _) = run(&["max=20", "--demo", "--speed", "5", "--reason", "a drill", "--confirm", "orders"]);
    assert_eq!(code, Some(0), "{said}");
    for words in ["ceiling  16 ACU  →  20 ACU", "is modifying", "OP-1 done"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (code, _, complained) = run(&["max=20", "--demo", "--reason", "a drill", "--confirm", "yes"]);
    assert_eq!(code, Some(2));
    assert!(complained.contains("orders"), "{complained}");
    assert!(!home.path().join("state/journal.db").exists() && is_empty(&home.path().join("state/demo")));
}

#[test]
fn a_scenario_is_gone_into_as_far_as_is_asked() {
    let home = tempfile::tempdir().unwrap();
    let down = ["--demo=region-down", "--after", "180"];
    let plan = |operation: &str| operate(home.path(), &[&["plan", operation, "orders"], &down[..]].concat());
    let (code, said, _) = plan("global.failover");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("of writes are lost") && said.contains("ALLOW DATA LOSS"), "{said}");
    assert_eq!(plan("database.failover").0, Some(2));
    let (code, said, _) = operate(home.path(), &["plan", "global.switchover", "orders", "--demo=headwind"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("a policy denies rds:SwitchoverGlobalCluster"), "{said}");
}

#[test]
fn wrong_words_say_what_there_is() {
    let home = tempfile::tempdir().unwrap();
    let (code, _, complained) = operate(home.path(), &["plan", "database.snapshot", "orders", "--demo=headwinds"]);
    assert_eq!(code, Some(64));
    assert!(complained.contains("did you mean `headwind`"), "{complained}");
    let (code, said, _) = operate(home.path(), &["plan", "node.cordon", "prod-use1/node/x", "--demo"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("there are ip-10-"), "{said}");
    let (code, ..) =
        operate(home.path(), &["run", "database.snapshot", "orders", "--demo", "--detach", "--reason", "x"]);
    assert_eq!(code, Some(64), "an estate that ends with the process cannot go on without it");
}

#[test]
fn what_a_killed_one_left_is_swept_by_the_next() {
    let home = tempfile::tempdir().unwrap();
    let all = home.path().join("state/demo");
    let slow = ["operate", "run", "database.add-reader", "orders", "--demo", "--reason", "x", "--confirm", "orders"];
    let mut killed = quarterdeck(home.path(), &slow).stdout(Stdio::null()).spawn().unwrap();
    let folder = all.join(killed.id().to_string());
    let begun = Instant::now();
    while !folder.join("journal.db").exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    let plan = || operate(home.path(), &["plan", "database.snapshot", "orders", "--demo"]).0;
    let age = |folder: &Path| {
        let hour_ago = SystemTime::now() - Duration::from_hours(1);
        std::fs::File::open(folder).unwrap().set_modified(hour_ago).unwrap();
    };
    age(&folder);
    assert_eq!(plan(), Some(0));
    assert!(folder.exists(), "it lives");
    killed.kill().unwrap();
    killed.wait().unwrap();
    age(&folder);
    assert_eq!(plan(), Some(0));
    assert!(is_empty(&all));
}
