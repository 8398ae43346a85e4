//! Horizontal pod autoscalers: what each holds, between which bounds, and what hinders it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Name, Owner, WorkloadKey};

/// One horizontal pod autoscaler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Autoscaler {
    /// Its namespaced name.
    pub name: Name,
    /// Its UID.
    pub uid: Arc<str>,
    /// What it scales, in its own namespace.
    pub scales: Owner,
    /// The fewest replicas that it may choose.
    pub min: u32,
    /// The most replicas that it may choose.
    pub max: u32,
    /// The replicas that it saw when it looked last.
    pub current: u32,
    /// The replicas that it wants.
    pub desired: u32,
    /// What keeps it from choosing, or from what it would choose.
    pub hindrances: Vec<Hindrance>,
    /// When it was created.
    pub created: Option<Timestamp>,
}

impl Autoscaler {
    /// Whether it is the one that holds a workload.
    pub fn holds(&self, workload: &WorkloadKey) -> bool {
        self.name.namespace == workload.name.namespace
            && matches!(&self.scales, Owner::Workload(kind, name) if *kind == workload.kind && *name == workload.name.name)
    }
}

/// A condition of an autoscaler that is not as one wishes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hindrance {
    /// Which.
    pub condition: Condition,
    /// Its reason, such as `TooManyReplicas` or `FailedGetResourceMetric`.
    pub reason: Arc<str>,
    /// Its message, as the controller wrote it.
    pub message: Arc<str>,
}

/// Which condition hinders an autoscaler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// `AbleToScale` is false: it cannot read or change what it scales.
    Unable,
    /// `ScalingActive` is false: it knows no number to choose, or is switched off by 0 replicas (`ScalingDisabled`).
    Inactive,
    /// `ScalingLimited` is true: a bound keeps it from the number that it would choose.
    Limited,
}
