//! What a filter asks for: words that a row contains, and `level:`, `account:`, `rule:`, `severity:` and `silenced:`.

use super::incidents::severity;
use super::listing::Table;
use super::standing;
use super::thing::{Thing, contains};
use crate::console::scene::Scene;
use crate::console::theme::Mark;
use crate::estate::EntryRef;
use crate::judge::{Level, Subject};

/// The words that mean more than their letters, each with what it does, for the help.
pub const WORDS: [(&str, &str); 6] = [
    ("level:critical", "Only what is critical; warning, unknown and ok likewise"),
    ("account:NAME", "Only what belongs to an account whose name contains this"),
    ("rule:NAME", "Only what breaks a rule whose name contains this"),
    ("severity:P1", "Only what is of that severity, P1 to P4"),
    ("silenced:yes", "Only what someone has silenced; no: only what is not"),
    ("word word", "Only rows with every word; all of these can be combined"),
];

/// What a filter asks for; all of it must be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    wishes: Vec<Wish>,
}

/// One word of a filter, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wish {
    /// The row contains this.
    Text(String),
    /// The row has a level that begins like this.
    Level(String),
    /// It belongs to an account whose name contains this.
    Account(String),
    /// It breaks a rule whose name contains this.
    Rule(String),
    /// It is of a severity that begins like this.
    Severity(String),
    /// Someone has silenced it, or nobody has.
    Silenced(bool),
}

impl Wanted {
    /// Reads a filter's text. A word with a colon that is none of ours is text, too: names have colons.
    pub fn read(text: &str) -> Self {
        let text = text.to_lowercase();
        let wish = |word: &str| {
            let (key, value) = word.split_once(':').unwrap_or(("", word));
            let of = value.to_owned();
            match (key, value) {
                ("level", _) => Wish::Level(of),
                ("account", _) => Wish::Account(of),
                ("rule", _) => Wish::Rule(of),
                ("severity", _) => Wish::Severity(of),
                ("silenced", "yes" | "y" | "ye") => Wish::Silenced(true),
                // While it is being typed it asks for nothing yet.
                ("silenced", "") => Wish::Text(String::new()),
                ("silenced", "no" | "n") => Wish::Silenced(false),
                _ => Wish::Text(word.to_owned()),
            }
        };
        Self { wishes: text.split_whitespace().map(wish).collect() }
    }

    /// Whether a thing is what is asked for.
    pub fn has(&self, scene: &Scene, table: Table, thing: &Thing) -> bool {
        self.wishes.iter().all(|wish| match wish {
            Wish::Text(text) => thing.matches(text),
            Wish::Level(word) => level(scene, table, thing).is_none_or(|l| l.word().starts_with(word.as_str())),
            Wish::Account(name) => match account(scene, thing) {
                Place::Of(account) => contains(account, name),
                Place::Nowhere => name.is_empty(),
                Place::Line => true,
            },
            Wish::Severity(word) => {
                let severity = match thing {
                    Thing::Line(_) => return true,
                    Thing::Alert(alert) => Some(alert.ranked.severity),
                    Thing::Concern(concern, _) => severity(scene, concern),
                    other => entry(other).and_then(|e| {
                        standing::alerts(scene, &e).filter(|a| a.silenced.is_none()).map(|a| a.ranked.severity).min()
                    }),
                };
                severity.is_some_and(|s| s.word().to_lowercase().starts_with(word.as_str()))
            }
            Wish::Rule(name) => breaks(scene, thing, name),
            Wish::Silenced(wanted) => silenced(scene, thing) == *wanted,
        })
    }
}

/// A thing's level; none for a line of text.
fn level(scene: &Scene, table: Table, thing: &Thing) -> Option<Level> {
    match thing {
        Thing::Line(_) => None,
        Thing::Alert(alert) => Some(alert.level),
        Thing::Concern(concern, _) => Some(concern.level),
        _ => Some(match table.row(scene, thing).mark {
            Mark::Ok => Level::Ok,
            Mark::Unknown | Mark::Stale => Level::Unknown,
            Mark::Warning => Level::Warning,
            Mark::Critical => Level::Critical,
        }),
    }
}

/// Whose a thing is.
enum Place<'a> {
    /// An account's.
    Of(&'a str),
    /// No account's.
    Nowhere,
    /// A line of text is nobody's.
    Line,
}

fn account<'a>(scene: &Scene<'a>, thing: &Thing<'a>) -> Place<'a> {
    let of = |entry: &EntryRef| scene.estate.account_of(entry).map(|a| a.declared.name.as_str());
    let subject = |about: &'a Subject| match about {
        Subject::Entry(entry) => of(entry),
        Subject::Workload(cluster, _) | Subject::Pods(cluster, ..) => {
            of(&EntryRef::Cluster(cluster.as_ref().to_owned()))
        }
        Subject::Source(key) => key.account.as_deref(),
    };
    let name = match thing {
        Thing::Line(_) => return Place::Line,
        Thing::Concern(concern, _) => subject(&concern.about),
        Thing::Alert(alert) => subject(&alert.about),
        Thing::Source(source) => source.key.account.as_deref(),
        Thing::Operation(record) => record.target.account.as_deref(),
        other => entry(other).and_then(|e| of(&e)),
    };
    name.map_or(Place::Nowhere, Place::Of)
}

/// The entry of the estate file that a thing is, or is a part of.
fn entry(thing: &Thing) -> Option<EntryRef> {
    Some(match thing {
        Thing::Account(a) => a.entry(),
        Thing::Cluster(c) | Thing::Workload(c, _) | Thing::Pod(c, _) | Thing::Node(c, _) | Thing::Autoscaler(c, _) => {
            c.entry()
        }
        Thing::Database(d) | Thing::Member(d, _) => d.entry(),
        Thing::Slo(s, _) => s.entry(),
        Thing::Service(s) => s.entry(),
        Thing::Budget(b) => b.entry(),
        Thing::Concern(..) | Thing::Alert(_) | Thing::Source(_) | Thing::Operation(_) | Thing::Line(_) => return None,
    })
}

/// Whether a thing breaks a rule whose name contains this.
fn breaks(scene: &Scene, thing: &Thing, name: &str) -> bool {
    let named = |word: &str| contains(word, name);
    match thing {
        Thing::Line(_) => true,
        Thing::Alert(alert) => named(alert.rule.word()),
        Thing::Concern(concern, _) => {
            let said = |i: &usize| scene.judgement.alerts.get(*i);
            concern.alerts.iter().filter_map(said).any(|a| named(a.rule.word()))
        }
        Thing::Workload(cluster, workload) => scene.judgement.alerts.iter().any(|a| {
            named(a.rule.word())
                && matches!(&a.about, Subject::Workload(of, key) if *key == workload.key && **of == *cluster.declared.name)
        }),
        Thing::Source(source) => {
            let about = |a: &Subject| matches!(a, Subject::Source(key) if *key == source.key);
            scene.judgement.alerts.iter().any(|a| named(a.rule.word()) && about(&a.about))
        }
        Thing::Account(_) | Thing::Cluster(_) | Thing::Database(_) | Thing::Slo(..) | Thing::Service(_) | Thing::Budget(_) => {
            entry(thing).is_some_and(|e| standing::alerts(scene, &e).any(|a| named(a.rule.word())))
        }
        Thing::Pod(..) | Thing::Node(..) | Thing::Autoscaler(..) | Thing::Member(..) | Thing::Operation(_) => {
            name.is_empty()
        }
    }
}

/// Whether someone has silenced what a row says.
fn silenced(scene: &Scene, thing: &Thing) -> bool {
    match thing {
        Thing::Alert(alert) => alert.silenced.is_some(),
        Thing::Concern(concern, _) => {
            let said = |i: &usize| scene.judgement.alerts.get(*i).is_some_and(|a| a.silenced.is_some());
            !concern.alerts.is_empty() && concern.alerts.iter().all(said)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_one_by_one() {
        let read = |text: &str| Wanted::read(text).wishes;
        let text = |t: &str| Wish::Text(t.to_owned());
        for (filter, want) in [
            ("", vec![]),
            ("Shop CART", vec![text("shop"), text("cart")]),
            ("level:Crit x", vec![Wish::Level("crit".to_owned()), text("x")]),
            ("account:production", vec![Wish::Account("production".to_owned())]),
            ("rule:database.", vec![Wish::Rule("database.".to_owned())]),
            ("severity:P1", vec![Wish::Severity("p1".to_owned())]),
            ("silenced:yes", vec![Wish::Silenced(true)]),
            ("silenced:no", vec![Wish::Silenced(false)]),
            ("silenced:", vec![text("")]),
            ("arn:aws:rds", vec![text("arn:aws:rds")]),
        ] {
            assert_eq!(read(filter), want, "{filter}");
        }
    }
}
