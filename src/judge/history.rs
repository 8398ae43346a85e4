//! What a judgement needs of the past: which alerts stand, since when, and how far each is on its way out or in.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::standing::Mark;
use super::{Judgement, RuleId, Subject};

/// The past, as far as judging needs it; serializable, so that a restart does not forget since when something is wrong.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// What stands or waits to, by rule and by what it is about.
    standing: BTreeMap<RuleId, HashMap<Subject, Standing>>,
    /// Since when the estate has had its level.
    level_since: Option<(super::Level, Timestamp)>,
    /// How many judgements were taken in: what the last one did not name has cleared.
    learned: u64,
    /// Nobody watches: one look says what is now.
    #[serde(skip)]
    glance: bool,
}

/// One mark, and which judgement named it last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Standing {
    mark: Mark,
    named_by: u64,
}

/// The marks of one rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks<'a>(&'a HashMap<Subject, Standing>);

impl<'a> Marks<'a> {
    pub(super) fn len(self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = (&'a Subject, &'a Mark)> + use<'a> {
        self.0.iter().map(|(about, standing)| (about, &standing.mark))
    }
}

impl History {
    /// The same past for a single look: an alert whose value is back in order is over, however short a time it has been.
    /// What fired on an SLO still stands while nothing is known of it.
    #[must_use]
    pub fn glance(self) -> Self {
        Self { glance: true, ..self }
    }

    /// Whether it serves a single look.
    pub(super) fn at_a_glance(&self) -> bool {
        self.glance
    }

    /// Since when an alert stands; none when it is new.
    pub fn since(&self, rule: RuleId, about: &Subject) -> Option<Timestamp> {
        self.mark(rule, about)?.since
    }

    /// Since when the estate has had its present level.
    pub fn level_since(&self) -> Option<(super::Level, Timestamp)> {
        self.level_since
    }

    /// What is remembered of a rule and a thing.
    pub(super) fn mark(&self, rule: RuleId, about: &Subject) -> Option<&Mark> {
        self.standing.get(&rule)?.get(about).map(|standing| &standing.mark)
    }

    /// Whether anything is remembered of a rule.
    pub(super) fn remembers(&self, rule: RuleId) -> bool {
        self.standing.contains_key(&rule)
    }

    /// Everything that is remembered, by rule.
    pub(super) fn marks(&self) -> impl Iterator<Item = (RuleId, Marks<'_>)> {
        self.standing.iter().map(|(rule, marks)| (*rule, Marks(marks)))
    }

    /// Takes in a judgement made at `now`: keeps what stands or waits to, forgets what has cleared. What stood before is
    /// not written again: there may be thousands, several times a second.
    pub fn learn(&mut self, judgement: &Judgement, now: Timestamp) {
        self.learned += 1;
        let named_by = self.learned;
        let alerts = judgement.alerts.iter().map(|a| (a.rule, &a.about, a.mark));
        let waiting = judgement.waiting.iter().map(|(rule, about, mark)| (*rule, about, *mark));
        for (rule, about, mark) in alerts.chain(waiting) {
            let of_rule = self.standing.entry(rule).or_default();
            if let Some(standing) = of_rule.get_mut(about) {
                *standing = Standing { mark, named_by };
            } else {
                of_rule.insert(about.clone(), Standing { mark, named_by });
            }
        }
        self.standing.retain(|_, of_rule| {
            of_rule.retain(|_, standing| standing.named_by == named_by);
            !of_rule.is_empty()
        });
        if self.level_since.is_none_or(|(level, _)| level != judgement.level) {
            self.level_since = Some((judgement.level, now));
        }
    }
}
