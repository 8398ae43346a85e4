//! The store: what goes in comes out, and nothing that happens to its file stops anyone.

#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

#[path = "store/facts.rs"]
mod facts;
#[path = "store/series.rs"]
mod series;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use quarterdeck::estate::{EntryRef, Fact, Remembered, SourceKey, SourceName};
use quarterdeck::judge::{History, Judgement, Level};
use quarterdeck::store::{Recalled, Store, StoreError, StoreWriter};

fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn file(folder: &Path) -> PathBuf {
    folder.join("state/quarterdeck.db")
}

fn open(path: &Path) -> Store {
    Store::open(path, "Innovate Inc.", noon()).unwrap()
}

/// What the store does while others write too. `SQLite` is not fair to those who wait: who has waited for the store's
/// half second, and not less, tries again.
fn in_turn<T>(mut attempt: impl FnMut() -> Result<T, StoreError>) -> T {
    let begun = Instant::now();
    loop {
        let tried = Instant::now();
        match attempt() {
            Err(StoreError::Locked { path }) if begun.elapsed() < Duration::from_secs(10) => {
                let waited = tried.elapsed();
                assert!(waited > Duration::from_millis(400), "{} was waited for only {waited:?}", path.display());
            }
            done => return done.unwrap(),
        }
    }
}

/// Opens it while others write into it.
fn open_in_turn(path: &Path) -> Store {
    in_turn(|| Store::open(path, "Innovate Inc.", noon()))
}

fn remembered(subject: &str, facts: Vec<Fact>) -> Remembered {
    Remembered {
        source: SourceKey::new(SourceName::Kubernetes).of("production").about(subject),
        account_id: Some("111122223333".into()),
        as_of: noon(),
        targets: vec![(EntryRef::Cluster(subject.to_owned()), 7)],
        facts,
    }
}

#[test]
fn every_fact_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let seen = vec![remembered("prod-use1", facts::of_every_kind()), remembered("prod-usw2", facts::pods(50))];
    let mut history = History::default();
    history.learn(&Judgement { level: Level::Critical, ..Judgement::default() }, noon());
    let mut store = open(&file(folder.path()));
    assert_eq!(store.recall(noon()), Recalled::default());
    assert_eq!(store.save(&seen), Ok(2));
    store.save_history(&history).unwrap();
    store.add_spend(noon(), 0.25).unwrap();
    drop(store);
    let mut again = open(&file(folder.path()));
    assert_eq!(again.notice(), None);
    assert_eq!(again.recall(noon()), Recalled { seen, history, spent_today_usd: 0.25 });
}

#[test]
fn only_what_changed_is_written_and_ages_stay_true() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&file(folder.path()));
    let mut seen = vec![remembered("a", facts::pods(3)), remembered("b", facts::pods(4))];
    assert_eq!(store.save(&seen), Ok(2));
    seen[0].as_of += SignedDuration::from_secs(30);
    assert_eq!(store.save(&seen), Ok(0));
    seen[1].facts = facts::pods(5);
    assert_eq!(store.save(&seen), Ok(1));
    assert_eq!(open(&file(folder.path())).recall(noon()).seen, seen);
}

#[test]
fn estates_see_nothing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut ours = open(&file(folder.path()));
    ours.save(&[remembered("lab", facts::pods(1))]).unwrap();
    ours.add_spend(noon(), 1.0).unwrap();
    let mut theirs = Store::open(&file(folder.path()), "Another", noon()).unwrap();
    assert_eq!(theirs.recall(noon()), Recalled::default());
}

#[test]
fn spending_adds_up_over_consoles_and_starts_anew_each_utc_day() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (open(&file(folder.path())), open(&file(folder.path())));
    one.add_spend(noon(), 0.5).unwrap();
    other.add_spend(noon(), 0.25).unwrap();
    one.add_spend(noon(), 0.01).unwrap();
    assert!((other.recall(noon()).spent_today_usd - 0.76).abs() < 1e-9);
    let midnight: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    assert_eq!(other.recall(midnight), Recalled::default());
}

#[test]
fn what_is_too_old_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    open(&file(folder.path())).save(&[remembered("a", facts::pods(1))]).unwrap();
    let later = noon() + SignedDuration::from_hours(31 * 24);
    let mut store = Store::open(&file(folder.path()), "Innovate Inc.", later).unwrap();
    assert_eq!(store.recall(later), Recalled::default());
}

/// A row of another schema, one that is cut short and one whose source is nonsense: the others still come.
#[test]
fn one_bad_row_does_not_take_the_others_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let seen: Vec<_> = ["a", "b", "c", "d"].map(|name| remembered(name, facts::of_every_kind())).into();
    open(&file(folder.path())).save(&seen).unwrap();
    let raw = rusqlite::Connection::open(file(folder.path())).unwrap();
    let changed = [
        "UPDATE last_seen SET schema = schema + 1 WHERE source LIKE '%\"a\"%'",
        "UPDATE last_seen SET facts = substr(facts, 1, 100) WHERE source LIKE '%\"b\"%'",
        "UPDATE last_seen SET source = 'nonsense' WHERE source LIKE '%\"c\"%'",
    ]
    .map(|sql| raw.execute(sql, []).unwrap());
    assert_eq!(changed, [1, 1, 1]);
    assert_eq!(open(&file(folder.path())).recall(noon()).seen, [seen[3].clone()]);
}

#[test]
fn a_file_that_is_no_store_is_moved_aside() {
    for broken in [b"this is no database, and longer than a header of one hundred bytes ".repeat(20), vec![0x53; 4096]]
    {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &broken).unwrap();
        let mut store = open(&path);
        let notice = store.notice().unwrap().to_owned();
        let aside = path.with_file_name("quarterdeck.db.broken-20261120T120000Z");
        assert!(notice.contains(aside.to_str().unwrap()), "{notice}");
        assert_eq!(fs::read(&aside).unwrap(), broken);
        assert_eq!(store.save(&[remembered("a", facts::pods(1))]), Ok(1));
    }
}

#[test]
fn damage_that_shows_late_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    open(&path).save(&[remembered("a", facts::pods(2_000)), remembered("b", facts::pods(2_000))]).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    assert!(bytes.len() > 100_000, "written back at the close: {}", bytes.len());
    for byte in bytes.iter_mut().skip(8 * 4096) {
        *byte = 0xA5;
    }
    fs::write(&path, &bytes).unwrap();
    let mut store = open(&path);
    assert_eq!(store.recall(noon()).seen, []);
    assert!(store.notice().is_some_and(|notice| notice.contains("broken")), "{:?}", store.notice());
    assert_eq!(store.save(&[remembered("a", facts::pods(3))]), Ok(1));
}

#[test]
fn a_newer_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    drop(open(&path));
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(&path, "x", noon()).unwrap_err();
    assert_eq!(error, StoreError::Newer { path, version: 99 });
}

#[test]
fn no_place_for_a_file_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state"), "a file where the folder would be").unwrap();
    let error = Store::open(&file(folder.path()), "x", noon()).unwrap_err();
    assert!(matches!(error, StoreError::NotMade { .. }), "{error}");
    let error = Store::open(folder.path(), "x", noon()).unwrap_err();
    assert!(matches!(error, StoreError::NotMade { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&file(folder.path()));
    store.add_spend(noon(), 1.0).unwrap();
    let state = folder.path().join("state");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    let files: Vec<_> = fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 2, "the file and its log: {files:?}");
    assert!(files.iter().all(|path| mode(path) == 0o600), "{files:?}");
}

#[test]
fn a_file_that_another_program_holds_is_waited_for_but_not_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let mut store = open(&path);
    let holder = rusqlite::Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    assert_eq!(store.add_spend(noon(), 1.0), Err(StoreError::Locked { path: path.clone() }));
    assert!(started.elapsed() < Duration::from_secs(3));
    assert_eq!(store.recall(noon()), Recalled::default());
    assert!(matches!(Store::open(&path, "x", noon()), Ok(_) | Err(StoreError::Locked { .. })));
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.add_spend(noon(), 1.0), Ok(()));
}

#[test]
fn consoles_that_start_at_once_all_open_it() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path());
        let together = std::sync::Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    together.wait();
                    open_in_turn(&path)
                });
            }
        });
    }
}

#[test]
fn two_consoles_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    std::thread::scope(|scope| {
        for console in 0..2 {
            let path = &path;
            scope.spawn(move || {
                let mut store = open_in_turn(path);
                for round in 0..20 {
                    let seen = [remembered(&format!("c{console}"), facts::pods(round))];
                    in_turn(|| store.save(&seen));
                    in_turn(|| store.add_spend(noon(), 0.01));
                }
            });
        }
    });
    let recalled = open(&path).recall(noon());
    assert_eq!(recalled.seen.len(), 2);
    assert!((recalled.spent_today_usd - 0.4).abs() < 1e-9);
}

#[test]
fn the_writer_writes_the_newest_and_says_when_it_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let writer = StoreWriter::start(open(&path)).unwrap();
    let holder = rusqlite::Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    for pods in 0..50 {
        writer.remember(vec![remembered("a", facts::pods(pods))]);
        writer.spend(noon(), 0.01, 0.0);
    }
    let mut trouble = writer.trouble();
    let said = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
        tokio::time::timeout(Duration::from_secs(5), trouble.wait_for(Option::is_some)).await.unwrap().unwrap().clone()
    });
    assert!(said.unwrap().contains("another program holds"));
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    writer.learn(History::default());
    assert!(writer.close(Duration::from_secs(10)));
    let beside = |end: &str| std::fs::exists(format!("{}{end}", path.display())).unwrap();
    assert!(!beside("-wal") && !beside("-shm"), "closed in time: the next start reads one file");
    let recalled = open(&path).recall(noon());
    assert_eq!(recalled.seen, [remembered("a", facts::pods(49))]);
    assert!((recalled.spent_today_usd - 0.5).abs() < 1e-9, "{}", recalled.spent_today_usd);
}

/// Ten thousand pods, as on the cluster of the bench. The bounds are those of an unoptimized build, for
/// the best of three rounds: a commit waits for the disk, which others use too.
#[test]
fn ten_thousand_pods_come_and_go_quickly() {
    let seen = [remembered("prod-use1", facts::pods(10_000))];
    let round = |()| {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&file(folder.path()));
        let started = Instant::now();
        store.save(&seen).unwrap();
        let saved = started.elapsed();
        let mut again = open(&file(folder.path()));
        let started = Instant::now();
        let recalled = again.recall(noon());
        let loaded = started.elapsed();
        println!("10,000 pods: saved in {saved:?}, loaded in {loaded:?}");
        assert_eq!(recalled.seen, seen);
        (saved, loaded)
    };
    let rounds = [(); 3].map(round);
    let saved = rounds.map(|(saved, _)| saved).into_iter().min().unwrap();
    let loaded = rounds.map(|(_, loaded)| loaded).into_iter().min().unwrap();
    assert!(saved < Duration::from_secs(2) && loaded < Duration::from_secs(2), "{saved:?} {loaded:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever names, times and numbers facts hold, they come back as they were.
    #[test]
    fn any_fact_comes_back_as_it_was(seen in facts::any_facts()) {
        let folder = tempfile::tempdir().unwrap();
        let seen = vec![remembered("any", seen)];
        open(&file(folder.path())).save(&seen).unwrap();
        prop_assert_eq!(open(&file(folder.path())).recall(noon()).seen, seen);
    }

    /// Whatever stands in the file, opening and reading it ends, and ends well.
    #[test]
    fn any_damage_is_survived(at in 0usize..20_000, bytes in prop::collection::vec(any::<u8>(), 1..300)) {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path());
        open(&path).save(&[remembered("a", facts::of_every_kind())]).unwrap();
        let mut text = fs::read(&path).unwrap();
        let at = at.min(text.len() - 1);
        let end = (at + bytes.len()).min(text.len());
        text[at..end].copy_from_slice(&bytes[..end - at]);
        fs::write(&path, &text).unwrap();
        if let Ok(mut store) = Store::open(&path, "Innovate Inc.", noon()) {
            let _ = store.recall(noon());
            let _ = store.save(&[remembered("b", facts::pods(2))]);
        }
    }
}
