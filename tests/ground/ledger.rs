//! Journals to try things on.

#![allow(dead_code, reason = "each test binary that includes this file uses its part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test needs to run at all is there, or the test fails")]

use std::path::Path;
use std::sync::Arc;

use quarterdeck::operate::journal::{EventKind, Journal, Ledger, LedgerError, Note};
use quarterdeck::operate::{Pinned, TargetKind};
use quarterdeck::store::JournalFile;
use rusqlite::Connection;
use serde_json::json;

pub(crate) fn note(operation: &str, event: EventKind) -> Note {
    let json = json!({
        "kind": "workload", "name": "cart\u{1b}[2J", "account": null, "account_id": null, "region": null,
        "cluster": "lab", "namespace": "shop", "id": "cart", "uid": "u-1", "resource": "deployment",
    });
    let target: Pinned = serde_json::from_value(json).unwrap();
    assert_eq!(target.kind, TargetKind::Workload);
    Note {
        at: "2026-11-20T12:00:00.5Z".parse().unwrap(),
        operation: operation.to_owned(),
        event,
        person: "alice".to_owned(),
        reason: Some("INC-1 \u{202e}".to_owned()),
        account: None,
        role: None,
        action: "workload.scale".to_owned(),
        target,
        plan_sha256: None,
        request_id: Some("r-1".to_owned()),
        outcome: None,
        detail: json!({ "share": 0.1, "large": u64::MAX, "whole": 3.0, "é": [1e21, -0.0] }),
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A journal with so many operations of two entries each.
pub(crate) fn filled(state: &Path, operations: usize) -> JournalFile {
    let file = JournalFile::within(state);
    let journal = Journal::new(Arc::new(file.clone()));
    runtime().block_on(async {
        for n in 1..=operations {
            let entry = journal.begin(note("", EventKind::Planned)).await.unwrap();
            assert_eq!(entry.note.operation, format!("OP-{n}"));
            journal.append(note(&entry.note.operation, EventKind::Refused)).await.unwrap();
        }
    });
    file
}

pub(crate) fn broken(file: &JournalFile) -> String {
    match file.verify() {
        Err(LedgerError::Broken { what, .. }) => what,
        other => panic!("not broken: {other:?}"),
    }
}

/// Edits a journal with the triggers taken away and put back, as a careful hand would.
pub(crate) fn by_hand(file: &JournalFile, sql: &str) {
    let db = Connection::open(file.path()).unwrap();
    let triggers: Vec<(String, String)> = {
        let mut asked = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        asked.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    for (name, _) in &triggers {
        db.execute(&format!("DROP TRIGGER {name}"), []).unwrap();
    }
    db.execute_batch(sql).unwrap();
    for (_, sql) in &triggers {
        db.execute(sql, []).unwrap();
    }
}
