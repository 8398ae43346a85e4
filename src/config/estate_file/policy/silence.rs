//! `[[policy.silence]]`: alerts that nobody wants to hear of for a while.

use super::super::super::reading::{Reading, Section, Value, Wrong};
use super::super::super::value;
use super::super::super::words::did_you_mean;
use super::severity;
use crate::judge::{Rule, Silence, SilencedRules, TeamRule};

/// A silence. One that has ended is read like any other: it has no effect, and `check` says so.
pub(super) fn read(section: &Section<'_>, team: &[TeamRule]) -> Option<Silence> {
    let rules = section.required("rule", |v| rules(v, team).map(Some));
    let subject = section.optional("subject", value::text);
    let until = section.required("until", |v| value::instant(v).map(Some));
    let reason = section.required("reason", value::text).into();
    section.close();
    Some(Silence { rules: rules?, subject, until: until?, reason })
}

/// A rule's name, or `area.*`.
fn rules(value: Value<'_>, team: &[TeamRule]) -> Reading<SilencedRules> {
    let text = value::text(value)?;
    let Some(area) = text.strip_suffix(".*") else {
        return severity::rule(value, team).map(SilencedRules::One);
    };
    let ids = Rule::ALL.iter().map(|rule| rule.id).chain(team.iter().map(|rule| rule.id));
    let areas: Vec<&str> = ids.filter_map(|id| id.word().split_once('.').map(|(area, _)| area)).collect();
    if areas.contains(&area) {
        return Ok(SilencedRules::Area(area.to_owned()));
    }
    let wrong = Wrong::new(format!("there are no alert rules of `{area}`"), "such as \"database.*\"");
    Err(wrong.meant(did_you_mean(area, areas).map(|near| format!("{near}.*"))))
}
