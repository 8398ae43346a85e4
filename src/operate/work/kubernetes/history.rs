//! The revisions of a workload: a deployment's replica sets, a stateful set's controller revisions.

use serde_json::Value;

use super::object::{annotation, controller_uid, name, number, text, uid};
use super::reads::list;
use super::workload::Kind;
use crate::operate::{Pinned, Read};

/// One revision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Revision<'a> {
    /// Its number.
    pub(super) number: i64,
    /// The name of the object that keeps it.
    pub(super) name: &'a str,
    /// That object.
    pub(super) object: &'a Value,
}

impl Revision<'_> {
    /// Its template of pods.
    pub(super) fn template(&self) -> Option<&Value> {
        self.object.pointer("/spec/template").or_else(|| self.object.pointer("/data/spec/template"))
    }
}

/// The revisions of a workload, oldest first, and which one it is at.
pub(super) struct History<'a> {
    /// Oldest first.
    pub(super) revisions: Vec<Revision<'a>>,
    /// Its number.
    pub(super) current: Option<i64>,
}

/// The list that keeps the revisions of a kind.
pub(super) fn list_of(kind: Kind, target: &Pinned) -> Read {
    let plural = match kind {
        Kind::Deployment => "replicasets",
        Kind::StatefulSet => "controllerrevisions",
    };
    list("apps/v1", target.namespace.as_deref(), plural)
}

/// The history of a workload, out of all that its namespace keeps.
pub(super) fn history<'a>(kind: Kind, workload: &Value, kept: &'a [Value]) -> History<'a> {
    let numbered = |object: &'a Value| match kind {
        Kind::Deployment => annotation(object, "deployment.kubernetes.io/revision")?.parse().ok(),
        Kind::StatefulSet => number(object, "/revision"),
    };
    let mut revisions: Vec<Revision> = kept
        .iter()
        .filter(|object| controller_uid(object) == Some(uid(workload)))
        .filter_map(|object| Some(Revision { number: numbered(object)?, name: name(object), object }))
        .collect();
    revisions.sort_by_key(|r| r.number);
    let current = match kind {
        Kind::Deployment => annotation(workload, "deployment.kubernetes.io/revision").and_then(|r| r.parse().ok()),
        Kind::StatefulSet => {
            let named = text(workload, "/status/updateRevision");
            revisions.iter().find(|r| Some(r.name) == named).map(|r| r.number)
        }
    };
    History { revisions, current }
}

/// A template as it can be compared and put back: without the hash of its replica set, and without the words that make
/// it a patch.
pub(super) fn plain(template: Option<&Value>) -> Value {
    let mut template = template.cloned().unwrap_or(Value::Null);
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove("pod-template-hash");
    }
    if let Some(members) = template.as_object_mut() {
        members.remove("$patch");
    }
    template
}
