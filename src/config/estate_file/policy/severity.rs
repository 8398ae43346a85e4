//! `[policy.severity]`: what makes a P1 … P4, and how soon someone must answer.

use std::time::Duration;

use super::super::super::reading::{Reading, Section, Value, Wrong};
use super::super::super::value;
use super::super::super::words::did_you_mean;
use crate::judge::{Rule, RuleId};

/// How bad an incident is (seed 003 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Down.
    P1,
    /// Major.
    P2,
    /// Degraded.
    P3,
    /// Minor.
    P4,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 4] = [Self::P1, Self::P2, Self::P3, Self::P4];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P4 => "P4",
        }
    }

    /// How soon someone must answer, where the team does not say otherwise (seed 003 §6.3; the next day for a P4).
    pub fn answer_within(self) -> Duration {
        match self {
            Self::P1 => Duration::from_mins(15),
            Self::P2 => Duration::from_mins(30),
            Self::P3 => Duration::from_hours(4),
            Self::P4 => Duration::from_hours(24),
        }
    }
}

/// What the team says of one severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityRule {
    /// Which.
    pub severity: Severity,
    /// How soon someone must answer.
    pub answer_within: Duration,
    /// Critical alerts of these rules open an incident of this severity.
    pub rules: Vec<RuleId>,
}

pub(super) fn read(section: &Section<'_>) -> Vec<SeverityRule> {
    let mut taken: Vec<(RuleId, Severity)> = Vec::new();
    let mut out = Vec::new();
    for severity in Severity::ALL {
        let Some(table) = section.section(severity.word()) else { continue };
        let answer_within = table.optional("answer_within", value::duration_s).map(Duration::from_secs);
        let mut rules = Vec::new();
        for (rule, span) in table.list("rules", rule).unwrap_or_default() {
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

fn rule(value: Value<'_>) -> Reading<RuleId> {
    let text = value::text(value)?;
    RuleId::from_word(&text).ok_or_else(|| {
        let wrong = Wrong::new(format!("there is no alert rule `{text}`"), "such as \"database.status\"");
        match did_you_mean(&text, Rule::ALL.iter().map(|r| r.id.word())) {
            Some(near) => wrong.help(format!("did you mean \"{near}\"?")),
            None => wrong,
        }
    })
}
