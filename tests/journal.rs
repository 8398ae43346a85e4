//! The journal's file and the leases, as several consoles and a hand with an editor meet them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test needs to run at all is there, or the test fails")]

#[path = "ground/ledger.rs"]
mod ledger;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use ledger::{broken, by_hand, filled, note, runtime};
use quarterdeck::operate::canonical;
use quarterdeck::operate::journal::{Appended, Entry, EventKind, Head, Journal, Ledger, LedgerError, chain};
use quarterdeck::operate::lease::{Holder, Leased, Leases};
use quarterdeck::store::{JournalFile, LeaseFiles};
use rusqlite::Connection;
use serde_json::{Value, json};

#[test]
fn the_chain_can_be_checked_by_anyone() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 3);
    assert_eq!(file.verify(), Ok(6));
    let mut prev = "0".repeat(64);
    for (n, entry) in file.entries().unwrap().iter().enumerate() {
        // As a script would do it from `journal --format json`.
        let mut printed = serde_json::to_value(entry).unwrap();
        let hash = printed.as_object_mut().unwrap().remove("hash").unwrap();
        assert_eq!(json!(canonical::sha256(canonical::text(&printed))), hash);
        assert_eq!((printed["seq"].as_u64(), printed["prev"].as_str()), (Some(n as u64 + 1), Some(prev.as_str())));
        prev = hash.as_str().unwrap().to_owned();
        assert_eq!(entry.note.detail["large"], json!("18446744073709551615"), "no reader may round it");
    }
}

#[test]
fn an_empty_journal_is_whole_and_nothing_is_made_by_looking() {
    let folder = tempfile::tempdir().unwrap();
    let file = JournalFile::within(&folder.path().join("state"));
    assert_eq!((file.verify(), file.head(), file.entries()), (Ok(0), Ok(Head::empty()), Ok(Vec::new())));
    assert!(!folder.path().join("state").exists());
}

#[cfg(unix)]
#[test]
fn it_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    filled(&state, 1);
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    for entry in fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn the_table_is_append_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 2);
    let db = Connection::open(file.path()).unwrap();
    for sql in [
        "UPDATE entry SET person = 'bob' WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 4",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 2",
        "INSERT INTO entry SELECT 9, at, operation, event, person, reason, account, role, action, target, plan_sha256,
         request_id, outcome, detail, prev, hash, canonical FROM entry WHERE seq = 2",
    ] {
        let said = db.execute(sql, []).unwrap_err().to_string();
        assert!(said.contains("append-only") || said.contains("UNIQUE"), "{sql}: {said}");
    }
    drop(db);
    assert_eq!(file.verify(), Ok(4));
}

/// Somebody with `sqlite3` who drops the triggers, edits, and puts them back.
#[test]
fn edits_by_hand_are_found() {
    let edits = [
        "UPDATE entry SET person = 'bob' WHERE seq = 2",
        "UPDATE entry SET reason = NULL WHERE seq = 2",
        "UPDATE entry SET outcome = 'done' WHERE seq = 6",
        "UPDATE entry SET detail = replace(detail, '0.1', '0.2') WHERE seq = 3",
        "UPDATE entry SET canonical = replace(canonical, 'alice', 'bob') WHERE seq = 1",
        "UPDATE entry SET canonical = canonical || ' ' WHERE seq = 1",
        "UPDATE entry SET hash = upper(hash) WHERE seq = 4",
        "UPDATE entry SET prev = hash WHERE seq = 4",
        "UPDATE entry SET at = '2026-11-20T12:00:00Z' WHERE seq = 4",
        "UPDATE entry SET operation = 'OP-9' WHERE seq = 6",
        "DELETE FROM entry WHERE seq = 6",
        "DELETE FROM entry WHERE seq >= 3",
        "DELETE FROM entry WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 1",
        "DELETE FROM entry",
        "UPDATE entry SET seq = seq + 10 WHERE seq = 6",
    ];
    for edit in edits {
        let folder = tempfile::tempdir().unwrap();
        let file = filled(folder.path(), 3);
        by_hand(&file, edit);
        broken(&file);
        assert!(file.head().is_err() || file.verify().is_err(), "{edit}");
    }
}

#[test]
fn a_chain_that_was_forged_whole_is_found_by_its_witness() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 3);
    let forged = tempfile::tempdir().unwrap();
    let other = filled(forged.path(), 2);
    fs::copy(other.path(), file.path()).unwrap();
    assert!(broken(&file).contains("gone"), "fewer entries than were written");
    let longer = tempfile::tempdir().unwrap();
    let other = filled(longer.path(), 5);
    let db = Connection::open(other.path()).unwrap();
    drop(db);
    fs::remove_file(folder.path().join("journal.head")).unwrap();
    assert!(broken(&file).contains(".head"), "a witness that is gone");
}

#[test]
fn dropped_triggers_and_other_tables_are_found() {
    for sql in ["DROP TRIGGER entry_is_never_changed", "CREATE TABLE more (x)", "PRAGMA user_version = 0", "VACUUM"] {
        let folder = tempfile::tempdir().unwrap();
        let file = filled(folder.path(), 2);
        Connection::open(file.path()).unwrap().execute_batch(sql).unwrap();
        broken(&file);
    }
}

#[test]
fn what_is_no_journal_is_not_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = JournalFile::within(folder.path());
    for bytes in [
        &b"not a database, and longer than a header of a hundred bytes is: it goes on and on and on and on, and on"[..],
        b"",
        b"\0",
    ] {
        fs::write(file.path(), bytes).unwrap();
        assert!(file.verify().is_err(), "{} bytes", bytes.len());
    }
    fs::remove_file(file.path()).unwrap();
    Connection::open(file.path()).unwrap().execute_batch("CREATE TABLE other (x)").unwrap();
    broken(&file);
    fs::remove_file(file.path()).unwrap();
    fs::create_dir(file.path()).unwrap();
    assert!(file.verify().is_err() && file.head().is_err());
}

#[test]
fn a_journal_that_was_removed_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 1);
    fs::remove_file(file.path()).unwrap();
    assert!(broken(&file).contains("gone"));
    assert!(file.head().is_err(), "nothing is appended to what is broken");
}

#[test]
fn a_witness_that_lags_by_a_crash_is_caught_up_with() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 1);
    let head = folder.path().join("journal.head");
    let before = fs::read(&head).unwrap();
    let journal = Journal::new(Arc::new(file.clone()));
    runtime().block_on(journal.append(note("OP-1", EventKind::Failed))).unwrap();
    fs::write(&head, before).unwrap();
    assert_eq!(file.verify(), Ok(3));
    runtime().block_on(journal.append(note("OP-1", EventKind::Failed))).unwrap();
    assert_eq!(file.verify(), Ok(4));
}

#[test]
fn only_who_knows_the_head_appends() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 1);
    let old = Head::empty();
    let entry: Entry = chain::entry(&old, note("OP-7", EventKind::Planned));
    assert_eq!(file.append(&old, &entry), Ok(Appended::Moved));
    assert_eq!(file.verify(), Ok(2));
}

#[test]
fn consoles_that_write_at_once_get_numbers_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let file = JournalFile::within(folder.path());
            thread::spawn(move || {
                let journal = Journal::new(Arc::new(file));
                let runtime = runtime();
                let begin = || runtime.block_on(journal.begin(note("", EventKind::Planned))).unwrap().note.operation;
                (0..12).map(|_| begin()).collect::<Vec<_>>()
            })
        })
        .collect();
    let numbers: Vec<String> = writers.into_iter().flat_map(|w| w.join().unwrap()).collect();
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 48);
    assert_eq!(JournalFile::within(folder.path()).verify(), Ok(48));
}

#[test]
fn a_journal_that_may_not_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 1);
    assert_eq!(file.writable(), Ok(()));
    let set = |readonly: bool| {
        let mut permissions = fs::metadata(file.path()).unwrap().permissions();
        #[allow(clippy::permissions_set_readonly_false, reason = "a file of this test")]
        permissions.set_readonly(readonly);
        fs::set_permissions(file.path(), permissions).unwrap();
    };
    set(true);
    assert!(matches!(file.writable(), Err(LedgerError::ReadOnly { .. })));
    let journal = Journal::new(Arc::new(file.clone()));
    let refused = runtime().block_on(journal.append(note("OP-1", EventKind::Sent)));
    assert!(matches!(refused, Err(LedgerError::ReadOnly { .. })), "{refused:?}");
    assert_eq!(file.verify(), Ok(2), "it can be read all the same");
    set(false);
    assert!(runtime().block_on(journal.append(note("OP-1", EventKind::Sent))).is_ok());
}

#[test]
fn a_journal_that_another_program_holds_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 1);
    let held = Connection::open(file.path()).unwrap();
    held.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let journal = Journal::new(Arc::new(file));
    let refused = runtime().block_on(journal.append(note("OP-1", EventKind::Sent)));
    assert!(matches!(refused, Err(LedgerError::Locked { .. })), "{refused:?}");
}

fn holder(operation: &str) -> Holder {
    let since: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let action = "workload.scale".to_owned();
    Holder { person: "alice".to_owned(), action, operation: operation.to_owned(), process: 7, since }
}

#[test]
fn a_target_is_held_by_one_at_a_time_and_says_by_whom() {
    let folder = tempfile::tempdir().unwrap();
    let leases = LeaseFiles::within(folder.path());
    assert_eq!(leases.held("a"), Ok(None));
    let Ok(Leased::Ours(first)) = leases.take("a", &holder("OP-1")) else { panic!("not ours") };
    let Ok(Leased::Held(Some(by))) = leases.take("a", &holder("OP-2")) else { panic!("taken twice") };
    assert_eq!(by, holder("OP-1"));
    let said = leases.held("a").unwrap().unwrap();
    assert_eq!(said, "alice runs OP-1 workload.scale on it since 12:00:00Z (process 7)");
    assert!(matches!(leases.take("b", &holder("OP-2")), Ok(Leased::Ours(_))), "another target is free");
    drop(first);
    assert_eq!(leases.held("a"), Ok(None));
    assert!(matches!(leases.take("a", &holder("OP-2")), Ok(Leased::Ours(_))));
}

#[test]
fn printed_entries_hold_no_raw_control() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 1);
    let (text, _) = file.texts().unwrap().remove(0);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["target"]["name"], json!("cart\u{1b}[2J"));
    assert!(!text.contains('\u{1b}'));
}
