//! What the team declared: the entries of the estate file, defaults filled in, as plain data.

pub mod rfc1123;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The whole estate file without its policy, in the file's order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeclaredEstate {
    /// What the team calls the estate.
    pub name: String,
    /// AWS accounts.
    pub accounts: Vec<DeclaredAccount>,
    /// Kubernetes clusters, in EKS or outside it.
    pub clusters: Vec<DeclaredCluster>,
    /// Aurora clusters.
    pub databases: Vec<DeclaredDatabase>,
    /// Service level objectives.
    pub slos: Vec<DeclaredSlo>,
    /// Services that the app alerts watch.
    pub services: Vec<DeclaredService>,
    /// Budgets.
    pub budgets: Vec<DeclaredBudget>,
}

impl DeclaredEstate {
    /// The account of that name.
    pub fn account(&self, name: &str) -> Option<&DeclaredAccount> {
        self.accounts.iter().find(|a| a.name == name)
    }

    /// The SLOs that count a cluster's rollouts, by their names.
    pub fn counting_rollouts_of(&self, cluster: &str) -> Vec<String> {
        let counts = |slo: &&DeclaredSlo| matches!(&slo.sli, Sli::Rollouts { cluster: of, .. } if of == cluster);
        self.slos.iter().filter(counts).map(|slo| slo.name.clone()).collect()
    }
}

/// One AWS account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredAccount {
    /// Unique; what the screen shows.
    pub name: String,
    /// Twelve digits; STS must say the same before anything is shown as this account's.
    pub id: String,
    /// `production`, `staging`, `development`, …
    pub environment: String,
    /// Regions to watch; never empty.
    pub regions: Vec<String>,
    /// The AWS profile that alone gives the credentials; without one, the SDK's default chain.
    pub profile: Option<String>,
    /// The role assumed for reading.
    pub role_arn: Option<String>,
    /// The role assumed inside a write window only.
    pub operate_role_arn: Option<String>,
    /// A change asks for the target's name, typed.
    pub guarded: bool,
}

/// One Kubernetes cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredCluster {
    /// Unique; what the screen shows.
    pub name: String,
    /// The account's name; none for a cluster outside AWS.
    pub account: Option<String>,
    /// The AWS region; none for a cluster outside AWS.
    pub region: Option<String>,
    /// The EKS cluster's name; none for a cluster outside AWS.
    pub eks: Option<String>,
    /// The kubeconfig context; without one, the EKS endpoint and an STS token.
    pub context: Option<String>,
    /// The kubeconfig file, `~` already expanded; without one, `KUBECONFIG`, then `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// Namespaces to watch; empty means all.
    pub namespaces: Vec<String>,
}

/// One Aurora cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredDatabase {
    /// Unique; what the screen shows.
    pub name: String,
    /// The account's name.
    pub account: String,
    /// The AWS region.
    pub region: String,
    /// The `DBClusterIdentifier`.
    pub cluster: String,
    /// The `GlobalClusterIdentifier`, if it is part of a Global Database.
    pub global: Option<String>,
    /// The connections that count as 100 %; else derived from the instance class or ACU.
    pub max_connections: Option<u32>,
}

/// One service level objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredSlo {
    /// Unique; what the screen shows.
    pub name: String,
    /// The service it is about.
    pub service: String,
    /// Percent of good events, above 0 and below 100.
    pub objective: f64,
    /// The window's length, in seconds.
    pub window_s: u64,
    /// The window as written, such as `30d`.
    pub window: String,
    /// Fewer events than this in a window give no verdict.
    pub min_events: u64,
    /// Where the counts come from.
    pub sli: Sli,
}

/// Whether a count is of the bad or of the good events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Counted {
    /// Bad events are counted.
    Bad,
    /// Good events are counted.
    Good,
}

/// Where an SLO's counts come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Sli {
    /// Two CloudWatch metrics that count events.
    CloudWatchCounts {
        /// The account's name.
        account: String,
        /// The AWS region.
        region: String,
        /// What `events` counts.
        counted: Counted,
        /// Bad or good events.
        events: Metric,
        /// All events.
        total: Metric,
    },
    /// A CloudWatch statistic that is a percentage of good events, weighted by the total.
    CloudWatchGoodPercent {
        /// The account's name.
        account: String,
        /// The AWS region.
        region: String,
        /// Percent of good events, by a percentile-rank statistic.
        good_percent: Metric,
        /// All events.
        total: Metric,
    },
    /// Two PromQL queries; `{{.window}}` is replaced.
    Prometheus {
        /// The server's base URL.
        url: String,
        /// What `events` counts.
        counted: Counted,
        /// Bad or good events.
        events: String,
        /// All events.
        total: String,
    },
    /// Finished rollouts of a cluster.
    Rollouts {
        /// The cluster's name.
        cluster: String,
        /// Namespaces that count; empty means all.
        namespaces: Vec<String>,
    },
}

/// One CloudWatch metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// Such as `AWS/ApplicationELB`.
    pub namespace: String,
    /// Such as `RequestCount`.
    pub metric: String,
    /// Such as `Sum`, `p99` or `PR(:0.3)`; none means `Sum`.
    pub stat: Option<String>,
    /// Dimension names and values.
    pub dimensions: BTreeMap<String, String>,
}

/// One service that the app alerts watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredService {
    /// Unique; an SLO's `service` may name it.
    pub name: String,
    /// The account's name.
    pub account: Option<String>,
    /// The AWS region.
    pub region: Option<String>,
    /// Where its signals come from, if configured.
    pub signals: Option<ServiceSignals>,
    /// The cluster where it runs.
    pub cluster: Option<String>,
    /// The namespace where it runs.
    pub namespace: Option<String>,
}

/// Where a service's signals come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServiceSignals {
    /// An Application Load Balancer, by its CloudWatch dimension.
    LoadBalancer(String),
    /// PromQL queries by signal (`p99_ms`, `requests`, `errors_5xx`, `errors_4xx`).
    Prometheus {
        /// The server's base URL.
        url: String,
        /// Query by signal.
        queries: BTreeMap<String, String>,
    },
}

/// One budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredBudget {
    /// Unique; what the screen shows.
    pub name: String,
    /// The account's name.
    pub account: String,
    /// The AWS Budget's name; without one, `limit_usd` with Cost Explorer alone.
    pub budget: Option<String>,
    /// The limit in US dollars where there is no AWS Budget.
    pub limit_usd: Option<f64>,
    /// Thresholds in percent of the limit; none means the AWS Budget's own notifications.
    pub thresholds: Option<Vec<f64>>,
}
