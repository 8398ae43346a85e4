//! The server's own dry run of a call: everything but the storing.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::entrance::Entered;
use super::exchange::{Came, Outgoing, exchange, said};
use crate::operate::{Call, Service};

/// How long a dry run may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends a call as a dry run; the server's words where it would refuse.
pub(super) async fn rehearse(entered: &Entered, called: &str, call: &Call) -> Result<(), String> {
    if call.service != Service::Kubernetes {
        return Err("a cluster's API server cannot rehearse that".to_owned());
    }
    let outgoing = Outgoing::of(&call.request)?;
    let evicts = evicts(&outgoing);
    match exchange(entered, called, rehearsed(outgoing), PATIENCE).await {
        Came::Answered { status: 200..300, .. } => Ok(()),
        // Whether a budget that blocks now is waited for is the operation's to say, not the rehearsal's.
        Came::Answered { status: 429, .. } if evicts => Ok(()),
        Came::Answered { status, body, .. } => {
            let (code, message) = said(status, &body);
            Err(format!("{}: {message} ({status} {code})", call.action))
        }
        Came::Unsent(why) | Came::Broken { why, .. } => Err(format!("{}: {why}", call.action)),
    }
}

/// A call as a dry run. It says so twice: a DELETE with a body ignores its query, and whatever takes no delete options
/// reads nothing but the query. It is of the same object, but of whichever version it has by then: whether a newer one
/// matters is the re-check's to say.
fn rehearsed(mut call: Outgoing) -> Outgoing {
    match &mut call.body {
        Value::Array(operations) => {
            operations.retain(|o| o.get("path").and_then(Value::as_str) != Some("/metadata/resourceVersion"));
        }
        body => {
            for held in ["/metadata", "/preconditions", "/deleteOptions/preconditions"] {
                if let Some(members) = body.pointer_mut(held).and_then(Value::as_object_mut) {
                    members.remove("resourceVersion");
                }
            }
        }
    }
    let mark = if call.path.contains('?') { '&' } else { '?' };
    call.path = format!("{}{mark}dryRun=All", call.path);
    let all = json!(["All"]);
    if call.method == http::Method::DELETE {
        if !call.body.is_object() {
            call.body = json!({"apiVersion": "v1", "kind": "DeleteOptions"});
        }
        call.body["dryRun"] = all;
        call.content_type = Some("application/json".to_owned());
    } else if evicts(&call) {
        match call.body.get_mut("deleteOptions").filter(|o| o.is_object()) {
            Some(options) => options["dryRun"] = all,
            None => call.body["deleteOptions"] = json!({"dryRun": all}),
        }
    }
    call
}

/// Whether it is an eviction.
fn evicts(call: &Outgoing) -> bool {
    call.body.get("kind").and_then(Value::as_str) == Some("Eviction")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rehearse(call: &Value) -> Outgoing {
        rehearsed(Outgoing::of(call).unwrap())
    }

    #[test]
    fn nothing_that_is_rehearsed_could_be_real() {
        let patch =
            rehearse(&json!({"method": "PATCH", "path": "/api/v1/nodes/n?fieldManager=q", "body": {"spec": {}}}));
        assert_eq!(patch.path, "/api/v1/nodes/n?fieldManager=q&dryRun=All");
        assert_eq!(patch.body, json!({"spec": {}}));
        let held = rehearse(
            &json!({"method": "PATCH", "path": "/a", "body": {"metadata": {"uid": "u", "resourceVersion": "7"}}}),
        );
        assert_eq!(held.body, json!({"metadata": {"uid": "u"}}));
        let delete = rehearse(&json!({"method": "DELETE", "path": "/api/v1/namespaces/a/pods/b",
            "body": {"kind": "DeleteOptions", "preconditions": {"uid": "u", "resourceVersion": "7"}}}));
        assert_eq!(delete.body["dryRun"], json!(["All"]));
        assert_eq!(delete.body["preconditions"], json!({"uid": "u"}));
        let bare = rehearse(&json!({"method": "DELETE", "path": "/api/v1/namespaces/a/pods/b"}));
        assert_eq!(bare.body, json!({"apiVersion": "v1", "kind": "DeleteOptions", "dryRun": ["All"]}));
        let evict = rehearse(&json!({"method": "POST", "path": "/api/v1/namespaces/a/pods/b/eviction",
            "body": {"kind": "Eviction", "deleteOptions": {"preconditions": {"uid": "u"}}}}));
        assert_eq!(evict.body["deleteOptions"], json!({"preconditions": {"uid": "u"}, "dryRun": ["All"]}));
        assert!(evict.path.ends_with("?dryRun=All"));
    }
}
