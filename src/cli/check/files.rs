//! The files: estate, console, themes, keymaps, store.

use jiff::Timestamp;

use super::{Group, Row};
use crate::cli::{Context, screen};
use crate::config::{self, ConfigError, ConsoleFile};
use crate::console::keymap::Keymap;
use crate::console::theme::{Depth, Theme};
use crate::store::Store;

/// One row for each file.
pub(super) fn group(context: &Context) -> Group {
    let places = &context.places;
    let estate = places.estate_file(context.estate_flag()).path.display().to_string();
    let mut name = None;
    let read = config::load_estate(places, context.estate_flag()).map(|file| {
        let d = file.declared;
        name = Some(d.name.clone());
        format!(
            "{}: {} accounts, {} clusters, {} databases, {} SLOs, {} budgets",
            d.name,
            d.accounts.len(),
            d.clusters.len(),
            d.databases.len(),
            d.slos.len(),
            d.budgets.len()
        )
    });
    let mut rows: Vec<Row> = vec![(format!("estate file {estate}"), read.map_err(|e| first_line(&e)))];
    let console = config::load_console(places);
    let file = console.as_ref().map_or_else(|_| ConsoleFile::default(), Clone::clone);
    let there = if places.console_file().exists() { "in order" } else { "not there: the defaults are used" };
    let console_row = console.map(|_| there.to_owned()).map_err(|e| first_line(&e));
    rows.push((format!("console file {}", places.console_file().display()), console_row));
    let mut troubles = Vec::new();
    let themes = screen::sheets(&places.themes(), &mut troubles);
    let keymaps = screen::sheets(&places.keymaps(), &mut troubles);
    let loaded = Theme::load(&file.theme, &themes, Depth::Mono).map(|_| "in order".to_owned());
    rows.push((format!("theme {}", file.theme), loaded.map_err(|e| e.to_string())));
    let keymap = Keymap::load(&file.keymap, &keymaps).map(|_| "in order".to_owned());
    rows.push((format!("keymap {}", file.keymap), keymap.map_err(|e| e.to_string())));
    rows.extend(troubles.into_iter().map(|trouble| ("themes and keymaps".to_owned(), Err(trouble))));
    if let Some(name) = name {
        let path = places.state().join(crate::cli::STORE);
        let opened = Store::open(&path, &name, Timestamp::now());
        let opened = opened.map(|s| s.notice().map_or_else(|| "can be written".to_owned(), str::to_owned));
        rows.push((format!("store {}", path.display()), opened.map_err(|e| e.to_string())));
    }
    Group { title: "files".to_owned(), rows }
}

/// The rendered diagnostics follow on standard error; the row needs their first line alone.
fn first_line(error: &ConfigError) -> String {
    match error {
        ConfigError::Wrong(diagnostics) => {
            let first = diagnostics.list().first().map_or("", |d| d.message.as_str());
            format!("{} wrong, the first: {first}", diagnostics.list().len())
        }
        other => other.to_string(),
    }
}
