//! Reading one keymap file: every error with its place.

use std::ops::Range;

use keybinds::{Error, KeySeq};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::contexts;
use super::trie::Trie;
use crate::config::Diagnostics;
use crate::console::action::{self, Action, CATALOGUE, Context, Entry};
use crate::console::sheet::{self, Layer, Sheet};

/// An action and its keys, with the place of each.
pub(super) struct Binding {
    pub(super) entry: &'static Entry,
    pub(super) keys: Vec<(KeySeq, Range<usize>)>,
}

/// Reads a keymap file.
pub(super) fn read(sheet: &Sheet) -> Layer<Vec<Binding>> {
    let mut diagnostics = Diagnostics::new(&sheet.file, &sheet.text);
    let mut table = sheet::parse(&sheet.text, &mut diagnostics);
    let inherits = sheet::take_inherits(&mut table, &mut diagnostics);
    let mut body = Vec::new();
    if let Some(value) = table.remove("keys") {
        match value.get_ref().as_table() {
            Some(keys) => walk("", keys, &mut body, &mut diagnostics),
            None => sheet::wrong_type(&mut diagnostics, &value, "`keys`", "a table"),
        }
    }
    for (key, _) in table {
        let name = key.get_ref().as_ref();
        let help = if action::named(name).is_some() || begins_an_action(name) {
            "actions stand under [keys]".to_owned()
        } else {
            sheet::suggestion(name, ["inherits", "keys"].into_iter())
        };
        diagnostics.report_with_help(key.span(), format!("unknown key `{name}`"), "not known here", help);
    }
    clashes(&body, &mut diagnostics);
    Layer { body, inherits, diagnostics }
}

fn begins_an_action(name: &str) -> bool {
    CATALOGUE.iter().any(|e| e.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// Actions of one table; `cursor.down = …` without quotes is a table in a table.
fn walk(path: &str, table: &DeTable<'_>, body: &mut Vec<Binding>, diagnostics: &mut Diagnostics) {
    for (key, value) in table {
        let name = if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
        match (value.get_ref().as_table(), action::named(&name)) {
            (Some(inner), None) if begins_an_action(&name) => walk(&name, inner, body, diagnostics),
            (_, Some(entry)) => {
                let keys = keys(entry, value, diagnostics);
                body.push(Binding { entry, keys });
            }
            (_, None) => {
                let help = sheet::suggestion(&name, CATALOGUE.iter().map(|e| e.name));
                diagnostics.report_with_help(key.span(), format!("there is no action `{name}`"), "not an action", help);
            }
        }
    }
}

fn keys(entry: &Entry, value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Vec<(KeySeq, Range<usize>)> {
    let Some(list) = value.get_ref().as_array() else {
        sheet::wrong_type(diagnostics, value, &format!("`{}`", entry.name), "a list of keys such as [\"q\"]");
        return Vec::new();
    };
    if entry.action == Action::Quit && list.is_empty() {
        diagnostics.report(value.span(), "nothing would quit the console", "expected at least one key");
    }
    list.iter().filter_map(|item| one(entry, item, diagnostics)).collect()
}

fn one(entry: &Entry, item: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<(KeySeq, Range<usize>)> {
    let Some(text) = item.get_ref().as_str() else {
        sheet::wrong_type(diagnostics, item, "this", "a key in quotes");
        return None;
    };
    let keys: KeySeq = match text.parse() {
        Ok(keys) => keys,
        Err(error) => {
            let (message, help) = explain(text, &error);
            let label = "expected keys such as \"q\", \"Enter\", \"Ctrl+l\" or \"g g\"";
            diagnostics.report_with_help(item.span(), message, label, help);
            return None;
        }
    };
    if contexts(entry, &keys).next().is_none() {
        diagnostics.report_with_help(
            item.span(),
            format!("`{text}` would never reach `{}`", entry.name),
            "types a character there",
            "take a key that types nothing, such as \"Enter\" or \"Ctrl+u\"",
        );
        return None;
    }
    Some((keys, item.span()))
}

fn explain(text: &str, error: &Error) -> (String, String) {
    match error {
        Error::UnknownKey(key) => (format!("there is no key `{key}`"), sheet::suggestion(key, NAMED.iter().copied())),
        Error::UnknownModifier(word) => {
            let help = sheet::suggestion(word, ["Ctrl", "Alt", "Shift"].into_iter());
            (format!("there is no modifier `{word}`"), help)
        }
        Error::ShiftUnavailable(_) => (
            format!("`{text}`: Shift goes with named keys alone"),
            "write the character that it types, such as \"G\" for Shift and g".to_owned(),
        ),
        _ => (format!("`{text}` is not a key"), "a space stands between keys that follow each other".to_owned()),
    }
}

/// Named keys that a terminal can send.
const NAMED: [&str; 17] = [
    "Space",
    "Plus",
    "Up",
    "Right",
    "Down",
    "Left",
    "Enter",
    "Backspace",
    "Delete",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "Esc",
    "Tab",
    "Insert",
    "F1",
];

/// Reports keys that this file gives to two actions, or that begin the keys of another one.
fn clashes(body: &[Binding], diagnostics: &mut Diagnostics) {
    let mut reported: Vec<Range<usize>> = Vec::new();
    for context in Context::ALL {
        let mut trie = Trie::default();
        let mut all: Vec<_> =
            body.iter().flat_map(|b| b.keys.iter().map(move |(keys, span)| (b.entry, keys, span))).collect();
        all.sort_by_key(|(_, _, span)| span.start);
        for (entry, keys, span) in all {
            if !contexts(entry, keys).any(|c| c == context) || reported.contains(span) {
                continue;
            }
            if let Err(other) = trie.insert(keys.as_slice(), entry.action) {
                let other = CATALOGUE.iter().find(|e| e.action == other).map_or("another action", |e| e.name);
                diagnostics.report_with_help(
                    span.clone(),
                    format!("`{keys}` is also a key of `{other}`, or begins one"),
                    format!("given to `{}` here", entry.name),
                    format!("take it away from one of them: both work in {}", place(context)),
                );
                reported.push(span.clone());
            }
        }
    }
}

fn place(context: Context) -> &'static str {
    match context {
        Context::Watch => "the watch",
        Context::Page => "a page",
        Context::Help => "the help",
        Context::Input => "a text that is typed",
        Context::Menu => "the menu of operations",
        Context::Form => "a dialog's text",
        Context::Plan => "a plan",
    }
}
