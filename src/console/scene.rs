//! What there is to show at one instant.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::desk::Desk;
use crate::estate::{Estate, WorkloadKey};
use crate::incident::Concern;
use crate::judge::{Alert, History, Judgement, Subject};

/// Everything that a pane may draw from. Drawing only reads.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What is.
    pub estate: &'a Estate,
    /// What it means.
    pub judgement: &'a Judgement,
    /// What people are to attend to, worst first: gathered once for each judgement, for there may be thousands.
    pub concerns: &'a [Concern],
    /// Where among the judgement's alerts those about a workload are.
    pub by_workload: &'a ByWorkload,
    /// Since when.
    pub history: &'a History,
    /// What the person is about to do, and has done.
    pub desk: &'a Desk,
    /// What calls that cost money have cost today.
    pub spent: SpentToday,
    /// The time, UTC.
    pub now: Timestamp,
    /// The embedded estate, with its scenario's name; none on a real one.
    pub demo: Option<&'a str>,
}

impl<'a> Scene<'a> {
    /// The alerts about a workload of a cluster, the worst first.
    pub fn alerts_about(&self, cluster: &str, key: &WorkloadKey) -> impl Iterator<Item = &'a Alert> + use<'a> {
        let alerts = &self.judgement.alerts;
        let found = self.by_workload.places(alerts).get(cluster).and_then(|of_cluster| of_cluster.get(key));
        found.into_iter().flatten().filter_map(|&place| alerts.get(place))
    }
}

/// What the console's own calls have cost on this UTC day, of what they may; US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SpentToday {
    /// What they have cost, by earlier runs too.
    pub usd: f64,
    /// What they may; none where there is no cap.
    pub cap: Option<f64>,
}

impl SpentToday {
    /// Whether next to nothing is left: what costs money waits, or soon will.
    pub fn nearly_all(self) -> bool {
        self.cap.is_some_and(|cap| self.usd >= 0.9 * cap)
    }
}

/// Places among a judgement's alerts, by cluster and workload.
type Places = HashMap<Arc<str>, HashMap<WorkloadKey, Vec<usize>>>;

/// The places of the alerts about workloads, by cluster and workload: looked for once in a judgement, and only when
/// something that is drawn asks. To be made anew with each judgement.
#[derive(Debug, Default)]
pub struct ByWorkload {
    places: OnceLock<Places>,
}

impl ByWorkload {
    fn places(&self, alerts: &[Alert]) -> &Places {
        self.places.get_or_init(|| {
            let mut places = Places::new();
            for (place, alert) in alerts.iter().enumerate() {
                let Subject::Workload(cluster, key) = &alert.about else { continue };
                if !places.contains_key(cluster) {
                    places.insert(cluster.clone(), HashMap::new());
                }
                if let Some(of_cluster) = places.get_mut(cluster) {
                    of_cluster.entry(key.clone()).or_default().push(place);
                }
            }
            places
        })
    }
}
