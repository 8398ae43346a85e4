//! `[[service]]`: what the app alerts watch.

use std::collections::BTreeMap;

use super::super::reading::{Section, Wrong};
use super::super::value;
use super::Known;
use super::cluster::namespace;
use super::names::Names;
use crate::estate::{DeclaredService, ServiceSignals};

/// The signals that `[service.prometheus]` may have a query for.
const SIGNALS: [&str; 4] = ["p99_ms", "requests", "errors_5xx", "errors_4xx"];

pub(super) fn read(section: &Section<'_>, names: &mut Names<'_>, known: &Known<'_>) -> DeclaredService {
    let name = names.claim(section);
    let account = section.optional("account", |v| known.accounts.refer(v));
    let region = section.optional("region", value::region);
    let signals = signals(section);
    let cluster = section.optional("cluster", |v| known.clusters.refer(v));
    let namespace = section.optional("namespace", namespace);
    if section.has("namespace") && !section.has("cluster") {
        let wrong = Wrong::new("a namespace lies in a cluster", "`cluster` is needed beside it");
        section.findings().report_unless_broken(section.span_of("namespace"), wrong);
    }
    section.close();
    DeclaredService { name, account, region, signals, cluster, namespace }
}

fn signals(section: &Section<'_>) -> Option<ServiceSignals> {
    let findings = section.findings();
    let balancer = section.optional("load_balancer", value::text).map(ServiceSignals::LoadBalancer);
    let prometheus = section.section("prometheus").map(|prometheus| {
        let url = prometheus.required("url", value::url);
        let queries: BTreeMap<String, String> = SIGNALS
            .into_iter()
            .filter_map(|signal| Some((signal.to_owned(), prometheus.optional(signal, value::text)?)))
            .collect();
        if !SIGNALS.iter().any(|s| prometheus.has(s)) {
            let wrong = Wrong::new("there is no query here", format!("one or more of {}", SIGNALS.join(", ")));
            findings.report_unless_broken(prometheus.span(), wrong);
        }
        prometheus.close();
        ServiceSignals::Prometheus { url, queries }
    });
    if section.has("load_balancer") && !(section.has("account") && section.has("region")) {
        let wrong = Wrong::new("a load balancer lies in an account and a region", "both are needed beside it");
        findings.report_unless_broken(section.span_of("load_balancer"), wrong);
    }
    if section.has("load_balancer") && section.has("prometheus") {
        let wrong = Wrong::new("a service has one origin of its signals", "`load_balancer` is there too");
        findings.report(section.span_of("prometheus"), wrong.help("leave one of the two out"));
    }
    balancer.or(prometheus)
}
