//! What the nodes of a cluster have to give, and what they use, as its metrics API would measure it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::chance::{between, mix};
use super::moment::{At, Moment};
use super::plan::ClusterPlan;
use super::wave::Wave;
use crate::estate::{Resources, Usage};

/// Processor that is used on average, as a share of what there is: from the idlest cluster to the busiest.
const CPU: (f64, f64) = (0.2, 0.42);
/// Memory that is used however little happens.
const MEMORY: f64 = 0.52;

impl ClusterPlan {
    /// What a node of a type can give to pods: two processors, and memory by the type's family, less what the kubelet
    /// keeps.
    pub(super) fn allocatable(&self, place: usize) -> Resources {
        let kind = &self.pools[self.places[place].pool].instance_type;
        let gib: u64 = if kind.starts_with('c') { 4 } else { 8 };
        Resources { cpu_milli: 1_930, memory_bytes: gib * 1_024 * 1_024 * 1_024 - 900 * 1_024 * 1_024 }
    }

    /// What its nodes use, as measured at the last whole minute; nodes that do not report are left out.
    pub(super) fn usage(&self, at: At) -> Option<Usage> {
        let minute = at.div_euclid(60) * 60;
        let mut m = Moment::new(minute);
        let (cpu, memory) = self.load(minute);
        let mut nodes = BTreeMap::new();
        for standing in self.standing(&mut m) {
            if !self.reports(standing.place, &mut m) {
                continue;
            }
            let given = self.allocatable(standing.place);
            let own = between(mix(self.places[standing.place].grain, 81), 0.8, 1.2);
            let part = |of: u64, share: f64| {
                // A share below 1 of what a node has: nothing is lost.
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "bounded by the line itself"
                )]
                let used = (of as f64 * share.clamp(0.01, 0.98)) as u64;
                used
            };
            let used = Resources {
                cpu_milli: part(given.cpu_milli, cpu * own),
                memory_bytes: part(given.memory_bytes, memory * own),
            };
            nodes.insert(self.node_name(standing.place, standing.generation), used);
        }
        let at = Timestamp::from_second(minute).ok()?;
        (!nodes.is_empty()).then_some(Usage::Measured { at, nodes })
    }

    /// Processor and memory that are used, as shares of all there is.
    pub(super) fn load(&self, minute: At) -> (f64, f64) {
        let load = Wave::traffic(mix(self.grain, 82), 1.0).at(minute);
        let noise = between(mix(self.grain, minute.cast_unsigned()), 0.97, 1.03);
        let busy = between(mix(self.grain, 83), CPU.0, CPU.1);
        (busy * load * noise, MEMORY + 0.2 * (busy - CPU.0) + 0.07 * load)
    }
}
