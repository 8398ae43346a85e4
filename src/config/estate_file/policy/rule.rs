//! `[[policy.rule]]`: alert rules of the team's own, as data.

use super::super::super::reading::{Reading, Section, Value, Wrong};
use super::super::super::value;
use super::super::super::words::did_you_mean;
use super::super::names::Names;
use super::alerts::in_order;
use crate::judge::metric::{METRICS, Metric};
use crate::judge::policy::HOLD_S;
use crate::judge::{Comparison, RuleId, TeamRule, Thresholds};

/// A rule of the team's own.
pub(super) fn read(section: &Section<'_>, names: &mut Names<'_>) -> Option<TeamRule> {
    let name = names.claim(section);
    let sound = well_named(section, &name);
    let metric = section.required("metric", |v| metric(v).map(Some));
    let comparison = section.optional("comparison", comparison).unwrap_or(Comparison::Above);
    let warn = section.optional("warn", value::number);
    let crit = section.optional("crit", value::number);
    let wait_s = section.optional("for", value::delay_s).unwrap_or(0);
    let hold_s = section.optional("hold", value::delay_s).unwrap_or(HOLD_S);
    section.close();
    if !section.has("warn") && !section.has("crit") {
        let wrong = Wrong::new("a rule without `warn` and `crit` never breaks", "at least one of them is needed here");
        section.findings().report_unless_broken(section.span(), wrong);
        return None;
    }
    let (metric, thresholds) = (metric?, Thresholds { warn, crit });
    in_order(&name, comparison, metric.unit, section, thresholds);
    let id = RuleId::team(&name);
    sound.then_some(TeamRule { id, metric, comparison, thresholds, wait_s, hold_s })
}

/// `area.name`, and none of the built-in ones.
fn well_named(section: &Section<'_>, name: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let wrong = if name.is_empty() {
        return false;
    } else if let Some(id) = RuleId::from_word(name) {
        let (area, rule) = name.split_once('.').unwrap_or((name, ""));
        // The factors of burn follow the SLO's window, and any other state has no thresholds.
        let change = match id {
            RuleId::SloBurn => "{ for = … }",
            state if state.about_state() => "false",
            _ => "{ warn = … }",
        };
        Wrong::new(format!("`{name}` is a built-in rule"), "a name of its own")
            .help(format!("change the built-in one in [policy.alerts.{area}]: {rule} = {change}"))
    } else if name.split_once('.').is_some_and(|(area, rule)| word(area) && word(rule)) {
        return true;
    } else {
        Wrong::new(format!("`{name}` is no rule's name"), "AREA.NAME in lower case, such as \"database.acu_high\"")
    };
    section.findings().report(section.span_of("name"), wrong);
    false
}

fn metric(value: Value<'_>) -> Reading<&'static Metric> {
    let text = value::text(value)?;
    Metric::of(&text).ok_or_else(|| {
        let wrong = Wrong::new(format!("there is no metric `{text}`"), "such as \"database.acu_percent_of_max\"");
        let wrong = wrong.help("docs/alerts.md lists what can be measured");
        wrong.meant(did_you_mean(&text, METRICS.iter().map(|m| m.name)))
    })
}

fn comparison(value: Value<'_>) -> Reading<Comparison> {
    let text = value::text(value)?;
    let known = Comparison::WORDS.iter().find(|(word, _)| *word == text);
    known.map(|(_, comparison)| *comparison).ok_or_else(|| {
        Wrong::new(format!("`{text}` is no comparison"), "\"above\", \"at_least\", \"below\" or \"at_most\"")
    })
}
