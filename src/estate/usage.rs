//! What the nodes of a cluster use, as its metrics API measures it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is known of what a cluster's nodes use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Usage {
    /// As the metrics API measured it.
    Measured {
        /// The end of the oldest measurement.
        at: Timestamp,
        /// By node.
        nodes: BTreeMap<Arc<str>, Resources>,
    },
    /// It cannot be known: why, and what to do about it. A cluster is in order without.
    Unmeasured(String),
}

/// An amount of processor and memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Thousandths of a processor.
    pub cpu_milli: u64,
    /// Bytes of memory.
    pub memory_bytes: u64,
}

impl Resources {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            cpu_milli: self.cpu_milli.saturating_add(other.cpu_milli),
            memory_bytes: self.memory_bytes.saturating_add(other.memory_bytes),
        }
    }
}
