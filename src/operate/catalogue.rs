//! The catalogue of operations: what there is to do, to what, with which parameters, and how dangerous it is.
//!
//! `quarterdeck operate list` prints it; the console's action menu and the names in `[[policy.freeze]]` follow it.

mod given;
mod takes;

use serde::{Deserialize, Serialize, Serializer};

pub use given::Misgiven;
pub use takes::Takes;

use super::TargetKind;

/// The worst that an operation can do when it goes as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// Serves on while it runs.
    Safe,
    /// Connections drop, pods restart, or capacity goes.
    Disruptive,
    /// Data that was written may be gone.
    DataLoss,
}

impl Danger {
    /// Its word, as in a plan.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Disruptive => "disruptive",
            Self::DataLoss => "data_loss",
        }
    }
}

/// One parameter of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What is taken where it is left out, as written on the command line; none where there is no fixed value.
    pub default: Option<&'static str>,
    /// Whether it must be given.
    pub required: bool,
    /// What it takes.
    pub takes: Takes,
}

/// One operation, and what `operate list --format json` prints of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OperationSpec {
    /// Its name, `area.verb`.
    pub name: &'static str,
    /// What it acts on.
    #[serde(serialize_with = "form")]
    pub target: TargetKind,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// The worst it can do when it goes as planned.
    pub danger: Danger,
    /// What it does, in one sentence.
    pub doc: &'static str,
}

const fn must(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, default: None, required: true, takes }
}

const fn may(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, default: None, required: false, takes }
}

const fn flag(name: &'static str) -> Parameter {
    Parameter { name, default: Some("false"), required: false, takes: Takes::Flag }
}

const fn operation(
    name: &'static str,
    target: TargetKind,
    danger: Danger,
    parameters: &'static [Parameter],
    doc: &'static str,
) -> OperationSpec {
    OperationSpec { name, target, parameters, danger, doc }
}

use Danger::{DataLoss, Disruptive, Safe};
use Takes::{Acu, Class, Count, Counts, Instance, Moment, Seconds, Snapshot, Tier, Zone};
use TargetKind::{Autoscaler, Database, Namespace, Node, NodeGroup, Pod, Workload};

/// Every operation, by area.
pub const CATALOGUE: &[OperationSpec] = &[
    operation(
        "workload.scale",
        Workload,
        Disruptive,
        &[must("replicas", Count)],
        "Sets the number of replicas of one workload.",
    ),
    operation(
        "namespace.scale",
        Namespace,
        Disruptive,
        &[must("replicas", Counts), flag("include-autoscaled")],
        "Sets the number of replicas of every deployment of a namespace.",
    ),
    operation("workload.restart", Workload, Disruptive, &[], "Restarts the pods of one workload, a few at a time."),
    operation("workload.pause", Workload, Safe, &[], "Holds the rollout of a deployment."),
    operation("workload.resume", Workload, Safe, &[], "Lets the rollout of a deployment go on."),
    operation(
        "workload.rollback",
        Workload,
        Disruptive,
        &[may("revision", Count)],
        "Goes back to an earlier revision; to the one before where none is named.",
    ),
    operation(
        "autoscaler.bounds",
        Autoscaler,
        Disruptive,
        &[may("min", Count), may("max", Count)],
        "Sets the bounds of an autoscaler.",
    ),
    operation("pod.evict", Pod, Disruptive, &[], "Evicts a pod, honouring its disruption budget."),
    operation("pod.delete", Pod, Disruptive, &[], "Deletes a pod, whatever its disruption budget says."),
    operation("node.cordon", Node, Safe, &[], "Lets no new pods onto a node."),
    operation("node.uncordon", Node, Safe, &[], "Lets new pods onto a node again."),
    operation(
        "node.drain",
        Node,
        Disruptive,
        &[may("timeout", Seconds), flag("bare-pods"), flag("local-data")],
        "Cordons a node and evicts its pods, honouring their disruption budgets.",
    ),
    operation(
        "nodegroup.scale",
        NodeGroup,
        Disruptive,
        &[may("min", Count), may("max", Count), may("desired", Count)],
        "Sets the sizes of a managed node group.",
    ),
    operation(
        "database.failover",
        Database,
        Disruptive,
        &[may("to", Instance)],
        "Makes a reader the writer; the best one where none is named.",
    ),
    operation(
        "database.add-reader",
        Database,
        Safe,
        &[may("name", Instance), may("class", Class), may("az", Zone), may("tier", Tier)],
        "Adds a reader.",
    ),
    operation("database.remove-reader", Database, Disruptive, &[must("name", Instance)], "Removes a reader."),
    operation(
        "database.capacity",
        Database,
        Disruptive,
        &[may("min", Acu), may("max", Acu)],
        "Sets floor and ceiling of the serverless capacity, in ACU.",
    ),
    operation("database.snapshot", Database, Safe, &[may("name", Snapshot)], "Takes a snapshot."),
    operation(
        "database.restore",
        Database,
        Safe,
        &[must("to-time", Moment), must("as", Instance)],
        "Restores a point in time into a new cluster; never over the old one.",
    ),
    operation(
        "global.switchover",
        Database,
        Disruptive,
        &[may("to", Takes::Region)],
        "Makes another region the primary one, without loss.",
    ),
    operation(
        "global.failover",
        Database,
        DataLoss,
        &[may("to", Takes::Region)],
        "Makes another region the primary one, and gives up what it has not received.",
    ),
];

impl OperationSpec {
    /// Whether it does nothing unless at least one of its parameters is given.
    pub fn needs_one(&self) -> bool {
        matches!(self.name, "autoscaler.bounds" | "nodegroup.scale" | "database.capacity")
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|p| p.name == name)
    }
}

/// The operation of that name.
pub fn find(name: &str) -> Option<&'static OperationSpec> {
    CATALOGUE.iter().find(|o| o.name == name)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over by reference")]
fn form<S: Serializer>(target: &TargetKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(target.form())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_of_one_form() {
        let names: BTreeSet<_> = CATALOGUE.iter().map(|o| o.name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        for o in CATALOGUE {
            assert_eq!(o.name.split('.').count(), 2, "{}", o.name);
            assert!(o.doc.ends_with('.'), "{}", o.name);
        }
    }

    #[test]
    fn only_a_forced_change_of_region_loses_data() {
        let losing: Vec<_> = CATALOGUE.iter().filter(|o| o.danger == DataLoss).map(|o| o.name).collect();
        assert_eq!(losing, ["global.failover"]);
    }

    #[test]
    fn listed_as_json() {
        let json = serde_json::to_value(CATALOGUE).unwrap();
        assert_eq!(
            json[1],
            serde_json::json!({
                "name": "namespace.scale", "target": "CLUSTER/NAMESPACE",
                "parameters": [
                    {"name": "replicas", "default": null, "required": true, "takes": "a whole number from 0 to 2147483647, or NAME:NUMBER,NAME:NUMBER for some"},
                    {"name": "include-autoscaled", "default": "false", "required": false, "takes": "true or false"},
                ],
                "danger": "disruptive", "doc": "Sets the number of replicas of every deployment of a namespace.",
            })
        );
    }
}
