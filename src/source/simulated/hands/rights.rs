//! What a missing right is, in the words of RBAC and of IAM.

use super::objects::Place;
use crate::operate::{Call, Pinned, Service};

/// What is missing for a call, and what to ask for.
pub(super) fn missing(target: &Pinned, call: &Call) -> String {
    let text = |key: &str| call.request.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    if call.service != Service::Kubernetes {
        let id = target.account_id.as_deref().unwrap_or_default();
        let principal = format!("arn:aws:iam::{id}:role/quarterdeck-operate");
        let service = call.service.word();
        return format!("a policy denies {service}:{} to {principal}: that policy has to change", call.action);
    }
    let verb = match text("method") {
        "POST" => "create",
        "DELETE" => "delete",
        _ => "patch",
    };
    let path = text("path").split('?').next().unwrap_or_default();
    let group = match path.split('/').nth(1) {
        Some("apis") => format!("API group {}", path.split('/').nth(2).unwrap_or_default()),
        _ => "the core API group".to_owned(),
    };
    let Some(Place { namespace, plural, name, sub }) = Place::of(path) else {
        return format!("may not {verb} {path}");
    };
    let resource = [Some(plural), sub].into_iter().flatten().collect::<Vec<_>>().join("/");
    let place = namespace.map_or_else(|| "in the cluster".to_owned(), |namespace| format!("in namespace {namespace}"));
    format!(
        "may not {verb} {resource} {} {place}; ask for the verb {verb} on {resource} of {group} there",
        name.unwrap_or_default()
    )
}
