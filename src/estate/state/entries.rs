//! What was declared and what is known of each entry of the estate file; of a cluster, see [`super::ClusterState`].

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::database::GlobalLags;
use crate::estate::{
    BudgetFacts, CostFacts, DatabaseFacts, DeclaredAccount, DeclaredBudget, DeclaredDatabase, DeclaredService,
    DeclaredSlo, EntryRef, GlobalFacts, Identity, IdentityState, MemberNumbers, ServiceFacts, SliSeries, SloCounts,
};

/// A fact with its age and its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Known<T> {
    /// The fact.
    pub value: T,
    /// When it was true.
    pub as_of: Timestamp,
    /// The source that said it: an index into [`Estate::sources`](crate::estate::Estate::sources).
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
    pub(super) proven: bool,
}

impl AccountState {
    /// Its entry in the estate file.
    pub fn entry(&self) -> EntryRef {
        EntryRef::Account(self.declared.name.clone())
    }

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

impl DatabaseState {
    /// Its entry in the estate file.
    pub fn entry(&self) -> EntryRef {
        EntryRef::Database(self.declared.name.clone())
    }
}

impl SloState {
    /// Its entry in the estate file.
    pub fn entry(&self) -> EntryRef {
        EntryRef::Slo(self.declared.name.clone())
    }
}

impl ServiceState {
    /// Its entry in the estate file.
    pub fn entry(&self) -> EntryRef {
        EntryRef::Service(self.declared.name.clone())
    }
}

impl BudgetState {
    /// Its entry in the estate file.
    pub fn entry(&self) -> EntryRef {
        EntryRef::Budget(self.declared.name.clone())
    }

    /// What the service says of it.
    pub fn described(&self) -> Option<&BudgetFacts> {
        self.facts.as_ref().and_then(|k| k.value.as_ref())
    }
}
