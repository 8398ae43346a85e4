//! Which entry of the estate file a state is of.

use super::{AccountState, BudgetState, ClusterState, DatabaseState, ServiceState, SloState};
use crate::estate::EntryRef;

impl AccountState {
    /// Its entry in the estate file.
    pub fn entry(&self) -> EntryRef {
        EntryRef::Account(self.declared.name.clone())
    }
}

impl ClusterState {
    /// Its entry in the estate file.
    pub fn entry(&self) -> EntryRef {
        EntryRef::Cluster(self.declared.name.clone())
    }
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
}
