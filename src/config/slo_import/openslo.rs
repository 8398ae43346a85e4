//! `OpenSLO`: `kind: SLO` of `openslo/v1` and `openslo/v1alpha`, with the `SLI` and `DataSource` that it points at.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::yaml::Value;
use super::mapping::{Findings, Mapping};
use super::queries::{Query, pair};
use super::sloth::LABELS;
use super::{Events, Hints, Metric, Slo, objective};

/// Stands in the place of an account that nobody named.
const ACCOUNT: &str = "ACCOUNT";

/// Stands in the place of a region that nobody named.
const REGION: &str = "us-east-1";

/// What the SLOs of a file point at by name.
#[derive(Default)]
struct Catalogue<'y> {
    indicators: BTreeMap<&'y str, Mapping<'y>>,
    origins: BTreeMap<&'y str, Origin<'y>>,
}

/// A `DataSource`.
#[derive(Clone, Copy, Default)]
struct Origin<'y> {
    kind: Option<&'y str>,
    url: Option<&'y str>,
    region: Option<&'y str>,
}

/// One side of a ratio.
enum Side<'y> {
    Prometheus(Query<'y>, Option<&'y str>),
    CloudWatch(Metric, Option<&'y str>, Range<usize>),
}

/// The SLOs among `OpenSLO`'s objects.
pub(super) fn read(objects: &[Mapping<'_>], findings: &Findings, hints: Hints<'_>) -> Vec<Slo> {
    let kind = |object: &Mapping<'_>| object.text(&["kind"]).map_or(String::new(), |(kind, _)| kind.to_owned());
    let mut catalogue = Catalogue::default();
    for object in objects {
        match kind(object).as_str() {
            "SLI" => {
                if let (Some(name), Some(spec)) = (named(object), object.needed_under("spec")) {
                    catalogue.indicators.insert(name.0, spec);
                }
            }
            "DataSource" => {
                if let (Some(name), Some(spec)) = (named(object), object.needed_under("spec")) {
                    catalogue.origins.insert(name.0, origin(&spec));
                }
            }
            _ => {}
        }
    }
    let mut slos = Vec::new();
    for object in objects {
        match kind(object).as_str() {
            "SLO" => slos.extend(one(object, &catalogue, hints)),
            "SLI" | "DataSource" => {}
            "" => object.lacks("kind"),
            "AlertPolicy" | "AlertCondition" | "AlertNotificationTarget" => {
                let why = "burn alerts are Quarterdeck's own, the same for every SLO";
                findings.left(object.place("kind"), format!("kind {}", kind(object)), why);
            }
            "Service" => {
                let why = "a service is named by its SLOs; add a [[service]] for what the app alerts watch";
                findings.left(object.place("kind"), "kind Service", why);
            }
            other => findings.left(object.place("kind"), format!("kind {other}"), "it has no SLOs"),
        }
    }
    slos
}

fn named<'y>(object: &Mapping<'y>) -> Option<(&'y str, Range<usize>)> {
    let metadata = object.needed_under("metadata")?;
    metadata.skip(&["displayName"]);
    metadata.leave("labels", LABELS);
    metadata.leave("annotations", "the estate file has no annotations");
    let name = metadata.needed(&["name"]);
    metadata.close();
    name
}

fn origin<'y>(spec: &Mapping<'y>) -> Origin<'y> {
    let text = |keys: &[&'static str]| spec.text(keys).map(|(text, _)| text);
    let details = spec.under("connectionDetails");
    let detail = |key| details.as_ref().and_then(|d| d.text(&[key])).map(|(text, _)| text);
    Origin { kind: text(&["type"]), url: detail("url"), region: detail("region") }
}

fn one(object: &Mapping<'_>, catalogue: &Catalogue<'_>, hints: Hints<'_>) -> Vec<Slo> {
    let (name, spec) = (named(object), object.needed_under("spec"));
    object.close();
    let (Some((name, span)), Some(spec)) = (name, spec) else { return Vec::new() };
    let service = spec.needed(&["service"]).map(|(service, _)| service.to_owned());
    let about = spec.text(&["description"]).map(|(text, _)| text.trim().to_owned());
    let window = window(&spec, hints);
    if let Some((method, at)) = spec.text(&["budgetingMethod"])
        && method != "Occurrences"
    {
        let why = "budgets are spent by events, not by slices of time: every event counts";
        spec.findings.left(at, format!("`budgetingMethod: {method}`"), why);
    }
    spec.leave("alertPolicies", "burn alerts are Quarterdeck's own, the same for every SLO");
    let objectives = spec.each_needed("objectives");
    let own = indicator(&spec, catalogue);
    let several = objectives.len() > 1;
    let mut slos = Vec::new();
    for (index, goal) in objectives.iter().enumerate() {
        let called = if several { format!("{name} {}", title(goal, index)) } else { name.to_owned() };
        let read = percent(goal).and_then(|percent| {
            let Some(percent) = percent else { return Ok(None) };
            let window = window.clone()?;
            let ratio = goal.under("ratioMetrics").or_else(|| goal.under("ratioMetric"));
            let counted = match (ratio, indicator(goal, catalogue)?.or(own.clone()?)) {
                (Some(ratio), _) => events(&ratio, catalogue, hints)?,
                (None, Some(indicator)) => of_indicator(&indicator, catalogue, hints)?,
                (None, None) => {
                    spec.lacks("indicator");
                    None
                }
            };
            Ok(counted.map(|events| (percent, window, events)))
        });
        // A value to compare with says nothing of a ratio.
        goal.skip(&["displayName", "value", "op"]);
        for key in ["timeSliceTarget", "timeSliceWindow", "compositeWeight"] {
            goal.leave(key, "budgets are spent by events, not by slices of time");
        }
        goal.close();
        match (read, &service) {
            (Ok(Some((objective, window, events))), Some(service)) => {
                let (span, service, about) = (goal.span.clone(), service.clone(), about.clone());
                slos.push(Slo { span, name: called, service, objective, window, about, events });
            }
            (Ok(_), _) => {}
            (Err(why), _) => {
                let span = if several { goal.span.clone() } else { span.clone() };
                spec.findings.left(span, format!("SLO `{called}` is left out"), why);
            }
        }
    }
    spec.close();
    slos
}

/// What tells an objective from its brothers.
fn title(goal: &Mapping<'_>, index: usize) -> String {
    let said = goal.text(&["displayName"]).or_else(|| goal.text(&["target", "targetPercent"]));
    said.map_or_else(|| (index + 1).to_string(), |(text, _)| text.to_owned())
}

fn percent(goal: &Mapping<'_>) -> Result<Option<String>, String> {
    let percent = match (goal.number(&["target"]), goal.number(&["targetPercent"])) {
        (Some((share, _)), _) => share * 100.0,
        (None, Some((percent, _))) => percent,
        (None, None) => {
            if !goal.has("target") && !goal.has("targetPercent") {
                goal.lacks("target");
            }
            return Ok(None);
        }
    };
    objective(percent).map(Some)
}

/// The indicator that lies in a mapping, or that it points at.
fn indicator<'y>(place: &Mapping<'y>, catalogue: &Catalogue<'y>) -> Result<Option<Mapping<'y>>, String> {
    if let Some(inline) = place.under("indicator") {
        inline.skip(&["metadata"]);
        // In v1alpha the indicator is the metric itself.
        let spec = inline.under("spec");
        return Ok(Some(spec.unwrap_or(inline)));
    }
    let Some((reference, _)) = place.text(&["indicatorRef"]) else { return Ok(None) };
    match catalogue.indicators.get(reference) {
        Some(spec) => Ok(Some(spec.clone())),
        None => Err(format!("`indicatorRef: {reference}` points at no SLI of this file; put both into one file")),
    }
}

fn of_indicator(
    indicator: &Mapping<'_>,
    catalogue: &Catalogue<'_>,
    hints: Hints<'_>,
) -> Result<Option<Events>, String> {
    indicator.skip(&["description"]);
    let read = match indicator.under("ratioMetric") {
        Some(ratio) => events(&ratio, catalogue, hints),
        None if indicator.has("thresholdMetric") => {
            indicator.skip(&["thresholdMetric"]);
            Err("a threshold on a number is no count of events; write a ratioMetric with two queries that count".into())
        }
        None => {
            indicator.lacks("ratioMetric");
            Ok(None)
        }
    };
    indicator.close();
    read
}

fn events(ratio: &Mapping<'_>, catalogue: &Catalogue<'_>, hints: Hints<'_>) -> Result<Option<Events>, String> {
    let rises = ratio.flag("counter").or_else(|| ratio.flag("incremental")).unwrap_or(false);
    ratio.skip(&["raw", "rawType"]);
    if ratio.has("raw") {
        return Err("a ratio alone does not say how many events there were; write good or bad, and total".into());
    }
    let (counted, key) = if ratio.has("bad") { ("bad", "bad") } else { ("good", "good") };
    let (part, total) = (ratio.needed_under(key), ratio.needed_under("total"));
    if ratio.has("good") && ratio.has("bad") {
        ratio.leave("good", "bad and all events say the same");
    }
    ratio.close();
    let (Some(part), Some(total)) = (part, total) else { return Ok(None) };
    let (Some(part), Some(total)) = (side(&part, catalogue)?, side(&total, catalogue)?) else { return Ok(None) };
    match (part, total) {
        (Side::Prometheus(part, url), Side::Prometheus(total, other)) => {
            pair(counted, &part, &total, rises, url.or(other), (ratio.findings, hints)).map(Some)
        }
        (Side::CloudWatch(events, region, at), Side::CloudWatch(total, other, _)) => {
            let missing = |what: &str, stand_in: &str, flag: &str| {
                let why = format!("the file does not name it: {stand_in} stands in its place; give {flag}");
                ratio.findings.left(at.clone(), what, why);
                stand_in.to_owned()
            };
            let account = hints.account.map_or_else(|| missing("the account", ACCOUNT, "--account"), str::to_owned);
            let region = region.or(other).or(hints.region);
            let region = region.map_or_else(|| missing("the region", REGION, "--region"), str::to_owned);
            Ok(Some(Events::CloudWatch { account, region, counted, events, total }))
        }
        _ => Err("its events are counted in two places; let both be Prometheus or both CloudWatch".into()),
    }
}

fn side<'y>(side: &Mapping<'y>, catalogue: &Catalogue<'y>) -> Result<Option<Side<'y>>, String> {
    // v1 has a source with a spec of its own; in v1alpha all stands side by side.
    let source = side.under("metricSource");
    let kind_key: &[&'static str] = if source.is_some() { &["type"] } else { &["source"] };
    let source = source.as_ref().unwrap_or(side);
    let reference = source.text(&["metricSourceRef"]).map(|(name, _)| name);
    let known = reference.and_then(|name| catalogue.origins.get(name)).copied().unwrap_or_default();
    let kind = source.text(kind_key).map(|(kind, _)| kind).or(known.kind);
    let spec = source.under("spec");
    let spec = spec.as_ref().unwrap_or(source);
    let read = match kind.map(str::to_ascii_lowercase).as_deref() {
        Some("prometheus") => {
            source.skip(&["queryType"]);
            Ok(spec.needed(&["query", "promql"]).map(|(text, span)| Side::Prometheus(Query { text, span }, known.url)))
        }
        Some("cloudwatch") => Ok(metric(spec, known)),
        Some(_) => Err(format!("its events are counted by {}, which is not watched", kind.unwrap_or_default())),
        None => {
            if let Some(name) = reference {
                return Err(format!("`metricSourceRef: {name}` points at no DataSource of this file"));
            }
            source.lacks(kind_key[0]);
            Ok(None)
        }
    };
    if matches!(read, Ok(Some(_))) {
        spec.close();
        source.close();
        side.close();
    }
    read
}

fn metric<'y>(spec: &Mapping<'y>, known: Origin<'y>) -> Option<Side<'y>> {
    let region = spec.text(&["region"]).map(|(text, _)| text).or(known.region);
    let namespace = spec.needed(&["namespace"]);
    let metric = spec.needed(&["metricName", "metric"]);
    let stat = spec.text(&["stat", "statistic"]).and_then(|(stat, at)| {
        let sums = matches!(stat, "Sum" | "SampleCount");
        if !sums {
            spec.findings.wrong(at, format!("{stat} of a period cannot be added up"), "Sum or SampleCount");
        }
        sums.then(|| stat.to_owned())
    });
    let dimensions = dimensions(spec);
    let ((namespace, at), (metric, _)) = (namespace?, metric?);
    let metric = Metric { namespace: namespace.to_owned(), name: metric.to_owned(), stat, dimensions };
    Some(Side::CloudWatch(metric, region, at))
}

/// Dimensions as a list of names and values, or as a mapping of them.
fn dimensions(spec: &Mapping<'_>) -> Vec<(String, String)> {
    match spec.entry("dimensions").map(|entry| &entry.node.value) {
        Some(Value::Map(_)) => {
            let listed = spec.under("dimensions");
            let entries = listed.as_ref().map_or(&[][..], |listed| listed.entries());
            let pairs = entries.iter().filter_map(|entry| match &entry.node.value {
                Value::Scalar(value) => Some((entry.key.clone(), value.clone())),
                other => {
                    let message = format!("`{}` is {}", entry.key, other.word());
                    spec.findings.wrong(entry.node.span.clone(), message, "text");
                    None
                }
            });
            pairs.collect()
        }
        Some(_) => {
            let listed = spec.each("dimensions").unwrap_or_default();
            let pairs = listed.iter().filter_map(|pair| {
                let (name, value) = (pair.needed(&["name"]), pair.needed(&["value"]));
                pair.close();
                Some((name?.0.to_owned(), value?.0.to_owned()))
            });
            pairs.collect()
        }
        None => Vec::new(),
    }
}

/// The window as the estate file has it, or why it cannot.
fn window(spec: &Mapping<'_>, hints: Hints<'_>) -> Result<String, String> {
    let listed = spec.each("timeWindow").or_else(|| spec.each("timeWindows")).unwrap_or_default();
    let Some(first) = listed.first() else {
        let why = format!("the file names none: {} was taken; --window changes it", hints.window);
        spec.findings.left(spec.span.clone(), "the window", why);
        return Ok(hints.window.to_owned());
    };
    let at = first.place("duration");
    let (rolls, calendar) = (first.flag("isRolling"), first.entry("calendar"));
    if rolls == Some(false) || calendar.is_some() {
        let why = "windows roll: it has the same length and no calendar";
        first.findings.left(at.clone(), "the calendar window", why);
    }
    let said = first.text(&["duration"]);
    let (count, unit) = if let Some((text, _)) = &said {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        (text[..text.len() - unit.len()].parse::<u64>().ok(), unit)
    } else {
        let count = first.needed(&["count"]).and_then(|(text, _)| text.parse::<u64>().ok());
        (count, first.needed(&["unit"]).map_or("", |(unit, _)| unit))
    };
    first.close();
    let days = |days: u64| count.map(|n| n.saturating_mul(days));
    let (length, hours, about) = match unit {
        "h" | "Hour" => (count.map(|n| format!("{n}h")), count, false),
        "d" | "Day" => (count.map(|n| format!("{n}d")), days(24), false),
        "w" | "Week" => (count.map(|n| format!("{n}w")), days(168), false),
        "M" | "Month" => (days(30).map(|n| format!("{n}d")), days(720), true),
        "Q" | "Quarter" => (days(90).map(|n| format!("{n}d")), days(2_160), true),
        "Y" | "Year" => (days(365).map(|n| format!("{n}d")), days(8_760), true),
        _ => (None, None, false),
    };
    let (Some(length), Some(hours)) = (length, hours) else {
        let unit = said.map_or(unit, |(text, _)| text);
        return Err(format!("its window `{unit}` is neither hours, days, weeks, months, quarters nor years"));
    };
    if !(1..=455 * 24).contains(&hours) {
        return Err(format!("a window of {length} cannot be counted: from 1h to 455d"));
    }
    if about {
        let why = format!("months, quarters and years differ in length: {length} was taken");
        spec.findings.left(at, "the window", why);
    }
    Ok(length)
}
