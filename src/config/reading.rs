//! Reading a TOML file key by key, going on after every error.
//!
//! serde stops at the first error; a person who mends a file wants all of them. A [`Section`] is one table of the file:
//! it is asked for its keys one by one, records what is wrong with each in the file's [`Diagnostics`] and hands out a
//! default in its place; [`Section::close`] reports the keys that nobody asked for and those that are missing.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Diagnostics;
use super::words::{did_you_mean, hint};

/// What is wrong with one value: what was found, what was expected, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, in one sentence.
    pub message: String,
    /// What was expected in its place.
    pub expected: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Wrong {
    /// Something wrong, and what was expected in its place.
    pub fn new(message: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { message: message.into(), expected: expected.into(), help: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with the word that was probably meant, if one is near: nothing helps more.
    #[must_use]
    pub fn meant(self, near: Option<impl Display>) -> Self {
        match near {
            Some(near) => self.help(format!("did you mean \"{near}\"?")),
            None => self,
        }
    }
}

/// One value of the file.
#[derive(Debug, Clone, Copy)]
pub struct Value<'d>(&'d Spanned<DeValue<'d>>);

impl<'d> Value<'d> {
    /// The value.
    pub fn get(self) -> &'d DeValue<'d> {
        self.0.get_ref()
    }

    /// Its place in the file.
    pub fn span(self) -> Range<usize> {
        self.0.span()
    }
}

/// How a value is turned into what it means.
pub type Reading<T> = Result<T, Wrong>;

/// Everything that is wrong so far, shared by the sections of one file.
#[derive(Debug)]
pub struct Findings {
    diagnostics: RefCell<Diagnostics>,
    /// The text is no valid TOML: what seems missing may only be unreadable, and is not reported.
    broken: bool,
}

impl Findings {
    /// Records something wrong at a place.
    pub fn report(&self, span: Range<usize>, wrong: Wrong) {
        let Wrong { message, expected, help } = wrong;
        let mut diagnostics = self.diagnostics.borrow_mut();
        match help {
            Some(help) => diagnostics.report_with_help(span, message, expected, help),
            None => diagnostics.report(span, message, expected),
        }
    }

    /// Whether the text is no valid TOML, so that what seems missing may only be unreadable.
    pub fn broken(&self) -> bool {
        self.broken
    }

    /// Records that something is missing or of the wrong shape, unless the text is broken: then it may only be
    /// unreadable, or have fallen into another table.
    pub fn report_unless_broken(&self, span: Range<usize>, wrong: Wrong) {
        if !self.broken {
            self.report(span, wrong);
        }
    }
}

/// Reads a whole file: `read` is given the root table and makes a value of it.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn read_file<T>(file: &str, bytes: &[u8], read: impl FnOnce(&Section<'_>) -> T) -> Result<T, Diagnostics> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let mut diagnostics = Diagnostics::new(file, String::from_utf8_lossy(bytes));
            let at = error.valid_up_to();
            diagnostics.report_with_help(
                at..at + 1,
                "this is not UTF-8 text",
                "the first byte that is none",
                "save the file as UTF-8",
            );
            return Err(diagnostics);
        }
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut diagnostics = Diagnostics::new(file, text);
    let mut broken = false;
    for error in &errors {
        let duplicate = error.message().starts_with("duplicate key");
        broken |= !duplicate;
        let span = error.span().unwrap_or(0..0);
        let message = if duplicate { "this key or table stands twice" } else { "this is not valid TOML" };
        diagnostics.report(span, message, error.message());
    }
    let findings = Findings { diagnostics: RefCell::new(diagnostics), broken };
    let section = Section::new(root.get_ref(), 0..0, String::new(), &findings);
    let value = read(&section);
    section.close();
    findings.diagnostics.into_inner().into_result(value)
}

/// One table of the file, and which of its keys have been asked for.
#[derive(Debug)]
pub struct Section<'d> {
    table: &'d DeTable<'d>,
    /// The header, or the whole inline table: where a missing key is reported.
    span: Range<usize>,
    /// Such as `account`; empty for the root.
    path: String,
    asked: RefCell<BTreeSet<&'static str>>,
    /// Keys that are needed and not there.
    missing: RefCell<Vec<(&'static str, Wrong)>>,
    findings: &'d Findings,
}

impl<'d> Section<'d> {
    fn new(table: &'d DeTable<'d>, span: Range<usize>, path: String, findings: &'d Findings) -> Self {
        Self { table, span, path, asked: RefCell::default(), missing: RefCell::default(), findings }
    }

    /// Where everything that is wrong goes.
    pub fn findings(&self) -> &'d Findings {
        self.findings
    }

    /// The place of its header.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of a key, if there is one. The key counts as known from now on.
    pub fn value(&self, key: &'static str) -> Option<Value<'d>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key).map(Value)
    }

    /// Whether the key stands in the file; it does not count as known by this.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The place of a key's value, or the section's own.
    pub fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or_else(|| self.span(), Spanned::span)
    }

    /// Every key with its value, in the file's order; all count as known from now on only if asked for by name.
    pub fn entries(&self) -> Vec<(&'d str, Range<usize>, Value<'d>)> {
        let mut all: Vec<_> =
            self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), Value(value))).collect();
        all.sort_by_key(|(_, span, _)| span.start);
        all
    }

    /// What a key means, if it is there and right; what is wrong with it is recorded.
    pub fn optional<T>(&self, key: &'static str, read: impl FnOnce(Value<'d>) -> Reading<T>) -> Option<T> {
        let value = self.value(key)?;
        read(value).map_err(|wrong| self.findings.report(value.span(), wrong)).ok()
    }

    /// What a key means; where it is missing or wrong that is recorded and the default takes its place.
    pub fn required<T: Default>(&self, key: &'static str, read: impl FnOnce(Value<'d>) -> Reading<T>) -> T {
        if self.value(key).is_none() {
            let wrong = Wrong::new(format!("{} lacks `{key}`", self.place()), format!("`{key}` is needed here"));
            self.missing.borrow_mut().push((key, wrong));
            return T::default();
        }
        self.optional(key, read).unwrap_or_default()
    }

    /// The elements of a list, each read on its own; none where the key is missing.
    pub fn list<T>(&self, key: &'static str, read: impl Fn(Value<'d>) -> Reading<T>) -> Option<Vec<(T, Range<usize>)>> {
        let value = self.value(key)?;
        let DeValue::Array(array) = value.get() else {
            let found = found(value.get());
            self.findings.report(value.span(), Wrong::new(format!("`{key}` is {found}"), "a list, in [ ]"));
            return None;
        };
        let mut out = Vec::new();
        for element in array {
            match read(Value(element)) {
                Ok(read) => out.push((read, element.span())),
                Err(wrong) => self.findings.report(element.span(), wrong),
            }
        }
        Some(out)
    }

    /// The table under a key; none where the key is missing or no table.
    pub fn section(&self, key: &'static str) -> Option<Section<'d>> {
        let value = self.value(key)?;
        self.table_at(key, value)
    }

    /// The table under a key that must be there; `holds` says what belongs into it.
    pub fn required_section(&self, key: &'static str, holds: &str) -> Option<Section<'d>> {
        if self.value(key).is_none() {
            let path = self.path_to(key);
            let wrong = Wrong::new(format!("{} lacks `{key}`", self.place()), format!("[{path}] is needed here"));
            let wrong = wrong.help(format!("add [{path}] with {holds}"));
            self.missing.borrow_mut().push((key, wrong));
        }
        self.section(key)
    }

    /// What the table is called in a sentence.
    fn place(&self) -> String {
        if self.path.is_empty() { "the file".to_owned() } else { format!("`{}`", self.path) }
    }

    /// Whether the key's value is a list with nothing in it.
    pub fn is_empty_list(&self, key: &str) -> bool {
        self.table.get(key).and_then(|v| v.get_ref().as_array()).is_some_and(|a| a.is_empty())
    }

    /// The table that a value is, under a name that the file chose.
    pub fn table_at(&self, key: &str, value: Value<'d>) -> Option<Section<'d>> {
        let path = self.path_to(key);
        if let DeValue::Table(table) = value.get() {
            return Some(Section::new(table, value.span(), path, self.findings));
        }
        let wrong = match value.get() {
            DeValue::Array(array) if array.iter().any(|e| e.get_ref().is_table()) => {
                Wrong::new(format!("`{path}` is a list of tables"), format!("one table: [{path}]"))
            }
            other => Wrong::new(format!("`{path}` is {}", found(other)), format!("a table: [{path}] or {{ }}")),
        };
        self.findings.report_unless_broken(value.span(), wrong);
        None
    }

    /// The tables of a list of tables (`[[key]]`); empty where the key is missing.
    pub fn sections(&self, key: &'static str) -> Vec<Section<'d>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let path = self.path_to(key);
        let expected = format!("a list of tables: [[{path}]]");
        let DeValue::Array(array) = value.get() else {
            let wrong = Wrong::new(format!("`{path}` is {}", found(value.get())), expected);
            self.findings.report_unless_broken(
                value.span(),
                wrong.help(format!("write [[{path}]], in two brackets, for each one")),
            );
            return Vec::new();
        };
        let mut out = Vec::new();
        for element in array {
            match element.get_ref() {
                DeValue::Table(table) => {
                    out.push(Section::new(table, element.span(), path.clone(), self.findings));
                }
                other => {
                    let wrong = Wrong::new(format!("`{path}` holds {}", found(other)), expected.clone());
                    self.findings.report_unless_broken(element.span(), wrong);
                }
            }
        }
        out
    }

    fn path_to(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Reports every key that nobody asked for, and every key that is missing and was not merely misspelled.
    pub fn close(&self) {
        // A broken header lets its keys fall into the root table, where they are not unknown but misplaced.
        if self.findings.broken && self.path.is_empty() {
            return;
        }
        let asked = self.asked.borrow();
        let mut missing = self.missing.take();
        for (key, span, _) in self.entries() {
            if asked.contains(key) {
                continue;
            }
            let place = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
            let wrong = Wrong::new(format!("unknown key `{key}`{place}"), "not known here");
            let unset = || asked.iter().copied().filter(|known| !self.has(known));
            let help = if let Some(needed) = did_you_mean(key, missing.iter().map(|(needed, _)| *needed)) {
                missing.retain(|(other, _)| *other != needed);
                format!("did you mean `{needed}`, which is needed here?")
            } else if let Some(near) = did_you_mean(key, unset()) {
                format!("did you mean `{near}`?")
            } else {
                hint(key, asked.iter().copied())
            };
            self.findings.report(span, wrong.help(help));
        }
        for (_, wrong) in missing {
            self.findings.report_unless_broken(self.span(), wrong);
        }
    }
}

/// What a value is, in words.
pub fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
