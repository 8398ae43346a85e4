//! The bed's Prometheus, SLOs that rest on it, and a source that is watched.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use quarterdeck::cli::Rigging;
use quarterdeck::estate::{Counted, Covered, DeclaredEstate, DeclaredSlo, Estate, Sli, SloCounts};
use quarterdeck::source::Clock;
use quarterdeck::source::prometheus::{sources, sources_after};

/// A server of the bed, by the variable that names it.
pub(crate) fn server(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("run tests/run, or source the environment of tests/bed/up"))
}

/// The URL of the bed's Prometheus.
pub(crate) fn prometheus() -> String {
    server("QUARTERDECK_BED_PROMETHEUS")
}

pub(crate) fn slo(name: &str, url: &str, counted: Counted, events: &str, total: &str, window: &str) -> DeclaredSlo {
    let days: u64 = window.trim_end_matches('d').parse().unwrap();
    DeclaredSlo {
        name: name.to_owned(),
        service: "shop".to_owned(),
        objective: 99.9,
        window_s: days * 86_400,
        window: window.to_owned(),
        min_events: 100,
        sli: Sli::Prometheus { url: url.to_owned(), counted, events: events.to_owned(), total: total.to_owned() },
    }
}

pub(crate) fn estate(slos: Vec<DeclaredSlo>) -> DeclaredEstate {
    DeclaredEstate { name: "bed".to_owned(), slos, ..DeclaredEstate::default() }
}

/// A source that is being listened to.
pub(crate) struct Watching(Rigging);

/// Runs the one source of these SLOs. Its clock runs ten times as fast, so that it tries again soon.
pub(crate) fn watch(slos: Vec<DeclaredSlo>) -> Watching {
    let declared = estate(slos);
    // The clock starts a few minutes back: the instants that are asked are never in the future.
    let origin = Timestamp::from_second(Timestamp::now().as_second() - 400).unwrap();
    let mut rigging = Rigging::new(Estate::new(declared.clone()), Clock::paced(origin, 10.0));
    for source in sources(&declared) {
        rigging.add(source);
    }
    assert_eq!(rigging.estate.sources().len(), 1, "one source for one server");
    rigging.start();
    Watching(rigging)
}

impl Watching {
    /// Listens until the estate is as wanted.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Estate) -> bool) -> Estate {
        let begun = Instant::now();
        loop {
            let left = Duration::from_secs(40).saturating_sub(begun.elapsed());
            let Ok(observation) = tokio::time::timeout(left, self.0.observations.recv()).await else {
                panic!("{what} never came: {:?}", self.0.estate.sources())
            };
            self.0.estate.apply(observation.unwrap());
            if wanted(&self.0.estate) {
                return self.0.estate.clone();
            }
        }
    }
}

/// Runs the one source of these SLOs by the system's clock, after an earlier run that has covered so much.
pub(crate) fn watch_now(slos: Vec<DeclaredSlo>, covered: &BTreeMap<String, Covered>) -> Watching {
    let declared = estate(slos);
    let mut rigging = Rigging::new(Estate::new(declared.clone()), Clock::System);
    for source in sources_after(&declared, covered) {
        rigging.add(source);
    }
    rigging.start();
    Watching(rigging)
}

pub(crate) fn counts(estate: &Estate, name: &str) -> SloCounts {
    estate.slo(name).unwrap().counts.as_ref().unwrap().value.clone()
}

/// What Prometheus says to a query at an instant, asked by other means.
pub(crate) async fn ask(query: &str, at: i64) -> Option<f64> {
    let at = at.to_string();
    let url = format!("{}/api/v1/query", prometheus());
    let asked = reqwest::Client::new().get(url).query(&[("query", query), ("time", &at)]).send().await.unwrap();
    let answer: serde_json::Value = asked.json().await.unwrap();
    answer["data"]["result"][0]["value"][1].as_str()?.parse().ok()
}
