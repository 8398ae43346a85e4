//! What is worth keeping over a restart, and taking it back in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Estate, Known, target};
use crate::estate::{Batch, Coverage, EntryRef, Fact, Kind, SourceKey, SourceState};

/// The last facts of one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// The source that said them.
    pub source: SourceKey,
    /// The account id under which they were proven; none for a source without account.
    pub account_id: Option<String>,
    /// When they were true.
    pub as_of: Timestamp,
    /// What each entry of the facts pointed at then, as a number that changes with it.
    pub targets: Vec<(EntryRef, u64)>,
    /// The facts; never an identity, which has to be proven anew.
    pub facts: Vec<Fact>,
}

impl Estate {
    /// The last facts of every source that has some, for the next start.
    pub fn memory(&self) -> Vec<Remembered> {
        (0..self.sources.len()).filter_map(|origin| self.memory_of(origin)).collect()
    }

    fn memory_of(&self, origin: usize) -> Option<Remembered> {
        let record = &self.sources[origin];
        let as_of = record.as_of?;
        let mut facts = Vec::new();
        let said = |k: usize| k == origin;
        for c in &self.clusters {
            let name = &c.declared.name;
            if let Some(k) = c.control_plane.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::ControlPlane(name.clone(), k.value.clone()));
            }
            if record.watches(name) {
                for kind in Kind::ALL.into_iter().chain([Kind::Autoscalers]) {
                    let coverage = c.coverage(kind).clone();
                    if coverage != Coverage::Unknown {
                        facts.push(Fact::Coverage(name.clone(), kind, coverage));
                    }
                }
                facts.push(Fact::Nodes(name.clone(), Batch::Snapshot(c.nodes().values().cloned().collect())));
                for kind in [Kind::Deployments, Kind::StatefulSets, Kind::DaemonSets] {
                    let of_kind = c.workloads().values().filter(|w| w.key.kind.kind() == kind).cloned().collect();
                    facts.push(Fact::Workloads(name.clone(), kind, Batch::Snapshot(of_kind)));
                }
                facts.push(Fact::Pods(name.clone(), Batch::Snapshot(c.pods().values().cloned().collect())));
                facts.push(Fact::Autoscalers(
                    name.clone(),
                    Batch::Snapshot(c.autoscalers().values().cloned().collect()),
                ));
            }
            if let Some(rollouts) = c.rollouts.as_ref().filter(|_| record.watches(name)) {
                facts.push(Fact::Rollouts(name.clone(), rollouts.ended().cloned().collect()));
            }
            if let Some(k) = c.usage.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::Usage(name.clone(), k.value.clone()));
            }
        }
        for d in &self.databases {
            let name = &d.declared.name;
            if let Some(k) = d.facts.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::Database(name.clone(), k.value.clone()));
            }
            if let Some(k) = d.global.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::Global(name.clone(), k.value.clone()));
            }
            if let Some(k) = d.numbers.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::Numbers(name.clone(), k.value.clone()));
            }
            if let Some(k) = d.lags.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::GlobalLag(name.clone(), k.value.clone()));
            }
        }
        for b in &self.budgets {
            if let Some(k) = b.facts.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::Budget(b.declared.name.clone(), k.value.clone()));
            }
        }
        for a in &self.accounts {
            if let Some(k) = a.costs.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::Costs(a.declared.name.clone(), k.value.clone()));
            }
        }
        for s in &self.slos {
            if let Some(k) = s.counts.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::Slo(s.declared.name.clone(), k.value.clone()));
            }
        }
        for s in &self.services {
            if let Some(k) = s.facts.as_ref().filter(|k| said(k.origin)) {
                facts.push(Fact::Service(s.declared.name.clone(), k.value.clone()));
            }
        }
        if facts.is_empty() {
            return None;
        }
        let account_id =
            record.key.account.as_deref().and_then(|name| self.account(name)).map(|a| a.declared.id.clone());
        let mut entries: Vec<EntryRef> = facts.iter().map(target::about).collect();
        entries.dedup();
        let targets = entries.into_iter().filter_map(|e| self.target(&e).map(|t| (e, t))).collect();
        Some(Remembered { source: record.key.clone(), account_id, as_of, targets, facts })
    }

    /// Takes in what an earlier run saw, with its age; the source stays `waiting` until it speaks.
    ///
    /// Facts of a source that is not registered, or proven under another account id than the configured one, are
    /// dropped, and so are those of an entry that pointed at something else. Returns whether anything was taken.
    pub fn recall(&mut self, remembered: Remembered) -> bool {
        let Remembered { source, account_id, as_of, targets, mut facts } = remembered;
        let Some(origin) = self.sources.iter().position(|s| s.key == source) else { return false };
        let configured = source.account.as_deref().and_then(|name| self.account(name)).map(|a| a.declared.id.clone());
        let barred =
            source.account.as_deref().and_then(|name| self.account(name)).is_some_and(|a| a.identity.is_some());
        if configured != account_id || barred || self.sources[origin].state != SourceState::Waiting {
            return false;
        }
        let same = |entry: &EntryRef| {
            let then = targets.iter().find(|(e, _)| e == entry).map(|(_, target)| *target);
            then.is_some() && then == self.target(entry)
        };
        facts.retain(|fact| !matches!(fact, Fact::Identity(..)) && same(&target::about(fact)));
        if facts.is_empty() {
            return false;
        }
        self.sources[origin].as_of = Some(as_of);
        for fact in facts {
            self.take(fact, as_of, origin, as_of);
        }
        for cluster in &mut self.clusters {
            if source.subject.as_deref() == Some(cluster.declared.name.as_str()) {
                cluster.unhear();
            }
        }
        true
    }

    /// The age-bearing origin of a fact: the source's record.
    pub fn origin_of<T>(&self, known: &Known<T>) -> &crate::estate::SourceRecord {
        &self.sources[known.origin]
    }
}
