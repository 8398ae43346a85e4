//! A witness that cannot be written while the journal itself can, as on a disk that fails here and there; and one that
//! tells of another journal, which nothing may write over.

use serde_json::json;

use super::*;
use crate::operate::journal::{EventKind, Note, chain};

fn note(person: &str) -> Note {
    let target = json!({
        "kind": "workload", "name": "cart", "account": null, "account_id": null, "region": null, "cluster": "lab",
        "namespace": "shop", "id": "cart", "uid": "u-1", "resource": "deployment",
    });
    Note {
        at: "2026-11-20T12:00:00Z".parse().unwrap(),
        operation: "OP-1".to_owned(),
        event: EventKind::Sent,
        person: person.to_owned(),
        reason: None,
        account: None,
        role: None,
        action: "workload.scale".to_owned(),
        target: serde_json::from_value(target).unwrap(),
        plan_sha256: None,
        request_id: None,
        outcome: None,
        detail: json!({}),
    }
}

/// Appends one more, with the lock of before or a mute one.
fn append(file: &JournalFile, mute: bool) -> Result<Appended, LedgerError> {
    let after = file.head().unwrap();
    let entry = chain::entry(&after, note("alice"));
    if mute { file.kept(Lock::mute(&file.path).unwrap(), &after, &entry) } else { file.append(&after, &entry) }
}

/// A journal with so many entries.
fn filled(state: &Path, person: &str, entries: u64) -> JournalFile {
    let file = JournalFile::within(state);
    for path in [&witness::beside(&file.path), &file.path] {
        crate::store::opening::make(path).unwrap();
    }
    for _ in 0..entries {
        let after = file.head().unwrap();
        assert_eq!(file.append(&after, &chain::entry(&after, note(person))), Ok(Appended::Kept));
    }
    file
}

#[test]
fn nothing_more_is_appended_until_the_witness_can_be_written_again() {
    for before in [0, 1, 2, 5] {
        let folder = tempfile::tempdir().unwrap();
        let file = filled(folder.path(), "alice", before);
        assert_eq!(append(&file, true), Ok(Appended::Kept), "what is in is in");
        for _ in 0..3 {
            let refused = append(&file, true);
            let of = witness::beside(&file.path);
            assert!(matches!(&refused, Err(LedgerError::Failed { path, .. }) if *path == of), "{refused:?}");
            assert_eq!(file.verify(), Ok(before + 1), "it is whole, and not forged");
        }
        assert_eq!(append(&file, false), Ok(Appended::Kept), "the disk is well again");
        assert_eq!(file.verify(), Ok(before + 2));
        assert_eq!(append(&file, false), Ok(Appended::Kept));
        assert_eq!(file.verify(), Ok(before + 3));
    }
}

#[test]
fn a_witness_of_another_journal_is_not_written_over() {
    // Of one with more entries, or with the same number and one less: of another chain each.
    for witnessed in [2, 3, 4, 9] {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = filled(folder.path(), "alice", witnessed);
        fs::copy(&filled(other.path(), "bob", 3).path, &file.path).unwrap();
        let told = fs::read(witness::beside(&file.path)).unwrap();
        // Whoever asked for the head before the file was exchanged has one of that file.
        let after = JournalFile::within(other.path()).head().unwrap();
        let refused = file.append(&after, &chain::entry(&after, note("alice")));
        assert!(matches!(refused, Err(LedgerError::Broken { .. })), "{witnessed}: {refused:?}");
        assert_eq!(fs::read(witness::beside(&file.path)).unwrap(), told, "{witnessed}");
    }
}
