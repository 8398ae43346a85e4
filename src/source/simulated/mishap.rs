//! What goes wrong with calls in a scenario: answers that are lost, calls that are throttled, rights that are missing.

use super::scenario::Scenario;
use crate::operate::{Call, Pinned};

/// One thing that goes wrong, with the calls of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mishap {
    /// The operation's name in the catalogue.
    pub(super) operation: &'static str,
    /// Its target: the name, the service's identifier, or the namespace that it lies in.
    pub(super) target: &'static str,
    pub(super) trouble: Trouble,
}

/// How it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It acts, and nobody hears of it.
    Unheard,
    /// It never arrives, and nobody hears of that.
    Swallowed,
    /// It is turned down so many times, since too much is asked; then it is taken.
    Throttled(usize),
    /// RBAC or IAM denies it, and says so beforehand.
    Denied,
}

use Trouble::{Denied, Swallowed, Throttled, Unheard};

const fn mishap(operation: &'static str, target: &'static str, trouble: Trouble) -> Mishap {
    Mishap { operation, target, trouble }
}

/// In every scenario: one deployment whose answers are lost after the call has acted, and one before.
const EVERYWHERE: &[Mishap] = &[
    mishap("workload.scale", "webhooks", Unheard),
    mishap("workload.restart", "webhooks", Unheard),
    mishap("workload.scale", "fraud", Swallowed),
    mishap("workload.restart", "fraud", Swallowed),
];

/// In [`Scenario::Headwind`].
const HEADWIND: &[Mishap] = &[
    mishap("database.failover", "orders", Unheard),
    mishap("database.failover", "ledger", Swallowed),
    mishap("database.remove-reader", "orders", Denied),
    mishap("global.switchover", "orders", Denied),
    mishap("pod.delete", "payments", Denied),
    mishap("database.snapshot", "ledger", Throttled(1)),
    mishap("nodegroup.scale", "spot", Throttled(1)),
];

/// What goes wrong in a scenario.
pub(super) fn mishaps(scenario: Scenario) -> impl Iterator<Item = &'static Mishap> {
    let own = if scenario == Scenario::Headwind { HEADWIND } else { &[] };
    EVERYWHERE.iter().chain(own)
}

/// What goes wrong with a call, if anything does: where it stands in the scenario's list, and how.
pub(super) fn befalls(scenario: Scenario, target: &Pinned, call: &Call) -> Option<(usize, Trouble)> {
    let meant = |m: &Mishap| {
        let named = [Some(&target.name), Some(&target.id), target.namespace.as_ref()];
        named.into_iter().flatten().any(|name| name == m.target)
            && calls_of(m.operation).iter().any(|begin| call.action.starts_with(begin))
    };
    let found = mishaps(scenario).enumerate().find(|(_, m)| meant(m));
    found.map(|(index, mishap)| (index, mishap.trouble))
}

/// How the actions of the calls begin that an operation sends. Rights are to these, and so is what goes wrong: operations
/// that send the same calls share it.
fn calls_of(operation: &str) -> &'static [&'static str] {
    match operation {
        "workload.scale" | "namespace.scale" => &["patch deployments/scale ", "patch statefulsets/scale "],
        "workload.restart" | "workload.pause" | "workload.resume" | "workload.rollback" => {
            &["patch deployments ", "patch statefulsets "]
        }
        "autoscaler.bounds" => &["patch horizontalpodautoscalers "],
        "pod.evict" => &["create pods/eviction "],
        "pod.delete" => &["delete pods "],
        "node.cordon" | "node.uncordon" => &["patch nodes "],
        "node.drain" => &["patch nodes ", "create pods/eviction "],
        "nodegroup.scale" => &["UpdateNodegroupConfig"],
        "database.failover" => &["FailoverDBCluster"],
        "database.add-reader" => &["CreateDBInstance"],
        "database.remove-reader" => &["DeleteDBInstance"],
        "database.capacity" => &["ModifyDBCluster"],
        "database.snapshot" => &["CreateDBClusterSnapshot"],
        "database.restore" => &["RestoreDBClusterToPointInTime", "CreateDBInstance"],
        "global.switchover" => &["SwitchoverGlobalCluster"],
        "global.failover" => &["FailoverGlobalCluster"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::CATALOGUE;

    #[test]
    fn every_operation_can_go_wrong_and_nothing_else_is_said_to() {
        for operation in CATALOGUE {
            assert!(!calls_of(operation.name).is_empty(), "say which calls {} sends", operation.name);
        }
        for scenario in Scenario::ALL {
            for mishap in mishaps(scenario) {
                assert!(CATALOGUE.iter().any(|o| o.name == mishap.operation), "{mishap:?}");
            }
        }
    }
}
