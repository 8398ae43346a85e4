//! The estate as it is known now, and the one way in which it changes.

mod by_name;
mod cluster;
mod database;
mod entries;
mod history;
mod memory;
mod pods;
mod reach;
mod restarts;
mod rollouts;
mod target;
mod trends;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{
    DeclaredEstate, EntryRef, Fact, IdentityState, Observation, Report, SourceKey, SourceName, SourceRecord,
    SourceState, Trend,
};
pub use cluster::{ClusterState, NodeTally};
pub use entries::{AccountState, BudgetState, DatabaseState, Known, ServiceState, SloState};
pub use history::KeptSeries;
pub use memory::Remembered;
pub use pods::PodTally;
pub use restarts::{PodRoot, RootRestarts};

/// What an observation changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Facts changed: judge again.
    pub facts: bool,
    /// A source's state, error or age changed: the judgement may change too.
    pub sources: bool,
}

/// Everything that is known of the estate.
#[derive(Debug, Clone, Default)]
pub struct Estate {
    name: String,
    accounts: Vec<AccountState>,
    clusters: Vec<ClusterState>,
    databases: Vec<DatabaseState>,
    slos: Vec<SloState>,
    services: Vec<ServiceState>,
    budgets: Vec<BudgetState>,
    sources: Vec<SourceRecord>,
    /// Numbers over time, by the name under which they are kept.
    trends: BTreeMap<String, Arc<Trend>>,
    /// The minute whose numbers were taken last.
    trended: Option<i64>,
}

impl Estate {
    /// An estate of which only the declaration is known.
    pub fn new(declared: DeclaredEstate) -> Self {
        let counted: Vec<bool> =
            declared.clusters.iter().map(|c| !declared.counting_rollouts_of(&c.name).is_empty()).collect();
        Self {
            name: declared.name,
            accounts: declared
                .accounts
                .into_iter()
                .map(|declared| AccountState { declared, identity: None, costs: None, proven: false })
                .collect(),
            clusters: declared
                .clusters
                .into_iter()
                .zip(counted)
                .map(|(c, counted)| ClusterState::new(c, counted))
                .collect(),
            databases: declared
                .databases
                .into_iter()
                .map(|declared| DatabaseState { declared, facts: None, global: None, numbers: None, lags: None })
                .collect(),
            slos: declared.slos.into_iter().map(SloState::new).collect(),
            services: declared.services.into_iter().map(|declared| ServiceState { declared, facts: None }).collect(),
            budgets: declared.budgets.into_iter().map(|declared| BudgetState { declared, facts: None }).collect(),
            sources: Vec::new(),
            trends: BTreeMap::new(),
            trended: None,
        }
    }

    /// Makes a source known before it speaks, with the entries that will rest on it.
    pub fn register(&mut self, key: SourceKey, feeds: Vec<EntryRef>) {
        if let Some(known) = self.sources.iter_mut().find(|s| s.key == key) {
            known.feeds.extend(feeds);
            known.feeds.sort();
            known.feeds.dedup();
            return;
        }
        self.sources.push(SourceRecord {
            key,
            feeds,
            state: SourceState::Waiting,
            as_of: None,
            error: None,
            next_try_at: None,
            calls: 0,
            cost_usd: 0.0,
            answered: false,
        });
    }

    /// Takes in what a source said.
    ///
    /// Facts of an account whose identity STS has not proven are dropped, whatever source sent them; a mismatch
    /// withdraws all that was known of the account and refuses its sources.
    pub fn apply(&mut self, observation: Observation) -> Change {
        let Observation { source, at, calls, cost_usd, report } = observation;
        let origin = self.origin(&source);
        let record = &mut self.sources[origin];
        record.calls = record.calls.saturating_add(calls);
        record.cost_usd += cost_usd;
        let mut change = Change { facts: false, sources: calls > 0 };
        let (state, reason, next_try_at) = match report {
            Report::Counted => return change,
            Report::Facts { as_of, facts, note } => {
                let heard = self.hear(origin, as_of, at, facts, note);
                return Change { facts: heard.facts, sources: heard.sources || change.sources };
            }
            Report::Part { as_of, facts } => {
                // The source has not answered by that; but if it fails from here on, its facts are stale and not missing.
                let of_now = facts.iter().any(|fact| !matches!(fact, Fact::Course(..)));
                change.facts = !self.bars(origin) && self.believe(origin, as_of, at, facts);
                if change.facts && of_now {
                    self.sources[origin].as_of.get_or_insert(as_of);
                }
                return change;
            }
            Report::Failed { reason, next_try_at } if self.sources[origin].as_of.is_some() => {
                (SourceState::Stale, reason, next_try_at)
            }
            Report::Failed { reason, next_try_at } => (SourceState::Failing, reason, next_try_at),
            Report::Paused { reason, next_try_at } => (SourceState::Paused, reason, next_try_at),
            Report::Refused { reason } => (SourceState::Refused, reason, None),
        };
        let sts = source.introduces();
        if !sts && state != SourceState::Refused && self.account_of_source(origin).is_some_and(AccountState::mismatched)
        {
            // A late word of a source that was refused with its account: it stays refused.
            return change;
        }
        change.sources = true;
        if state == SourceState::Refused {
            change.facts = true;
            self.withdraw(origin);
            if let (true, Some(name)) = (sts, source.account.as_deref()) {
                self.refuse_account(name, origin, at, &reason);
            }
        }
        let record = &mut self.sources[origin];
        record.answered = true;
        if state == SourceState::Refused {
            record.as_of = None;
        }
        record.state = state;
        record.error = Some(reason);
        record.next_try_at = next_try_at;
        change
    }

    /// Takes in an answer: identities first, for what else it says rests on them.
    fn hear(
        &mut self,
        origin: usize,
        as_of: Timestamp,
        at: Timestamp,
        facts: Vec<Fact>,
        note: Option<String>,
    ) -> Change {
        let (identities, facts): (Vec<_>, Vec<_>) =
            facts.into_iter().partition(|fact| matches!(fact, Fact::Identity(..)));
        let introduced = !identities.is_empty();
        let unproven = |f: &Fact| matches!(f, Fact::Identity(_, i) if i.state != IdentityState::Verified);
        let nothing_else = introduced && facts.is_empty() && identities.iter().all(unproven);
        for fact in identities {
            self.take(fact, as_of, origin, at);
        }
        if nothing_else {
            // The source itself is not live by this: its own state follows in its next report.
            return Change { facts: true, sources: true };
        }
        let refused = self.sources[origin].state == SourceState::Refused && introduced;
        if refused || (!introduced && self.bars(origin)) {
            return Change { facts: introduced, sources: introduced };
        }
        let record = &mut self.sources[origin];
        let sources = record.state != SourceState::Live || record.error != note || record.as_of != Some(as_of);
        record.answered = true;
        record.state = SourceState::Live;
        record.error = note;
        record.next_try_at = None;
        record.as_of = Some(as_of);
        if facts.is_empty() && !introduced {
            self.confirm(origin, as_of);
        }
        let believed = self.believe(origin, as_of, at, facts);
        Change { facts: introduced || believed, sources }
    }

    /// Whether nothing that a source says is believed: the identity of its account is not proven.
    fn bars(&self, origin: usize) -> bool {
        !self.sources[origin].key.introduces() && self.account_of_source(origin).is_some_and(|a| !a.proven)
    }

    /// Takes in facts, but none of an account whose identity is not proven; whether one was taken.
    fn believe(&mut self, origin: usize, as_of: Timestamp, at: Timestamp, facts: Vec<Fact>) -> bool {
        let mut believed = false;
        for fact in facts {
            if self.account_of_fact(&fact).is_none_or(|a| a.proven) {
                believed = true;
                self.take(fact, as_of, origin, at);
            }
        }
        self.count_rollouts(origin, as_of, at);
        believed
    }

    /// Time has passed: brings what depends on the time alone up to `now`, so that nobody has to look for it. To be
    /// called now and then; without it everything is as true, and slower to find.
    pub fn pass_time(&mut self, now: Timestamp) {
        for cluster in &mut self.clusters {
            cluster.pass_time(now);
        }
        self.take_trends(now);
    }

    /// Whether every source has answered or failed, and every live cluster has told every kind, and its API server what
    /// the nodes use.
    pub fn settled(&self) -> bool {
        self.sources.iter().all(|source| {
            let told =
                source.state != SourceState::Live
                    || source.key.subject.as_deref().and_then(|name| self.cluster(name)).is_none_or(|c| {
                        c.heard_all() && (source.key.name != SourceName::Kubernetes || c.heard_usage())
                    });
            source.answered && told
        })
    }

    /// Gives every source that is still waiting a reason why.
    pub fn explain_waiting(&mut self, reason: &str) {
        for source in self.sources.iter_mut().filter(|s| s.state == SourceState::Waiting) {
            source.error = Some(reason.to_owned());
        }
    }

    fn origin(&mut self, key: &SourceKey) -> usize {
        if let Some(index) = self.sources.iter().position(|s| s.key == *key) {
            return index;
        }
        self.register(key.clone(), Vec::new());
        self.sources.len() - 1
    }

    fn take(&mut self, fact: Fact, as_of: Timestamp, origin: usize, at: Timestamp) {
        match fact {
            Fact::Identity(name, identity) => {
                self.introduce(&name, Known { value: identity, as_of, origin });
            }
            Fact::ControlPlane(name, value) => {
                if let Some(c) = self.cluster_mut(&name) {
                    c.control_plane = Some(Known { value, as_of, origin });
                }
            }
            Fact::Coverage(name, kind, coverage) => {
                if let Some(c) = self.cluster_mut(&name) {
                    c.cover(kind, coverage);
                }
            }
            Fact::Nodes(name, batch) => {
                if let Some(c) = self.cluster_mut(&name) {
                    c.take_nodes(batch);
                }
            }
            Fact::Workloads(name, kind, batch) => {
                if let Some(c) = self.cluster_mut(&name) {
                    c.take_workloads(kind, batch, at);
                }
            }
            Fact::Pods(name, batch) => {
                if let Some(c) = self.cluster_mut(&name) {
                    c.take_pods(batch, at);
                }
            }
            Fact::Autoscalers(name, batch) => {
                if let Some(c) = self.cluster_mut(&name) {
                    c.take_autoscalers(batch);
                }
            }
            Fact::Restored(name, batch) => {
                if let Some(c) = self.cluster_mut(&name) {
                    c.take_restored(batch, at);
                }
            }
            Fact::Rollouts(name, ended) => {
                if let Some(rollouts) = self.cluster_mut(&name).and_then(|c| c.rollouts.as_mut()) {
                    rollouts.recall(ended, as_of);
                }
            }
            Fact::Usage(name, value) => {
                if let Some(c) = self.cluster_mut(&name) {
                    c.take_usage(Known { value, as_of, origin });
                }
            }
            Fact::Database(name, value) => {
                if let Some(d) = self.database_mut(&name) {
                    d.facts = Some(Known { value, as_of, origin });
                }
            }
            Fact::Global(name, value) => {
                if let Some(d) = self.database_mut(&name) {
                    d.global = Some(Known { value, as_of, origin });
                }
            }
            Fact::Numbers(name, value) => {
                if let Some(d) = self.database_mut(&name) {
                    d.numbers = Some(Known { value, as_of, origin });
                }
            }
            Fact::GlobalLag(name, value) => {
                if let Some(d) = self.database_mut(&name) {
                    d.lags = Some(Known { value, as_of, origin });
                }
            }
            Fact::Budget(name, value) => {
                if let Some(b) = self.budgets.iter_mut().find(|b| b.declared.name == name) {
                    b.facts = Some(Known { value, as_of, origin });
                }
            }
            Fact::Costs(name, value) => {
                if let Some(a) = self.accounts.iter_mut().find(|a| a.declared.name == name) {
                    a.costs = Some(Known { value, as_of, origin });
                }
            }
            Fact::Slo(name, value) => {
                if let Some(s) = self.slos.iter_mut().find(|s| s.declared.name == name) {
                    s.count(value, as_of, origin);
                }
            }
            Fact::Service(name, value) => {
                if let Some(s) = self.services.iter_mut().find(|s| s.declared.name == name) {
                    s.facts = Some(Known { value, as_of, origin });
                }
            }
            Fact::Course(entry, metric, points) => self.recall_course(&metric, &entry, points.into_iter()),
            Fact::SliPoints(name, points) => {
                if let Some(s) = self.slos.iter_mut().find(|s| s.declared.name == name) {
                    s.take(&points, as_of, origin, at);
                }
            }
        }
    }

    fn cluster_mut(&mut self, name: &str) -> Option<&mut ClusterState> {
        self.clusters.iter_mut().find(|c| c.declared.name == name)
    }

    fn database_mut(&mut self, name: &str) -> Option<&mut DatabaseState> {
        self.databases.iter_mut().find(|d| d.declared.name == name)
    }
}
