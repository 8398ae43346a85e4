//! A mapping of a YAML file, asked for its keys one by one; what nobody asked for is told as left behind.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::super::Diagnostics;
use super::super::yaml::{Entry, Node, Value};

/// What was found in a file beside its SLOs.
#[derive(Debug)]
pub(super) struct Findings {
    /// What is wrong: nothing is written then.
    pub(super) diagnostics: RefCell<Diagnostics>,
    /// What is right, and has no place in the estate file: where, what, and why.
    pub(super) left: RefCell<Vec<(Range<usize>, String, String)>>,
}

impl Findings {
    pub(super) fn wrong(&self, span: Range<usize>, message: impl Into<String>, expected: impl Into<String>) {
        self.diagnostics.borrow_mut().report(span, message, expected);
    }

    /// The same, where it is true of the whole file and the first place says enough.
    pub(super) fn left_once(&self, span: Range<usize>, what: &str, why: String) {
        let told = self.left.borrow().iter().any(|(_, told, _)| told == what);
        if !told {
            self.left(span, what, why);
        }
    }

    pub(super) fn left(&self, span: Range<usize>, what: impl Into<String>, why: impl Into<String>) {
        self.left.borrow_mut().push((span, what.into(), why.into()));
    }
}

/// One mapping.
#[derive(Debug, Clone)]
pub(super) struct Mapping<'y> {
    entries: &'y [Entry],
    /// The whole of it.
    pub(super) span: Range<usize>,
    /// Such as `spec.indicator`; empty for a document.
    path: String,
    asked: RefCell<BTreeSet<&'static str>>,
    pub(super) findings: &'y Findings,
}

/// Text and its place.
pub(super) type Text<'y> = (&'y str, Range<usize>);

impl<'y> Mapping<'y> {
    /// The mapping that a node is; what else it is is wrong.
    pub(super) fn of(node: &'y Node, path: &str, findings: &'y Findings) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            let what = if path.is_empty() { "a document".to_owned() } else { format!("`{path}`") };
            findings.wrong(node.span.clone(), format!("{what} is {}", node.value.word()), "a mapping: `key: value`");
            return None;
        };
        // A mapping's place is its first key: a caret under the whole of it would say nothing.
        let span = entries.first().map_or(node.span.clone(), |first| first.span.clone());
        Some(Self { entries, span, path: path.to_owned(), asked: RefCell::default(), findings })
    }

    fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A key and its value; one without a value counts as missing.
    pub(super) fn entry(&self, key: &'static str) -> Option<&'y Entry> {
        self.asked.borrow_mut().insert(key);
        self.entries.iter().find(|entry| entry.key == key && entry.node.value != Value::Null)
    }

    /// The first of several spellings of a key that is there.
    fn any(&self, keys: &[&'static str]) -> Option<&'y Entry> {
        // Every spelling counts as asked for.
        keys.iter().fold(None, |found, key| found.or(self.entry(key)))
    }

    /// A key's text.
    pub(super) fn text(&self, keys: &[&'static str]) -> Option<Text<'y>> {
        let entry = self.any(keys)?;
        if let Value::Scalar(text) = &entry.node.value {
            return Some((text, entry.node.span.clone()));
        }
        let message = format!("`{}` is {}", self.path(&entry.key), entry.node.value.word());
        self.findings.wrong(entry.node.span.clone(), message, "text");
        None
    }

    /// A key's text, which must be there.
    pub(super) fn needed(&self, keys: &[&'static str]) -> Option<Text<'y>> {
        if self.any(keys).is_none() {
            self.lacks(keys[0]);
        }
        self.text(keys)
    }

    /// Tells that a key is missing.
    pub(super) fn lacks(&self, key: &str) {
        let place = if self.path.is_empty() { "the document".to_owned() } else { format!("`{}`", self.path) };
        self.findings.wrong(self.span.clone(), format!("{place} lacks `{key}`"), format!("`{key}` is needed here"));
    }

    /// A key's number.
    pub(super) fn number(&self, keys: &[&'static str]) -> Option<(f64, Range<usize>)> {
        let (text, span) = self.text(keys)?;
        let number = text.parse().ok().filter(|n: &f64| n.is_finite());
        if number.is_none() {
            self.findings.wrong(span.clone(), format!("`{text}` is no number"), "a number");
        }
        Some((number?, span))
    }

    /// Whether a key says true; where it is neither true nor false, that is told.
    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let (text, span) = self.text(&[key])?;
        match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.findings.wrong(span, format!("`{text}` is neither true nor false"), "true or false");
                None
            }
        }
    }

    /// The mapping under a key.
    pub(super) fn under(&self, key: &'static str) -> Option<Self> {
        let entry = self.entry(key)?;
        Self::of(&entry.node, &self.path(key), self.findings)
    }

    /// The mapping under a key, which must be there.
    pub(super) fn needed_under(&self, key: &'static str) -> Option<Self> {
        if self.entry(key).is_none() {
            self.lacks(key);
        }
        self.under(key)
    }

    /// The mappings of a list under a key.
    pub(super) fn each(&self, key: &'static str) -> Option<Vec<Self>> {
        let entry = self.entry(key)?;
        let path = self.path(key);
        let Value::List(items) = &entry.node.value else {
            let message = format!("`{path}` is {}", entry.node.value.word());
            self.findings.wrong(entry.node.span.clone(), message, "a list: a line `- …` for each");
            return None;
        };
        Some(items.iter().filter_map(|item| Self::of(item, &path, self.findings)).collect())
    }

    /// The mappings of a list that must be there and hold something.
    pub(super) fn each_needed(&self, key: &'static str) -> Vec<Self> {
        let there = self.entry(key);
        let Some(entry) = there else {
            self.lacks(key);
            return Vec::new();
        };
        let list = self.each(key).unwrap_or_default();
        if matches!(&entry.node.value, Value::List(items) if items.is_empty()) {
            self.findings.wrong(entry.node.span.clone(), format!("`{}` is empty", self.path(key)), "one or more");
        }
        list
    }

    /// Whether a key is there; it does not count as asked for by this.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// The place of a key, or the mapping's own.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.entries.iter().find(|entry| entry.key == key).map_or(self.span.clone(), |entry| entry.span.clone())
    }

    /// Tells that a key has no place in the estate file, if it is there.
    pub(super) fn leave(&self, key: &'static str, why: &str) {
        if let Some(entry) = self.entry(key) {
            self.findings.left(entry.span.clone(), format!("`{}`", self.path(key)), why);
        }
    }

    /// Does not tell of a key: nothing is lost with it.
    pub(super) fn skip(&self, keys: &[&'static str]) {
        for key in keys {
            let _ = self.entry(key);
        }
    }

    /// Every key with its value, in the file's order.
    pub(super) fn entries(&self) -> &'y [Entry] {
        self.entries
    }

    /// Tells of every key that nobody asked for.
    pub(super) fn close(&self) {
        let asked = self.asked.borrow();
        for entry in self.entries.iter().filter(|entry| !asked.contains(entry.key.as_str())) {
            let what = format!("`{}`", self.path(&entry.key));
            self.findings.left(entry.span.clone(), what, "nothing in the estate file corresponds to it");
        }
    }
}
