//! How a source speaks: one channel, every message stamped, every call counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::{Clock, Purse};
use crate::estate::{Fact, Observation, Report, SourceKey};

/// Requests sent and their price, counted where they are sent and taken with the next observation. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    calls: Arc<AtomicU64>,
    micro_usd: Arc<AtomicU64>,
}

impl Meter {
    /// Takes back what was counted of a request that never went out, in millionths of a US dollar.
    pub fn uncount(&self, micro_usd: u64) {
        let less = |counted: u64| Some(counted.saturating_sub(micro_usd));
        // It cannot fail: there is always an answer.
        let _ = self.micro_usd.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Counts requests that were sent (retries included) and what they cost, in millionths of a US dollar.
    pub fn count(&self, calls: u64, micro_usd: u64) {
        self.calls.fetch_add(calls, Ordering::Relaxed);
        self.micro_usd.fetch_add(micro_usd, Ordering::Relaxed);
    }

    fn take(&self) -> (u64, f64) {
        let micro = self.micro_usd.swap(0, Ordering::Relaxed);
        (self.calls.swap(0, Ordering::Relaxed), micro as f64 / 1e6)
    }
}

/// A source's way out: stamps what it says and counts what it cost.
#[derive(Debug, Clone)]
pub struct Outbox {
    key: SourceKey,
    clock: Clock,
    meter: Meter,
    sender: mpsc::Sender<Observation>,
    may_spend: watch::Receiver<bool>,
    purse: Purse,
}

impl Outbox {
    /// A way out for one source. `may_spend` is false while the day's spend cap is reached.
    pub fn new(
        key: SourceKey,
        clock: Clock,
        sender: mpsc::Sender<Observation>,
        may_spend: watch::Receiver<bool>,
    ) -> Self {
        Self { key, clock, meter: Meter::default(), sender, may_spend, purse: Purse::unlimited() }
    }

    /// With the purse that pays for its calls.
    #[must_use]
    pub fn with_purse(self, purse: Purse) -> Self {
        Self { purse, ..self }
    }

    /// What calls may still cost today.
    pub fn purse(&self) -> &Purse {
        &self.purse
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Where requests are counted.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// Whether calls that cost money may be made: the day's spend cap is not reached.
    pub fn may_spend(&self) -> bool {
        *self.may_spend.borrow()
    }

    /// Waits until the spend cap changes its word.
    pub async fn spend_changed(&mut self) {
        if self.may_spend.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Says something; false when nobody listens any more and the source is to end.
    pub async fn say(&self, report: Report) -> bool {
        let (calls, cost_usd) = self.meter.take();
        let observation = Observation { source: self.key.clone(), at: self.clock.now(), calls, cost_usd, report };
        self.sender.send(observation).await.is_ok()
    }

    /// Says facts that are true now.
    pub async fn tell(&self, facts: Vec<Fact>, note: Option<String>) -> bool {
        self.say(Report::Facts { as_of: self.clock.now(), facts, note }).await
    }
}
