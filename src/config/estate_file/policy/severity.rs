//! `[policy.severity]`: what makes a P1 … P4, and how soon someone must answer.

use std::time::Duration;

use super::super::super::reading::{Reading, Section, Value, Wrong};
use super::super::super::value;
use super::super::super::words::did_you_mean;
use crate::judge::{Rule, RuleId, Severity, SeverityRule, TeamRule};

pub(super) fn read(section: &Section<'_>, team: &[TeamRule]) -> Vec<SeverityRule> {
    let mut taken: Vec<(RuleId, Severity)> = Vec::new();
    let mut out = Vec::new();
    for severity in Severity::ALL {
        let Some(table) = section.section(severity.word()) else { continue };
        let answer_within = table.optional("answer_within", value::duration_s).map(Duration::from_secs);
        let mut rules = Vec::new();
        for (rule, span) in table.list("rules", |v| rule(v, team)).unwrap_or_default() {
            if let Some((_, other)) = taken.iter().find(|(r, _)| *r == rule) {
                let wrong = Wrong::new(format!("`{}` makes a {} already", rule.word(), other.word()), "one severity");
                table.findings().report(span, wrong);
                continue;
            }
            taken.push((rule, severity));
            rules.push(rule);
        }
        table.close();
        out.push(SeverityRule {
            severity,
            answer_within: answer_within.unwrap_or_else(|| severity.answer_within()),
            rules,
        });
    }
    section.close();
    out
}

/// A rule by its name: a built-in one or one of the team's own.
pub(super) fn rule(value: Value<'_>, team: &[TeamRule]) -> Reading<RuleId> {
    let text = value::text(value)?;
    let own = || team.iter().map(|rule| rule.id).find(|id| id.word() == text);
    RuleId::from_word(&text).or_else(own).ok_or_else(|| {
        let wrong = Wrong::new(format!("there is no alert rule `{text}`"), "such as \"database.status\"");
        let known = Rule::ALL.iter().map(|r| r.id.word()).chain(team.iter().map(|r| r.id.word()));
        wrong.meant(did_you_mean(&text, known))
    })
}
