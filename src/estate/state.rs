//! The estate as it is known now, and the one way in which it changes.

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

use super::database::GlobalLags;
use super::{
    BudgetFacts, ControlPlane, CostFacts, DatabaseFacts, DeclaredAccount, DeclaredBudget, DeclaredDatabase,
    DeclaredEstate, DeclaredService, DeclaredSlo, EntryRef, Fact, GlobalFacts, Identity, IdentityState, MemberNumbers,
    Observation, Report, ServiceFacts, SliSeries, SloCounts, SourceKey, SourceRecord, SourceState, Trend,
};
pub use cluster::{ClusterState, NodeTally};
pub use history::KeptSeries;
pub use memory::Remembered;
pub use pods::PodTally;
pub use restarts::{PodRoot, RootRestarts};

/// A fact with its age and its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Known<T> {
    /// The fact.
    pub value: T,
    /// When it was true.
    pub as_of: Timestamp,
    /// The source that said it: an index into [`Estate::sources`].
    pub origin: usize,
}

/// One account: what was declared and what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountState {
    /// What the team declared.
    pub declared: DeclaredAccount,
    /// What STS said; none until it answered.
    pub identity: Option<Known<Identity>>,
    /// The month's costs.
    pub costs: Option<Known<CostFacts>>,
    /// STS has said the configured id in this run, and nothing else since: what was read with those credentials is true
    /// even after they have expired.
    proven: bool,
}

impl AccountState {
    /// Whether STS has said the configured account id.
    pub fn verified(&self) -> bool {
        self.identity_state() == Some(IdentityState::Verified)
    }

    /// Whether STS said another account's id: nothing may be shown as this account's.
    pub fn mismatched(&self) -> bool {
        self.identity_state() == Some(IdentityState::Mismatch)
    }

    /// How far the identity is proven; none until STS answered.
    pub fn identity_state(&self) -> Option<IdentityState> {
        self.identity.as_ref().map(|i| i.value.state)
    }
}

/// One database: what was declared and what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct DatabaseState {
    /// What the team declared.
    pub declared: DeclaredDatabase,
    /// The cluster and its members; an inner none says that RDS does not have it.
    pub facts: Option<Known<Option<DatabaseFacts>>>,
    /// The Global Database; an inner none says that RDS does not have it.
    pub global: Option<Known<Option<GlobalFacts>>>,
    /// The members' numbers, by member.
    pub numbers: Option<Known<BTreeMap<String, MemberNumbers>>>,
    /// The Global Database's lag, by region.
    pub lags: Option<Known<GlobalLags>>,
}

/// One budget: what was declared and what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetState {
    /// What the team declared.
    pub declared: DeclaredBudget,
    /// The budget; an inner none says that the service does not have it.
    pub facts: Option<Known<Option<BudgetFacts>>>,
}

/// One SLO: what was declared and what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct SloState {
    /// What the team declared.
    pub declared: DeclaredSlo,
    /// Its counts.
    pub counts: Option<Known<SloCounts>>,
    /// Its events over time; empty where nothing is known.
    pub series: Arc<SliSeries>,
}

/// One service: what was declared and what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceState {
    /// What the team declared.
    pub declared: DeclaredService,
    /// Its numbers.
    pub facts: Option<Known<ServiceFacts>>,
}

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

    /// What the team calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Accounts, in the file's order.
    pub fn accounts(&self) -> &[AccountState] {
        &self.accounts
    }

    /// Clusters, in the file's order.
    pub fn clusters(&self) -> &[ClusterState] {
        &self.clusters
    }

    /// Databases, in the file's order.
    pub fn databases(&self) -> &[DatabaseState] {
        &self.databases
    }

    /// SLOs, in the file's order.
    pub fn slos(&self) -> &[SloState] {
        &self.slos
    }

    /// Services, in the file's order.
    pub fn services(&self) -> &[ServiceState] {
        &self.services
    }

    /// Budgets, in the file's order.
    pub fn budgets(&self) -> &[BudgetState] {
        &self.budgets
    }

    /// Every registered source.
    pub fn sources(&self) -> &[SourceRecord] {
        &self.sources
    }

    /// The account of that name.
    pub fn account(&self, name: &str) -> Option<&AccountState> {
        self.accounts.iter().find(|a| a.declared.name == name)
    }

    /// The cluster of that name.
    pub fn cluster(&self, name: &str) -> Option<&ClusterState> {
        self.clusters.iter().find(|c| c.declared.name == name)
    }

    /// The database of that name.
    pub fn database(&self, name: &str) -> Option<&DatabaseState> {
        self.databases.iter().find(|d| d.declared.name == name)
    }

    /// The SLO of that name.
    pub fn slo(&self, name: &str) -> Option<&SloState> {
        self.slos.iter().find(|s| s.declared.name == name)
    }

    /// The service of that name.
    pub fn service(&self, name: &str) -> Option<&ServiceState> {
        self.services.iter().find(|s| s.declared.name == name)
    }

    /// The budget of that name.
    pub fn budget(&self, name: &str) -> Option<&BudgetState> {
        self.budgets.iter().find(|b| b.declared.name == name)
    }

    /// The sources that feed an entry.
    pub fn feeding<'a>(&'a self, entry: &'a EntryRef) -> impl Iterator<Item = &'a SourceRecord> {
        self.sources.iter().filter(move |s| s.feeds.contains(entry))
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
        let barred = self.account_of_source(origin).is_some_and(|a| !a.proven);
        let sts = self.sources[origin].key.introduces();
        if refused || (barred && !sts && !introduced) {
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
        let mut taken = introduced;
        for fact in facts {
            if self.account_of_fact(&fact).is_none_or(|a| a.proven) {
                taken = true;
                self.take(fact, as_of, origin, at);
            }
        }
        self.count_rollouts(origin, as_of, at);
        Change { facts: taken, sources }
    }

    /// Time has passed: brings what depends on the time alone up to `now`, so that nobody has to look for it. To be
    /// called now and then; without it everything is as true, and slower to find.
    pub fn pass_time(&mut self, now: Timestamp) {
        for cluster in &mut self.clusters {
            cluster.pass_time(now);
        }
        self.take_trends(now);
    }

    /// Whether every source has answered or failed, and every live cluster has told every kind.
    pub fn settled(&self) -> bool {
        self.sources.iter().all(|source| {
            let told = source.state != SourceState::Live
                || source
                    .key
                    .subject
                    .as_deref()
                    .and_then(|name| self.cluster(name))
                    .is_none_or(ClusterState::heard_all);
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
                    c.usage = Some(Known { value, as_of, origin });
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
                    s.counts = Some(Known { value, as_of, origin });
                }
            }
            Fact::Service(name, value) => {
                if let Some(s) = self.services.iter_mut().find(|s| s.declared.name == name) {
                    s.facts = Some(Known { value, as_of, origin });
                }
            }
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

/// The control plane's facts, where EKS has the cluster.
impl ClusterState {
    /// What EKS says of it; none while it is not known or EKS does not have it.
    pub fn control(&self) -> Option<&ControlPlane> {
        self.control_plane.as_ref().and_then(|k| k.value.as_ref())
    }
}

impl BudgetState {
    /// What the service says of it.
    pub fn described(&self) -> Option<&BudgetFacts> {
        self.facts.as_ref().and_then(|k| k.value.as_ref())
    }
}
