//! What is: accounts, clusters, workloads, databases, SLOs and budgets; every fact with its age and its origin.
//!
//! Plain data: no IO, no clock. The estate starts from what the team declared ([`DeclaredEstate`]) and changes only by
//! [`Estate::apply`]; whoever reads it asks for entries by name and gets facts that may be missing, never invented.

pub mod account;
pub mod autoscaler;
pub mod budget;
pub mod capacity;
pub mod cluster;
pub mod database;
pub mod declared;
pub mod entry;
pub mod kubernetes;
pub mod observation;
pub mod rollout;
pub mod series;
pub mod service;
pub mod slo;
pub mod sources;
mod state;
pub mod usage;

pub use account::{Identity, IdentityState};
pub use autoscaler::{Autoscaler, Condition, Hindrance};
pub use budget::{BudgetFacts, BudgetPeriod, CostFacts, ServiceCost};
pub use cluster::{Addon, Capacity, ControlPlane, Endpoint, NodeGroup};
pub use database::{DatabaseFacts, GlobalFacts, GlobalMember, GlobalRole, Member, MemberNumbers, MemberRole, Sample};
pub use declared::{
    Counted, DeclaredAccount, DeclaredBudget, DeclaredCluster, DeclaredDatabase, DeclaredEstate, DeclaredService,
    DeclaredSlo, Metric, ServiceSignals, Sli,
};
pub use entry::EntryRef;
pub use kubernetes::{
    Batch, Coverage, Kind, Name, Node, Owner, Pod, PodPhase, Readiness, Termination, Workload, WorkloadKey,
    WorkloadKind,
};
pub use observation::{Fact, Observation, Report};
pub use rollout::{EndedRollout, Restored, Rollout, RolloutEnd, Rollouts};
pub use series::{Chunk, Course, Covered, SliPoint, SliPoints, SliSeries, Step, Trend};
pub use service::ServiceFacts;
pub use slo::{SloCounts, Window, WindowCount};
pub use sources::{SourceKey, SourceName, SourceRecord, SourceState};
pub use state::{
    AccountState, BudgetState, Change, ClusterState, DatabaseState, Estate, KeptSeries, Known, NodeTally, PodRoot,
    PodTally, Remembered, RootRestarts, ServiceState, SloState,
};
pub use usage::{Resources, Usage};
