//! Two queries that belong together: of the bad or good events, and of all.

use std::ops::Range;

use super::mapping::Findings;
use super::promql::{Counting, WINDOW, counting};
use super::{Events, Hints};
use crate::config::value::is_url;

/// Where Prometheus is, where neither the file nor the command line says it.
const PLACEHOLDER: &str = "http://prometheus.example:9090";

/// One query and its place.
pub(super) struct Query<'y> {
    pub(super) text: &'y str,
    pub(super) span: Range<usize>,
}

/// What two queries count, as the estate file has it; the reason where it cannot.
///
/// `url` is what the file says of the server. `rises`: the queries name counters that only rise.
pub(super) fn pair(
    counted: &'static str,
    events: &Query<'_>,
    total: &Query<'_>,
    rises: bool,
    url: Option<&str>,
    (findings, hints): (&Findings, Hints<'_>),
) -> Result<Events, String> {
    let said = |what: &str, why: &str| format!("its query of {what} events cannot be used: {why}");
    let read_events = counting(events.text, rises).map_err(|why| said(counted, why))?;
    let read_total = counting(total.text, rises).map_err(|why| said("all", why))?;
    // What is a rate on one side alone must stay one on the other, or the share would change.
    let as_they_are =
        read_events.rate || read_total.rate || (read_events.changed.is_some() != read_total.changed.is_some());
    let (events_text, total_text) = if as_they_are {
        let own = |query: &Query<'_>| query.text.trim().replace("{{ .window }}", WINDOW);
        let (events_text, total_text) = (own(events), own(total));
        if !events_text.contains(WINDOW) || !total_text.contains(WINDOW) {
            return Err("one of its queries counts and the other gives a rate; let both count".into());
        }
        if read_events.rate || read_total.rate || read_events.changed.is_some() || read_total.changed.is_some() {
            findings.left(
                events.span.clone(),
                "the number of events",
                "the queries give rates: shares are right, but `min_events` is compared with events a second",
            );
        }
        (events_text, total_text)
    } else {
        for (query, read) in [(events, &read_events), (total, &read_total)] {
            told(findings, query, read);
        }
        (read_events.query, read_total.query)
    };
    let url = match hints.url.or(url) {
        Some(url) if is_url(url) => url.to_owned(),
        unusable => {
            let lack = unusable.map_or_else(
                || "the file does not say where Prometheus is".to_owned(),
                |url| format!("`{url}` is not the URL of a server"),
            );
            let why = format!("{lack}: {PLACEHOLDER} stands in its place; give --url");
            findings.left_once(events.span.clone(), "the server", why);
            PLACEHOLDER.to_owned()
        }
    };
    Ok(Events::Prometheus { url, counted, events: events_text, total: total_text })
}

fn told(findings: &Findings, query: &Query<'_>, read: &Counting) {
    if let Some(changed) = &read.changed {
        findings.left(query.span.clone(), "the query", changed.clone());
    }
}
