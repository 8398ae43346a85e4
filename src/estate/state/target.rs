//! What an entry of the estate file points at: facts of another target are not this entry's, whatever its name.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Estate;
use crate::estate::{EntryRef, Fact};

impl Estate {
    /// A number that changes when the entry is pointed at something else; none where the entry is not in the file.
    ///
    /// The account's id is not in it: it is compared by itself.
    pub(super) fn target(&self, entry: &EntryRef) -> Option<u64> {
        let points_at = match entry {
            EntryRef::Account(name) | EntryRef::Costs(name) => self.account(name).map(|_| String::new()),
            EntryRef::Cluster(name) => self.cluster(name).map(|c| {
                let d = &c.declared;
                format!("{:?}", (&d.account, &d.region, &d.eks, &d.context, &d.kubeconfig, &d.namespaces))
            }),
            EntryRef::Database(name) => self.database(name).map(|d| {
                let d = &d.declared;
                format!("{:?}", (&d.account, &d.region, &d.cluster, &d.global))
            }),
            EntryRef::Slo(name) => self.slos().iter().find(|s| s.declared.name == *name).map(|s| {
                let d = &s.declared;
                format!("{:?}", (&d.sli, d.window_s))
            }),
            EntryRef::Service(name) => self.service(name).map(|s| {
                let d = &s.declared;
                format!("{:?}", (&d.account, &d.region, &d.signals))
            }),
            EntryRef::Budget(name) => self.budgets().iter().find(|b| b.declared.name == *name).map(|b| {
                let d = &b.declared;
                format!("{:?}", (&d.account, &d.budget, d.limit_usd))
            }),
        }?;
        let mut hasher = DefaultHasher::new();
        points_at.hash(&mut hasher);
        Some(hasher.finish())
    }
}

/// The entry that a fact is about.
pub(super) fn about(fact: &Fact) -> EntryRef {
    match fact {
        Fact::Identity(name, _) => EntryRef::Account(name.clone()),
        Fact::ControlPlane(name, _)
        | Fact::Coverage(name, ..)
        | Fact::Nodes(name, _)
        | Fact::Workloads(name, ..)
        | Fact::Pods(name, _)
        | Fact::Autoscalers(name, _)
        | Fact::Restored(name, _)
        | Fact::Rollouts(name, _)
        | Fact::Usage(name, _) => EntryRef::Cluster(name.clone()),
        Fact::Database(name, _) | Fact::Global(name, _) | Fact::Numbers(name, _) | Fact::GlobalLag(name, _) => {
            EntryRef::Database(name.clone())
        }
        Fact::Budget(name, _) => EntryRef::Budget(name.clone()),
        Fact::Costs(name, _) => EntryRef::Costs(name.clone()),
        Fact::Service(name, _) => EntryRef::Service(name.clone()),
        Fact::Slo(name, _) | Fact::SliPoints(name, _) => EntryRef::Slo(name.clone()),
        Fact::Course(entry, ..) => entry.clone(),
    }
}
