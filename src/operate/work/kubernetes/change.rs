//! Changing calls on objects: each names the very object and version that was read last, so that the server refuses it
//! for any other.

use serde_json::{Value, json};

use super::object::{condition, generation, text, uid};
use crate::operate::{Call, Read, Service, Sight, Sights};

/// RFC 7396.
pub(super) const MERGE: &str = "application/merge-patch+json";
/// As `kubectl` patches what it knows the schema of.
pub(super) const STRATEGIC: &str = "application/strategic-merge-patch+json";
/// RFC 6902.
pub(super) const OPERATIONS: &str = "application/json-patch+json";

/// A patch of an object as it was read; `path` is the object's, `subresource` as in `deployments/scale`.
pub(super) fn patch(
    object: &Value,
    path: &str,
    action: &str,
    subresource: Option<&str>,
    (kind, body): (&str, Value),
    cli: String,
) -> Call {
    let sub = subresource.map_or_else(String::new, |s| format!("/{s}"));
    let mut call = Call {
        service: Service::Kubernetes,
        action: action.to_owned(),
        region: None,
        cli,
        request: json!({
            "method": "PATCH", "path": format!("{path}{sub}?fieldManager=quarterdeck"), "content_type": kind, "body": body,
            "object": path, "uid": uid(object), "generation": generation(object),
            "progress": progressed(object),
        }),
    };
    hold(&mut call, object);
    call
}

/// When a rollout's progress was last judged: an older verdict than that is none on what a call began.
pub(super) fn progressed(object: &Value) -> Option<&str> {
    text(condition(object, "Progressing")?, "/lastUpdateTime")
}

/// Binds a patch to an object's uid and version.
fn hold(call: &mut Call, object: &Value) {
    let version = text(object, "/metadata/resourceVersion").unwrap_or_default();
    let uid = uid(object);
    call.request["resourceVersion"] = json!(version);
    match &mut call.request["body"] {
        Value::Array(operations) => {
            // A first operation for each, so that nothing is applied to another object or version.
            operations.retain(|o| {
                !matches!(
                    o.pointer("/path").and_then(Value::as_str),
                    Some("/metadata/uid" | "/metadata/resourceVersion")
                )
            });
            let held = [("/metadata/resourceVersion", version), ("/metadata/uid", uid)];
            operations.extend(held.map(|(path, value)| json!({"op": "replace", "path": path, "value": value})));
        }
        body => {
            body["metadata"]["uid"] = json!(uid);
            body["metadata"]["resourceVersion"] = json!(version);
        }
    }
}

/// What is seen now of the object that a call changes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found<'a> {
    /// It is there.
    There(&'a Value),
    /// It is not: how that is known.
    Absent(String),
    /// It cannot be seen: why.
    Unseen(String),
}

/// The object that a call changes, by its own read, or in the list that holds it.
pub(super) fn object_of<'a>(call: &Call, seen: &'a Sights) -> Found<'a> {
    let Some(path) = text(&call.request, "/object") else {
        return Found::Unseen("the call names no object".to_owned());
    };
    let (list, name) = path.rsplit_once('/').unwrap_or_default();
    let alone = seen.sight(&Read::Kubernetes(path.to_owned()));
    match alone.or_else(|| seen.sight(&Read::Kubernetes(list.to_owned()))) {
        Some(Sight::There(Value::Array(all))) => match all.iter().find(|o| super::object::name(o) == name) {
            Some(object) => Found::There(object),
            None => Found::Absent("it is gone from the list".to_owned()),
        },
        Some(Sight::There(object)) => Found::There(object),
        Some(Sight::Absent(why)) => Found::Absent(why.clone()),
        Some(Sight::Unseen(why)) => Found::Unseen(why.clone()),
        None => Found::Unseen("it has not been looked at".to_owned()),
    }
}

/// The name of the object that a call changes.
pub(super) fn name_of(call: &Call) -> &str {
    text(&call.request, "/object").and_then(|path| path.rsplit('/').next()).unwrap_or_default()
}

/// A patch for the version of its object that is seen now.
///
/// # Errors
/// Why it must not be sent any more: the object is gone, or more of it than its status has changed.
pub(in crate::operate::work) fn renewed(call: &Call, seen: &Sights) -> Result<Call, String> {
    let Found::There(object) = object_of(call, seen) else {
        return Err("the object is gone, or cannot be seen any more".to_owned());
    };
    let same = Some(uid(object)) == text(&call.request, "/uid");
    let untouched = generation(object).is_some() && generation(object) == call.request["generation"].as_i64();
    if !same || !untouched {
        return Err("somebody else changed the object in the same moment; look at it and try again".to_owned());
    }
    let mut fresh = call.clone();
    hold(&mut fresh, object);
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_of_one_object_and_version() {
        let object = json!({"metadata": {"uid": "u", "resourceVersion": "7", "generation": 3}});
        let merge = patch(&object, "/x", "patch x", Some("scale"), (MERGE, json!({"spec": {"a": 1}})), String::new());
        assert_eq!(merge.request["path"], "/x/scale?fieldManager=quarterdeck");
        assert_eq!(merge.request["body"], json!({"spec": {"a": 1}, "metadata": {"uid": "u", "resourceVersion": "7"}}));
        let mut operations = patch(
            &object,
            "/x",
            "patch x",
            None,
            (OPERATIONS, json!([{"op": "add", "path": "/a", "value": 1}])),
            String::new(),
        );
        let newer = json!({"metadata": {"uid": "u", "resourceVersion": "8", "generation": 3}});
        hold(&mut operations, &newer);
        assert_eq!(
            operations.request["body"],
            json!([
                {"op": "add", "path": "/a", "value": 1},
                {"op": "replace", "path": "/metadata/resourceVersion", "value": "8"},
                {"op": "replace", "path": "/metadata/uid", "value": "u"},
            ])
        );
    }
}
