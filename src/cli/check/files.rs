//! The files: estate, console, themes, keymaps, store.

use jiff::Timestamp;

use super::{Group, Row};
use crate::cli::{Context, screen};
use crate::config::{self, ConfigError, ConsoleFile};
use crate::console::keymap::Keymap;
use crate::console::theme::{Depth, Theme};
use crate::console::widget::quantity::counted;
use crate::judge::{Silence, SilencedRules};
use crate::store::Store;

/// One row for each file; and what earlier runs have spent today on the estate, US dollars: nothing where no store can be
/// read.
pub(super) fn group(context: &Context) -> (Group, f64) {
    let places = &context.places;
    let estate = places.estate_file(context.estate_flag()).path.display().to_string();
    let mut name = None;
    let mut silences = Vec::new();
    let read = config::load_estate(places, context.estate_flag()).map(|file| {
        silences = file.policy.silences.iter().map(|silence| silenced(silence, Timestamp::now())).collect();
        let d = file.declared;
        name = Some(d.name.clone());
        format!(
            "{}: {}, {}, {}, {}, {}",
            d.name,
            counted(d.accounts.len(), "account"),
            counted(d.clusters.len(), "cluster"),
            counted(d.databases.len(), "database"),
            counted(d.slos.len(), "SLO"),
            counted(d.budgets.len(), "budget")
        )
    });
    let mut rows: Vec<Row> = vec![(format!("estate file {estate}"), read.map_err(|e| first_line(&e)))];
    rows.append(&mut silences);
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
    let mut spent_today = 0.0;
    if let Some(name) = name {
        let path = places.state().join(crate::cli::STORE);
        let now = Timestamp::now();
        let opened = Store::open(&path, &name, now);
        spent_today = opened.as_ref().map_or(0.0, |store| store.spent_on(now).unwrap_or(0.0));
        let opened = opened.map(|s| s.notice().map_or_else(|| "can be written".to_owned(), str::to_owned));
        rows.push((format!("store {}", path.display()), opened.map_err(|e| e.to_string())));
    }
    (Group { title: "files".to_owned(), rows }, spent_today)
}

/// A silence of the policy, and whether it has ended.
fn silenced(silence: &Silence, now: Timestamp) -> Row {
    let rules = match &silence.rules {
        SilencedRules::One(rule) => rule.word().to_owned(),
        SilencedRules::Area(area) => format!("{area}.*"),
    };
    let subject = silence.subject.as_deref().map_or_else(String::new, |subject| format!(" of {subject}"));
    let words = if silence.expired(now) {
        format!("ended at {} and has no effect: remove it", silence.until)
    } else {
        format!("until {}: {}", silence.until, silence.reason)
    };
    (format!("silence {rules}{subject}"), Ok(words))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_that_has_ended_says_so() {
        let until: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let rules = SilencedRules::Area("database".into());
        let silence = Silence { rules, subject: Some("*/orders".into()), until, reason: "a migration".into() };
        let before = until - jiff::SignedDuration::from_secs(1);
        let words = |now| silenced(&silence, now).1.unwrap();
        assert_eq!(silenced(&silence, until).0, "silence database.* of */orders");
        assert_eq!(words(before), "until 2026-11-20T12:00:00Z: a migration");
        assert_eq!(words(until), "ended at 2026-11-20T12:00:00Z and has no effect: remove it");
    }
}
