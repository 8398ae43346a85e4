//! The autoscaler that owns a workload's replicas, where there is one.

use serde_json::Value;

use super::object::{count, name, number, text};

/// What scales a workload by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scaler {
    /// Its name.
    pub(super) name: String,
    /// Its lower bound; one where nothing is said.
    pub(super) min: i64,
    /// Its upper bound.
    pub(super) max: i64,
}

impl Scaler {
    /// An autoscaler as the API gives it.
    pub(super) fn of(object: &Value) -> Self {
        Self {
            name: name(object).to_owned(),
            min: number(object, "/spec/minReplicas").unwrap_or(1),
            max: count(object, "/spec/maxReplicas"),
        }
    }

    /// Name and bounds, as in `autoscaler cart (2 to 6)`.
    pub(super) fn said(&self) -> String {
        format!("autoscaler {} ({} to {})", self.name, self.min, self.max)
    }

    /// Whether it leaves a number of replicas alone: within its bounds, or none at all, which switches it off.
    pub(super) fn bears(&self, replicas: i64) -> bool {
        replicas == 0 || (self.min..=self.max).contains(&replicas)
    }
}

/// The autoscaler of a workload, among those of its namespace.
pub(super) fn scaler_of(autoscalers: &[Value], kind: &str, workload: &str) -> Option<Scaler> {
    autoscalers
        .iter()
        .find(|hpa| {
            text(hpa, "/spec/scaleTargetRef/kind") == Some(kind)
                && text(hpa, "/spec/scaleTargetRef/name") == Some(workload)
        })
        .map(Scaler::of)
}
