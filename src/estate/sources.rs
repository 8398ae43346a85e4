//! The sources of facts and how each of them is doing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::EntryRef;

/// The kind of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceName {
    /// STS identity.
    Sts,
    /// EKS clusters and node groups.
    Eks,
    /// A cluster's API server.
    Kubernetes,
    /// RDS clusters, members and global clusters.
    Rds,
    /// CloudWatch metrics.
    CloudWatch,
    /// AWS Budgets.
    Budgets,
    /// Cost Explorer.
    CostExplorer,
    /// A Prometheus server.
    Prometheus,
    /// The embedded estate.
    Simulated,
}

impl SourceName {
    /// The name in `status` and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Eks => "eks",
            Self::Kubernetes => "kubernetes",
            Self::Rds => "rds",
            Self::CloudWatch => "cloudwatch",
            Self::Budgets => "budgets",
            Self::CostExplorer => "cost-explorer",
            Self::Prometheus => "prometheus",
            Self::Simulated => "simulated",
        }
    }
}

/// Names one source: there is one per name, account, region and subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceKey {
    /// Its kind.
    pub name: SourceName,
    /// The account's name in the estate file, where it has one.
    pub account: Option<String>,
    /// The AWS region, where the service has one.
    pub region: Option<String>,
    /// The cluster's name for `kubernetes`, the URL for `prometheus`.
    pub subject: Option<String>,
}

impl SourceKey {
    /// A source without account, region or subject.
    pub fn new(name: SourceName) -> Self {
        Self { name, account: None, region: None, subject: None }
    }

    /// The same source of an account.
    #[must_use]
    pub fn of(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// The same source in a region.
    #[must_use]
    pub fn within(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// The same source about a subject.
    #[must_use]
    pub fn about(mut self, subject: &str) -> Self {
        self.subject = Some(subject.to_owned());
        self
    }

    /// Whether it says who we are in an account; in the embedded estate, the part that plays STS.
    pub fn introduces(&self) -> bool {
        self.name == SourceName::Sts || (self.name == SourceName::Simulated && self.subject.as_deref() == Some("sts"))
    }

    /// What it is called: its kind, or the service that a part of the embedded estate plays.
    pub fn title(&self) -> &str {
        match (self.name, self.subject.as_deref()) {
            (SourceName::Simulated, Some(part)) => part,
            (name, _) => name.word(),
        }
    }

    /// Where it looks: its subject, else account and region as far as it has them.
    pub fn place(&self) -> String {
        match (&self.subject, self.name) {
            (Some(subject), name) if name != SourceName::Simulated => subject.clone(),
            _ => [self.account.as_deref(), self.region.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "),
        }
    }
}

/// How a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceState {
    /// Has not answered yet.
    Waiting,
    /// Answers.
    Live,
    /// Fails now; its last facts are kept.
    Stale,
    /// Fails; there are no facts.
    Failing,
    /// Waits for a login or for the spend cap.
    Paused,
    /// The identity is not the configured one.
    Refused,
}

impl SourceState {
    /// The state's word in `status` and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Failing => "failing",
            Self::Paused => "paused",
            Self::Refused => "refused",
        }
    }
}

/// One source's state, age and account of calls.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRecord {
    /// Which source.
    pub key: SourceKey,
    /// The entries that rest on it.
    pub feeds: Vec<EntryRef>,
    /// How it is doing.
    pub state: SourceState,
    /// When its facts were last true; none where there are none.
    pub as_of: Option<Timestamp>,
    /// Why it is not live, or what a live one may not see.
    pub error: Option<String>,
    /// When it tries again, while it fails.
    pub next_try_at: Option<Timestamp>,
    /// Requests sent since the start, retries included.
    pub calls: u64,
    /// What those requests cost, US dollars.
    pub cost_usd: f64,
    /// Has answered or failed at least once since the start.
    pub answered: bool,
}

impl SourceRecord {
    /// Whether it is the one that watches a cluster's API server (by the cluster's name in the estate file).
    pub fn watches(&self, cluster: &str) -> bool {
        matches!(self.key.name, SourceName::Kubernetes | SourceName::Simulated)
            && self.key.subject.as_deref() == Some(cluster)
    }

    /// Whether it fails now, with earlier facts or without.
    pub fn fails(&self) -> bool {
        matches!(self.state, SourceState::Stale | SourceState::Failing)
    }
}
