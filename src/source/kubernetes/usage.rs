//! What nodes use, as the cluster's metrics API (`metrics.k8s.io`, of metrics-server) measures it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use tokio::time::Instant;

use super::request::{Caller, Trouble};
use super::shown::quantity::{thousandths, whole};
use crate::estate::{Resources, Usage};

const PATH: &str = "/apis/metrics.k8s.io/v1beta1/nodes";

/// How often it is asked.
const MEASURE: Duration = Duration::from_mins(1);
/// How often it is asked again where it cannot be known, and how long what was measured outlives an API that fails.
const MEASURE_AGAIN: Duration = Duration::from_mins(5);
/// How long the first answer may take, for which one look at the cluster waits. Metrics-server answers from memory.
pub(super) const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// When it is asked what the nodes use, and what of the answers is news.
pub(super) struct Gauge {
    /// When it is asked next; none while it is being asked.
    next: Option<Instant>,
    /// Whether anything was ever answered.
    answered: bool,
    /// When it was last measured.
    measured: Option<Instant>,
    /// Why it cannot be known, as it was last said.
    unmeasured: Option<Usage>,
    /// What has not been told yet.
    news: Option<Usage>,
}

impl Gauge {
    /// Nothing has been asked, and it is to be asked now.
    pub(super) fn new(now: Instant) -> Self {
        Self { next: Some(now), answered: false, measured: None, unmeasured: None, news: None }
    }

    /// Whether it is to be asked now; whoever is told so asks.
    pub(super) fn due(&mut self, now: Instant) -> bool {
        self.next.take_if(|at| *at <= now).is_some()
    }

    /// How long the answer may take, but for what any request may.
    pub(super) fn patience(&self) -> Option<Duration> {
        (!self.answered).then_some(FIRST_ANSWER)
    }

    /// Takes in an answer. What fails may pass: until it has failed for a while, what was measured stands.
    pub(super) fn take(&mut self, usage: Result<Usage, Trouble>, now: Instant) {
        self.answered = true;
        let (usage, pause) = match usage {
            Ok(usage @ Usage::Measured { .. }) => (usage, MEASURE),
            Ok(usage) => (usage, MEASURE_AGAIN),
            Err(trouble) => {
                self.next = Some(now + MEASURE);
                if self.measured.is_some_and(|at| now.duration_since(at) < MEASURE_AGAIN) {
                    return;
                }
                (Usage::Unmeasured(format!("what nodes use is not known: {}", trouble.words())), MEASURE)
            }
        };
        self.next = Some(now + pause);
        if let Usage::Measured { .. } = usage {
            (self.measured, self.unmeasured) = (Some(now), None);
        } else if self.unmeasured.as_ref() == Some(&usage) {
            return;
        } else {
            self.unmeasured = Some(usage.clone());
        }
        self.news = Some(usage);
    }

    /// What has not been told yet, once.
    pub(super) fn news(&mut self) -> Option<Usage> {
        self.news.take()
    }

    /// Whether something has not been told yet.
    pub(super) fn has_news(&self) -> bool {
        self.news.is_some()
    }
}

#[derive(Deserialize)]
struct List {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    metadata: Meta,
    timestamp: Timestamp,
    usage: Amounts,
}

#[derive(Deserialize)]
struct Meta {
    name: Arc<str>,
}

#[derive(Deserialize)]
struct Amounts {
    cpu: String,
    memory: String,
}

/// Asks once, and waits no longer than `patience`, if any is given. A cluster without that API, or without the right to it,
/// says so in the usage; what may pass is an error.
pub(super) async fn measure(caller: &Caller, patience: Option<Duration>) -> Result<Usage, Trouble> {
    let Some(patience) = patience else { return ask(caller).await };
    tokio::time::timeout(patience, ask(caller)).await.unwrap_or_else(|_| {
        let words =
            format!("the metrics API has not answered within {} s; see the log of metrics-server", patience.as_secs());
        Err(Trouble::Failed(words, None))
    })
}

async fn ask(caller: &Caller) -> Result<Usage, Trouble> {
    match caller.read_apart(PATH, "application/json").await {
        Ok(body) => read(&body),
        Err(Trouble::Absent(_)) => Ok(Usage::Unmeasured(
            "the cluster has no metrics API (metrics.k8s.io); install metrics-server to see what its nodes use"
                .to_owned(),
        )),
        Err(Trouble::Forbidden(words)) => Ok(Usage::Unmeasured(format!(
            "{words}; ask for get and list on nodes of metrics.k8s.io (the ClusterRole system:aggregated-metrics-reader)"
        ))),
        Err(trouble) => Err(trouble),
    }
}

fn read(body: &[u8]) -> Result<Usage, Trouble> {
    let list: List = serde_json::from_slice(body)
        .map_err(|why| Trouble::Failed(format!("the metrics API sends what cannot be read: {why}"), None))?;
    let Some(at) = list.items.iter().map(|item| item.timestamp).min() else {
        return Ok(Usage::Unmeasured(
            "the metrics API has measured no node yet; see the log of metrics-server".to_owned(),
        ));
    };
    let nodes: BTreeMap<Arc<str>, Resources> = list
        .items
        .into_iter()
        .filter_map(|item| {
            let used = Resources { cpu_milli: thousandths(&item.usage.cpu)?, memory_bytes: whole(&item.usage.memory)? };
            Some((item.metadata.name, used))
        })
        .collect();
    Ok(Usage::Measured { at, nodes })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As metrics-server 0.8 answers.
    const ANSWER: &str = r#"{"kind":"NodeMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[
        {"metadata":{"name":"ip-10-0-0-10.ec2.internal","creationTimestamp":"2026-11-21T15:00:12Z","labels":{"a":"b"}},
         "timestamp":"2026-11-21T15:00:02Z","window":"20.04s","usage":{"cpu":"156984411n","memory":"1843392Ki"}},
        {"metadata":{"name":"ip-10-0-0-11.ec2.internal","creationTimestamp":"2026-11-21T15:00:12Z"},
         "timestamp":"2026-11-21T15:00:07Z","window":"10s","usage":{"cpu":"2","memory":"128974848"}}]}"#;

    #[test]
    fn nodes_with_what_they_use() {
        let Usage::Measured { at, nodes } = read(ANSWER.as_bytes()).unwrap() else { panic!("not measured") };
        assert_eq!(at, "2026-11-21T15:00:02Z".parse().unwrap());
        let first = nodes["ip-10-0-0-10.ec2.internal"];
        assert_eq!((first.cpu_milli, first.memory_bytes), (157, 1_843_392 * 1_024));
        assert_eq!(nodes["ip-10-0-0-11.ec2.internal"].cpu_milli, 2_000);
    }

    fn failed() -> Result<Usage, Trouble> {
        Err(Trouble::Failed("down".into(), None))
    }

    #[test]
    fn what_was_measured_outlives_a_failure_that_passes() {
        let measured = Usage::Measured { at: Timestamp::UNIX_EPOCH, nodes: BTreeMap::new() };
        let mut now = Instant::now();
        let mut gauge = Gauge::new(now);
        assert_eq!(gauge.patience(), Some(FIRST_ANSWER));
        assert!(gauge.due(now) && !gauge.due(now), "it is asked once at a time");
        gauge.take(Ok(measured.clone()), now);
        assert_eq!((gauge.news(), gauge.news()), (Some(measured), None));
        assert_eq!(gauge.patience(), None);
        for minute in 1..5 {
            now += MEASURE;
            assert!(gauge.due(now));
            gauge.take(failed(), now);
            assert!(!gauge.has_news(), "minute {minute}");
        }
        now += MEASURE;
        assert!(gauge.due(now));
        gauge.take(failed(), now);
        assert!(matches!(gauge.news(), Some(Usage::Unmeasured(words)) if words.contains("down")));
    }

    #[test]
    fn what_cannot_be_known_is_said_once() {
        let mut now = Instant::now();
        let mut gauge = Gauge::new(now);
        gauge.take(failed(), now);
        assert!(matches!(gauge.news(), Some(Usage::Unmeasured(_))), "nobody waits for a second answer");
        now += MEASURE;
        assert!(gauge.due(now));
        let missing = || Ok(Usage::Unmeasured("no metrics API".into()));
        gauge.take(missing(), now);
        assert!(gauge.news().is_some());
        now += MEASURE;
        assert!(!gauge.due(now), "what is missing is not looked for each minute");
        now += MEASURE_AGAIN;
        assert!(gauge.due(now));
        gauge.take(missing(), now);
        assert!(!gauge.has_news());
    }

    #[test]
    fn nothing_measured_is_not_nothing_used() {
        assert!(matches!(read(br#"{"items":[]}"#).unwrap(), Usage::Unmeasured(_)));
        assert!(matches!(read(b"<html>"), Err(Trouble::Failed(..))));
    }
}
