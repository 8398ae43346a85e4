//! Files of the person's that say how the console looks and which keys it takes: themes and keymaps.
//!
//! A sheet builds on another one (`inherits`, by name); the person's sheets go before the built-in ones. A sheet that
//! names none builds on the built-in `default`.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::{Diagnostics, did_you_mean};

/// One theme or keymap file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name: the file's name without `.toml`.
    pub name: String,
    /// Where it is, as it is shown in an error.
    pub file: String,
    /// What is in it.
    pub text: String,
}

impl Sheet {
    /// A sheet that is built in.
    pub(super) fn built_in(name: &str, file: &str, text: &str) -> Self {
        Self { name: name.to_owned(), file: file.to_owned(), text: text.to_owned() }
    }
}

/// One sheet, read: what it holds and what it builds on.
pub(super) struct Layer<T> {
    pub(super) body: T,
    pub(super) inherits: Option<(String, Range<usize>)>,
    pub(super) diagnostics: Diagnostics,
}

/// Reads the wanted sheet and all that it builds on, the wanted one first.
///
/// `shelf` holds the sheets to choose from, the preferred first; where two have one name, the later one is what the
/// earlier one inherits from. Errors are those of the first sheet that has some.
pub(super) fn lineage<T>(
    wanted: &str,
    shelf: &[Sheet],
    kind: &str,
    read: impl Fn(&Sheet) -> Layer<T>,
) -> Result<Vec<T>, Diagnostics> {
    let mut layers = Vec::new();
    let mut visited = Vec::new();
    let Some(mut at) = shelf.iter().position(|s| s.name == wanted) else {
        let mut diagnostics = Diagnostics::new("console.toml", "");
        let names: Vec<&str> = shelf.iter().map(|s| s.name.as_str()).collect();
        let help = suggestion(wanted, names.iter().copied());
        diagnostics.report_with_help(0..0, format!("there is no {kind} `{wanted}`"), "named here", help);
        return Err(diagnostics);
    };
    loop {
        visited.push(at);
        let sheet = &shelf[at];
        let Layer { body, inherits, mut diagnostics } = read(sheet);
        let (parent, span) = inherits.unwrap_or_else(|| ("default".to_owned(), 0..0));
        // A sheet may have the name of the one it builds on: then the next of that name is meant.
        let next = shelf.iter().enumerate().position(|(i, s)| s.name == parent && (sheet.name != parent || i > at));
        let last = next.is_none() && sheet.name == "default" && parent == "default";
        match next {
            Some(i) if visited.contains(&i) => diagnostics.report_with_help(
                span,
                format!("`{}` inherits from itself by way of `{parent}`", sheet.name),
                "this closes a circle",
                "let one of them inherit from `default`",
            ),
            None if !last => {
                let help = suggestion(&parent, shelf.iter().map(|s| s.name.as_str()));
                diagnostics.report_with_help(span, format!("there is no {kind} `{parent}`"), "to inherit from", help);
            }
            _ => {}
        }
        layers.push(diagnostics.into_result(body)?);
        match next {
            Some(i) => at = i,
            None => return Ok(layers),
        }
    }
}

/// The text as a TOML table; every syntax error is reported, and what could be read is returned.
pub(super) fn parse<'t>(text: &'t str, diagnostics: &mut Diagnostics) -> DeTable<'t> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        diagnostics.report(span, "this is not TOML", error.message().trim().to_owned());
    }
    table.into_inner()
}

/// Reports a value of the wrong type: what was expected, and what stands there.
pub(super) fn wrong_type(diagnostics: &mut Diagnostics, value: &Spanned<DeValue<'_>>, what: &str, expected: &str) {
    let found = value.get_ref().type_str();
    diagnostics.report(
        value.span(),
        format!("{what} is not {expected}"),
        format!("expected {expected}, found {found}"),
    );
}

/// Takes `inherits` out of a table.
pub(super) fn take_inherits(table: &mut DeTable<'_>, diagnostics: &mut Diagnostics) -> Option<(String, Range<usize>)> {
    let value = table.remove("inherits")?;
    let Some(name) = value.get_ref().as_str() else {
        wrong_type(diagnostics, &value, "`inherits`", "a name in quotes");
        return None;
    };
    Some((name.to_owned(), value.span()))
}

/// What to do about a word that is not known: the nearest one, else all of them.
pub(super) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    match did_you_mean(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.join(", ")),
    }
}
