//! Sources.

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::{SourceRecord, SourceState};

/// One source of facts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Source {
    /// Such as `rds`.
    pub name: &'static str,
    /// The account's name.
    pub account: Option<String>,
    /// The region; null where the service has none.
    pub region: Option<String>,
    /// The cluster's name for `kubernetes`, the URL for `prometheus`.
    pub subject: Option<String>,
    /// How it is doing.
    pub state: SourceState,
    /// When its facts were last true.
    pub as_of: Option<Timestamp>,
    /// Why it is not live, or what a live one may not see.
    pub error: Option<String>,
    /// When it tries again.
    pub next_try_at: Option<Timestamp>,
    /// Requests sent since the start, retries included.
    pub calls: u64,
    /// What they cost, US dollars.
    pub cost_usd: f64,
}

impl Source {
    pub(super) fn of(record: &SourceRecord) -> Self {
        let unexplained = !matches!(record.state, SourceState::Live | SourceState::Waiting);
        let error = record.error.clone().or_else(|| unexplained.then(|| "no reason given".to_owned()));
        let key = &record.key;
        Self {
            name: key.name.word(),
            account: key.account.clone(),
            region: key.region.clone(),
            subject: key.subject.clone(),
            state: record.state,
            as_of: record.as_of,
            error,
            next_try_at: record.next_try_at,
            calls: record.calls,
            cost_usd: record.cost_usd,
        }
    }
}
