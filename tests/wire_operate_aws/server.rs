//! A line to the bed's API server that passes each request on as whoever sends it, and keeps whose token it came with.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http_body_util::BodyExt;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::Value;
use tokio::runtime::{Handle, Runtime};

use crate::request::Request;
use crate::stage::bed;

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// What it does: `GET`, `PATCH`, or `dry run` and `review`, which change nothing.
    pub(crate) what: String,
    /// The access key with which its token was signed.
    pub(crate) key: String,
}

impl Asked {
    fn of(request: Request) -> Self {
        let key = request.header("authorization").and_then(signer).unwrap_or_default();
        let what = match request.method {
            _ if request.reviews() => "review".to_owned(),
            _ if request.rehearses() => "dry run".to_owned(),
            method => method,
        };
        Self { what, key }
    }
}

/// The line, and the admin's own way past it.
pub(crate) struct Server {
    /// Its URL.
    pub(crate) url: String,
    /// The API server's own.
    pub(crate) real: String,
    came: Receiver<Asked>,
    runtime: Runtime,
    admin: Client,
}

impl Server {
    pub(crate) fn new() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let real = bed("QUARTERDECK_BED_KUBERNETES");
        let (anybody, admin) = runtime.block_on(async {
            let kubeconfig = Kubeconfig::read_from(bed("KUBECONFIG")).unwrap();
            let options = KubeConfigOptions { context: Some("admin".to_owned()), ..KubeConfigOptions::default() };
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
            let mut anybody = config.clone();
            anybody.auth_info = kube::config::AuthInfo::default();
            (Client::try_from(anybody).unwrap(), Client::try_from(config).unwrap())
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, came) = channel();
        let handle = runtime.handle().clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (client, handle, sender) = (anybody.clone(), handle.clone(), sender.clone());
                thread::spawn(move || serve(stream, &handle, &client, &sender));
            }
        });
        Self { url, real, came, runtime, admin }
    }

    /// What has come since this was asked last.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.came.try_iter().collect()
    }

    /// Asks the API server as the bed's admin; panics unless it succeeds.
    pub(crate) fn admin(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = http::Request::builder().method(method).uri(path).header("content-type", "application/json");
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let text = self.runtime.block_on(self.admin.request_text(request.body(body).unwrap()));
        let text = text.unwrap_or_else(|why| panic!("{method} {path}: {why}"));
        serde_json::from_str(&text).unwrap()
    }

    /// Waits until something is so.
    pub(crate) fn until(&self, path: &str, so: impl Fn(&Value) -> bool) {
        for _ in 0..300 {
            if so(&self.admin("GET", path, &Value::Null)) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("waited in vain for {path}");
    }
}

/// Serves one connection until the console closes it.
fn serve(stream: TcpStream, handle: &Handle, client: &Client, came: &Sender<Asked>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = Request::read(&mut stream) {
        let onward = request.onward(&["authorization", "content-type", "accept"]);
        let body = Body::from(request.body.clone());
        came.send(Asked::of(request)).ok();
        let answer = handle.block_on(client.send(onward.body(body).ok()?)).ok()?;
        let status = answer.status();
        let header = |name: &str| {
            answer.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("application/json").to_owned()
        };
        let (kind, audit) = (header("content-type"), header("audit-id"));
        let body = handle.block_on(answer.into_body().collect()).ok()?.to_bytes();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\naudit-id: {audit}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.get_mut().write_all(head.as_bytes()).ok()?;
        stream.get_mut().write_all(&body).ok()?;
    }
    None
}

/// The access key that signed a token of EKS: a presigned request to STS in base64.
fn signer(authorization: &str) -> Option<String> {
    let token = authorization.strip_prefix("Bearer k8s-aws-v1.")?;
    let url = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (_, credential) = url.split_once("X-Amz-Credential=")?;
    Some(credential.split(['%', '/', '&']).next()?.to_owned())
}
