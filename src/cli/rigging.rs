//! Ties sources to an estate: registers each, gives it its way out, and sets it running.

use tokio::sync::{mpsc, watch};

use crate::estate::{Estate, Observation, Report};
use crate::source::{Clock, Outbox, Purse, Source};

/// Observations that may wait before a source has to.
const WAITING: usize = 1_024;

/// An estate whose sources are running.
pub struct Rigging {
    /// What is known; every source is registered.
    pub estate: Estate,
    /// The clock that all share.
    pub clock: Clock,
    /// What the sources say.
    pub observations: mpsc::Receiver<Observation>,
    /// Says false when the day's spend cap is reached.
    pub may_spend: watch::Sender<bool>,
    /// What calls may still cost today.
    pub purse: Purse,
    sender: mpsc::Sender<Observation>,
    starts: Vec<Start>,
}

/// Sets one source running; to be called within the runtime.
pub(super) type Start = Box<dyn FnOnce() + Send>;

impl Rigging {
    /// An estate without sources.
    pub fn new(estate: Estate, clock: Clock) -> Self {
        let (sender, observations) = mpsc::channel(WAITING);
        let (may_spend, _) = watch::channel(true);
        Self { estate, clock, observations, may_spend, purse: Purse::unlimited(), sender, starts: Vec::new() }
    }

    /// With a purse that pays for all calls of the sources that are added from here on.
    #[must_use]
    pub fn with_purse(self, purse: Purse) -> Self {
        Self { purse, ..self }
    }

    /// Registers a source; it runs once [`Rigging::start`] is called.
    pub fn add<S: Source>(&mut self, source: S) {
        let key = source.key();
        self.estate.register(key.clone(), source.feeds());
        let out = Outbox::new(key, self.clock, self.sender.clone(), self.may_spend.subscribe());
        let out = out.with_purse(self.purse.clone());
        self.starts.push(Box::new(move || {
            let last_words = out.clone();
            tokio::spawn(async move {
                // A source must never end the console, nor end in silence: what slipped through is said.
                if tokio::spawn(source.run(out)).await.is_err() {
                    let reason =
                        "this source stopped by a fault of the console; restart it, and report the log".to_owned();
                    last_words.say(Report::Failed { reason, next_try_at: None }).await;
                }
            });
        }));
    }

    /// Sets every source running.
    pub fn start(&mut self) {
        self.starts().into_iter().for_each(|start| start());
    }

    /// What sets the sources running, one each, for whoever wants to do something else first.
    pub(super) fn starts(&mut self) -> Vec<Start> {
        std::mem::take(&mut self.starts)
    }
}
