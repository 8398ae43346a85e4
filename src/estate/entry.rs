//! A pointer to one entry of the estate file.

use serde::{Deserialize, Serialize};

/// Names one entry of the estate: its kind and its unique name in the estate file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntryRef {
    /// An `[[account]]`.
    Account(String),
    /// A `[[cluster]]`.
    Cluster(String),
    /// A `[[database]]`.
    Database(String),
    /// An `[[slo]]`.
    Slo(String),
    /// A `[[service]]`.
    Service(String),
    /// A `[[budget]]`.
    Budget(String),
    /// The month's costs of an `[[account]]`.
    Costs(String),
}

impl EntryRef {
    /// What kind of thing it is, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Cluster(_) => "cluster",
            Self::Database(_) => "database",
            Self::Slo(_) => "SLO",
            Self::Service(_) => "service",
            Self::Budget(_) => "budget",
            Self::Costs(_) => "costs",
        }
    }

    /// The entry's name in the estate file.
    pub fn name(&self) -> &str {
        match self {
            Self::Account(n)
            | Self::Cluster(n)
            | Self::Database(n)
            | Self::Slo(n)
            | Self::Service(n)
            | Self::Budget(n)
            | Self::Costs(n) => n,
        }
    }
}
