//! The history that charts are drawn from, against 35 days that `promtool` loaded into a real Prometheus.
//!
//! The bed's ledger rises by the same numbers that are computed here, minute by minute; its counters restart now and then,
//! and each two weeks nothing was scraped for 40 minutes.

use std::collections::BTreeMap;

use quarterdeck::estate::{Counted, DeclaredSlo, SliPoint};

use super::bed::{ask, counts, prometheus, slo, watch_now};

const FAILED: &str = r#"sum(increase(ledger_entries_total{outcome="failed"}[{{.window}}]))"#;
const ALL: &str = "sum(increase(ledger_entries_total[{{.window}}]))";

fn ledger(window: &str) -> DeclaredSlo {
    slo("ledger", &prometheus(), Counted::Bad, FAILED, ALL, window)
}

fn failed(minute: i64) -> f64 {
    if minute % 7 == 0 { 1.0 + (minute % 3) as f64 } else { 0.0 }
}

fn all(minute: i64) -> f64 {
    50.0 + (minute % 41) as f64 + failed(minute)
}

/// Whether the ledger was scraped at that minute.
fn scraped(minute: i64) -> bool {
    !(5_000..5_040).contains(&(minute % 20_160))
}

/// A step is its own sum where it and the minutes about it were scraped: at the edge of a gap Prometheus extrapolates.
fn assert_own_sums(points: &[SliPoint], minutes: i64) -> (usize, usize) {
    let (mut exact, mut gaps) = (0, 0);
    for p in points {
        let start = p.at.as_second() / 60;
        // What an increase over a step sees: a sample at its beginning, and one at each of its minutes.
        let seen = start..=start + minutes;
        if seen.clone().all(scraped) {
            let of = |count: fn(i64) -> f64| (start + 1..=start + minutes).map(count).sum::<f64>();
            let close = |found: Option<f64>, expected: f64| {
                found.is_some_and(|f| (f - expected).abs() <= 1e-9 * expected.max(1.0))
            };
            assert!(close(p.total, of(all)) && close(p.bad, of(failed)), "{p:?}: {} of {}", of(failed), of(all));
            exact += 1;
        } else if !seen.clone().any(scraped) {
            assert_eq!((p.bad, p.total), (None, None), "a gap stays a gap");
            gaps += 1;
        }
    }
    (exact, gaps)
}

#[tokio::test]
async fn thirty_days_come_once_and_are_what_was_counted() {
    let filled = |e: &quarterdeck::estate::Estate| e.slo("ledger").is_some_and(|s| s.series.covered().is_some());
    let seen = watch_now(vec![ledger("30d")], &BTreeMap::new()).until("filled", filled).await;
    let series = &seen.slo("ledger").unwrap().series;
    let points: Vec<SliPoint> = series.five_minutes().collect();
    assert!(points.len() > 8_600, "{}", points.len());
    // The ledger ends when the bed starts; the last step that is known is cut short by that.
    let (exact, gaps) = assert_own_sums(&points[..points.len() - 1], 5);
    assert!(exact > 8_500 && gaps >= 14, "{exact} exact, {gaps} gaps");
    let calls = seen.sources()[0].calls;
    assert_eq!(calls, 16 + 1 + 4, "sixteen windows, one look for gaps, two ranges of two queries");

    // Each two weeks 40 minutes were not scraped: queries over windows do not see that, the history does.
    let counts = counts(&seen, "ledger");
    assert!(counts.whole.partial && counts.whole.total.is_some());

    // What sums to a window agrees with the window that Prometheus counts itself.
    let end = points[points.len() - 2].at.as_second();
    for (word, seconds) in [("6h", 21_600), ("1d", 86_400), ("3d", 259_200)] {
        let inside: Vec<_> = points.iter().filter(|p| (end - seconds..end).contains(&p.at.as_second())).collect();
        if inside.iter().any(|p| p.total.is_none()) {
            continue;
        }
        let sum: f64 = inside.iter().filter_map(|p| p.total).sum();
        let window = ask(&ALL.replace("{{.window}}", word), end).await.unwrap();
        assert!((sum - window).abs() <= 1e-6 * window, "{word}: {sum} is not {window}");
    }
}

#[tokio::test]
async fn a_restart_asks_only_for_the_last_minutes() {
    let filled = |e: &quarterdeck::estate::Estate| e.slo("ledger").is_some_and(|s| s.series.covered().is_some());
    let first = watch_now(vec![ledger("7d")], &BTreeMap::new()).until("filled", filled).await;
    let minutes: Vec<SliPoint> = first.slo("ledger").unwrap().series.minutes().collect();
    let (exact, _) = assert_own_sums(&minutes[..minutes.len().saturating_sub(1)], 1);
    assert!(exact > 60, "{exact} minutes");

    let second = watch_now(vec![ledger("7d")], &first.coverage()).until("filled", filled).await;
    let again = &second.slo("ledger").unwrap().series;
    assert!(again.five_minutes().count() <= 4 && again.minutes().count() <= 8, "{}", again.minutes().count());
    assert_eq!(again.covered().unwrap().from, first.coverage()["ledger"].from);
    // Of the SLO's own window of seven days, nothing is asked but the two queries themselves.
    let calls = second.sources()[0].calls;
    assert!(calls <= 16 + 4, "sixteen windows and two short ranges of two queries, no look for gaps: {calls}");
}
