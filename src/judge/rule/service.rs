//! A service: how fast it answers, how often it fails, and how much more is asked of it than before.

use super::team::{Of, team};
use crate::estate::{Sample, ServiceFacts, ServiceSignals, ServiceState};
use crate::judge::docket::Docket;
use crate::judge::finding::Finding;
use crate::judge::severity::Environment;
use crate::judge::{RuleId, RuleId as R, Subject, words};

/// Judges a service. One whose signals the estate file does not name only ties things together: there is nothing to judge.
pub(in crate::judge) fn service(docket: &mut Docket<'_>, state: &ServiceState) {
    let entry = state.entry();
    let account = docket.estate.account_of(&entry);
    docket.open(entry.clone(), account);
    docket.locate(environment(docket, state));
    let Some(signals) = &state.declared.signals else { return };
    let Some(known) = &state.facts else {
        if docket.undoubted() && docket.fed() {
            docket.doubt("nothing has been said of it yet");
        } else if docket.undoubted() {
            docket.doubt("no source speaks for it");
        }
        return;
    };
    let facts = &known.value;
    let about = Subject::Entry(entry);
    let figure = |rule, name, verb, value, sample, signal| Figure { rule, name, verb, value, sample, signal };
    let figures = [
        figure(R::AppLatencyP99Ms, "p99 latency", "is", facts.p99_ms.map(|s| s.value), facts.p99_ms, "p99_ms"),
        figure(R::AppErrors5xxPercent, "5xx rate", "is", facts.errors_5xx_percent(), facts.errors_5xx, "errors_5xx"),
        figure(R::AppErrors4xxPercent, "4xx rate", "is", facts.errors_4xx_percent(), facts.errors_4xx, "errors_4xx"),
        figure(
            R::AppRequestsChangePercent,
            "change of requests",
            "against the hour before is",
            facts.requests_change_percent(),
            facts.requests,
            "requests",
        ),
    ];
    if let Some(old) = docket.old(known.as_of) {
        docket.doubt(format!("its numbers are from {old} ago"));
    }
    let idle = facts.requests.is_some_and(|s| s.value <= 0.0);
    let mut missing = Vec::new();
    for Figure { rule, name, verb, value, sample, signal } in figures {
        match value.filter(|v| v.is_finite()) {
            Some(value) => {
                if let Some(breach) = docket.weigh(rule, value, &about) {
                    let rests = docket.said_by(known.origin, sample.map_or(known.as_of, |s| s.at));
                    docket.raise(breach, about.clone(), Finding::App { name, verb }, rests);
                }
            }
            None if idle || !asked(signals, signal) || !ought(facts, rule) => {}
            None => missing.push(name.to_owned()),
        }
    }
    if !missing.is_empty() {
        docket.doubt(format!("not known: {}", words::list(&missing, 4)));
    }
    team(docket, Of::Service(state), &about, None);
}

/// One number and how to say it.
struct Figure {
    rule: RuleId,
    name: &'static str,
    /// What stands between the service's name and the value.
    verb: &'static str,
    value: Option<f64>,
    sample: Option<Sample>,
    /// The query that tells it.
    signal: &'static str,
}

/// Whether the estate file asks for a signal: a load balancer tells them all, a server those that have a query.
fn asked(signals: &ServiceSignals, signal: &str) -> bool {
    match signals {
        ServiceSignals::LoadBalancer(_) => true,
        ServiceSignals::Prometheus { queries, .. } => queries.contains_key(signal),
    }
}

/// Whether a number ought to be known: without an hour before, or with nothing in it, nothing can have changed.
fn ought(facts: &ServiceFacts, rule: RuleId) -> bool {
    rule != RuleId::AppRequestsChangePercent || facts.requests.is_none()
}

/// Where a service runs: its account's environment, else its cluster's.
fn environment(docket: &Docket<'_>, state: &ServiceState) -> Environment {
    let declared = &state.declared;
    let by_cluster = || docket.estate.cluster(declared.cluster.as_deref()?)?.declared.account.as_deref();
    let account = declared.account.as_deref().or_else(by_cluster);
    Environment::of(account.and_then(|name| docket.account(name)))
}

/// Where the service of a name runs; none where the estate file has no such service.
pub(super) fn environment_of(docket: &Docket<'_>, service: &str) -> Option<Environment> {
    docket.estate.service(service).map(|state| environment(docket, state))
}
