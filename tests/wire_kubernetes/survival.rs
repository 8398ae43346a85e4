//! What servers and lines do, survived: nothing flickers, nothing is made up, and it comes back by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use quarterdeck::estate::{Estate, Kind, SourceState};

use super::bed::{BarePod, Watching, cluster, source, watch};
use super::faults::{Act, Line};

fn live(estate: &Estate) -> bool {
    source(estate).state == SourceState::Live
}

fn pods(path: &str) -> bool {
    path.starts_with("/api/v1/pods")
}

/// A rule that holds for the first so many requests for pods.
fn first(times: usize, act: impl Fn() -> Act + Send + Sync + 'static) -> impl Fn(&str, &str) -> Act + Send + Sync {
    let left = Arc::new(AtomicUsize::new(times));
    move |path, _| {
        let hit =
            pods(path) && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if hit { act() } else { Act::Pass }
    }
}

/// A new pod comes into view, and until then no pod was ever missing.
async fn still_watches(watching: &mut Watching, what: &str) {
    let before = cluster(&watching.until("the picture", |_| true).await).tally().total;
    let pod = BarePod::create("survives").await;
    let limit = tokio::time::Instant::now() + Duration::from_secs(20);
    let mut seen = false;
    while !seen && tokio::time::Instant::now() < limit {
        watching
            .through(Duration::from_millis(200), |e| {
                assert!(cluster(e).tally().total + 6 > before, "the picture flickers: {:?}", cluster(e).tally());
                seen |= pod.seen(e) && live(e);
            })
            .await;
    }
    pod.delete().await;
    assert!(seen, "{what}: a new pod never came into view");
}

#[tokio::test]
async fn a_server_without_streaming_lists_is_read_in_pages() {
    let line = Line::new().await;
    line.rule(|path, _| {
        if path.contains("sendInitialEvents") {
            let words =
                br#"{"kind":"Status","reason":"Invalid","message":"sendInitialEvents is forbidden","code":422}"#;
            Act::Answer("422 Unprocessable Entity", "Content-Type: application/json\r\n", words.to_vec())
        } else {
            Act::PassAs(path.replace("limit=500", "limit=3"))
        }
    });
    let mut watching = watch(line.cluster(), None);
    let estate = watching.until("the first picture", live).await;
    assert!(cluster(&estate).complete(&Kind::ALL));
    assert!(cluster(&estate).tally().total >= 19);
    assert!(line.requests.load(Ordering::SeqCst) >= 5 + 7, "pods alone are seven pages of three");
    still_watches(&mut watching, "after pages").await;
}

#[tokio::test]
async fn a_continue_token_that_expires_begins_the_list_anew() {
    let line = Line::new().await;
    let left = AtomicUsize::new(1);
    line.rule(move |path, _| {
        if path.contains("sendInitialEvents") {
            return Act::Answer("400 Bad Request", "", b"no such parameter".to_vec());
        }
        let spent = || left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err();
        if pods(path) && path.contains("continue=") && !spent() {
            return Act::Answer("410 Gone", "", b"too old".to_vec());
        }
        Act::PassAs(path.replace("limit=500", "limit=5"))
    });
    let mut watching = watch(line.cluster(), None);
    let estate = watching.until("the first picture", live).await;
    assert!(cluster(&estate).tally().total >= 19);
}

#[tokio::test]
async fn cut_lines_are_resumed_without_a_word() {
    let line = Line::new().await;
    let mut watching = watch(line.cluster(), None);
    watching.until("the first picture", live).await;
    watching.through(Duration::from_secs(6), |e| assert!(live(e))).await;
    line.cut();
    watching.through(Duration::from_secs(1), |e| assert!(live(e), "{:?}", source(e))).await;
    still_watches(&mut watching, "after a cut").await;
}

#[tokio::test]
async fn a_server_that_has_just_started_and_refuses_everyone_takes_no_facts_away() {
    let line = Line::new().await;
    let mut watching = watch(line.cluster(), None);
    let before = cluster(&watching.until("the first picture", live).await).tally().total;
    watching.through(Duration::from_secs(6), |e| assert!(live(e))).await;
    let words = br#"{"kind":"Status","reason":"Forbidden","message":"pods is forbidden: no rules yet","code":403}"#;
    line.rule(first(2, || Act::Answer("403 Forbidden", "Content-Type: application/json\r\n", words.to_vec())));
    line.cut();
    let kept = |e: &Estate| {
        assert!(cluster(e).complete(&[Kind::Pods]), "{:?}", cluster(e).coverage(Kind::Pods));
        assert!(cluster(e).tally().total + 6 > before, "{:?}", cluster(e).tally());
    };
    let mut doubted = false;
    let limit = tokio::time::Instant::now() + Duration::from_secs(20);
    while !doubted && tokio::time::Instant::now() < limit {
        watching
            .through(Duration::from_millis(100), |e| {
                kept(e);
                doubted |= source(e).state == SourceState::Stale;
            })
            .await;
    }
    assert!(doubted, "the refusal is told as a failure");
    kept(&watching.until("the rules", live).await);
}

#[tokio::test]
async fn a_server_that_is_not_ready_confirms_nothing() {
    let line = Line::new().await;
    let mut watching = watch(line.cluster(), None);
    let before = cluster(&watching.until("the first picture", live).await).tally().total;
    let left = AtomicUsize::new(2);
    line.rule(move |path, _| {
        let hit = path.starts_with("/readyz")
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if hit { Act::Answer("500 Internal Server Error", "", b"[-]etcd failed".to_vec()) } else { Act::Pass }
    });
    let stale = |e: &Estate| source(e).state == SourceState::Stale;
    let limit = tokio::time::Instant::now() + Duration::from_secs(40);
    let mut seen = false;
    while !seen && tokio::time::Instant::now() < limit {
        watching.through(Duration::from_millis(200), |e| seen |= stale(e)).await;
    }
    assert!(seen, "{:?}", source(&watching.until("the word", |_| true).await));
    assert!(cluster(&watching.until("readiness", live).await).tally().total + 6 > before);
}

#[tokio::test]
async fn what_is_forbidden_from_the_start_is_asked_for_again_soon() {
    let line = Line::new().await;
    let words = br#"{"kind":"Status","reason":"Forbidden","message":"pods is forbidden: no rules yet","code":403}"#;
    let seen = Arc::new(AtomicBool::new(false));
    let has_rules = seen.clone();
    line.rule(move |path, _| {
        let refused = !path.starts_with("/version") && !has_rules.load(Ordering::SeqCst);
        if refused {
            Act::Answer("403 Forbidden", "Content-Type: application/json\r\n", words.to_vec())
        } else {
            Act::Pass
        }
    });
    let mut watching = watch(line.cluster(), None);
    watching.until("the refusal", |e| source(e).error.is_some()).await;
    seen.store(true, Ordering::SeqCst);
    watching.until("the rules", |e| live(e) && cluster(e).complete(&Kind::ALL)).await;
}

#[tokio::test]
async fn a_version_that_is_gone_is_listed_again_without_a_flicker() {
    let line = Line::new().await;
    let mut watching = watch(line.cluster(), None);
    watching.until("the first picture", live).await;
    watching.through(Duration::from_secs(6), |_| ()).await;
    // The real server's own words, as it says them once a version is out of its reach.
    let left = AtomicUsize::new(1);
    line.rule(move |path, _| {
        if pods(path) && path.contains("&resourceVersion=") && left.swap(0, Ordering::SeqCst) > 0 {
            let stream = "Content-Type: application/vnd.kubernetes.protobuf;stream=watch\r\n";
            Act::Answer("200 OK", stream, include_bytes!("fixtures/gone.watch").to_vec())
        } else {
            Act::Pass
        }
    });
    line.cut();
    still_watches(&mut watching, "after 410").await;
}

#[tokio::test]
async fn half_a_list_is_no_list() {
    let line = Line::new().await;
    line.rule(first(2, || Act::CutAfter(20_000)));
    let mut watching = watch(line.cluster(), None);
    let mut partial = false;
    let mut complete = false;
    for _ in 0..60 {
        watching
            .through(Duration::from_millis(250), |e| {
                let total = cluster(e).tally().total;
                partial |= total > 0 && total < 19;
                complete |= total >= 19 && live(e);
            })
            .await;
        if complete {
            break;
        }
    }
    assert!(complete && !partial, "complete: {complete}, partial: {partial}");
}

#[tokio::test]
async fn garbage_is_told_and_survived() {
    let line = Line::new().await;
    line.rule(first(1, || Act::Then(b"\x00\x00\x00\x05hello".to_vec())));
    let mut watching = watch(line.cluster(), None);
    watching.until("the picture", |e| live(e) && cluster(e).tally().total >= 19).await;
    // Garbage within a running watch: everything is read again.
    line.rule(first(1, || Act::Then(vec![0xff; 64])));
    line.cut();
    let told = |e: &Estate| source(e).error.as_deref().is_some_and(|words| words.contains("cannot be read"));
    let pod = BarePod::create("among-garbage").await;
    watching.until("the word", told).await;
    pod.delete().await;
    still_watches(&mut watching, "after garbage").await;
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_left_alone() {
    let line = Line::new().await;
    line.rule(first(1, || Act::Answer("429 Too Many Requests", "Retry-After: 4\r\n", b"slow down".to_vec())));
    let began = std::time::Instant::now();
    let mut watching = watch(line.cluster(), None);
    let estate = watching.until("the word", |e| source(e).error.is_some()).await;
    assert!(source(&estate).error.as_deref().unwrap().contains("pods: "), "{:?}", source(&estate).error);
    assert_eq!(source(&estate).state, SourceState::Stale, "the other kinds have their facts");
    assert_eq!(cluster(&estate).nodes().len(), 6);
    watching.until("the pods", live).await;
    assert!(began.elapsed() >= Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_server_that_speaks_no_protobuf_is_named() {
    let line = Line::new().await;
    line.rule(|_, _| Act::Answer("200 OK", "Content-Type: application/json\r\n", b"{}".to_vec()));
    let estate = watch(line.cluster(), None).until("the word", |e| source(e).error.is_some()).await;
    let error = source(&estate).error.clone().unwrap();
    assert!(error.contains("protobuf") && error.contains("application/json"), "{error}");
    assert_eq!(source(&estate).state, SourceState::Failing);
}

#[tokio::test]
async fn a_server_that_dies_leaves_its_facts_and_comes_back() {
    let line = Line::new().await;
    let mut watching = watch(line.cluster(), None);
    let before = watching.until("the first picture", live).await;
    line.down();
    let unreachable = |e: &Estate| source(e).error.as_deref().is_some_and(|words| words.contains("cannot reach"));
    let estate = watching.until("the failure", unreachable).await;
    let record = source(&estate);
    assert_eq!(record.state, SourceState::Stale);
    assert!(record.next_try_at.is_some());
    assert!(cluster(&estate).tally().total + 6 > cluster(&before).tally().total, "the facts are kept");
    let as_of = record.as_of;
    watching
        .through(Duration::from_secs(3), |e| assert_eq!(source(e).as_of, as_of, "old facts do not grow younger"))
        .await;
    line.up();
    watching.until("its return", live).await;
    still_watches(&mut watching, "after its return").await;
}

#[tokio::test]
async fn facts_are_confirmed_while_nothing_happens_and_a_dead_line_is_noticed() {
    let line = Line::new().await;
    let mut watching = watch(line.cluster(), None);
    let first = watching.until("the first picture", live).await;
    let as_of = source(&first).as_of.unwrap();
    let later = watching.until("a confirmation", |e| source(e).as_of.is_some_and(|at| at > as_of)).await;
    let age = source(&later).as_of.unwrap().duration_since(as_of);
    assert!(age.as_secs() <= 17, "{age:?}");
    // Nothing is cut, nothing answers: only asking tells, which takes up to 19 s by itself. A quiet watch alone is
    // doubted after 100 s.
    line.rule(|_, _| Act::Stall);
    watching.until_within(Duration::from_secs(40), "the silence", |e| !live(e)).await;
    line.rule(|_, _| Act::Pass);
    line.cut();
    watching.until("its return", live).await;
}
