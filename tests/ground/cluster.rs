//! A small API server of our own with one deployment, `shop/cart`: it counts what would change something, and can lose
//! answers after acting, refuse, stall and drop the line. What a real one says is tested against a real one.

#![allow(dead_code, reason = "each test binary that includes this file uses its part of it")]
#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

use std::io::{BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::request::Request;

/// What becomes of a call that would change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It acts and answers.
    None,
    /// It acts, and the line is cut before the answer.
    LostAfterActing,
    /// It acts, and answers 500.
    BrokenAfterActing,
    /// The line is cut, and it does not act.
    LostBeforeActing,
    /// It does not act, and answers 429.
    Throttled,
    /// It does not act, and answers 401.
    Unauthorized,
    /// It holds the call until it is released, then acts and answers.
    Held,
    /// It acts, and holds the answer until it is released.
    HeldAfterActing,
    /// It acts and answers; what it made does not serve until it is released.
    ServesNot,
    /// It acts and answers; from then on nothing can be seen until it is released.
    SeenNoMore,
}

struct Shared {
    deployment: Mutex<Value>,
    fault: Mutex<Fault>,
    held: Mutex<bool>,
    released: Condvar,
    calls: AtomicU64,
    acted: AtomicU64,
    shut: AtomicBool,
    lines: Mutex<Vec<TcpStream>>,
}

/// The server; it ends with its test.
pub(crate) struct Cluster {
    shared: Arc<Shared>,
    port: u16,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "cart", "namespace": "shop", "uid": "uid-cart", "generation": 1, "resourceVersion": "100"},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "cart"}},
                     "template": {"metadata": {"labels": {"app": "cart"}}, "spec": {"containers": []}}},
            "status": {"observedGeneration": 1, "replicas": 3, "availableReplicas": 3, "readyReplicas": 3, "updatedReplicas": 3},
        });
        let shared = Arc::new(Shared {
            deployment: Mutex::new(deployment),
            fault: Mutex::new(Fault::None),
            held: Mutex::new(true),
            released: Condvar::new(),
            calls: AtomicU64::new(0),
            acted: AtomicU64::new(0),
            shut: AtomicBool::new(false),
            lines: Mutex::default(),
        });
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if served.shut.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&served);
                shared.lines.lock().unwrap().extend(stream.try_clone());
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { shared, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.shared.fault.lock().unwrap() = fault;
        *self.shared.held.lock().unwrap() = true;
    }

    /// Lets go of what is held.
    pub(crate) fn release(&self) {
        *self.shared.held.lock().unwrap() = false;
        self.shared.released.notify_all();
        serve_all(&mut self.shared.deployment.lock().unwrap());
    }

    /// Ends every connection; from now on it refuses them.
    pub(crate) fn shut(&self) {
        self.shared.shut.store(true, Ordering::SeqCst);
        // Wakes whoever accepts, so that it lets go of the port.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        for line in self.shared.lines.lock().unwrap().drain(..) {
            let _ = line.shutdown(Shutdown::Both);
        }
    }

    /// Calls that came and would change something, dry runs apart.
    pub(crate) fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::SeqCst)
    }

    /// Calls that did.
    pub(crate) fn acted(&self) -> u64 {
        self.shared.acted.load(Ordering::SeqCst)
    }

    pub(crate) fn replicas(&self) -> i64 {
        self.shared.deployment.lock().unwrap()["spec"]["replicas"].as_i64().unwrap()
    }

    /// Somebody else changes it.
    pub(crate) fn scale(&self, replicas: i64) {
        act(&self.shared, replicas);
        serve_all(&mut self.shared.deployment.lock().unwrap());
    }
}

/// The controller has caught up.
fn serve_all(deployment: &mut Value) {
    let replicas = deployment["spec"]["replicas"].clone();
    for field in ["replicas", "availableReplicas", "readyReplicas", "updatedReplicas"] {
        deployment["status"][field] = replicas.clone();
    }
    deployment["status"]["observedGeneration"] = deployment["metadata"]["generation"].clone();
}

fn act(shared: &Shared, replicas: i64) {
    let mut deployment = shared.deployment.lock().unwrap();
    let generation = deployment["metadata"]["generation"].as_i64().unwrap() + 1;
    let version: i64 = deployment["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
    deployment["metadata"]["generation"] = json!(generation);
    deployment["metadata"]["resourceVersion"] = json!((version + 1).to_string());
    deployment["spec"]["replicas"] = json!(replicas);
}

fn serve(stream: &TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader) {
        let Some((status, body)) = answer(&request, shared) else { return };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\naudit-id: audit-{}\r\ncontent-length: {}\r\n\r\n",
            shared.calls.load(Ordering::SeqCst),
            body.len()
        );
        let mut out = stream;
        if out.write_all(head.as_bytes()).and_then(|()| out.write_all(body.as_bytes())).is_err() {
            return;
        }
    }
}

fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": code})
}

/// The answer; none where the line is to be cut.
fn answer(request: &Request, shared: &Shared) -> Option<(&'static str, Value)> {
    let (path, _) = request.path.split_once('?').unwrap_or((&request.path, ""));
    Some(match (request.method.as_str(), path) {
        ("GET", "/apis/apps/v1/namespaces/shop/deployments/cart") => {
            let blind = *shared.fault.lock().unwrap() == Fault::SeenNoMore
                && shared.acted.load(Ordering::SeqCst) > 0
                && *shared.held.lock().unwrap();
            if blind {
                return Some(("503 Service Unavailable", status(503, "ServiceUnavailable", "etcd has no leader")));
            }
            ("200 OK", shared.deployment.lock().unwrap().clone())
        }
        ("GET", p) if p.ends_with("horizontalpodautoscalers") || p.ends_with("poddisruptionbudgets") => {
            ("200 OK", json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []}))
        }
        ("GET", "/version") => ("200 OK", json!({"major": "1", "minor": "33", "gitVersion": "v1.33.0"})),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") => {
            let mut review = request.json();
            review["status"] = json!({"allowed": true, "reason": "the test's own"});
            ("201 Created", review)
        }
        ("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews") => {
            let mut review = request.json();
            review["status"] = json!({"userInfo": {"username": "tester"}});
            ("201 Created", review)
        }
        ("PATCH", p) if p.starts_with("/apis/apps/v1/namespaces/shop/deployments/cart") => {
            return patched(request, shared);
        }
        _ => ("404 Not Found", status(404, "NotFound", "there is no such thing")),
    })
}

fn patched(request: &Request, shared: &Shared) -> Option<(&'static str, Value)> {
    let replicas = request.json().pointer("/spec/replicas").and_then(Value::as_i64)?;
    let scale = |shared: &Shared| {
        let mut scale = shared.deployment.lock().unwrap().clone();
        scale["kind"] = json!("Scale");
        scale["apiVersion"] = json!("autoscaling/v1");
        scale
    };
    if request.rehearses() {
        return Some(("200 OK", scale(shared)));
    }
    shared.calls.fetch_add(1, Ordering::SeqCst);
    let fault = *shared.fault.lock().unwrap();
    let wait = || {
        let held = shared.held.lock().unwrap();
        drop(shared.released.wait_while(held, |held| *held).unwrap());
    };
    if fault == Fault::Held {
        wait();
    }
    match fault {
        Fault::LostBeforeActing => return None,
        Fault::Throttled => return Some(("429 Too Many Requests", status(429, "TooManyRequests", "slow down"))),
        Fault::Unauthorized => return Some(("401 Unauthorized", status(401, "Unauthorized", "the token has expired"))),
        _ => {}
    }
    act(shared, replicas);
    if fault != Fault::ServesNot {
        serve_all(&mut shared.deployment.lock().unwrap());
    }
    shared.acted.fetch_add(1, Ordering::SeqCst);
    match fault {
        Fault::LostAfterActing => None,
        Fault::BrokenAfterActing => Some(("500 Internal Server Error", status(500, "InternalError", "etcd is tired"))),
        Fault::HeldAfterActing => {
            wait();
            Some(("200 OK", scale(shared)))
        }
        _ => Some(("200 OK", scale(shared))),
    }
}
