//! One thing that a list holds: light to copy, its row built only when it is drawn.

use super::row::Row;
use super::{autoscalers, budgets, clusters, databases, incidents, nodes, operations, pods, slos, sources, workloads};
use crate::console::desk::Record;
use crate::console::scene::Scene;
use crate::console::view::Spot;
use crate::estate::{
    AccountState, Autoscaler, BudgetState, ClusterState, DatabaseState, EntryRef, Member, Node, Pod, ServiceState,
    SloState, SourceRecord, Workload,
};
use crate::incident::Concern;
use crate::judge::{Alert, Subject};

/// One thing that a list holds.
#[derive(Debug, Clone)]
pub enum Thing<'a> {
    /// Something that someone is to attend to; its spot is that of the thing it is about.
    Concern(&'a Concern, &'a [Alert]),
    /// A rule that something breaks.
    Alert(&'a Alert),
    /// An account.
    Account(&'a AccountState),
    /// A cluster.
    Cluster(&'a ClusterState),
    /// A database.
    Database(&'a DatabaseState),
    /// An SLO, with its place in the estate file.
    Slo(&'a SloState, usize),
    /// A service.
    Service(&'a ServiceState),
    /// A budget.
    Budget(&'a BudgetState),
    /// A workload of a cluster.
    Workload(&'a ClusterState, &'a Workload),
    /// A pod of a cluster.
    Pod(&'a ClusterState, &'a Pod),
    /// A node of a cluster.
    Node(&'a ClusterState, &'a Node),
    /// An autoscaler of a cluster.
    Autoscaler(&'a ClusterState, &'a Autoscaler),
    /// A member of a database.
    Member(&'a DatabaseState, &'a Member),
    /// A source.
    Source(&'a SourceRecord),
    /// An operation that the journal tells of.
    Operation(&'a Record),
    /// A line of a page's facts.
    Line(usize),
}

impl Thing<'_> {
    /// Its identity.
    pub fn spot(&self) -> Spot {
        match self {
            Self::Concern(c, _) => match &c.about {
                Subject::Entry(entry) => Spot::Entry(entry.clone()),
                Subject::Workload(cluster, key) => Spot::Workload(cluster.as_ref().to_owned(), key.clone()),
                Subject::Pods(cluster, ..) => Spot::Entry(EntryRef::Cluster(cluster.as_ref().to_owned())),
                Subject::Source(key) => Spot::Source(key.clone()),
            },
            Self::Alert(a) => Spot::Alert(a.rule.word(), a.subject()),
            Self::Account(a) => Spot::Entry(a.entry()),
            Self::Cluster(c) => Spot::Entry(c.entry()),
            Self::Database(d) => Spot::Entry(d.entry()),
            Self::Slo(s, _) => Spot::Entry(s.entry()),
            Self::Service(s) => Spot::Entry(s.entry()),
            Self::Budget(b) => Spot::Entry(b.entry()),
            Self::Workload(c, w) => Spot::Workload(c.declared.name.clone(), w.key.clone()),
            Self::Pod(c, p) => Spot::Pod(c.declared.name.clone(), p.name.clone()),
            Self::Node(c, n) => Spot::Node(c.declared.name.clone(), n.name.clone()),
            Self::Autoscaler(c, a) => Spot::Autoscaler(c.declared.name.clone(), a.name.clone()),
            Self::Member(d, m) => Spot::Member(d.declared.name.clone(), m.name.clone()),
            Self::Source(s) => Spot::Source(s.key.clone()),
            Self::Operation(o) => Spot::Operation(o.number.clone()),
            Self::Line(n) => Spot::Line(*n),
        }
    }

    /// Whether it is the thing at a spot; cheaper than comparing spots.
    pub fn is(&self, spot: &Spot) -> bool {
        match (self, spot) {
            (Self::Concern(c, _), spot) => match (&c.about, spot) {
                (Subject::Entry(entry), Spot::Entry(spot)) => entry == spot,
                (Subject::Workload(cluster, key), Spot::Workload(name, spot)) => **cluster == **name && key == spot,
                (Subject::Pods(cluster, ..), Spot::Entry(EntryRef::Cluster(name))) => **cluster == **name,
                (Subject::Source(key), Spot::Source(spot)) => key == spot,
                _ => false,
            },
            (Self::Alert(a), Spot::Alert(rule, subject)) => a.rule.word() == *rule && a.subject() == *subject,
            (Self::Account(a), Spot::Entry(EntryRef::Account(name))) => a.declared.name == *name,
            (Self::Cluster(c), Spot::Entry(EntryRef::Cluster(name))) => c.declared.name == *name,
            (Self::Database(d), Spot::Entry(EntryRef::Database(name))) => d.declared.name == *name,
            (Self::Slo(s, _), Spot::Entry(EntryRef::Slo(name))) => s.declared.name == *name,
            (Self::Service(s), Spot::Entry(EntryRef::Service(name))) => s.declared.name == *name,
            (Self::Budget(b), Spot::Entry(EntryRef::Budget(name))) => b.declared.name == *name,
            (Self::Workload(c, w), Spot::Workload(cluster, key)) => w.key == *key && c.declared.name == *cluster,
            (Self::Pod(c, p), Spot::Pod(cluster, name)) => p.name == *name && c.declared.name == *cluster,
            (Self::Node(c, n), Spot::Node(cluster, name)) => n.name == *name && c.declared.name == *cluster,
            (Self::Autoscaler(c, a), Spot::Autoscaler(cluster, name)) => a.name == *name && c.declared.name == *cluster,
            (Self::Member(d, m), Spot::Member(database, name)) => m.name == *name && d.declared.name == *database,
            (Self::Source(s), Spot::Source(key)) => s.key == *key,
            (Self::Operation(o), Spot::Operation(number)) => o.number == *number,
            (Self::Line(n), Spot::Line(line)) => n == line,
            _ => false,
        }
    }

    /// Whether a filter's text, in lower case, occurs in what names it.
    pub fn matches(&self, needle: &str) -> bool {
        let has = |text: &str| contains(text, needle);
        let some = |text: Option<&str>| text.is_some_and(has);
        match self {
            Self::Concern(c, alerts) => {
                has(c.kind()) || has(&c.title()) || has(&c.place) || c.reasons(alerts).any(|(_, text)| has(&text))
            }
            Self::Alert(a) => has(&a.subject()) || has(a.rule.word()) || has(&a.brief()),
            Self::Account(a) => {
                has("account") || has(&a.declared.name) || has(&a.declared.id) || has(&a.declared.environment)
            }
            Self::Cluster(c) => {
                let d = &c.declared;
                has(&d.name) || some(d.account.as_deref()) || some(d.region.as_deref())
            }
            Self::Database(d) => has(&d.declared.name) || has(&d.declared.account) || has(&d.declared.region),
            Self::Slo(s, _) => has(&s.declared.name) || has(&s.declared.service),
            Self::Service(s) => has(&s.declared.name) || some(s.declared.account.as_deref()),
            Self::Budget(b) => has(&b.declared.name) || has(&b.declared.account),
            Self::Workload(_, w) => {
                has(&w.key.name.name)
                    || has(&w.key.name.namespace)
                    || has(w.key.kind.word())
                    || some(w.stuck.as_deref())
            }
            Self::Pod(_, p) => {
                has(&p.name.name) || has(&p.name.namespace) || some(p.reason.as_deref()) || some(p.node.as_deref())
            }
            Self::Node(_, n) => {
                has(&n.name) || some(n.zone.as_deref()) || some(n.pool.as_deref()) || n.pressures.iter().any(|p| has(p))
            }
            Self::Autoscaler(_, a) => {
                has(&a.name.name)
                    || has(&a.name.namespace)
                    || has(&autoscalers::held(a))
                    || a.hindrances.iter().any(|h| has(&h.reason))
            }
            Self::Member(_, m) => has(&m.name) || some(m.az.as_deref()),
            Self::Operation(o) => {
                has(&o.number)
                    || has(&o.action)
                    || has(&o.target.name)
                    || has(&o.person)
                    || some(o.target.cluster.as_deref())
                    || some(o.outcome.map(crate::operate::journal::Outcome::word))
            }
            Self::Line(_) => true,
            Self::Source(s) => {
                has(s.key.name.word())
                    || some(s.key.account.as_deref())
                    || some(s.key.region.as_deref())
                    || some(s.key.subject.as_deref())
                    || has(s.state.word())
            }
        }
    }

    /// Its row in the table of its own kind.
    pub fn row(&self, scene: &Scene) -> Row {
        match self {
            Self::Concern(..) | Self::Account(_) | Self::Service(_) => incidents::row(scene, self),
            Self::Alert(a) => incidents::alert_row(scene, a),
            Self::Cluster(c) => clusters::row(scene, c),
            Self::Database(d) => databases::row(scene, d),
            Self::Slo(s, index) => slos::row(scene, s, *index),
            Self::Budget(b) => budgets::row(scene, b),
            Self::Workload(c, w) => workloads::row(scene, c, w),
            Self::Pod(c, p) => pods::row(scene, c, p),
            Self::Node(_, n) => nodes::row(scene, n),
            Self::Autoscaler(_, a) => autoscalers::row(scene, a),
            Self::Member(d, m) => databases::member_row(scene, d, m),
            Self::Source(s) => sources::row(scene, s),
            Self::Operation(o) => operations::row(scene, o),
            Self::Line(_) => Row::new(crate::console::theme::Mark::Ok, Vec::new()),
        }
    }
}

/// Whether a text contains a needle that is in lower case already; allocates only for text beyond ASCII.
pub fn contains(text: &str, needle: &str) -> bool {
    if needle.is_empty() {
        return true;
    }
    if text.is_ascii() {
        let needle = needle.as_bytes();
        return text.as_bytes().windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle));
    }
    text.to_lowercase().contains(needle)
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn case_is_ignored() {
        for (text, needle, want) in
            [("Orders", "ord", true), ("orders", "x", false), ("ÉTÉ", "été", true), ("", "a", false), ("a", "", true)]
        {
            assert_eq!(contains(text, needle), want, "{text} {needle}");
        }
    }
}
