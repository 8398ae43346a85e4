//! Clusters that the operate role acts on: EKS names the bed's API server, which asks the strict ministack whose a token is
//! and takes its bearer for the role's session.

use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::server::{Asked, Server};
use crate::stage::Stage;

/// The account that has the bed's cluster in EKS.
const ACCOUNT: &str = "123456789012";

/// A deployment in a namespace of its own, and an operate role that EKS lets in.
struct Scene {
    stage: Stage,
    server: Server,
    role: String,
    namespace: String,
    /// The keys of the role's sessions, as STS gave them out.
    keys: Receiver<String>,
}

impl Scene {
    fn new(name: &str) -> Self {
        let mut stage = Stage::on("QUARTERDECK_BED_MINISTACK_STRICT");
        let namespace = format!("{name}-{:x}", fastrand::u32(..));
        let role = format!("operate-{namespace}");
        (stage.account, stage.declared) = (ACCOUNT.to_owned(), ACCOUNT.to_owned());
        stage.account_lines = format!("operate_role_arn = \"arn:aws:iam::{ACCOUNT}:role/{role}\"");
        let trust = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22%2A%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
        stage.http(
            "us-east-1",
            "iam",
            "POST",
            "/",
            "application/x-www-form-urlencoded",
            &format!("Action=CreateRole&RoleName={role}&AssumeRolePolicyDocument={trust}&Version=2010-05-08"),
        );
        let principal = json!({"principalArn": format!("arn:aws:iam::{ACCOUNT}:role/{role}")});
        let entries = "/clusters/prod/access-entries";
        stage.http("us-east-1", "eks", "POST", entries, "application/json", &principal.to_string());
        let server = Server::new();
        let (real, shown) = (server.real.clone(), server.url.clone());
        let (sender, keys) = channel();
        stage.line.shows(move |action, _, body| match action {
            "GET /clusters/prod" => body.replace(&real, &shown),
            "AssumeRole" => {
                let key = body.split_once("<AccessKeyId>").and_then(|(_, rest)| rest.split_once('<'));
                sender.send(key.map_or_else(String::new, |(key, _)| key.to_owned())).ok();
                body
            }
            _ => body,
        });
        let scene = Self { stage, server, role, namespace, keys };
        scene.create("", &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scene.namespace}}));
        scene.create(
            "deployments",
            &json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart"},
                "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "cart"}}, "template": {
                    "metadata": {"labels": {"app": "cart"}},
                    "spec": {"containers": [{"name": "c", "image": "registry.example.com/c:1"}]},
                }},
            }),
        );
        scene.server.until(&scene.cart(), |d| d["status"]["availableReplicas"] == 1);
        scene
    }

    fn create(&self, plural: &str, object: &Value) -> Value {
        let namespace = &self.namespace;
        let path = match plural {
            "" => "/api/v1/namespaces".to_owned(),
            "deployments" => format!("/apis/apps/v1/namespaces/{namespace}/{plural}"),
            _ => format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/{plural}"),
        };
        self.server.admin("POST", &path, object)
    }

    /// The role's session of one operation may scale deployments of the namespace, and no other session may.
    fn allow(&self, operation: &str) {
        let api = "rbac.authorization.k8s.io";
        self.create(
            "roles",
            &json!({
                "apiVersion": format!("{api}/v1"), "kind": "Role", "metadata": {"name": "scales"},
                "rules": [{"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]}],
            }),
        );
        self.create(
            "rolebindings",
            &json!({
                "apiVersion": format!("{api}/v1"), "kind": "RoleBinding", "metadata": {"name": "scales"},
                "roleRef": {"apiGroup": api, "kind": "Role", "name": "scales"},
                "subjects": [{"apiGroup": api, "kind": "User", "name": self.session(operation)}],
            }),
        );
    }

    /// The ARN of the role's session for an operation.
    fn session(&self, operation: &str) -> String {
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/quarterdeck-{operation}", self.role)
    }

    fn cart(&self) -> String {
        format!("/apis/apps/v1/namespaces/{}/deployments/cart", self.namespace)
    }

    fn target(&self) -> String {
        format!("prod-use1/{}/deployment/cart", self.namespace)
    }

    fn replicas(&self) -> Value {
        self.server.admin("GET", &self.cart(), &Value::Null)["spec"]["replicas"].clone()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.server.admin("DELETE", &format!("/api/v1/namespaces/{}", self.namespace), &Value::Null);
    }
}

fn guard<'a>(plan: &'a Value, name: &str) -> &'a Value {
    plan["guards"].as_array().unwrap().iter().find(|g| g["guard"] == name).unwrap()
}

#[test]
fn the_operate_role_enters_the_cluster_for_one_operation() {
    let scene = Scene::new("role-acts");
    scene.allow("OP-1");
    let (exit, plan) = scene.stage.plan(&["workload.scale", &scene.target(), "replicas=2"]);
    assert_eq!((exit, &plan["runs"]), (0, &json!(true)), "{plan:#}");
    assert!(scene.stage.line.seen("AssumeRole").is_empty(), "a plan assumes nothing");
    let reading = scene.server.asked();
    assert!(!reading.is_empty() && reading.iter().all(|a| a.key == ACCOUNT), "{reading:#?}");
    for (name, what) in [("permission", "whether the calls are allowed"), ("preconditions", "the server's dry run")] {
        let verdict = guard(&plan, name);
        let not_asked = verdict["not_asked"].as_str().unwrap();
        assert!(not_asked.starts_with(what) && not_asked.contains("assumed only after"), "{verdict}");
        assert!(verdict["reason"].as_str().unwrap().contains("not asked"), "{verdict}");
    }
    assert!(guard(&plan, "identity").get("not_asked").is_none());
    let ran = scene.stage.run("yes", &["workload.scale", &scene.target(), "replicas=2"]);
    assert_eq!((ran.exit, ran.outcome()), (0, "done"), "{ran}");
    assert_eq!(scene.replicas(), 2);
    let asked = ran.entry("rechecked")["detail"]["asked"].as_str().unwrap();
    assert!(asked.contains("may patch deployments/scale") && asked.contains("no dry run speaks against it"), "{asked}");
    assert_eq!(ran.entry("sent")["role"], json!(scene.session("OP-1")));
    let assumed = scene.stage.line.seen("AssumeRole");
    assert_eq!(assumed.len(), 1, "once, for this operation");
    assert!(assumed[0].body.contains("RoleSessionName=quarterdeck-OP-1"), "{}", assumed[0].body);
    let person = ran.entry("sent")["person"].as_str().unwrap();
    assert!(assumed[0].body.contains(&format!("SourceIdentity={person}")), "{}", assumed[0].body);
    // What was asked of the API server with the role's own token, and nothing else with it, neither before nor after.
    let key = scene.keys.recv().unwrap();
    assert!(key.starts_with("ASIA"), "{key}");
    let all = scene.server.asked();
    let by_role: Vec<&Asked> = all.iter().filter(|a| a.key == key).collect();
    let what: Vec<String> = by_role.iter().map(|a| a.what.clone()).collect();
    assert_eq!(what.iter().filter(|w| *w == "PATCH").count(), 1, "{what:?}");
    assert!(what.iter().all(|w| ["PATCH", "dry run", "review"].contains(&w.as_str())), "{what:?}");
    assert!(what.contains(&"dry run".to_owned()) && what.contains(&"review".to_owned()), "{what:?}");
    let patched = all.iter().position(|a| a.what == "PATCH").unwrap();
    let after = &all[patched + 1..];
    assert!(!after.is_empty() && after.iter().all(|a| a.key == ACCOUNT), "it is dropped after: {after:#?}");
    assert!(all.iter().all(|a| a.what == "GET" || a.what == "review" || a.key == key), "{all:#?}");
}

#[test]
fn a_role_that_may_not_is_refused_before_anything_is_sent() {
    let scene = Scene::new("role-denied");
    let (exit, plan) = scene.stage.plan(&["workload.scale", &scene.target(), "replicas=2"]);
    assert_eq!(exit, 0, "nobody can know yet: {plan:#}");
    let ran = scene.stage.run("yes", &["workload.scale", &scene.target(), "replicas=2"]);
    assert_eq!((ran.exit, ran.outcome()), (2, "refused"), "{ran}");
    assert_eq!(ran.events(), ["planned", "confirmed", "recorded", "refused"]);
    let reasons = ran.entry("refused")["detail"]["reasons"].to_string();
    assert!(reasons.contains("permission: may not patch deployments/scale cart"), "{reasons}");
    assert!(reasons.contains("preconditions: ") && reasons.contains("403 Forbidden"), "{reasons}");
    assert_eq!(scene.replicas(), 1);
    assert!(!scene.server.asked().iter().any(|a| a.what == "PATCH"), "nothing but the dry run was tried");
}

#[test]
fn another_operations_session_is_another_user() {
    let scene = Scene::new("role-other");
    scene.allow("OP-7");
    let ran = scene.stage.run("yes", &["workload.scale", &scene.target(), "replicas=2"]);
    assert_eq!((ran.exit, ran.outcome()), (2, "refused"), "its session is named for OP-1: {ran}");
    assert_eq!(scene.replicas(), 1);
}

#[test]
fn a_role_that_eks_does_not_let_in_is_told_so() {
    let scene = Scene::new("role-stranger");
    scene.allow("OP-1");
    let entry = format!("/clusters/prod/access-entries/arn%3Aaws%3Aiam%3A%3A{ACCOUNT}%3Arole%2F{}", scene.role);
    scene.stage.http("us-east-1", "eks", "DELETE", &entry, "application/json", "");
    let ran = scene.stage.run("yes", &["workload.scale", &scene.target(), "replicas=2"]);
    assert_eq!((ran.exit, ran.outcome()), (2, "refused"), "{ran}");
    assert!(ran.to_string().contains("401"), "{ran}");
    assert_eq!(scene.replicas(), 1);
}
