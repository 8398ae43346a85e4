//! Row by row, what will work of a Prometheus server and its queries, and what to do about the rest.

use jiff::Timestamp;

use super::answer::Number;
use super::counts::Queries;
use super::server::{Server, shown};
use crate::estate::{DeclaredEstate, Sli, Window};
use crate::source::outbox::Meter;

/// What was tried, and what came of it: what was found, or what to do.
type Row = (String, Result<String, String>);

/// Proves every server that the estate's SLOs name, then each of their queries over the last hour.
pub async fn probe(declared: &DeclaredEstate, now: Timestamp) -> Vec<(String, Result<String, String>)> {
    let mut rows: Vec<Row> = Vec::new();
    for source in super::sources(declared) {
        let called = format!("prometheus {}", shown(&source.url));
        let server = match Server::new(&source.url, Meter::default()) {
            Ok(server) => server,
            Err(trouble) => {
                rows.push((called, Err(trouble.reason)));
                continue;
            }
        };
        match server.version().await {
            Ok(version) => rows.push((called, Ok(format!("reachable, version {version}")))),
            Err(trouble) => {
                rows.push((called, Err(trouble.reason)));
                continue;
            }
        }
        for slo in source.slos.iter().filter(|slo| matches!(slo.sli, Sli::Prometheus { .. })) {
            let Some(queries) = Queries::of(slo) else { continue };
            let hour = Window::H1.seconds();
            let texts = [(queries.counted_word(), queries.events(hour)), ("total", queries.total(hour))];
            for (what, text) in texts {
                let outcome = match server.number(&text, now).await {
                    Ok(Ok(Number::Is(n))) => Ok(format!("{n} in the last hour")),
                    Ok(Ok(Number::Missing)) if what != "total" => Ok("none in the last hour".to_owned()),
                    Ok(Ok(Number::Missing)) => {
                        Err("no series in the last hour; does the metric exist, with these labels?".to_owned())
                    }
                    Ok(Ok(Number::Undefined)) => {
                        Err("not a number; a count must not divide by what may be nothing".to_owned())
                    }
                    Ok(Err(said)) => Err(said),
                    Err(trouble) => Err(trouble.reason),
                };
                rows.push((format!("slo {}, {what}", slo.name), outcome));
            }
        }
    }
    rows
}
