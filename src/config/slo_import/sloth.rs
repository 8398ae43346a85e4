//! Sloth: `version: prometheus/v1`, and the same as a Kubernetes resource, `sloth.slok.dev/v1 PrometheusServiceLevel`.
//!
//! The two differ in how keys are spelled (`error_query`, `errorQuery`); both spellings are read in both.

use super::mapping::Mapping;
use super::queries::{Query, pair};
use super::{Events, Hints, Slo, objective};

/// Why alerting is left behind.
const ALERTING: &str =
    "burn alerts are Quarterdeck's own, the same for every SLO; whom they reach is not in the estate file";

/// Why labels are left behind.
pub(super) const LABELS: &str = "the estate file has no labels";

/// The SLOs of a plain document.
pub(super) fn plain(document: &Mapping<'_>, hints: Hints<'_>) -> Vec<Slo> {
    let slos = level(document, hints);
    document.close();
    slos
}

/// The SLOs of a Kubernetes resource.
pub(super) fn resource(document: &Mapping<'_>, hints: Hints<'_>) -> Vec<Slo> {
    // Where the resource lies in a cluster says nothing of its SLOs.
    document.skip(&["metadata", "status"]);
    if let Some((kind, span)) = document.needed(&["kind"])
        && kind != "PrometheusServiceLevel"
    {
        document.findings.left(span, format!("kind {kind}"), "only a PrometheusServiceLevel has SLOs");
        return Vec::new();
    }
    let slos = document.needed_under("spec").map(|spec| {
        let slos = level(&spec, hints);
        spec.close();
        slos
    });
    document.close();
    slos.unwrap_or_default()
}

fn level(spec: &Mapping<'_>, hints: Hints<'_>) -> Vec<Slo> {
    let service = spec.needed(&["service"]).map(|(service, _)| service.to_owned()).unwrap_or_default();
    spec.leave("labels", LABELS);
    for key in ["slo_plugins", "sloPlugins"] {
        spec.leave(key, "plugins shape the rules that Sloth generates");
    }
    let slos: Vec<Slo> = spec.each_needed("slos").iter().filter_map(|slo| one(slo, &service, hints)).collect();
    if let Some(first) = slos.first() {
        let why = format!("Sloth takes it from its command line: {} was taken here; --window changes it", hints.window);
        spec.findings.left(first.span.clone(), "the window", why);
    }
    slos
}

fn one(slo: &Mapping<'_>, service: &str, hints: Hints<'_>) -> Option<Slo> {
    let name = slo.needed(&["name"]);
    let percent = slo.needed(&["objective"]).and_then(|_| slo.number(&["objective"]));
    let about = slo.text(&["description"]).map(|(text, _)| text.trim().to_owned());
    slo.leave("alerting", ALERTING);
    slo.leave("labels", LABELS);
    for key in ["plugins", "slo_plugins", "sloPlugins"] {
        slo.leave(key, "plugins shape the rules that Sloth generates");
    }
    let sli = slo.needed_under("sli");
    slo.close();
    let ((name, span), (percent, _), sli) = (name?, percent?, sli?);
    let read = objective(percent).and_then(|objective| Ok((objective, events(&sli, hints)?)));
    sli.close();
    match read {
        Ok((objective, Some(events))) => Some(Slo {
            span,
            name: name.to_owned(),
            service: service.to_owned(),
            objective,
            window: hints.window.to_owned(),
            about,
            events,
        }),
        // What is missing is told where it is missing.
        Ok((_, None)) => None,
        Err(why) => {
            slo.findings.left(span, format!("SLO `{name}` is left out"), why);
            None
        }
    }
}

fn events(sli: &Mapping<'_>, hints: Hints<'_>) -> Result<Option<Events>, String> {
    sli.skip(&["raw", "plugin"]);
    let Some(events) = sli.under("events") else {
        return match (sli.has("raw"), sli.has("plugin")) {
            (true, _) => Err("a ratio alone does not say how many events there were; write `sli.events` with two \
                              queries that count"
                .into()),
            (_, true) => Err("its queries are made by a plugin; import what `sloth generate` makes of it as \
                              `sli.events`"
                .into()),
            _ => {
                sli.lacks("events");
                Ok(None)
            }
        };
    };
    let (error, total) = (events.needed(&["error_query", "errorQuery"]), events.needed(&["total_query", "totalQuery"]));
    events.close();
    let (Some((error, at)), Some((total, total_at))) = (error, total) else { return Ok(None) };
    let (error, total) = (Query { text: error, span: at }, Query { text: total, span: total_at });
    pair("bad", &error, &total, false, None, (sli.findings, hints)).map(Some)
}
