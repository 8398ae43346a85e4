//! Alerts that nobody wants to hear of for a while: they are listed, and count for nothing.

use std::sync::Arc;

use jiff::Timestamp;

use super::RuleId;

/// A silence as the team wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The rules that it silences.
    pub rules: SilencedRules,
    /// The subject as `status` names it, exact or with `*` and `?`; none: every subject.
    pub subject: Option<String>,
    /// When it ends.
    pub until: Timestamp,
    /// Why.
    pub reason: Arc<str>,
}

/// Which rules a silence is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SilencedRules {
    /// One rule.
    One(RuleId),
    /// Every rule of an area, such as `database`.
    Area(String),
}

/// An alert's silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silenced {
    /// When it ends.
    pub until: Timestamp,
    /// Why.
    pub reason: Arc<str>,
}

impl Silence {
    /// Whether it has ended.
    pub fn expired(&self, now: Timestamp) -> bool {
        self.until <= now
    }

    /// Whether it is about a rule, in force or not.
    pub fn names(&self, rule: RuleId) -> bool {
        match &self.rules {
            SilencedRules::One(id) => *id == rule,
            SilencedRules::Area(area) => rule.word().split_once('.').is_some_and(|(of, _)| of == area),
        }
    }
}

/// The silence that holds for an alert at `now`: of several the one that lasts longest.
pub(super) fn of(silences: &[Silence], rule: RuleId, subject: impl Fn() -> String, now: Timestamp) -> Option<Silenced> {
    let in_force = silences.iter().filter(|s| !s.expired(now) && s.names(rule));
    in_force
        .filter(|s| s.subject.as_deref().is_none_or(|pattern| matches(pattern, &subject())))
        .max_by_key(|s| s.until)
        .map(|s| Silenced { until: s.until, reason: s.reason.clone() })
}

/// Whether a text is as a pattern has it: `*` stands for any characters, `?` for one.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` stands, and how far into the text it reaches so far.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, reached)) => {
                    *reached += 1;
                    (p, t) = (*at + 1, *reached);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text, fits) in [
            ("production/us-east-1/orders", "production/us-east-1/orders", true),
            ("production/us-east-1/orders", "production/us-east-1/orders2", false),
            ("production/*", "production/us-east-1/orders", true),
            ("*/orders", "production/us-east-1/orders", true),
            ("*/deployment/c?rt", "prod/shop/deployment/cart", true),
            ("*/deployment/c?rt", "prod/shop/deployment/caart", false),
            ("*a*b*", "xaxxbx", true),
            ("*a*b*", "xbxxax", false),
            ("", "", true),
            ("", "x", false),
            ("*", "", true),
            ("**", "né", true),
            ("n?", "né", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
