//! What goes wrong on the way: zero double calls, and a true story each time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::doomed::{self, Moment, Part};
use crate::line::Fault;
use crate::stage::{Ran, Stage};

const CAPACITY: [&str; 3] = ["database.capacity", "orders", "max=20"];

/// Runs a change of capacity over a line that breaks at it.
fn broken(fault: Fault) -> (Ran, bool) {
    let stage = Stage::with_database();
    stage.line.breaks("ModifyDBCluster", fault);
    let ran = stage.run("yes", &CAPACITY);
    assert_eq!(stage.line.seen("ModifyDBCluster").len(), 1, "{fault:?}: it goes out once, whatever comes of it: {ran}");
    assert_eq!(ran.events().iter().filter(|e| **e == "sent").count(), 1, "{fault:?}: {ran}");
    let acted = stage.described("us-east-1").contains("<MaxCapacity>20");
    (ran, acted)
}

#[test]
fn an_answer_that_is_lost_after_the_service_acted_is_told_by_looking() {
    for fault in [Fault::AnswerLost, Fault::FailsAfterActing, Fault::HalfAnAnswer] {
        let (ran, acted) = broken(fault);
        assert!(acted, "{fault:?}");
        assert_eq!((ran.exit, ran.outcome()), (0, "done"), "{fault:?}: {ran}");
        assert!(ran.events().contains(&"unknown"), "{fault:?}: {ran}");
    }
}

#[test]
fn a_request_that_is_lost_before_the_service_acted_is_told_by_looking() {
    let (ran, acted) = broken(Fault::LostBeforeActing);
    assert!(!acted);
    assert_eq!((ran.exit, ran.outcome()), (1, "failed"), "{ran}");
}

#[test]
fn what_the_service_declines_has_failed_and_is_not_tried_again() {
    for (fault, code) in [
        (Fault::Throttled, "Throttling"),
        (Fault::ThrottledBusy, "RequestLimitExceeded"),
        (Fault::Expired, "ExpiredToken"),
    ] {
        let (ran, acted) = broken(fault);
        assert!(!acted, "{fault:?}");
        assert_eq!((ran.exit, ran.outcome()), (1, "failed"), "{fault:?}: {ran}");
        assert!(ran.to_string().contains(code), "{fault:?}: {ran}");
    }
}

#[test]
fn a_failover_whose_answer_is_lost_goes_out_once() {
    let stage = Stage::with_database();
    stage.line.breaks("FailoverDBCluster", Fault::AnswerLost);
    let ran = stage.run("yes", &["database.failover", "orders"]);
    assert_eq!((ran.outcome(), stage.line.seen("FailoverDBCluster").len()), ("done", 1), "{ran}");
    stage.line.breaks("FailoverGlobalCluster", Fault::FailsAfterActing);
    let ran = stage.run("ALLOW DATA LOSS", &["global.failover", "orders"]);
    assert_eq!((ran.outcome(), stage.line.seen("FailoverGlobalCluster").len()), ("done", 1), "{ran}");
}

#[test]
fn another_accounts_credentials_call_nothing_but_sts() {
    let mut stage = Stage::with_database();
    stage.declared = "999999999999".into();
    let ran = stage.run("yes", &["database.failover", "orders"]);
    assert_eq!(ran.exit, 2, "{ran}");
    assert!(stage.line.seen("DB").is_empty() && stage.line.seen("Global").is_empty(), "{:?}", stage.line.seen(""));
    assert!(!stage.line.seen("GetCallerIdentity").is_empty());
}

#[test]
fn a_failover_that_takes_its_time_is_followed_to_its_end() {
    let stage = Stage::with_database();
    let looks = AtomicUsize::new(0);
    stage.line.shows(move |action, _, answer| {
        match action {
            // From now on, what the service shows for a while: the old writer, under way.
            "FailoverDBCluster" => looks.store(1, Ordering::SeqCst),
            "DescribeDBClusters" if looks.load(Ordering::SeqCst) > 0 && looks.fetch_add(1, Ordering::SeqCst) < 4 => {
                let under_way = answer.replace("<Status>available</Status>", "<Status>failing-over</Status>");
                let (writer, reader) = ("<IsClusterWriter>true<", "<IsClusterWriter>false<");
                return under_way.replace(writer, "<X>").replace(reader, writer).replace("<X>", reader);
            }
            _ => {}
        }
        answer
    });
    let ran = stage.run("yes", &["database.failover", "orders"]);
    assert_eq!((ran.exit, ran.outcome()), (0, "done"), "{ran}");
    assert_eq!(stage.line.seen("FailoverDBCluster").len(), 1);
}

/// The service cannot be reached any more between the re-check and the call.
#[test]
fn without_a_connection_nothing_is_sent_and_nothing_is_left_to_find_out() {
    if doomed::played() {
        return;
    }
    let stage = Stage::with_database();
    stage.estate();
    let part = Part {
        home: stage.home.path().to_owned(),
        operation: Some("database.failover".to_owned()),
        target: vec!["orders".to_owned()],
        parameters: [].into(),
        words: "yes".to_owned(),
        leaps: false,
        moment: Moment::Never,
        pause: Some("rechecked".to_owned()),
    };
    let test = "faults::without_a_connection_nothing_is_sent_and_nothing_is_left_to_find_out";
    let killed = doomed::play(&part, test, &stage.surroundings(), |word| {
        if word == "rechecked" {
            stage.line.shut();
        }
    });
    assert!(!killed && stage.line.seen("FailoverDBCluster").is_empty());
    let (exit, table, said) = stage.quarterdeck(&["journal"]);
    assert_eq!((exit, said.as_str()), (0, ""));
    let (_, out, _) = stage.quarterdeck(&["journal", "--format", "json"]);
    let last: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&"failed".into(), &"failed".into()), "{table}");
    let why = last["detail"]["reason"].as_str().unwrap();
    assert!(why.starts_with("FailoverDBCluster was not sent: no connection"), "{why}");
    let (_, _, said) = stage.quarterdeck(&["operate", "plan", "database.failover", "orders"]);
    assert!(!said.contains("OP-1"), "there is nothing to find out: {said}");
}

#[test]
fn an_answer_that_never_comes_is_told_by_looking() {
    let each = [(Fault::StallsAfterActing, "done"), (Fault::Stalls, "failed")].map(|(fault, outcome)| {
        std::thread::spawn(move || {
            let begun = Instant::now();
            let (ran, acted) = broken(fault);
            assert!(begun.elapsed() >= Duration::from_secs(45), "it is waited for");
            assert_eq!((acted, ran.outcome()), (outcome == "done", outcome), "{fault:?}: {ran}");
            assert_eq!(ran.entry("unknown")["detail"]["reason"], "no answer in time", "{ran}");
            assert!(ran.events().ends_with(&["sent", "unknown", "reconciled"]), "{fault:?}: {ran}");
        })
    });
    for one in each {
        one.join().unwrap();
    }
}

/// The role's credentials have run out by the time of the call: nothing goes out, and no others are taken.
#[test]
fn credentials_that_expire_on_the_way_send_nothing() {
    let stage = Stage::with_operate_role();
    stage.line.shows(|action, _, answer| match (action, answer.split_once("<Expiration>")) {
        ("AssumeRole", Some((before, after))) => {
            let after = after.split_once('<').unwrap().1;
            format!("{before}<Expiration>2026-01-01T00:00:00Z<{after}")
        }
        _ => answer,
    });
    let ran = stage.run("yes", &["database.capacity", "orders", "max=20"]);
    assert_eq!((ran.exit, ran.outcome()), (1, "failed"), "{ran}");
    assert!(ran.to_string().contains("the credentials of this operation have expired"), "{ran}");
    assert_eq!((stage.line.seen("ModifyDBCluster").len(), stage.line.seen("AssumeRole").len()), (0, 1), "{ran}");
}
