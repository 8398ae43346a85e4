//! `[slo.sli.…]`: where an SLO's events are counted.

use std::collections::BTreeMap;

use super::super::super::reading::{Reading, Section, Value, Wrong};
use super::super::super::value;
use super::super::Known;
use super::super::cluster::namespaces;
use crate::estate::{Counted, Metric, Sli};

/// What is replaced in a PromQL query.
const WINDOW: &str = "{{.window}}";

const ORIGINS: [&str; 3] = ["cloudwatch", "prometheus", "kubernetes"];

pub(super) fn read(section: &Section<'_>, known: &Known<'_>) -> Option<Sli> {
    let cloudwatch = section.section("cloudwatch").and_then(|s| cloudwatch(&s, known));
    let prometheus = section.section("prometheus").and_then(|s| prometheus(&s));
    let kubernetes = section.section("kubernetes").map(|s| kubernetes(&s, known));
    one_of(section, &ORIGINS, "an SLO's events are counted in one place");
    section.close();
    cloudwatch.or(prometheus).or(kubernetes)
}

/// Reports where none or more than one of the keys is there.
fn one_of(section: &Section<'_>, keys: &[&'static str], rule: &str) {
    let mut there = keys.iter().filter(|key| section.has(key));
    let all = || keys.join(", ");
    let Some(first) = there.next() else {
        let wrong = Wrong::new(rule, format!("one of {} is needed here", all()));
        section.findings().report_unless_broken(section.span(), wrong);
        return;
    };
    for more in there {
        let wrong = Wrong::new(rule, format!("`{first}` is there too"));
        section.findings().report(section.span_of(more), wrong.help(format!("leave all but one of {} out", all())));
    }
}

fn cloudwatch(section: &Section<'_>, known: &Known<'_>) -> Option<Sli> {
    let account = section.required("account", |v| known.accounts.refer(v));
    let region = section.required("region", value::region);
    let bad = section.section("bad").map(|s| metric(&s, false));
    let good = section.section("good").map(|s| metric(&s, false));
    let good_percent = section.section("good_percent").map(|s| metric(&s, true));
    let total = section.required_section("total", "namespace and metric").map(|s| metric(&s, false));
    one_of(
        section,
        &["bad", "good", "good_percent"],
        "either bad or good events are counted, or the percentage of good ones",
    );
    section.close();
    let total = total?;
    match (bad, good, good_percent) {
        (Some(events), ..) => Some(Sli::CloudWatchCounts { account, region, counted: Counted::Bad, events, total }),
        (_, Some(events), _) => Some(Sli::CloudWatchCounts { account, region, counted: Counted::Good, events, total }),
        (.., Some(good_percent)) => Some(Sli::CloudWatchGoodPercent { account, region, good_percent, total }),
        _ => None,
    }
}

fn metric(section: &Section<'_>, percentage: bool) -> Metric {
    let namespace = section.required("namespace", value::text);
    let metric = section.required("metric", value::text);
    let stat = if percentage {
        Some(section.required("stat", share))
    } else {
        section.optional("stat", |v| {
            let stat = value::text(v)?;
            if matches!(stat.as_str(), "Sum" | "SampleCount") {
                return Ok(stat);
            }
            Err(Wrong::new(format!("{stat} of a period cannot be added up"), "\"Sum\" or \"SampleCount\""))
        })
    };
    let mut dimensions = BTreeMap::new();
    if let Some(listed) = section.section("dimensions") {
        for (name, _, dimension) in listed.entries() {
            match value::text(dimension) {
                Ok(text) => _ = dimensions.insert(name.to_owned(), text),
                Err(wrong) => section.findings().report(dimension.span(), wrong),
            }
        }
    }
    section.close();
    Metric { namespace, metric, stat, dimensions }
}

/// A statistic that can be a percentage of events. A percentile is not: it is a value, such as seconds, and what of it can
/// be weighted by a total is the share of events up to a value.
fn share(value: Value<'_>) -> Reading<String> {
    let stat = value::text(value)?;
    let rank = stat.strip_prefix("PR(").and_then(|rest| rest.strip_suffix(')'));
    if rank.is_some_and(|range| range.contains(':')) || matches!(stat.as_str(), "Average" | "Minimum" | "Maximum") {
        return Ok(stat);
    }
    Err(Wrong::new(format!("{stat} is no percentage of events"), "such as \"PR(:0.3)\", percent of the values up to 0.3")
        .help("a percentile says how slow, and cannot be added up over time; a percentile rank says how many were quick enough"))
}

fn prometheus(section: &Section<'_>) -> Option<Sli> {
    let url = section.required("url", value::url);
    let bad = section.optional("bad", query);
    let good = section.optional("good", query);
    let total = section.required("total", query);
    one_of(section, &["bad", "good"], "either bad or good events are counted");
    section.close();
    let (counted, events) = match (bad, good) {
        (Some(events), _) => (Counted::Bad, events),
        (_, Some(events)) => (Counted::Good, events),
        _ => return None,
    };
    Some(Sli::Prometheus { url, counted, events, total })
}

fn query(value: Value<'_>) -> Reading<String> {
    let text = value::text(value)?;
    if text.contains(WINDOW) {
        return Ok(text);
    }
    Err(Wrong::new("this query does not know its window", format!("[{WINDOW}] where the range stands"))
        .help(format!("burn is measured over seven windows; write increase(…[{WINDOW}])")))
}

fn kubernetes(section: &Section<'_>, known: &Known<'_>) -> Sli {
    let cluster = section.required("cluster", |v| known.clusters.refer(v));
    section.required("events", |v| {
        let text = value::string(v)?;
        if text == "rollouts" { Ok(()) } else { Err(Wrong::new(format!("`{text}` cannot be counted"), "\"rollouts\"")) }
    });
    let namespaces = namespaces(section);
    section.close();
    Sli::Rollouts { cluster, namespaces }
}
