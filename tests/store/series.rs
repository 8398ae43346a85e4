//! Histories of SLOs in the store: what comes back, what two consoles make of it, and what a crash leaves.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::estate::{Course, Covered, KeptSeries, SliPoint, SliPoints, SliSeries};
use quarterdeck::store::{RecalledSeries, Store, StoreWriter};

use super::{file, noon, open, open_in_turn};

const MONTH: u64 = 30 * 86_400;

fn ago(minutes: i64) -> Timestamp {
    noon() - SignedDuration::from_mins(minutes)
}

/// Minutes that ended from so many to so many minutes before noon, and what they cover.
fn points(from: i64, to: i64) -> SliPoints {
    let minutes = (to..from).map(|m| SliPoint { at: ago(m + 1), bad: Some(1.0), total: Some(m as f64) }).collect();
    let covered = Some(Covered { from: ago(from), until: ago(to) });
    SliPoints { minutes, covered, ..SliPoints::default() }
}

fn kept(series: SliSeries) -> Vec<KeptSeries> {
    vec![KeptSeries { name: "checkout".into(), identity: 7, course: Course::Events(Arc::new(series)) }]
}

fn told(all: &[SliPoints]) -> SliSeries {
    let mut series = SliSeries::new(MONTH);
    for points in all {
        series.take(points, noon());
    }
    series
}

fn recalled(store: &mut Store, identity: i64) -> Option<RecalledSeries> {
    store.recall_series(&[("checkout".into(), identity)]).pop()
}

fn restored(recalled: &RecalledSeries, now: Timestamp) -> SliSeries {
    let mut series = SliSeries::new(MONTH);
    series.restore(&recalled.chunks, recalled.covered, now);
    series
}

#[test]
fn a_history_comes_back_and_only_what_changed_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&file(folder.path()));
    let mut series = told(&[points(2_000, 10)]);
    // 1,990 minutes lie in 17 or 18 chunks of two hours.
    assert!((17..=18).contains(&store.save_series(&kept(series.clone()), noon()).unwrap()));
    assert_eq!(store.save_series(&kept(series.clone()), noon()), Ok(0));
    series.take(&points(20, 5), noon());
    assert_eq!(store.save_series(&kept(series.clone()), noon()), Ok(1));
    drop(store);

    let mut store = open(&file(folder.path()));
    let recalled = recalled(&mut store, 7).unwrap();
    assert_eq!(recalled.covered, Some(Covered { from: ago(2_000), until: ago(5) }));
    let back = restored(&recalled, noon());
    assert_eq!(back.counts(noon(), MONTH), series.counts(noon(), MONTH));
    assert!(back.minutes().eq(series.minutes()));
    assert_eq!(store.save_series(&kept(back), noon()), Ok(0), "what came from the file is in it");
}

#[test]
fn a_changed_query_does_not_mix_with_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&file(folder.path()));
    store.save_series(&kept(told(&[points(100, 0)])), noon()).unwrap();
    assert_eq!(recalled(&mut store, 8), None);
    let mut other = Store::open(&file(folder.path()), "Another", noon()).unwrap();
    assert_eq!(recalled(&mut other, 7), None);
    drop((store, other));
    let mut late =
        Store::open(&file(folder.path()), "Innovate Inc.", noon() + SignedDuration::from_hours(41 * 24)).unwrap();
    assert_eq!(recalled(&mut late, 7), None, "nobody has added to it for 41 days");
}

#[test]
fn two_consoles_fill_each_other_s_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let (mut a, mut b) = (open(&file(folder.path())), open(&file(folder.path())));
    a.save_series(&kept(told(&[points(100, 40)])), noon()).unwrap();
    b.save_series(&kept(told(&[points(60, 0)])), noon()).unwrap();
    let both = recalled(&mut a, 7).unwrap();
    assert_eq!(both.covered, Some(Covered { from: ago(100), until: noon() }));
    assert!(restored(&both, noon()).minutes().eq(told(&[points(100, 0)]).minutes()));
    // What does not hang together is not said to: the gap is asked for again.
    let mut c = open(&file(folder.path()));
    c.save_series(&kept(told(&[points(400, 300)])), noon()).unwrap();
    assert_eq!(recalled(&mut a, 7).unwrap().covered, Some(Covered { from: ago(100), until: noon() }));
}

#[test]
fn old_chunks_go_and_what_they_came_to_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&file(folder.path()));
    let series = told(&[points(3_000, 0)]);
    let before = series.counts(noon(), MONTH).whole;
    store.save_series(&kept(series), noon()).unwrap();
    let later = noon() + SignedDuration::from_hours(10 * 24);
    let series = restored(&recalled(&mut store, 7).unwrap(), later);
    assert_eq!(series.minutes().count(), 0);
    store.save_series(&kept(series), later).unwrap();
    let back = restored(&recalled(&mut store, 7).unwrap(), later);
    assert_eq!(back.count(ago(3_000), noon()).total, before.total);
}

#[test]
fn a_file_that_breaks_is_written_anew_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let mut store = open(&path);
    store.save_series(&kept(told(&[points(600, 0)])), noon()).unwrap();
    let series = restored(&recalled(&mut store, 7).unwrap(), noon());
    store.start_over().unwrap();
    assert_eq!(recalled(&mut store, 7), None);
    store.save_series(&kept(series.clone()), noon()).unwrap();
    assert!(restored(&recalled(&mut store, 7).unwrap(), noon()).minutes().eq(series.minutes()));
    // A file of which half is gone is moved aside or read as far as it goes; nothing panics.
    drop(store);
    assert!(cut(&path), "the file could not be cut");
    let mut store = open(&path);
    let _ = recalled(&mut store, 7);
}

/// Cuts the file in the middle, and what stands beside it.
fn cut(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap_or_default();
    let _ = fs::remove_file(path.with_extension("db-wal"));
    fs::write(path, &bytes[..bytes.len() / 2]).is_ok()
}

/// The child of the next test: writes a minute more each time, until it is killed.
#[test]
fn child_that_writes() {
    let Some(path) = std::env::var_os("QUARTERDECK_TEST_STORE") else { return };
    let writer = StoreWriter::start(open_in_turn(Path::new(&path))).unwrap();
    let mut series = SliSeries::new(MONTH);
    for to in (0..4_000).rev() {
        series.take(&SliPoints { covered: points(4_001, to).covered, ..points(to + 1, to) }, noon());
        writer.chronicle(kept(series.clone()), noon());
        std::thread::sleep(Duration::from_micros(200));
    }
    writer.close(Duration::from_secs(5));
}

#[test]
fn a_kill_leaves_no_time_covered_of_which_the_points_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "series::child_that_writes"])
            .env("QUARTERDECK_TEST_STORE", &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        let found = loop {
            std::thread::sleep(Duration::from_millis(20 * round));
            let mut store = open_in_turn(&path);
            if let Some(found) = recalled(&mut store, 7).filter(|r| r.chunks.len() > 1) {
                break found;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "nothing was written");
        };
        child.kill().unwrap();
        child.wait().unwrap();
        let mut store = open(&path);
        assert_eq!(store.notice(), None);
        let left = recalled(&mut store, 7).unwrap();
        assert!(left.covered.unwrap().until >= found.covered.unwrap().until);
        let until = left.covered.unwrap().until;
        let series = restored(&left, noon());
        assert!(!series.count(ago(4_000), until).partial, "a minute is missing that is said to be known");
        assert_eq!(series.last_minute(), Some(until));
        fs::remove_file(&path).unwrap();
        for beside in ["db-wal", "db-shm"] {
            let _ = fs::remove_file(path.with_extension(beside));
        }
    }
}
