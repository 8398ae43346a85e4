//! The services of a server: plain queries, one number each, at one instant.

use jiff::Timestamp;

use super::answer::Number;
use super::asking::{Asking, Failed, Kind};
use super::server::Trouble;
use crate::estate::{DeclaredService, Sample, ServiceFacts, ServiceSignals};

/// The hour before the present five minutes, minute by minute; nothing where less than half of it is known.
fn before(requests: &str) -> String {
    let hour = format!("({requests})[1h:1m] offset 5m");
    format!("avg_over_time({hour}) and count_over_time({hour}) >= 30")
}

/// A service whose signals a server's queries give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    /// Its name in the estate file.
    pub(super) name: String,
    p99_ms: Option<String>,
    requests: Option<String>,
    errors_5xx: Option<String>,
    errors_4xx: Option<String>,
}

impl Service {
    /// The service and its server's URL, where its signals come from Prometheus.
    pub(super) fn of(declared: &DeclaredService) -> Option<(&str, Self)> {
        let Some(ServiceSignals::Prometheus { url, queries }) = &declared.signals else { return None };
        let query = |signal: &str| queries.get(signal).cloned();
        let service = Self {
            name: declared.name.clone(),
            p99_ms: query("p99_ms"),
            requests: query("requests"),
            errors_5xx: query("errors_5xx"),
            errors_4xx: query("errors_4xx"),
        };
        Some((url, service))
    }

    /// One look: its numbers of now, and what is wrong with single queries. None where no query was answered: what was
    /// known grows old then.
    pub(super) async fn look(&self, asking: &mut Asking<'_>) -> Result<(Option<ServiceFacts>, Vec<String>), Trouble> {
        let (at, mut wrong, mut answered) = (asking.at(), Vec::new(), false);
        let mut ask = async |signal: &'static str, query: Option<&str>| {
            let Some(query) = query else { return Ok(None) };
            Ok(match asking.number(&self.name, signal, query, Kind::Now).await? {
                Ok(number) => {
                    answered = true;
                    Some(number)
                }
                Err(failed) => {
                    answered |= matches!(failed, Failed::Refused(_));
                    wrong.push(format!("{signal}: {}", failed.words()));
                    None
                }
            })
        };
        let p99 = ask("p99_ms", self.p99_ms.as_deref()).await?;
        let requests = ask("requests", self.requests.as_deref()).await?;
        let errors_5xx = ask("errors_5xx", self.errors_5xx.as_deref()).await?;
        let errors_4xx = ask("errors_4xx", self.errors_4xx.as_deref()).await?;
        let requests = known(requests, at);
        let facts = ServiceFacts {
            p99_ms: known(p99, at),
            requests,
            errors_5xx: errors(errors_5xx, requests, at),
            errors_4xx: errors(errors_4xx, requests, at),
            requests_before: None,
        };
        Ok((answered.then_some(facts), wrong))
    }

    /// Its requests of the hour before, and what is wrong with their query.
    pub(super) async fn look_back(&self, asking: &mut Asking<'_>) -> Result<(Option<Sample>, Option<String>), Trouble> {
        const SIGNAL: &str = "requests of the hour before";
        let Some(requests) = &self.requests else { return Ok((None, None)) };
        Ok(match asking.number(&self.name, SIGNAL, &before(requests), Kind::LooksBack).await? {
            Ok(number) => (known(Some(number), asking.at()), None),
            Err(failed) => (None, Some(format!("{SIGNAL}: {}", failed.words()))),
        })
    }
}

fn known(number: Option<Number>, at: Timestamp) -> Option<Sample> {
    match number? {
        Number::Is(value) => Some(Sample { value, at }),
        Number::Missing | Number::Undefined => None,
    }
}

/// Errors that are missing beside present requests are none at all: no series was made for what never happened.
fn errors(number: Option<Number>, requests: Option<Sample>, at: Timestamp) -> Option<Sample> {
    match number? {
        Number::Missing => requests.map(|_| Sample { value: 0.0, at }),
        number => known(Some(number), at),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_missing_count_of_errors_is_nothing_beside_requests_alone() {
        let at = Timestamp::UNIX_EPOCH;
        let requests = Some(Sample { value: 5.0, at });
        let value = |number, requests| errors(number, requests, at).map(|s: Sample| s.value);
        assert_eq!(value(Some(Number::Missing), requests), Some(0.0));
        assert_eq!(value(Some(Number::Missing), None), None);
        assert_eq!(value(Some(Number::Undefined), requests), None);
        assert_eq!(value(Some(Number::Is(2.0)), requests), Some(2.0));
        assert_eq!(value(None, requests), None);
    }

    #[test]
    fn only_what_prometheus_measures() {
        let declared = |signals| DeclaredService {
            name: "search".into(),
            account: None,
            region: None,
            signals,
            cluster: None,
            namespace: None,
        };
        let queries = BTreeMap::from([("requests".to_owned(), "sum(rate(x[5m]))".to_owned())]);
        let measured = declared(Some(ServiceSignals::Prometheus { url: "http://p".into(), queries }));
        let (url, service) = Service::of(&measured).unwrap();
        assert_eq!((url, service.requests.as_deref(), service.p99_ms), ("http://p", Some("sum(rate(x[5m]))"), None));
        assert_eq!(Service::of(&declared(Some(ServiceSignals::LoadBalancer("x".into())))), None);
        assert_eq!(Service::of(&declared(None)), None);
    }
}
