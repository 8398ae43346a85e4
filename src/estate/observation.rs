//! What a source tells the estate: each reading says what, when, from where, or why not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::database::GlobalLags;
use super::{
    Autoscaler, Batch, BudgetFacts, ControlPlane, CostFacts, Coverage, DatabaseFacts, EndedRollout, EntryRef,
    GlobalFacts, Identity, Kind, MemberNumbers, Name, Node, Pod, Restored, ServiceFacts, SliPoints, SloCounts,
    SourceKey, Usage, Workload, WorkloadKey,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One message from a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Who says it.
    pub source: SourceKey,
    /// When it was read.
    pub at: Timestamp,
    /// Requests sent since the source's last observation, retries included.
    pub calls: u64,
    /// What those requests cost, US dollars.
    pub cost_usd: f64,
    /// What it says.
    pub report: Report,
}

/// What a source says.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// It answered; the facts are true as of `as_of` (an empty list confirms the earlier ones).
    Facts {
        /// When the facts were true.
        as_of: Timestamp,
        /// The facts.
        facts: Vec<Fact>,
        /// What it could not see, in words: forbidden kinds, entries that the service does not have.
        note: Option<String>,
    },
    /// It failed; earlier facts are kept and grow old.
    Failed {
        /// Why, and what to do about it.
        reason: String,
        /// When it tries again.
        next_try_at: Option<Timestamp>,
    },
    /// It waits for a login or for the spend cap.
    Paused {
        /// What it waits for, and the command that helps.
        reason: String,
        /// When it looks again.
        next_try_at: Option<Timestamp>,
    },
    /// The identity is not the configured one: every fact that rests on this source is withdrawn.
    Refused {
        /// What was expected and what was found.
        reason: String,
    },
    /// Facts that are no answer of the whole: a part of one that is still to come, or what comes in while another part
    /// fails. Its state stays as it was.
    Part {
        /// When the facts were true.
        as_of: Timestamp,
        /// The facts.
        facts: Vec<Fact>,
    },
    /// Nothing new but the calls that were counted.
    Counted,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// Who we are in an account (by its name in the estate file).
    Identity(String, Identity),
    /// An EKS cluster's control plane (by its name in the estate file); none: EKS does not have it.
    ControlPlane(String, Option<ControlPlane>),
    /// How much of a kind is seen in a cluster.
    Coverage(String, Kind, Coverage),
    /// Nodes of a cluster.
    Nodes(String, Batch<Node, Arc<str>>),
    /// Workloads of one kind of a cluster; a snapshot replaces that kind alone.
    Workloads(String, Kind, Batch<Workload, WorkloadKey>),
    /// Pods of a cluster.
    Pods(String, Batch<Pod, Name>),
    /// Horizontal pod autoscalers of a cluster.
    Autoscalers(String, Batch<Autoscaler, Name>),
    /// Replica sets of a cluster that deployments went back to.
    Restored(String, Batch<Restored, Name>),
    /// Rollouts of a cluster that had ended when an earlier run looked.
    Rollouts(String, Vec<EndedRollout>),
    /// What the nodes of a cluster use.
    Usage(String, Usage),
    /// A database (by its name in the estate file); none: RDS does not have it.
    Database(String, Option<DatabaseFacts>),
    /// The Global Database of a database; none: RDS does not have it.
    Global(String, Option<GlobalFacts>),
    /// The numbers of a database's members, by member; replaces the earlier ones.
    Numbers(String, BTreeMap<String, MemberNumbers>),
    /// The replication lag of a database's Global Database, by region.
    GlobalLag(String, GlobalLags),
    /// A budget (by its name in the estate file); none: the service does not have it.
    Budget(String, Option<BudgetFacts>),
    /// An account's costs.
    Costs(String, CostFacts),
    /// An SLO's counts (by its name in the estate file).
    Slo(String, SloCounts),
    /// The numbers of a service (by its name in the estate file); replaces the earlier ones.
    Service(String, ServiceFacts),
    /// Points of an SLO's history (by its name in the estate file).
    SliPoints(String, SliPoints),
    /// What an earlier look would have seen of a number of an entry (by the metric's name), in order of time.
    Course(EntryRef, String, Vec<(Timestamp, f64)>),
}
