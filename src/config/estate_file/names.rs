//! Names that are unique within their kind, and that other entries refer to.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::reading::{Findings, Reading, Section, Value, Wrong};
use super::super::value;
use super::super::words::{did_you_mean, listed};

/// The names of one kind that have been read so far.
pub(super) struct Names<'d> {
    kind: &'static str,
    known: BTreeMap<String, Range<usize>>,
    findings: &'d Findings,
}

impl<'d> Names<'d> {
    pub(super) fn new(kind: &'static str, findings: &'d Findings) -> Self {
        Self { kind, known: BTreeMap::new(), findings }
    }

    /// The `name` of an entry, which must be the only one of its kind.
    pub(super) fn claim(&mut self, section: &Section<'_>) -> String {
        let name = section.required("name", value::text);
        let span = section.span_of("name");
        if name.is_empty() {
            return name;
        }
        if self.known.contains_key(&name) {
            let kind = self.kind;
            let wrong = Wrong::new(format!("there is another {kind} `{name}`"), "a name of its own");
            self.findings.report(span, wrong.help(format!("every {kind} needs a name that no other {kind} has")));
        } else {
            self.known.insert(name.clone(), span);
        }
        name
    }

    /// A name that refers to one of these.
    pub(super) fn refer(&self, value: Value<'_>) -> Reading<String> {
        let name = value::text(value)?;
        if self.known.contains_key(&name) || self.findings.broken() {
            return Ok(name);
        }
        let kind = self.kind;
        let wrong = Wrong::new(format!("there is no {kind} `{name}`"), format!("a name from [[{kind}]]"));
        let known = || self.known.keys().map(String::as_str);
        let help = if self.known.is_empty() {
            format!("the file has no [[{kind}]] yet: add one")
        } else {
            format!("there are {}", listed(known()))
        };
        Err(wrong.help(help).meant(did_you_mean(&name, known())))
    }
}
