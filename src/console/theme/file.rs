//! Reading one theme file: its palette, its roles, its glyphs; every error with its place.

use std::collections::BTreeMap;

use ratatui::style::Modifier;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::face::{Face, MODIFIERS, Paint};
use super::{Glyphs, colour, role};
use crate::config::Diagnostics;
use crate::console::sheet::{self, Layer, Sheet};

/// A colour where a theme uses it: a name of the palette, or the colour itself.
#[derive(Debug, Clone)]
pub(super) enum Ink {
    /// A name that the palette of this sheet or of one that builds on it explains.
    Named(String),
    /// The colour.
    Plain(Paint),
}

/// One role as it is written, before the palette is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    fg: Option<Ink>,
    bg: Option<Ink>,
    face: Face,
}

impl Draft {
    /// The looks with the palette's colours filled in.
    pub(super) fn face(&self, palette: &BTreeMap<String, Paint>) -> Face {
        let paint = |ink: &Option<Ink>| match ink {
            Some(Ink::Named(name)) => palette.get(name).copied(),
            Some(Ink::Plain(paint)) => Some(*paint),
            None => None,
        };
        Face { fg: paint(&self.fg), bg: paint(&self.bg), ..self.face }
    }
}

/// One theme file, read.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    pub(super) glyphs: Option<Glyphs>,
    pub(super) palette: BTreeMap<String, Paint>,
    pub(super) roles: BTreeMap<String, Draft>,
    /// Names that a colour was asked by, with their places: the palette that explains them may be another sheet's.
    pub(super) asked: Vec<(String, std::ops::Range<usize>)>,
}

/// Reads a theme file; `elsewhere` are the names that palettes of other sheets explain, none where any name may be.
pub(super) fn read(sheet: &Sheet, elsewhere: Option<&[String]>) -> Layer<Written> {
    let mut diagnostics = Diagnostics::new(&sheet.file, &sheet.text);
    let mut table = sheet::parse(&sheet.text, &mut diagnostics);
    let inherits = sheet::take_inherits(&mut table, &mut diagnostics);
    let mut body = Written::default();
    if let Some(value) = table.remove("glyphs") {
        body.glyphs = glyphs(&value, &mut diagnostics);
    }
    if let Some(value) = table.remove("palette") {
        for (name, value) in section(&value, "`palette`", &mut diagnostics) {
            if let Some(paint) = paint(value, &mut diagnostics) {
                body.palette.insert(name.to_owned(), paint);
            }
        }
    }
    if let Some(value) = table.remove("roles") {
        for (key, value) in entries(&value, "`roles`", &mut diagnostics) {
            role_of(key, value, &mut body, &mut diagnostics);
        }
    }
    for (key, _) in table {
        let help = sheet::suggestion(key.get_ref(), ["inherits", "glyphs", "palette", "roles"].into_iter());
        diagnostics.report_with_help(key.span(), format!("unknown key `{}`", key.get_ref()), "not known here", help);
    }
    for (name, span) in &body.asked {
        let Some(elsewhere) = elsewhere else { break };
        if body.palette.contains_key(name) || elsewhere.contains(name) {
            continue;
        }
        let names = body.palette.keys().chain(elsewhere).map(String::as_str);
        let help = sheet::suggestion(name, names.chain(colour::NAMES.iter().map(|(n, _)| *n)));
        diagnostics.report_with_help(
            span.clone(),
            format!("`{name}` is not a colour"),
            "expected #rrggbb, 0 to 255, a colour's name, or a name of [palette]",
            help,
        );
    }
    Layer { body, inherits, diagnostics }
}

type Entry<'a, 't> = (&'a Spanned<std::borrow::Cow<'t, str>>, &'a Spanned<DeValue<'t>>);

fn entries<'a, 't>(value: &'a Spanned<DeValue<'t>>, what: &str, diagnostics: &mut Diagnostics) -> Vec<Entry<'a, 't>> {
    let Some(table) = value.get_ref().as_table() else {
        sheet::wrong_type(diagnostics, value, what, "a table");
        return Vec::new();
    };
    table.iter().collect()
}

fn section<'a, 't>(
    value: &'a Spanned<DeValue<'t>>,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<(&'a str, &'a Spanned<DeValue<'t>>)> {
    entries(value, what, diagnostics).into_iter().map(|(k, v)| (k.get_ref().as_ref(), v)).collect()
}

fn glyphs(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<Glyphs> {
    let Some(word) = value.get_ref().as_str() else {
        sheet::wrong_type(diagnostics, value, "`glyphs`", "\"unicode\" or \"ascii\"");
        return None;
    };
    let found = Glyphs::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, glyphs)| glyphs);
    if found.is_none() {
        let help = sheet::suggestion(word, Glyphs::WORDS.into_iter().map(|(known, _)| known));
        let label = "expected \"unicode\" or \"ascii\"";
        diagnostics.report_with_help(value.span(), format!("there are no glyphs `{word}`"), label, help);
    }
    found
}

/// A colour of the palette: a colour, or `{ colour, ansi }` with the one to take where there are sixteen.
fn paint(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<Paint> {
    if let Some(table) = value.get_ref().as_table() {
        unknown_keys(table, &["colour", "ansi"], diagnostics);
        let colour = table.get("colour").and_then(|v| plain(v, diagnostics));
        let ansi = table.get("ansi").and_then(|v| plain(v, diagnostics));
        if !table.contains_key("colour") {
            diagnostics.report(value.span(), "a colour of the palette lacks `colour`", "expected `colour = …` here");
        }
        return colour.map(|colour| Paint { colour, ansi });
    }
    plain(value, diagnostics).map(|colour| Paint { colour, ansi: None })
}

fn plain(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<ratatui::style::Color> {
    let word = match value.get_ref() {
        DeValue::String(word) => word.to_string(),
        DeValue::Integer(number) => number.to_string(),
        _ => {
            sheet::wrong_type(diagnostics, value, "the colour", "a colour in quotes or a number");
            return None;
        }
    };
    let colour = colour::parse(&word);
    if colour.is_none() {
        let help = sheet::suggestion(&word, colour::NAMES.iter().map(|(n, _)| *n));
        let label = "expected #rrggbb, 0 to 255, or a colour's name";
        diagnostics.report_with_help(value.span(), format!("`{word}` is not a colour"), label, help);
    }
    colour
}

fn role_of(
    key: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    body: &mut Written,
    diagnostics: &mut Diagnostics,
) {
    let name = key.get_ref().as_ref();
    if !role::names().contains(&name) {
        let help = sheet::suggestion(name, role::names().into_iter());
        diagnostics.report_with_help(key.span(), format!("there is no role `{name}`"), "not a role", help);
        return;
    }
    let mut draft = Draft::default();
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "fg" => draft.fg = ink(value, body, diagnostics),
                    "bg" => draft.bg = ink(value, body, diagnostics),
                    "modifiers" => draft.face.modifiers = modifiers(value, diagnostics),
                    "ansi" => draft.face.ansi = Some(modifiers(value, diagnostics)),
                    "mono" => draft.face.mono = Some(modifiers(value, diagnostics)),
                    word => {
                        let dotted = format!("{name}.{word}");
                        let help = if role::names().contains(&dotted.as_str()) {
                            format!("a role with a dot stands in quotes: \"{dotted}\" = …")
                        } else {
                            sheet::suggestion(word, ["fg", "bg", "modifiers", "ansi", "mono"].into_iter())
                        };
                        diagnostics.report_with_help(
                            key.span(),
                            format!("unknown key `{word}`"),
                            "expected fg, bg, modifiers, ansi or mono",
                            help,
                        );
                    }
                }
            }
        }
        _ => draft.fg = ink(value, body, diagnostics),
    }
    body.roles.insert(name.to_owned(), draft);
}

fn ink(value: &Spanned<DeValue<'_>>, body: &mut Written, diagnostics: &mut Diagnostics) -> Option<Ink> {
    if let Some(word) = value.get_ref().as_str()
        && !word.starts_with('#')
        && (body.palette.contains_key(word) || colour::parse(word).is_none())
    {
        body.asked.push((word.to_owned(), value.span()));
        return Some(Ink::Named(word.to_owned()));
    }
    plain(value, diagnostics).map(|colour| Ink::Plain(Paint { colour, ansi: None }))
}

fn modifiers(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Modifier {
    let Some(list) = value.get_ref().as_array() else {
        sheet::wrong_type(diagnostics, value, "this", "a list such as [\"bold\"]");
        return Modifier::empty();
    };
    let mut all = Modifier::empty();
    for item in list {
        let Some(word) = item.get_ref().as_str() else {
            sheet::wrong_type(diagnostics, item, "this", "a word in quotes");
            continue;
        };
        let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) else {
            let help = sheet::suggestion(word, MODIFIERS.iter().map(|(n, _)| *n));
            let label = "expected bold, dim, italic, underlined or reversed";
            diagnostics.report_with_help(item.span(), format!("text cannot be `{word}`"), label, help);
            continue;
        };
        all |= *modifier;
    }
    all
}

fn unknown_keys(table: &DeTable<'_>, known: &[&str], diagnostics: &mut Diagnostics) {
    for (key, _) in table {
        if !known.contains(&key.get_ref().as_ref()) {
            let help = sheet::suggestion(key.get_ref(), known.iter().copied());
            let message = format!("unknown key `{}`", key.get_ref());
            diagnostics.report_with_help(key.span(), message, format!("expected {}", known.join(" or ")), help);
        }
    }
}
