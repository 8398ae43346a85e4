//! The sentence that a colleague would say: what is worst, how bad, what is due next.

use jiff::Timestamp;

use super::{Concern, upcoming};
use crate::estate::{Estate, SourceState};
use crate::judge::{Alert, History, Judgement, Level, words};

/// The sentence for the header's second line, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// How bad the whole estate is.
    pub level: Level,
    /// Its parts, the most important first: a narrow screen drops from the end. Never empty.
    pub parts: Vec<String>,
}

impl Headline {
    /// The whole sentence.
    pub fn line(&self) -> String {
        self.parts.join(" · ")
    }
}

/// Says how things are: the worst thing, since when, how much else there is, and what to do next; on a calm day since
/// when all is calm, and what will need someone next.
///
/// `concerns` are those of the same estate and judgement, see [`super::concerns`].
pub fn headline(
    estate: &Estate,
    judgement: &Judgement,
    concerns: &[Concern],
    history: &History,
    now: Timestamp,
) -> Headline {
    let parts = match concerns.first() {
        Some(worst) => trouble(worst, concerns, &judgement.alerts, now),
        None if judgement.level == Level::Ok => calm(estate, history, now),
        None => awaiting(estate),
    };
    Headline { level: judgement.level, parts }
}

/// Since when, and how long that is once it is a minute: seconds would make the sentence restless.
fn since_words(since: Timestamp, now: Timestamp) -> String {
    let time = words::time(since, now);
    if now.duration_since(since).as_secs() < 60 {
        return format!("since {time}");
    }
    format!("since {time} ({})", words::age(since, now))
}

fn trouble(worst: &Concern, concerns: &[Concern], alerts: &[Alert], now: Timestamp) -> Vec<String> {
    let mut parts = vec![worst.phrase(alerts)];
    if let Some(since) = worst.since {
        parts.push(since_words(since, now));
    }
    if !worst.next.is_empty() {
        parts.push(format!("next: {}", worst.next));
    }
    let more = |level: Level| concerns.iter().skip(1).filter(|c| c.level == level).count();
    let rest: Vec<String> = [
        (more(Level::Critical), "critical", "critical"),
        (more(Level::Warning), "warning", "warnings"),
        (more(Level::Unknown), "unknown", "unknown"),
    ]
    .into_iter()
    .filter(|(n, ..)| *n > 0)
    .map(|(n, one, many)| words::count(n, one, many))
    .collect();
    if !rest.is_empty() {
        parts.push(format!("besides: {}", rest.join(", ")));
    }
    parts
}

fn calm(estate: &Estate, history: &History, now: Timestamp) -> Vec<String> {
    let since = history.level_since().filter(|(level, _)| *level == Level::Ok).map(|(_, at)| at);
    let mut parts = vec![match since {
        Some(at) => format!("All calm {}", since_words(at, now)),
        None => "All calm".to_owned(),
    }];
    parts.extend(upcoming(estate, now));
    parts
}

/// Nothing is wrong as far as anyone knows, and not everyone has spoken.
fn awaiting(estate: &Estate) -> Vec<String> {
    let all = estate.sources().len();
    let live = estate.sources().iter().filter(|s| s.state == SourceState::Live).count();
    if all == 0 {
        return vec!["No source tells anything yet".to_owned()];
    }
    if live == all {
        return vec!["Some of what ought to be known is not".to_owned()];
    }
    vec![format!("Waiting for answers: {live} of {} spoken", words::count(all, "source has", "sources have"))]
}
