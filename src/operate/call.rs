//! A changing call, as data: what goes out, and what came back.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The service that a call goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// A cluster's API server.
    Kubernetes,
    /// Amazon RDS.
    Rds,
    /// Amazon EKS.
    Eks,
}

impl Service {
    /// Its name in plans and in the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Rds => "rds",
            Self::Eks => "eks",
        }
    }
}

/// One changing call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// To which service.
    pub service: Service,
    /// The API's own name of it: `FailoverDBCluster`; for Kubernetes verb and resource: `patch deployments/scale`.
    pub action: String,
    /// The AWS region that it goes to; none where it is the target's, and for Kubernetes. A Global Database is failed over
    /// in the region that takes over, since the other may be down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The same on a command line, to be copied: it names everything, region and namespace too.
    pub cli: String,
    /// What is sent. For AWS the request's members by their API names (`{"DBClusterIdentifier": …}`); for Kubernetes
    /// `{"method", "path", "content_type", "body"}`, `path` with its query.
    pub request: Value,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The service took it.
    Accepted {
        /// Its request id (for Kubernetes the `Audit-Id`).
        request_id: Option<String>,
        /// What it said, as JSON.
        body: Value,
    },
    /// The service said that it did not act: a 4xx, a throttle, a condition that did not hold.
    Declined {
        /// Its request id.
        request_id: Option<String>,
        /// The HTTP status; 429 from an eviction is a disruption budget that blocks.
        status: u16,
        /// The service's error code, such as `InvalidDBClusterStateFault`.
        code: String,
        /// Its words.
        message: String,
    },
    /// Nothing went out: no connection, no credentials.
    Unsent(String),
    /// It went out, and whether it acted is not known: no answer, half of one, a 5xx.
    Lost {
        /// Its request id, where one came.
        request_id: Option<String>,
        /// What happened instead of an answer.
        why: String,
    },
}

/// A call that went out, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The call.
    pub call: Call,
    /// When it went out.
    pub at: jiff::Timestamp,
    /// What came of it; none while the answer is awaited, and for ever after a crash.
    pub answer: Option<Answer>,
}

impl Sent {
    /// Whether it acted, or may have: it was taken, or what came of it is not known.
    pub fn may_have_acted(&self) -> bool {
        !matches!(self.answer, Some(Answer::Declined { .. } | Answer::Unsent(_)))
    }
}
