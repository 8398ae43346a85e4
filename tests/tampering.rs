//! What a hand with a hex editor, with `sqlite3`, or with a backup does to the journal, and what is found of it.
//!
//! The property for each byte: either the check complains, or every entry reads back exactly as it was written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test needs to run at all is there, or the test fails")]

#[path = "ground/ledger.rs"]
mod ledger;

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use ledger::{broken, by_hand, filled, note, runtime};
use quarterdeck::operate::journal::{Entry, EventKind, Journal, Ledger, LedgerError, chain};
use quarterdeck::store::JournalFile;
use rusqlite::{Connection, params};
use serde_json::json;

fn head_of(file: &JournalFile) -> PathBuf {
    file.path().with_extension("head")
}

/// A journal of two entries, which do not fit on one page.
fn small(state: &Path) -> JournalFile {
    let file = JournalFile::within(state);
    let journal = Journal::new(Arc::new(file.clone()));
    let mut long = note("", EventKind::Planned);
    long.detail = json!({ "blast_radius": "31 connections drop; ".repeat(20) });
    let first = runtime().block_on(journal.begin(long)).unwrap();
    runtime().block_on(journal.append(note(&first.note.operation, EventKind::Refused))).unwrap();
    file
}

/// Flips a bit of each byte in turn, in several journals at once; `holds` says whether what is found is right.
fn each_byte(holds: impl Fn(&JournalFile, usize) -> bool + Send + Sync + Copy + 'static, lags: bool) {
    const THREADS: usize = 4;
    let all: Vec<_> = (0..THREADS)
        .map(|part| {
            thread::spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                let file = small(folder.path());
                if lags {
                    let first = file.texts().unwrap().remove(0).1;
                    let line = format!("{:020} {first:64} {:64}\n", 1, "0".repeat(64));
                    fs::write(head_of(&file), line).unwrap();
                }
                assert_eq!(file.verify(), Ok(2));
                let bytes = fs::read(file.path()).unwrap();
                let written = OpenOptions::new().write(true).open(file.path()).unwrap();
                for (at, byte) in bytes.iter().enumerate().skip(part).step_by(THREADS) {
                    written.write_all_at(&[byte ^ (1 << (at / 7 % 8))], at as u64).unwrap();
                    assert!(holds(&file, at), "byte {at} of {}", bytes.len());
                    written.write_all_at(&[*byte], at as u64).unwrap();
                }
                assert_eq!(file.verify(), Ok(2), "all is as it was again");
            })
        })
        .collect();
    for one in all {
        one.join().unwrap();
    }
}

#[test]
fn any_changed_byte_is_found() {
    each_byte(|file, _| file.verify().is_err(), false);
}

/// After a crash the file's hash is not known yet, and free space may change unseen: no entry may.
#[test]
fn any_changed_byte_of_an_entry_is_found_before_the_file_has_its_witness() {
    let folder = tempfile::tempdir().unwrap();
    let whole: &'static [(String, String)] = small(folder.path()).texts().unwrap().leak();
    each_byte(
        move |file, _| file.verify().is_err() || (file.texts().unwrap() == whole && file.entries().unwrap().len() == 2),
        true,
    );
}

#[test]
fn any_changed_byte_of_the_witness_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 3);
    let witness = fs::read(head_of(&file)).unwrap();
    for at in 0..witness.len() {
        for bit in 0..8 {
            let mut changed = witness.clone();
            changed[at] ^= 1 << bit;
            fs::write(head_of(&file), &changed).unwrap();
            assert!(file.verify().is_err(), "bit {bit} of byte {at}");
        }
    }
    for length in 1..witness.len() {
        fs::write(head_of(&file), &witness[..length]).unwrap();
        assert!(file.verify().is_err(), "{length} bytes of the witness");
    }
}

#[test]
fn a_file_that_was_cut_off_or_grew_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 3);
    let whole = fs::read(file.path()).unwrap();
    for length in (0..whole.len()).step_by(509).chain((0..whole.len()).step_by(4_096)).chain([1, 99, whole.len() - 1]) {
        fs::write(file.path(), &whole[..length]).unwrap();
        assert!(file.verify().is_err(), "{length} bytes of {}", whole.len());
    }
    for more in [&b"\0"[..], &[0; 4_096], b"more"] {
        fs::write(file.path(), [&whole, more].concat()).unwrap();
        assert!(file.verify().is_err(), "{} bytes more", more.len());
    }
    fs::write(file.path(), &whole).unwrap();
    assert_eq!(file.verify(), Ok(6));
}

#[test]
fn rows_that_were_exchanged_are_found() {
    let members = "at, operation, event, person, reason, account, role, action, target, plan_sha256, request_id, outcome, detail, prev, hash, canonical";
    let exchanged: Vec<String> =
        members.split(", ").map(|m| format!("{m} = (SELECT {m} FROM other WHERE seq = 7 - entry.seq)")).collect();
    for sql in [
        "UPDATE entry SET seq = 99 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 4; UPDATE entry SET seq = 4 WHERE seq = 99;".to_owned(),
        format!("CREATE TEMP TABLE other AS SELECT * FROM entry; UPDATE entry SET {} WHERE seq IN (3, 4);", exchanged.join(", ")),
        "UPDATE entry SET canonical = (SELECT canonical FROM entry WHERE seq = 2) WHERE seq = 4".to_owned(),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = filled(folder.path(), 3);
        by_hand(&file, &sql);
        assert!(broken(&file).contains("entry 3") || broken(&file).contains("entry 4"), "{sql}: {}", broken(&file));
    }
}

/// Puts an entry at the end as another program would that knows the format, `journal.head` apart.
fn forge(file: &JournalFile, change: impl FnOnce(&mut Entry)) {
    let after = file.head().unwrap();
    let mut entry = chain::entry(&after, note("OP-1", EventKind::Done));
    change(&mut entry);
    let text = |value: serde_json::Value| match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(quarterdeck::operate::canonical::text(&other)),
    };
    let value = serde_json::to_value(&entry).unwrap();
    let column = |name: &str| text(value[name].clone());
    let db = Connection::open(file.path()).unwrap();
    db.execute(
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            entry.seq.cast_signed(),
            column("at"),
            column("operation"),
            column("event"),
            column("person"),
            column("reason"),
            column("account"),
            column("role"),
            column("action"),
            column("target"),
            column("plan_sha256"),
            column("request_id"),
            column("outcome"),
            column("detail"),
            entry.prev,
            entry.hash,
            chain::text(&entry)
        ],
    )
    .unwrap();
}

#[test]
fn entries_that_another_program_appended_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 2);
    forge(&file, |entry| entry.hash = "0".repeat(64));
    assert!(broken(&file).contains("entry 5 does not have the hash"), "{}", broken(&file));
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 2);
    forge(&file, |entry| entry.prev = chain::FIRST.to_owned());
    assert!(broken(&file).contains("entry 5"), "{}", broken(&file));
    // One that goes on from the chain is what a console leaves that died before it could bear witness; two are not.
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 2);
    forge(&file, |_| {});
    assert_eq!(file.verify(), Ok(5));
    forge(&file, |_| {});
    assert!(broken(&file).contains("it has 6 entries, and the file beside it, .head, tells of 4"), "{}", broken(&file));
    let journal = Journal::new(Arc::new(file.clone()));
    let refused = runtime().block_on(journal.append(note("OP-2", EventKind::Done)));
    assert!(matches!(refused, Err(LedgerError::Broken { .. })), "nothing bears witness of them: {refused:?}");
}

#[test]
fn nothing_is_appended_where_the_witness_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 2);
    fs::remove_file(head_of(&file)).unwrap();
    let journal = Journal::new(Arc::new(file.clone()));
    let refused = runtime().block_on(journal.append(note("OP-2", EventKind::Done)));
    assert!(matches!(refused, Err(LedgerError::Broken { .. })), "{refused:?}");
    assert!(broken(&file).contains(".head, is gone"), "{}", broken(&file));
}

/// Both files of an earlier moment are a whole journal of that moment: only what was kept elsewhere tells.
#[test]
fn an_older_journal_with_its_older_witness_is_told_by_a_copy_that_was_kept_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = filled(folder.path(), 2);
    let old = [file.path().to_owned(), head_of(&file)].map(|path| (fs::read(&path).unwrap(), path));
    let early = folder.path().join("early.head");
    fs::copy(head_of(&file), &early).unwrap();
    let journal = Journal::new(Arc::new(file.clone()));
    for _ in 0..2 {
        runtime().block_on(journal.append(note("OP-2", EventKind::Refused))).unwrap();
    }
    let late = folder.path().join("late.head");
    fs::copy(head_of(&file), &late).unwrap();
    assert_eq!((file.bears_out(&early), file.bears_out(&late)), (Ok(6), Ok(6)), "it has grown since");
    for (bytes, path) in &old {
        fs::write(path, bytes).unwrap();
    }
    assert_eq!((file.verify(), file.bears_out(&early)), (Ok(4), Ok(4)));
    let gone = file.bears_out(&late);
    assert!(matches!(&gone, Err(LedgerError::Broken { what, .. }) if what.contains("gone: there were 6")), "{gone:?}");
    // And where it went on from there in another way.
    for _ in 0..2 {
        runtime().block_on(journal.append(note("OP-2", EventKind::Done))).unwrap();
    }
    assert_eq!(file.verify(), Ok(6));
    let other = file.bears_out(&late);
    assert!(matches!(&other, Err(LedgerError::Broken { what, .. }) if what.contains("another one")), "{other:?}");
    fs::write(&late, "no such line").unwrap();
    assert!(matches!(file.bears_out(&late), Err(LedgerError::Failed { .. })));
    assert!(matches!(file.bears_out(&folder.path().join("none")), Err(LedgerError::Failed { .. })));
}
