//! What there is, in the file's order and by name.

use super::{AccountState, BudgetState, ClusterState, DatabaseState, Estate, ServiceState, SloState};
use crate::estate::{EntryRef, SourceRecord};

impl Estate {
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

    /// The account and the region in which an entry lies, as far as the estate file says.
    pub fn place_of(&self, entry: &EntryRef) -> (Option<&str>, Option<&str>) {
        let nowhere = (None, None);
        match entry {
            EntryRef::Account(_) | EntryRef::Costs(_) | EntryRef::Slo(_) => nowhere,
            EntryRef::Cluster(name) => {
                self.cluster(name).map_or(nowhere, |c| (c.declared.account.as_deref(), c.declared.region.as_deref()))
            }
            EntryRef::Database(name) => {
                self.database(name).map_or(nowhere, |d| (Some(&*d.declared.account), Some(&*d.declared.region)))
            }
            EntryRef::Service(name) => {
                self.service(name).map_or(nowhere, |s| (s.declared.account.as_deref(), s.declared.region.as_deref()))
            }
            EntryRef::Budget(name) => self.budget(name).map_or(nowhere, |b| (Some(&*b.declared.account), None)),
        }
    }

    /// The sources that feed an entry.
    pub fn feeding<'a>(&'a self, entry: &'a EntryRef) -> impl Iterator<Item = &'a SourceRecord> {
        self.sources.iter().filter(move |s| s.feeds.contains(entry))
    }
}
