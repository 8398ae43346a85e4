//! The alert rules by name, with the defaults that a half-changed rule keeps.

use crate::judge::Rule;

pub(super) const RULES: [Rule; Rule::ALL.len()] = Rule::ALL;

/// The rule of that name.
pub(super) fn named(word: &str) -> Option<&'static Rule> {
    Rule::ALL.iter().find(|r| r.id.word() == word).map(|r| Rule::of(r.id))
}

/// Every rule's name.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    Rule::ALL.iter().map(|r| r.id.word())
}
