//! SLOs as other tools write them, as `[[slo]]` sections of the estate file: `OpenSLO` and Sloth.
//!
//! What a file says and the estate file has no place for is never dropped in silence: it is told, with its place.

mod mapping;
mod openslo;
mod promql;
mod proof;
mod queries;
mod sloth;
mod writing;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::Diagnostics;
use super::yaml::{self, Node, Value};
use mapping::{Findings, Mapping};

/// What a file does not say, as the command line says it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'h> {
    /// The Prometheus server's URL; goes before what the file says.
    pub url: Option<&'h str>,
    /// The account of CloudWatch metrics, by its name in the estate file.
    pub account: Option<&'h str>,
    /// The region of CloudWatch metrics that name none.
    pub region: Option<&'h str>,
    /// The window of an SLO that names none, such as `30d`.
    pub window: &'h str,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The sections.
    pub toml: String,
    /// How many SLOs they are.
    pub slos: usize,
    /// What has no place in them, in the file's order.
    pub left: Vec<Left>,
}

/// Something that was not carried over, or not as it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Line and column in the file, from 1.
    pub place: (usize, usize),
    /// What it is.
    pub what: String,
    /// Why, and what to do where something is to be done.
    pub why: String,
}

/// One SLO that was carried over.
#[derive(Debug, Clone, PartialEq)]
struct Slo {
    span: Range<usize>,
    name: String,
    service: String,
    /// Percent, as it is written.
    objective: String,
    window: String,
    about: Option<String>,
    events: Events,
}

/// Where its events are counted.
#[derive(Debug, Clone, PartialEq)]
enum Events {
    Prometheus { url: String, counted: &'static str, events: String, total: String },
    CloudWatch { account: String, region: String, counted: &'static str, events: Metric, total: Metric },
}

/// A CloudWatch metric.
#[derive(Debug, Clone, PartialEq)]
struct Metric {
    namespace: String,
    name: String,
    stat: Option<String>,
    dimensions: Vec<(String, String)>,
}

/// Reads a file of SLOs; `file` is its name as errors show it.
///
/// # Errors
/// It is no YAML, or no `OpenSLO` and no Sloth, or something is missing or of the wrong shape: each with its place.
pub fn import(file: &str, bytes: &[u8], hints: Hints<'_>) -> Result<Imported, Diagnostics> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let mut diagnostics = Diagnostics::new(file, String::from_utf8_lossy(bytes));
        let at = error.valid_up_to();
        diagnostics.report(at..at + 1, "this is not UTF-8 text", "the first byte that is none");
        diagnostics
    })?;
    let documents = yaml::parse(file, text)?;
    let findings = Findings { diagnostics: RefCell::new(Diagnostics::new(file, text)), left: RefCell::new(Vec::new()) };
    let mut slos = read(&documents, &findings, hints);
    name_apart(&mut slos);
    slos.retain(|slo| {
        let refused = proof::refused(slo);
        if let Some(why) = &refused {
            findings.left(slo.span.clone(), format!("SLO `{}` is left out", slo.name), why.clone());
        }
        refused.is_none()
    });
    let places = Diagnostics::new(file, text);
    let mut left = findings.left.into_inner();
    left.sort_by_key(|(span, ..)| span.start);
    // Several objectives rest on the same indicator.
    left.dedup();
    let left = left.into_iter().map(|(span, what, why)| Left { place: places.place(span.start), what, why }).collect();
    let lines = slos.iter().map(|slo| places.place(slo.span.start).0).collect::<Vec<_>>();
    let imported = Imported { toml: writing::sections(file, &slos, &lines), slos: slos.len(), left };
    findings.diagnostics.into_inner().into_result(imported)
}

fn read(documents: &[Node], findings: &Findings, hints: Hints<'_>) -> Vec<Slo> {
    let mut objects = Vec::new();
    for document in documents {
        match &document.value {
            Value::Null => {}
            // A file may also be one list of objects.
            Value::List(items) => objects.extend(items.iter().filter_map(|item| Mapping::of(item, "", findings))),
            _ => objects.extend(Mapping::of(document, "", findings)),
        }
    }
    let mut slos = Vec::new();
    let mut known = false;
    let mut open = Vec::new();
    for object in objects {
        let version = object.text(&["apiVersion"]).or_else(|| object.text(&["version"]));
        match version {
            Some(("openslo/v1" | "openslo/v1alpha", _)) => open.push(object),
            Some(("prometheus/v1", _)) => slos.extend(sloth::plain(&object, hints)),
            Some(("sloth.slok.dev/v1", _)) => slos.extend(sloth::resource(&object, hints)),
            Some((other, span)) if ["openslo", "sloth.slok.dev", "prometheus"].iter().any(|p| other.starts_with(p)) => {
                let expected = "openslo/v1, openslo/v1alpha, prometheus/v1 or sloth.slok.dev/v1";
                findings.wrong(span, format!("version `{other}` is not read"), expected);
            }
            other => {
                let what = object.text(&["kind"]).map_or("a document".to_owned(), |(kind, _)| format!("kind {kind}"));
                let span = other.map_or(object.span.clone(), |(_, span)| span);
                findings.left(span, what, "this is neither OpenSLO nor Sloth");
                continue;
            }
        }
        known = true;
    }
    slos.extend(openslo::read(&open, findings, hints));
    if !known && findings.diagnostics.borrow().is_empty() {
        let expected = "a document with `apiVersion: openslo/v1` or `version: prometheus/v1`";
        findings.wrong(0..0, "this is neither OpenSLO nor Sloth", expected);
    }
    slos.sort_by_key(|slo| slo.span.start);
    slos
}

/// Every SLO of the estate has a name of its own: one that stands twice gets its service's before it, then a number.
fn name_apart(slos: &mut [Slo]) {
    let names: Vec<String> = slos.iter().map(|slo| slo.name.clone()).collect();
    let mut taken = BTreeSet::new();
    for slo in slos {
        if names.iter().filter(|name| **name == slo.name).count() > 1 {
            slo.name = format!("{} {}", slo.service, slo.name);
        }
        let wanted = slo.name.clone();
        for n in 2.. {
            if taken.insert(slo.name.clone()) {
                break;
            }
            slo.name = format!("{wanted} {n}");
        }
    }
}

/// An objective in percent as the estate file can have it, or why not.
fn objective(percent: f64) -> Result<String, String> {
    if percent >= 100.0 {
        return Err(format!("an objective of {percent} % leaves no budget; say how many events may be bad"));
    }
    if percent <= 0.0 {
        return Err(format!("an objective of {percent} % asks for nothing"));
    }
    // A share times a hundred has noise in its last digits.
    let text = format!("{percent:.10}");
    Ok(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}
