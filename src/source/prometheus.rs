//! SLO counts and the numbers of services from Prometheus: one source for each server, which asks every query once a
//! minute.
//!
//! Each SLO has two queries, events and total; each is asked for the seven windows and the SLO's own one, with
//! `{{.window}}` replaced, all at one instant. What the server says of a single query (a syntax error, several series)
//! leaves that query's windows unknown and is noted; what it says of itself (unreachable, no login, half an answer)
//! fails the source, and earlier counts are kept. A query that it does not answer, as one that takes too long, is
//! noted only while it answers others: an SLO of which one of the seven windows was not answered keeps its earlier
//! counts, one whose own, longer window was not answered has its burn and no budget. Ranges of the same queries fill
//! the histories that charts are drawn from.

mod answer;
mod asking;
mod counts;
mod filling;
mod gaps;
mod probe;
mod server;
mod services;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
pub use probe::probe;

use self::asking::{Asking, Resting};
use self::counts::{Queries, Reading};
use self::filling::Filling;
use self::gaps::Gaps;
use self::server::{Server, Trouble, shown};
use self::services::Service;
use super::schedule::Schedule;
use super::{Outbox, Source};
use crate::estate::{Covered, DeclaredEstate, DeclaredSlo, EntryRef, Fact, Report, Sli, SourceKey, SourceName};

/// How often the queries are asked, and the longest pause after failures.
const EVERY: Duration = Duration::from_mins(1);
/// How long one look fills histories backwards.
const FILL_FOR: Duration = Duration::from_secs(5);
/// Notes about single queries that are told; the rest is counted.
const MOST_NOTES: usize = 3;

/// The SLOs of one Prometheus server.
#[derive(Debug)]
pub struct PrometheusSource {
    url: String,
    slos: Vec<DeclaredSlo>,
    services: Vec<Service>,
    /// The time for which earlier runs have asked, by SLO.
    covered: BTreeMap<String, Covered>,
}

/// A source for each server that the estate's SLOs and services name.
pub fn sources(declared: &DeclaredEstate) -> Vec<PrometheusSource> {
    sources_after(declared, &BTreeMap::new())
}

/// The same, after earlier runs that have asked for so much of each SLO's history (by its name in the estate file).
pub fn sources_after(declared: &DeclaredEstate, covered: &BTreeMap<String, Covered>) -> Vec<PrometheusSource> {
    let mut all: Vec<PrometheusSource> = Vec::new();
    for slo in &declared.slos {
        if let Sli::Prometheus { url, .. } = &slo.sli {
            of(&mut all, url, covered).slos.push(slo.clone());
        }
    }
    for (url, service) in declared.services.iter().filter_map(Service::of) {
        of(&mut all, url, covered).services.push(service);
    }
    all
}

/// The source of a server, made where there is none yet.
fn of<'a>(
    all: &'a mut Vec<PrometheusSource>,
    url: &str,
    covered: &BTreeMap<String, Covered>,
) -> &'a mut PrometheusSource {
    let index = all.iter().position(|s| s.url == url).unwrap_or(all.len());
    if index == all.len() {
        let (slos, services) = (Vec::new(), Vec::new());
        all.push(PrometheusSource { url: url.to_owned(), slos, services, covered: covered.clone() });
    }
    &mut all[index]
}

impl Source for PrometheusSource {
    fn key(&self) -> SourceKey {
        SourceKey::new(SourceName::Prometheus).about(&shown(&self.url))
    }

    fn feeds(&self) -> Vec<EntryRef> {
        let services = self.services.iter().map(|s| EntryRef::Service(s.name.clone()));
        self.slos.iter().map(|s| EntryRef::Slo(s.name.clone())).chain(services).collect()
    }

    async fn run(self, out: Outbox) {
        let seed = self.url.bytes().fold(0, |sum: u64, b| sum.wrapping_mul(31).wrapping_add(b.into()));
        let mut schedule = Schedule::new(EVERY, EVERY, seed);
        let mut gaps = Gaps::default();
        let mut filling = Filling::after(&self.covered);
        let mut resting = Resting::default();
        loop {
            let at = whole_second(out.now());
            let (report, pause) = match self.look(at, &mut gaps, &mut filling, &mut resting, &out).await {
                Ok((facts, note)) => (Report::Facts { as_of: at, facts, note }, schedule.after_success()),
                Err(Trouble { reason, retry_after }) => {
                    let pause = schedule.after_failure(retry_after);
                    (Report::Failed { reason, next_try_at: later(out.now(), pause) }, pause)
                }
            };
            if !out.say(report).await {
                return;
            }
            tokio::time::sleep(out.clock().real(pause)).await;
        }
    }
}

impl PrometheusSource {
    /// One look: the counts of every SLO and the numbers of every service at one instant, and what is wrong with single
    /// queries.
    async fn look(
        &self,
        at: Timestamp,
        gaps: &mut Gaps,
        filling: &mut Filling,
        resting: &mut Resting,
        out: &Outbox,
    ) -> Result<(Vec<Fact>, Option<String>), Trouble> {
        let server = Server::new(&self.url, out.meter())?;
        let mut asking = Asking::new(&server, at, resting);
        let mut facts = Vec::new();
        let mut notes = Vec::new();
        let mut counts = Vec::new();
        for slo in &self.slos {
            let Some(queries) = Queries::of(slo) else { continue };
            let mut reading = Reading::take(&mut asking, &slo.name, &queries).await?;
            // Once there is a history, it tells where points are missing, after a restart too.
            if reading.counts.whole.total.is_some() && !filling.knows(&slo.name) {
                match gaps.of(&mut asking, slo, &queries).await? {
                    Ok(missing) => reading.mark(&missing, at),
                    Err(wrong) => reading.wrong.push(wrong),
                }
            }
            notes.extend(reading.wrong.into_iter().map(|wrong| format!("{}: {wrong}", slo.name)));
            // What was counted before stands and grows old, rather than that less is known.
            if !reading.broken {
                counts.push(Fact::Slo(slo.name.clone(), reading.counts));
            }
        }
        // What looks back takes nothing from what is so now.
        let mut found = Vec::new();
        for service in &self.services {
            let (seen, wrong) = service.look(&mut asking).await?;
            notes.extend(wrong.into_iter().map(|wrong| format!("{}: {wrong}", service.name)));
            found.extend(seen.map(|seen| (service, seen)));
        }
        for (service, mut seen) in found {
            let (earlier, wrong) = service.look_back(&mut asking).await?;
            notes.extend(wrong.map(|wrong| format!("{}: {wrong}", service.name)));
            seen.requests_before = earlier;
            facts.push(Fact::Service(service.name.clone(), seen));
        }
        let began = Instant::now();
        for slo in &self.slos {
            let Some(queries) = Queries::of(slo) else { continue };
            // What is judged goes first: a long history waits for the next look.
            if began.elapsed() > FILL_FOR && !filling.knows(&slo.name) {
                continue;
            }
            match filling.of(&server, &slo.name, &queries, at).await {
                Ok(points) => facts.extend(points.map(|points| Fact::SliPoints(slo.name.clone(), points))),
                Err(said) => notes.push(format!("{}: its history is not filled: {said}", slo.name)),
            }
        }
        // The points first: counts are held against them.
        facts.extend(counts);
        if facts.is_empty() {
            // Without a fact there is nothing that is still so: what is known grows old.
            let reason = note(notes).unwrap_or_else(|| "no query was answered".to_owned());
            return Err(Trouble { reason, retry_after: None });
        }
        Ok((facts, note(notes)))
    }
}

fn note(mut all: Vec<String>) -> Option<String> {
    let more = all.len().saturating_sub(MOST_NOTES);
    all.truncate(MOST_NOTES);
    let mut text = all.join("; ");
    if more > 0 {
        text = format!("{text}; and {more} more");
    }
    (!text.is_empty()).then_some(text)
}

fn whole_second(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn later(now: Timestamp, pause: Duration) -> Option<Timestamp> {
    now.checked_add(SignedDuration::try_from(pause).ok()?).ok()
}

#[cfg(test)]
mod tests;
