//! One SLO's queries and the counts that they give.

use std::time::Instant;

use futures_util::StreamExt;
use jiff::Timestamp;

use super::answer::Number;
use super::asking::{Asking, Failed, Kind};
use super::server::Trouble;
use crate::estate::{Counted, DeclaredSlo, Sli, SloCounts, Window, WindowCount};

/// Queries of one SLO that are under way at once.
const AT_ONCE: usize = 4;

/// What is asked for one SLO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Queries<'s> {
    counted: Counted,
    events: &'s str,
    total: &'s str,
    /// The SLO's own window, seconds.
    pub(super) window_s: u64,
}

/// One look at an SLO.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// What was counted.
    pub(super) counts: SloCounts,
    /// The SLO's own window, seconds.
    window_s: u64,
    /// What is wrong with the queries, in words, each once.
    pub(super) wrong: Vec<String>,
    /// One of the seven windows was not answered: the counts say less than those before.
    pub(super) broken: bool,
}

impl<'s> Queries<'s> {
    /// The queries of an SLO that rests on Prometheus.
    pub(super) fn of(slo: &'s DeclaredSlo) -> Option<Self> {
        match &slo.sli {
            Sli::Prometheus { counted, events, total, .. } => {
                Some(Self { counted: *counted, events, total, window_s: slo.window_s })
            }
            _ => None,
        }
    }

    /// The query of the bad or good events over so many seconds.
    pub(super) fn events(&self, seconds: u64) -> String {
        over(self.events, seconds)
    }

    /// The query of all events over so many seconds.
    pub(super) fn total(&self, seconds: u64) -> String {
        over(self.total, seconds)
    }

    /// What the first query counts, in words.
    pub(super) fn counted_word(&self) -> &'static str {
        match self.counted {
            Counted::Bad => "bad events",
            Counted::Good => "good events",
        }
    }

    /// The windows that are asked: the seven, then the SLO's own, seconds.
    fn windows(&self) -> [u64; 8] {
        let mut all = [self.window_s; 8];
        for (slot, window) in all.iter_mut().zip(Window::ALL) {
            *slot = window.seconds();
        }
        all
    }

    /// Bad events of a window. A missing count beside a present total is 0: no series was made for what never happened.
    pub(super) fn count(&self, events: Option<Number>, total: Option<Number>) -> WindowCount {
        let Some(Number::Is(total)) = total else { return WindowCount::default() };
        let counted = match events {
            Some(Number::Is(n)) => Some(n),
            Some(Number::Missing) => Some(0.0),
            Some(Number::Undefined) | None => None,
        };
        let bad = counted.map(|n| match self.counted {
            Counted::Bad => n.max(0.0),
            Counted::Good => (total - n).max(0.0),
        });
        WindowCount { bad, total: Some(total), partial: false }
    }
}

/// A query with its window, in whole units as Prometheus writes them.
fn over(query: &str, seconds: u64) -> String {
    let window = word(seconds);
    query.replace("{{.window}}", &window).replace("{{ .window }}", &window)
}

/// Seconds as a `PromQL` duration in its largest whole unit: `5m`, `1h`, `30d`.
fn word(seconds: u64) -> String {
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    match units.into_iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit)) {
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

impl Reading {
    /// Asks all windows at one instant, of the SLO of that name. Trouble is that of the server itself.
    pub(super) async fn take(asking: &mut Asking<'_>, name: &str, queries: &Queries<'_>) -> Result<Self, Trouble> {
        let (server, at) = (asking.server, asking.at());
        let windows = queries.windows();
        // An SLO of one of the seven windows asks it once.
        let distinct = if windows[..7].contains(&windows[7]) { &windows[..7] } else { &windows[..] };
        let texts: Vec<String> = distinct.iter().flat_map(|&s| [queries.events(s), queries.total(s)]).collect();
        let asks = texts.into_iter().map(|text| {
            let key = (name.to_owned(), text);
            let rests = asking.rests(&key);
            async move {
                let began = Instant::now();
                let answer = match rests {
                    Some(why) => Err(why),
                    None => Ok(server.number(&key.1, at).await),
                };
                (key, began.elapsed(), answer)
            }
        });
        let asks: Vec<_> = asks.collect();
        let mut asked = futures_util::stream::iter(asks).buffered(AT_ONCE);
        let mut numbers: Vec<Option<Number>> = Vec::with_capacity(2 * distinct.len());
        // The first complaint about each of the two queries; the other windows' are the same.
        let (mut complaints, mut broken) = ([None, None], false);
        let (began, mut failed) = (Instant::now(), false);
        while let Some((key, took, answer)) = asked.next().await {
            let answer = match answer {
                Ok(answer) => {
                    let heard = asking.heard(key, Kind::Now, took, answer).await?;
                    failed |= heard.is_err();
                    heard
                }
                Err(why) => Err(why),
            };
            let place = numbers.len();
            if let Err(why) = &answer {
                broken |= place < 2 * Window::ALL.len() && matches!(why, Failed::Unanswered(_));
                complaints[place % 2].get_or_insert_with(|| why.words().to_owned());
            }
            numbers.push(answer.ok());
        }
        asking.lose(began, failed);
        let at_index =
            |i: usize| queries.count(numbers.get(2 * i).copied().flatten(), numbers.get(2 * i + 1).copied().flatten());
        let own = windows.iter().position(|w| *w == windows[7]).unwrap_or(7);
        let names = [queries.counted_word(), "total"];
        let wrong = names.into_iter().zip(complaints).filter_map(|(n, c)| Some(format!("{n}: {}", c?))).collect();
        let counts = SloCounts { at, windows: std::array::from_fn(at_index), whole: at_index(own) };
        Ok(Self { counts, window_s: queries.window_s, wrong, broken })
    }

    /// Marks the windows in which points are missing; `missing` are spans without data, seconds since 1970.
    pub(super) fn mark(&mut self, missing: &[(i64, i64)], at: Timestamp) {
        let at = at.as_second();
        let lacks = |seconds: u64| {
            let begins = at.saturating_sub_unsigned(seconds);
            missing.iter().any(|&(from, to)| to > begins && from < at)
        };
        let seven = self.counts.windows.iter_mut().zip(Window::ALL.map(Window::seconds));
        for (count, seconds) in seven.chain([(&mut self.counts.whole, self.window_s)]) {
            count.partial = count.total.is_some() && lacks(seconds);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queries(counted: Counted) -> Queries<'static> {
        Queries { counted, events: "bad[{{.window}}]", total: "all[{{ .window }}]", window_s: 2_592_000 }
    }

    #[test]
    fn windows_are_put_in_as_prometheus_writes_them() {
        let q = queries(Counted::Bad);
        assert_eq!((q.events(300), q.total(2_592_000)), ("bad[5m]".into(), "all[30d]".into()));
        assert_eq!([90, 3_600, 5_400, 604_800].map(word), ["90s", "1h", "90m", "7d"]);
    }

    #[test]
    fn a_missing_count_is_zero_and_a_missing_total_is_no_data() {
        use Number::{Is, Missing, Undefined};
        let table = [
            (Counted::Bad, Some(Is(3.0)), Some(Is(100.0)), (Some(3.0), Some(100.0))),
            (Counted::Bad, Some(Missing), Some(Is(100.0)), (Some(0.0), Some(100.0))),
            (Counted::Good, Some(Is(97.0)), Some(Is(100.0)), (Some(3.0), Some(100.0))),
            (Counted::Good, Some(Missing), Some(Is(100.0)), (Some(100.0), Some(100.0))),
            (Counted::Good, Some(Is(100.2)), Some(Is(100.0)), (Some(0.0), Some(100.0))),
            (Counted::Bad, Some(Undefined), Some(Is(100.0)), (None, Some(100.0))),
            (Counted::Bad, None, Some(Is(100.0)), (None, Some(100.0))),
            (Counted::Bad, Some(Is(3.0)), Some(Missing), (None, None)),
            (Counted::Bad, Some(Is(3.0)), Some(Undefined), (None, None)),
            (Counted::Bad, Some(Is(3.0)), None, (None, None)),
        ];
        for (counted, events, total, expected) in table {
            let count = queries(counted).count(events, total);
            assert_eq!((count.bad, count.total), expected, "{counted:?} {events:?} of {total:?}");
        }
    }

    #[test]
    fn a_gap_marks_the_windows_that_reach_it() {
        let at = Timestamp::from_second(1_000_000).unwrap();
        let count = WindowCount { bad: Some(0.0), total: Some(1.0), partial: false };
        let counts = SloCounts { at, windows: [count; 7], whole: count };
        let mut reading = Reading { counts, window_s: 2_592_000, wrong: Vec::new(), broken: false };
        reading.mark(&[(900_000, 990_000)], at);
        // 6 h reach back to 978,400; 2 h to 992,800.
        assert_eq!(reading.counts.windows.map(|w| w.partial), [false, false, false, false, true, true, true]);
        assert!(reading.counts.whole.partial);
    }
}
