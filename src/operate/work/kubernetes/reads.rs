//! What operations on a cluster read: paths of its API.

use std::fmt::Write as _;

use serde_json::Value;

use crate::operate::{Intent, Pinned, Read, Refusal, Sight, Sights};

/// A name as a part of a path: nothing in it can lead elsewhere.
fn part(name: &str) -> String {
    name.bytes().fold(String::with_capacity(name.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The path of a kind in a namespace: `apps/v1`, `deployments`; the core group is `v1`.
pub(super) fn list_path(group: &str, namespace: Option<&str>, plural: &str) -> String {
    let root = if group.contains('/') { "apis" } else { "api" };
    match namespace {
        Some(namespace) => format!("/{root}/{group}/namespaces/{}/{plural}", part(namespace)),
        None => format!("/{root}/{group}/{plural}"),
    }
}

/// The path of one object.
pub(super) fn object_path(group: &str, namespace: Option<&str>, plural: &str, name: &str) -> String {
    format!("{}/{}", list_path(group, namespace, plural), part(name))
}

/// The list of a kind.
pub(super) fn list(group: &str, namespace: Option<&str>, plural: &str) -> Read {
    Read::Kubernetes(list_path(group, namespace, plural))
}

/// The autoscalers of a namespace.
pub(super) fn autoscalers(target: &Pinned) -> Read {
    list("autoscaling/v2", target.namespace.as_deref(), "horizontalpodautoscalers")
}

/// The disruption budgets of a namespace, or of all.
pub(super) fn budgets(namespace: Option<&str>) -> Read {
    list("policy/v1", namespace, "poddisruptionbudgets")
}

/// The pods on a node.
pub(super) fn pods_on(node: &str) -> Read {
    Read::Kubernetes(format!("/api/v1/pods?fieldSelector=spec.nodeName%3D{}", part(node)))
}

/// One thing that an operation is about, and where its likes are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// What it is, in words: `deployment`.
    pub(super) what: &'static str,
    /// Its path.
    pub(super) path: String,
    /// The path of the list that it would be in.
    pub(super) likes: String,
}

impl Subject {
    /// The read of it.
    pub(super) fn read(&self) -> Read {
        Read::Kubernetes(self.path.clone())
    }

    /// The read of it, and once it is known to be absent that of its likes.
    pub(super) fn reads(&self, seen: &Sights) -> Vec<Read> {
        let mut out = vec![self.read()];
        if matches!(seen.sight(&self.read()), Some(Sight::Absent(_))) {
            out.push(Read::Kubernetes(self.likes.clone()));
        }
        out
    }

    /// What was seen of it, if it is the one that was pinned and is there to stay.
    pub(super) fn found<'a>(&self, intent: &Intent, seen: &'a Sights) -> Result<&'a Value, Refusal> {
        let (what, target) = (self.what, &intent.target);
        let place =
            target.namespace.as_ref().filter(|_| target.id != **target.namespace.as_ref().unwrap_or(&target.id));
        let place = place.map_or_else(String::new, |n| format!(" in namespace {n}"));
        let named = format!("{what} {}{place}", target.id);
        let object = match seen.sight(&self.read()) {
            Some(Sight::There(object)) => object,
            Some(Sight::Absent(_)) => {
                let there = match seen.there(&Read::Kubernetes(self.likes.clone())).and_then(Value::as_array) {
                    Some(likes) => {
                        format!("there are {}", super::object::listed(likes.iter().map(super::object::name)))
                    }
                    None => "what there is could not be listed".to_owned(),
                };
                return Err(Refusal::because(format!("there is no {named}; {there}")));
            }
            Some(Sight::Unseen(why)) => return Err(Refusal::because(format!("{named}: {why}"))),
            None => return Err(Refusal::because(format!("{named} has not been looked at"))),
        };
        let uid = super::object::uid(object);
        if let Some(pinned) = target.uid.as_deref().filter(|pinned| *pinned != uid) {
            return Err(Refusal::because(format!(
                "{named} is another one than was chosen (uid {uid}, not {pinned}): it was deleted and made anew; look \
                 at it before acting on it"
            )));
        }
        Ok(object)
    }
}

/// The members of a list that was seen; none where there is no such kind, or where it could not be seen.
pub(super) fn members<'a>(seen: &'a Sights, read: &Read) -> &'a [Value] {
    seen.there(read).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether a list could not be seen, as where rights do not allow it: what rests on it is to be said to be unknown.
pub(super) fn unseen<'a>(seen: &'a Sights, read: &Read) -> Option<&'a str> {
    match seen.sight(read) {
        Some(Sight::Unseen(why)) => Some(why),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_elsewhere() {
        assert_eq!(
            object_path("apps/v1", Some("shop"), "deployments", "../../x?y"),
            "/apis/apps/v1/namespaces/shop/deployments/..%2F..%2Fx%3Fy"
        );
        assert_eq!(object_path("v1", None, "nodes", "a.b"), "/api/v1/nodes/a.b");
        assert_eq!(pods_on("a b"), Read::Kubernetes("/api/v1/pods?fieldSelector=spec.nodeName%3Da%20b".into()));
    }
}
