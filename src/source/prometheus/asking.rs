//! The queries of one look, each by itself: one that the server does not answer is noted and left alone for a while, so
//! that it takes nothing from the other SLOs and services of the same server.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::answer::Number;
use super::server::{Answer, Server, Trouble};

/// What any Prometheus answers at once: whether it is the server that does not answer, or a query.
const PLAIN: &str = "vector(1)";
/// A query that fails sooner than this costs nothing to ask again in the next look.
const SOON: Duration = Duration::from_secs(5);
/// The longest that a query is left alone, seconds.
const LONGEST_REST: i64 = 3_600;
/// Where queries that failed took so long together, no others are asked in this look.
const BEARS: Duration = Duration::from_secs(29);

/// What a query is worth, and so how long it is left alone once it failed, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number of now: where it failed late.
    Now,
    /// One that reads an hour, minute by minute: however it failed.
    LooksBack,
}

impl Kind {
    /// `times`: how often it has failed in succession before. Each time it rests twice as long, so that slow queries do
    /// not take turns in keeping all others from being asked.
    fn rests(self, took: Duration, times: u32) -> Option<i64> {
        let first = match self {
            Self::LooksBack => Some(600),
            Self::Now => (took > SOON).then_some(300),
        };
        first.map(|seconds: i64| seconds.saturating_mul(1 << times.min(8)).min(LONGEST_REST))
    }
}

/// Why a query has no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failed {
    /// The server turned it down.
    Refused(String),
    /// It came to nothing, or was not asked.
    Unanswered(String),
}

impl Failed {
    /// It in words.
    pub(super) fn words(&self) -> &str {
        let (Self::Refused(words) | Self::Unanswered(words)) = self;
        words
    }
}

/// Whose query, and which of theirs.
pub(super) type Key = (String, String);

/// Queries that are left alone.
#[derive(Debug, Default)]
pub(super) struct Resting(BTreeMap<Key, Rest>);

#[derive(Debug)]
struct Rest {
    /// Seconds since 1970: a clock that was set back ends it.
    since: i64,
    until: i64,
    why: Failed,
    /// How often it has failed in succession.
    times: u32,
}

/// The queries of one look.
pub(super) struct Asking<'a> {
    pub(super) server: &'a Server,
    at: Timestamp,
    resting: &'a mut Resting,
    /// Whether the server has answered anything in this look.
    answers: bool,
    /// How long queries took that failed; more than [`BEARS`] too where the server asked to be left alone.
    lost: Duration,
}

impl<'a> Asking<'a> {
    /// The server has answered nothing in this look yet.
    pub(super) fn new(server: &'a Server, at: Timestamp, resting: &'a mut Resting) -> Self {
        Self { server, at, resting, answers: false, lost: Duration::ZERO }
    }

    /// The instant that is asked about.
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// The number of a service's query, or why there is none. Trouble is that of the server itself, which answers nothing.
    pub(super) async fn number(
        &mut self,
        service: &str,
        signal: &'static str,
        query: &str,
        kind: Kind,
    ) -> Result<Result<Number, Failed>, Trouble> {
        let (server, at) = (self.server, self.at);
        self.ask((service.to_owned(), signal.to_owned()), kind, server.number(query, at)).await
    }

    /// What comes of a query, unless it rests.
    pub(super) async fn ask<T>(
        &mut self,
        key: Key,
        kind: Kind,
        answer: impl Future<Output = Answer<T>>,
    ) -> Result<Result<T, Failed>, Trouble> {
        if let Some(why) = self.rests(&key) {
            return Ok(Err(why));
        }
        let began = Instant::now();
        let answer = answer.await;
        let heard = self.heard(key, kind, began.elapsed(), answer).await;
        self.lose(began, matches!(heard, Ok(Err(_))));
        heard
    }

    /// Takes note that queries were asked since `began` and failed.
    pub(super) fn lose(&mut self, began: Instant, failed: bool) {
        if failed {
            self.lost = self.lost.saturating_add(began.elapsed());
        }
    }

    /// Why a query is not asked in this look; none where it is to be asked.
    pub(super) fn rests(&self, key: &Key) -> Option<Failed> {
        let now = self.at.as_second();
        let resting = self.resting.0.get(key).filter(|rest| (rest.since..rest.until).contains(&now));
        let late = || Failed::Unanswered("not asked in this minute: other queries took too long".to_owned());
        resting.map(|rest| rest.why.clone()).or_else(|| (self.lost > BEARS).then(late))
    }

    /// What came of a query that took so long. Trouble is that of the server itself, which answers nothing.
    pub(super) async fn heard<T>(
        &mut self,
        key: Key,
        kind: Kind,
        took: Duration,
        answer: Answer<T>,
    ) -> Result<Result<T, Failed>, Trouble> {
        let mut asked_for = None;
        let failed = match answer {
            Ok(Ok(found)) => {
                self.answers = true;
                self.resting.0.remove(&key);
                return Ok(Ok(found));
            }
            Ok(Err(said)) => Failed::Refused(said),
            Err(trouble) if !self.answers && self.server.number(PLAIN, self.at).await.is_err() => return Err(trouble),
            Err(trouble) => {
                asked_for = trouble.retry_after.and_then(|pause| i64::try_from(pause.as_secs()).ok());
                Failed::Unanswered(trouble.reason)
            }
        };
        self.answers = true;
        if asked_for.is_some() {
            // It asks for fewer queries, not for others.
            self.lost = Duration::MAX;
        }
        let times = self.resting.0.get(&key).map_or(0, |rest| rest.times);
        if let Some(seconds) = kind.rests(took, times).max(asked_for) {
            let since = self.at.as_second();
            let rest = Rest { since, until: since.saturating_add(seconds), why: failed.clone(), times: times + 1 };
            self.resting.0.insert(key, rest);
        }
        Ok(Err(failed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_much_is_left_alone_for_a_while() {
        let (soon, late) = (Duration::from_millis(20), Duration::from_secs(30));
        let table = [
            (Kind::Now, soon, 0, None),
            (Kind::Now, late, 0, Some(300)),
            (Kind::Now, late, 1, Some(600)),
            (Kind::Now, late, 3, Some(2_400)),
            (Kind::Now, late, 99, Some(3_600)),
            (Kind::LooksBack, soon, 0, Some(600)),
            (Kind::LooksBack, late, 2, Some(2_400)),
        ];
        for (kind, took, times, rests) in table {
            assert_eq!(kind.rests(took, times), rests, "{kind:?} {took:?} {times}");
        }
    }

    /// However many queries are slow, those behind them have their turn.
    #[tokio::test]
    async fn slow_queries_do_not_take_turns_in_starving_the_others() {
        let server = Server::new("http://127.0.0.1:1", crate::source::outbox::Meter::default()).unwrap();
        let mut resting = Resting::default();
        let key = |n: usize| (format!("s{n}"), "p99_ms".to_owned());
        let slow = || Err(Trouble { reason: "no answer within 30 s".to_owned(), retry_after: None });
        let mut looks = 0;
        // Each look ends with the first slow query, and the next one begins a minute and a half after it began.
        let turn = loop {
            let at = Timestamp::from_second(90 * looks).unwrap();
            let mut asking = Asking::new(&server, at, &mut resting);
            asking.answers = true;
            match (0..8).find(|n| asking.rests(&key(*n)).is_none()) {
                Some(7) => break Some(looks),
                None if looks > 60 => break None,
                Some(n) => {
                    let heard = asking.heard::<()>(key(n), Kind::Now, Duration::from_secs(30), slow()).await;
                    assert!(matches!(heard, Ok(Err(Failed::Unanswered(_)))));
                }
                None => {}
            }
            looks += 1;
        };
        assert!(turn.is_some_and(|looks| looks < 40), "{turn:?}");
    }

    #[tokio::test]
    async fn a_server_that_asks_to_be_left_alone_is_left_alone() {
        let server = Server::new("http://127.0.0.1:1", crate::source::outbox::Meter::default()).unwrap();
        let mut resting = Resting::default();
        let mut asking = Asking::new(&server, Timestamp::UNIX_EPOCH, &mut resting);
        asking.answers = true;
        let key = |n: &str| (n.to_owned(), "p99_ms".to_owned());
        let busy =
            Err(Trouble { reason: "asks us to slow down".to_owned(), retry_after: Some(Duration::from_mins(15)) });
        let _ = asking.heard::<()>(key("cart"), Kind::Now, Duration::ZERO, busy).await;
        assert!(asking.rests(&key("search")).is_some(), "nothing else is asked in this look");
        let later = |s: i64| Timestamp::from_second(s).unwrap();
        assert!(Asking::new(&server, later(899), &mut resting).rests(&key("cart")).is_some());
        assert!(Asking::new(&server, later(899), &mut resting).rests(&key("search")).is_none());
        assert!(Asking::new(&server, later(900), &mut resting).rests(&key("cart")).is_none());
    }

    #[tokio::test]
    async fn where_too_much_time_was_lost_nothing_more_is_asked_in_this_look() {
        // Nothing listens there: whatever is asked is trouble.
        let server = Server::new("http://127.0.0.1:1", crate::source::outbox::Meter::default()).unwrap();
        let mut resting = Resting::default();
        for (lost, asks) in [(Duration::ZERO, true), (SOON, true), (Duration::from_secs(30), false)] {
            let mut asking = Asking::new(&server, Timestamp::UNIX_EPOCH, &mut resting);
            (asking.answers, asking.lost) = (true, lost);
            let Ok(Err(Failed::Unanswered(why))) = asking.number("cart", "p99_ms", "x", Kind::Now).await else {
                panic!("it is trouble of a query")
            };
            assert_eq!(why.contains("cannot be reached"), asks, "{lost:?}: {why}");
            assert_eq!(why.contains("not asked in this minute"), !asks, "{lost:?}: {why}");
        }
        assert!(resting.0.is_empty(), "all of that is asked again in a minute");
    }
}
