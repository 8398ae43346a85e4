//! The document that `status --format json` prints: names, units and meanings that scripts rely on.
//!
//! What is not known is null, never 0; a list is empty only when it is known to be; numbers are not rounded. A field may
//! be added; a name, a unit or a meaning changes only with another [`SCHEMA`].

mod account;
mod alert;
mod budget;
mod cluster;
mod database;
mod plain;
mod service;
mod slo;
mod source;
mod table;

use jiff::Timestamp;
use serde::Serialize;

pub use account::{Account, Costs, Identity, ServiceCost};
pub use alert::{Alert, Incident, Silenced};
pub use budget::Budget;
pub use cluster::{Addon, Cluster, Endpoint, NodeGroup, NodeUsage, Nodes, Pods, Workloads};
pub use database::{Database, Global, GlobalMember, Member};
pub use plain::Plain;
pub use service::Service;
pub use slo::{Burn, Slo};
pub use source::Source;

use crate::estate::{AccountState, EntryRef, Estate};
use crate::judge::{Judgement, Level, Subject, why, why_line};

/// The number of the document's schema.
pub const SCHEMA: u32 = 1;

/// One look at the whole estate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The estate's name.
    pub estate: String,
    /// When it was made.
    pub generated_at: Timestamp,
    /// The worst level of all.
    pub level: Level,
    /// Accounts, in the file's order.
    pub accounts: Vec<Account>,
    /// Clusters, in the file's order.
    pub clusters: Vec<Cluster>,
    /// Databases, in the file's order.
    pub databases: Vec<Database>,
    /// SLOs, in the file's order.
    pub slos: Vec<Slo>,
    /// Services that the app alerts watch, in the file's order.
    pub services: Vec<Service>,
    /// Budgets, in the file's order.
    pub budgets: Vec<Budget>,
    /// The month's costs, a row per account.
    pub costs: Vec<Costs>,
    /// Alerts, the worst first.
    pub alerts: Vec<Alert>,
    /// Incidents.
    pub incidents: Vec<Incident>,
    /// Every source.
    pub sources: Vec<Source>,
}

/// The document of an estate and its judgement at `now`. Every entry of the estate file has its row.
pub fn document(estate: &Estate, judgement: &Judgement, now: Timestamp) -> Status {
    let level = |entry: EntryRef| judgement.verdict(&entry).map_or(Level::Unknown, |v| v.level);
    let watcher = |name: &str| estate.sources().iter().find(|s| s.watches(name));
    Status {
        schema: SCHEMA,
        estate: estate.name().to_owned(),
        generated_at: now,
        level: judgement.level,
        accounts: estate.accounts().iter().map(|a| Account::of(a, level(a.entry()), estate)).collect(),
        clusters: estate
            .clusters()
            .iter()
            .map(|c| {
                let name = &c.declared.name;
                Cluster::of(c, level(c.entry()), watcher(name), now)
            })
            .collect(),
        databases: estate
            .databases()
            .iter()
            .map(|d| {
                let mismatched = estate.account(&d.declared.account).is_some_and(AccountState::mismatched);
                Database::of(d, level(d.entry()), mismatched)
            })
            .collect(),
        slos: estate
            .slos()
            .iter()
            .enumerate()
            .map(|(i, s)| {
                let level = level(s.entry());
                Slo::of(s, level, judgement.slos.get(i), why(estate, judgement, &Subject::Entry(s.entry()), now).line())
            })
            .collect(),
        services: estate.services().iter().map(|s| Service::of(s, level(s.entry()))).collect(),
        budgets: estate
            .budgets()
            .iter()
            .map(|b| {
                let mismatched = estate.account(&b.declared.account).is_some_and(AccountState::mismatched);
                Budget::of(b, level(b.entry()), mismatched)
            })
            .collect(),
        costs: estate.accounts().iter().map(Costs::of).collect(),
        alerts: judgement.alerts.iter().map(|a| Alert::of(a, why_line(estate, judgement, a, now))).collect(),
        incidents: Vec::new(),
        sources: estate.sources().iter().map(Source::of).collect(),
    }
}
