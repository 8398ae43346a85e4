//! What the server would allow: each call as a `SelfSubjectAccessReview`.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::super::entrance::Entered;
use super::exchange::{Came, Outgoing, exchange, said};
use crate::operate::{Call, Permit};

const PATIENCE: Duration = Duration::from_secs(10);
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const SELF_REVIEWS: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

/// What a call needs leave for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attributes {
    verb: &'static str,
    group: String,
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
}

impl Attributes {
    /// What a call does, read off its method and path; none of a path that is no resource's.
    pub(super) fn of(call: &Outgoing) -> Option<Self> {
        let verb = match call.method {
            Method::POST => "create",
            Method::PUT => "update",
            Method::PATCH => "patch",
            Method::DELETE => "delete",
            Method::GET => "get",
            _ => return None,
        };
        let path = call.path.split('?').next()?;
        let mut parts = path.strip_prefix('/')?.split('/');
        let group = match (parts.next()?, parts.next()?) {
            ("api", _) => String::new(),
            ("apis", group) => {
                parts.next()?;
                group.to_owned()
            }
            _ => return None,
        };
        let rest: Vec<&str> = parts.collect();
        let (namespace, rest) = match rest[..] {
            ["namespaces", namespace, _, ..] => (namespace, &rest[2..]),
            _ => ("", &rest[..]),
        };
        let at = |i: usize| rest.get(i).copied().unwrap_or_default().to_owned();
        let resource = rest.first().filter(|r| !r.is_empty())?.to_string();
        Some(Self { verb, group, resource, subresource: at(2), namespace: namespace.to_owned(), name: at(1) })
    }

    /// The same of whatever name.
    fn of_any(&self) -> Self {
        Self { name: String::new(), ..self.clone() }
    }

    /// The resource as rights name it.
    fn resource(&self) -> String {
        if self.subresource.is_empty() {
            self.resource.clone()
        } else {
            format!("{}/{}", self.resource, self.subresource)
        }
    }

    fn place(&self) -> String {
        if self.namespace.is_empty() { "in the cluster".into() } else { format!("in namespace {}", self.namespace) }
    }

    fn review(&self) -> Value {
        json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {
                "verb": self.verb, "group": self.group, "resource": self.resource, "subresource": self.subresource,
                "namespace": self.namespace, "name": self.name,
            }},
        })
    }

    fn missing(&self, reason: &str) -> String {
        let group =
            if self.group.is_empty() { "the core API group".to_owned() } else { format!("API group {}", self.group) };
        let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        format!(
            "may not {} {} {} {}{why}; ask for the verb {} on {} of {group} there",
            self.verb,
            self.resource(),
            self.name,
            self.place(),
            self.verb,
            self.resource(),
        )
    }
}

/// Asks of each call whether it would be allowed. A right to all names is asked for once, not for each name.
pub(super) async fn permitted(entered: &Entered, called: &str, calls: &[Call]) -> Vec<Permit> {
    let mut known: BTreeMap<Attributes, Permit> = BTreeMap::new();
    let mut out = Vec::with_capacity(calls.len());
    for call in calls {
        let attributes = Outgoing::of(&call.request).ok().and_then(|o| Attributes::of(&o));
        let Some(attributes) = attributes else {
            out.push(Permit::Unknown(format!("{} names no resource of an API server", call.action)));
            continue;
        };
        let any = attributes.of_any();
        let mut answer = Permit::Unknown(String::new());
        for asked in [&any, &attributes] {
            answer = match known.get(asked) {
                Some(answer) => answer.clone(),
                None => review(entered, called, asked).await,
            };
            known.insert(asked.clone(), answer.clone());
            if matches!(answer, Permit::Allowed(_)) {
                break;
            }
        }
        out.push(answer);
    }
    out
}

async fn review(entered: &Entered, called: &str, asked: &Attributes) -> Permit {
    let came = exchange(entered, called, Outgoing::post(REVIEWS, asked.review()), PATIENCE).await;
    let body = match came {
        Came::Answered { status: 200 | 201, body, .. } => body,
        Came::Answered { status, body, .. } => {
            let (_, message) = said(status, &body);
            return Permit::Unknown(format!("the API server does not review rights ({status}): {message}"));
        }
        Came::Unsent(why) | Came::Broken { why, .. } => return Permit::Unknown(why),
    };
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    match body.pointer("/status/allowed").and_then(Value::as_bool) {
        Some(true) => Permit::Allowed(format!("may {} {} {}", asked.verb, asked.resource(), asked.place())),
        Some(false) => {
            let reason = [text("/status/reason"), text("/status/evaluationError")];
            Permit::Denied(asked.missing(reason.iter().find(|r| !r.is_empty()).map_or("", String::as_str)))
        }
        None => Permit::Unknown("the API server reviews rights and says nothing of them".to_owned()),
    }
}

/// The user that the server takes us for; none where it does not tell.
pub(super) async fn user(entered: &Entered, called: &str) -> Result<Option<String>, String> {
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    match exchange(entered, called, Outgoing::post(SELF_REVIEWS, review), PATIENCE).await {
        Came::Answered { status: 200 | 201, body, .. } => {
            Ok(body.pointer("/status/userInfo/username").and_then(Value::as_str).map(str::to_owned))
        }
        Came::Answered { status: 401, body, .. } => Err(format!(
            "the API server does not accept the credentials of {called} (401 {}); log in again",
            said(401, &body).1
        )),
        Came::Answered { status: 500.., body, .. } => {
            Err(format!("the API server of {called} is in trouble: {}", said(500, &body).1))
        }
        Came::Answered { .. } => Ok(None),
        Came::Unsent(why) | Came::Broken { why, .. } => Err(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, path: &str) -> Option<[String; 6]> {
        let a = Attributes::of(&Outgoing::of(&json!({"method": method, "path": path})).unwrap())?;
        Some([a.verb.into(), a.group, a.resource, a.subresource, a.namespace, a.name])
    }

    #[test]
    fn calls_name_what_they_need() {
        let scale = "/apis/apps/v1/namespaces/shop/deployments/cart/scale?fieldManager=q";
        for (method, path, expected) in [
            ("PATCH", scale, ["patch", "apps", "deployments", "scale", "shop", "cart"]),
            ("POST", "/api/v1/namespaces/shop/pods/p/eviction", ["create", "", "pods", "eviction", "shop", "p"]),
            ("DELETE", "/api/v1/namespaces/shop/pods/p", ["delete", "", "pods", "", "shop", "p"]),
            ("PATCH", "/api/v1/nodes/n", ["patch", "", "nodes", "", "", "n"]),
            ("GET", "/api/v1/namespaces/shop", ["get", "", "namespaces", "", "", "shop"]),
        ] {
            assert_eq!(asked(method, path).unwrap(), expected.map(str::to_owned), "{path}");
        }
        for path in ["/readyz", "/apis/apps", "/api/v1"] {
            assert_eq!(asked("GET", path), None, "{path}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let scale = json!({"method": "PATCH", "path": "/apis/apps/v1/namespaces/shop/deployments/cart/scale"});
        let attributes = Attributes::of(&Outgoing::of(&scale).unwrap()).unwrap();
        assert_eq!(
            attributes.missing(""),
            "may not patch deployments/scale cart in namespace shop; ask for the verb patch on deployments/scale of API \
             group apps there"
        );
    }
}
