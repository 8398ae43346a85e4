//! `[policy.alerts.AREA]`: thresholds of the alert rules, changed or switched off.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::super::super::reading::{Section, Wrong, found};
use super::super::super::value;
use super::super::super::words::hint;
use crate::judge::{Rule, RuleId, Thresholds};

/// Rules that the file changes; none inside: switched off.
pub(super) fn read(section: &Section<'_>) -> BTreeMap<RuleId, Option<Thresholds>> {
    let mut changed = BTreeMap::new();
    for (area, span, value) in section.entries() {
        let rules: Vec<&Rule> = Rule::ALL.iter().filter(|r| split(r).0 == area).collect();
        if rules.is_empty() {
            let wrong = Wrong::new(format!("there are no alert rules of `{area}`"), "not known here");
            section.findings().report(span, wrong.help(hint(area, Rule::ALL.iter().map(|r| split(r).0))));
        } else if let Some(section) = section.table_at(area, value) {
            read_area(&section, &rules, &mut changed);
        }
    }
    changed
}

fn read_area(section: &Section<'_>, rules: &[&Rule], changed: &mut BTreeMap<RuleId, Option<Thresholds>>) {
    for (name, span, value) in section.entries() {
        let Some(rule) = rules.iter().find(|r| split(r).1 == name) else {
            let wrong = Wrong::new(format!("there is no alert rule `{name}` here"), "not known here");
            section.findings().report(span, wrong.help(hint(name, rules.iter().map(|r| split(r).1))));
            continue;
        };
        match value.get() {
            DeValue::Boolean(true) => {}
            DeValue::Boolean(false) => _ = changed.insert(rule.id, None),
            DeValue::String(text) if text == "off" => _ = changed.insert(rule.id, None),
            DeValue::Table(_) => {
                if let Some(thresholds) = section.table_at(name, value).and_then(|table| thresholds(rule, &table)) {
                    changed.insert(rule.id, Some(thresholds));
                }
            }
            other => {
                let wrong = Wrong::new(
                    format!("{} where thresholds belong", found(other)),
                    "{ warn = …, crit = … }, or false to switch it off",
                );
                section.findings().report(value.span(), wrong);
            }
        }
    }
}

/// Area and name of a rule.
fn split(rule: &Rule) -> (&'static str, &'static str) {
    let word = rule.id.word();
    word.split_once('.').unwrap_or((word, ""))
}

/// A rule's thresholds; the one that is left out keeps its default.
fn thresholds(rule: &Rule, table: &Section<'_>) -> Option<Thresholds> {
    let defaults = rule.defaults;
    if defaults == Thresholds::default() {
        let wrong = Wrong::new(format!("`{}` has no thresholds: it is about a state", rule.id.word()), "true or false");
        table.findings().report(table.span(), wrong.help("false switches it off"));
        return None;
    }
    let warn = table.optional("warn", value::not_negative);
    let crit = table.optional("crit", value::not_negative);
    table.close();
    let thresholds = Thresholds { warn: warn.or(defaults.warn), crit: crit.or(defaults.crit) };
    in_order(rule, table, thresholds);
    Some(thresholds)
}

/// A warning comes before the critical level.
fn in_order(rule: &Rule, table: &Section<'_>, thresholds: Thresholds) {
    let Thresholds { warn: Some(warn), crit: Some(crit) } = thresholds else { return };
    let below = rule.below;
    let (sound, how) = if below { (warn >= crit, "at least") } else { (warn <= crit, "at most") };
    if sound {
        return;
    }
    let unit = rule.unit;
    let defaulted = match (table.has("warn"), table.has("crit")) {
        (true, false) => format!("; `crit` is {crit} {unit} where it is left out"),
        (false, true) => format!("; `warn` is {warn} {unit} where it is left out"),
        _ => String::new(),
    };
    let key = if table.has("warn") { "warn" } else { "crit" };
    let wrong = Wrong::new(
        format!("`{}` would be critical before it warns", rule.id.word()),
        format!("`warn` must be {how} `crit`{defaulted}"),
    );
    let help = if below { "this rule breaks below its thresholds" } else { "this rule breaks above its thresholds" };
    table.findings().report(table.span_of(key), wrong.help(help));
}
