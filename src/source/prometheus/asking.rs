//! The services' queries of one look, each by itself: one that the server does not answer is noted and left alone for a
//! while, so that it takes nothing from the SLOs of the same server, nor from other services.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::answer::Number;
use super::server::{Server, Trouble};

/// What any Prometheus answers at once: whether it is the server that does not answer, or a query.
const PLAIN: &str = "vector(1)";
/// A query that fails sooner than this costs nothing to ask again in the next look.
const SOON: Duration = Duration::from_secs(5);
/// Where queries that failed took so long together, no others of services are asked in this look.
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
    fn rests(self, took: Duration) -> Option<i64> {
        match self {
            Self::LooksBack => Some(600),
            Self::Now => (took > SOON).then_some(300),
        }
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

/// Queries that are left alone, by service and signal: since when, until when (seconds since 1970), and why.
#[derive(Debug, Default)]
pub(super) struct Resting(BTreeMap<(String, &'static str), (i64, i64, Failed)>);

/// The queries of one look.
pub(super) struct Asking<'a> {
    server: &'a Server,
    at: Timestamp,
    resting: &'a mut Resting,
    /// Whether the server has answered anything in this look.
    answers: bool,
    /// How long queries took that failed.
    lost: Duration,
}

impl<'a> Asking<'a> {
    /// `answers`: whether the server has answered anything in this look yet.
    pub(super) fn new(server: &'a Server, at: Timestamp, resting: &'a mut Resting, answers: bool) -> Self {
        Self { server, at, resting, answers, lost: Duration::ZERO }
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
        let key = (service.to_owned(), signal);
        let now = self.at.as_second();
        if let Some((since, until, why)) = self.resting.0.get(&key)
            && (*since..*until).contains(&now)
        {
            return Ok(Err(why.clone()));
        }
        if self.lost > BEARS {
            let why = "not asked in this minute: other queries took too long".to_owned();
            return Ok(Err(Failed::Unanswered(why)));
        }
        let began = Instant::now();
        let answer = self.server.number(query, self.at).await;
        let took = began.elapsed();
        let failed = match answer {
            Ok(Ok(number)) => {
                self.answers = true;
                return Ok(Ok(number));
            }
            Ok(Err(said)) => Failed::Refused(said),
            Err(trouble) if !self.answers && self.server.number(PLAIN, self.at).await.is_err() => return Err(trouble),
            Err(trouble) => Failed::Unanswered(trouble.reason),
        };
        self.answers = true;
        self.lost += took;
        if let Some(seconds) = kind.rests(took) {
            self.resting.0.insert(key, (now, now + seconds, failed.clone()));
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
            (Kind::Now, soon, None),
            (Kind::Now, late, Some(300)),
            (Kind::LooksBack, soon, Some(600)),
            (Kind::LooksBack, late, Some(600)),
        ];
        for (kind, took, rests) in table {
            assert_eq!(kind.rests(took), rests, "{kind:?} {took:?}");
        }
    }
    #[tokio::test]
    async fn where_too_much_time_was_lost_nothing_more_is_asked_in_this_look() {
        // Nothing listens there: whatever is asked is trouble.
        let server = Server::new("http://127.0.0.1:1", crate::source::outbox::Meter::default()).unwrap();
        let mut resting = Resting::default();
        for (lost, asks) in [(Duration::ZERO, true), (SOON, true), (Duration::from_secs(30), false)] {
            let mut asking = Asking::new(&server, Timestamp::UNIX_EPOCH, &mut resting, true);
            asking.lost = lost;
            let Ok(Err(Failed::Unanswered(why))) = asking.number("cart", "p99_ms", "x", Kind::Now).await else {
                panic!("it is trouble of a query")
            };
            assert_eq!(why.contains("cannot be reached"), asks, "{lost:?}: {why}");
            assert_eq!(why.contains("not asked in this minute"), !asks, "{lost:?}: {why}");
        }
        assert!(resting.0.is_empty(), "all of that is asked again in a minute");
    }
}
