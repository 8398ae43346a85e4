//! `[policy.alerts.AREA]`: the alert rules, changed or switched off.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::super::super::reading::{Section, Wrong, found};
use super::super::super::value;
use super::super::super::words::hint;
use crate::judge::{Comparison, Rule, RuleChange, RuleId, Thresholds};

/// Rules that the file changes; none inside: switched off.
pub(super) fn read(section: &Section<'_>) -> BTreeMap<RuleId, Option<RuleChange>> {
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

fn read_area(section: &Section<'_>, rules: &[&Rule], changed: &mut BTreeMap<RuleId, Option<RuleChange>>) {
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
                if let Some(change) = section.table_at(name, value).and_then(|table| change(rule, &table)) {
                    changed.insert(rule.id, Some(change));
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

/// A rule's thresholds and how long it waits; what is left out keeps its default.
fn change(rule: &Rule, table: &Section<'_>) -> Option<RuleChange> {
    let defaults = rule.defaults;
    let bare = defaults == Thresholds::default();
    if bare && rule.id != RuleId::SloBurn {
        let wrong = Wrong::new(format!("`{}` has no thresholds: it is about a state", rule.id.word()), "true or false");
        table.findings().report(table.span(), wrong.help("false switches it off"));
        return None;
    }
    let mut thresholds = Thresholds::default();
    if bare {
        for key in ["warn", "crit"] {
            if table.value(key).is_some() {
                let wrong = Wrong::new("the factors of burn follow the SLO's window", "`for` or `hold` alone");
                table.findings().report(table.span_of(key), wrong.help("false switches the rule off"));
            }
        }
    } else {
        thresholds.warn = table.optional("warn", value::not_negative);
        thresholds.crit = table.optional("crit", value::not_negative);
    }
    let wait_s = table.optional("for", value::delay_s);
    let hold_s = table.optional("hold", value::delay_s);
    table.close();
    let effective = Thresholds { warn: thresholds.warn.or(defaults.warn), crit: thresholds.crit.or(defaults.crit) };
    in_order(rule.id.word(), rule.comparison, rule.unit, table, effective);
    Some(RuleChange { thresholds, wait_s, hold_s })
}

/// A warning comes before the critical level.
pub(super) fn in_order(name: &str, comparison: Comparison, unit: &str, table: &Section<'_>, thresholds: Thresholds) {
    let Thresholds { warn: Some(warn), crit: Some(crit) } = thresholds else { return };
    let below = comparison.below();
    let (sound, how) = if below { (warn >= crit, "at least") } else { (warn <= crit, "at most") };
    if sound {
        return;
    }
    let defaulted = match (table.has("warn"), table.has("crit")) {
        (true, false) => format!("; `crit` is {crit} {unit} where it is left out"),
        (false, true) => format!("; `warn` is {warn} {unit} where it is left out"),
        _ => String::new(),
    };
    let key = if table.has("warn") { "warn" } else { "crit" };
    let wrong = Wrong::new(
        format!("`{name}` would be critical before it warns"),
        format!("`warn` must be {how} `crit`{defaulted}"),
    );
    let help = if below { "this rule breaks below its thresholds" } else { "this rule breaks above its thresholds" };
    table.findings().report(table.span_of(key), wrong.help(help));
}
