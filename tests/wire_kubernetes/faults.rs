//! A line to the bed's API server that can be cut, stalled and spoiled. Whatever is not spoiled is the real server's.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::bed;

/// What becomes of one request.
pub(crate) enum Act {
    /// The real server answers.
    Pass,
    /// The real server answers another path.
    PassAs(String),
    /// It is answered here: status line, headers, body.
    Answer(&'static str, &'static str, Vec<u8>),
    /// The real server answers, and after so many bytes the line is cut.
    CutAfter(usize),
    /// The real server answers, and after its first bytes these follow.
    Then(Vec<u8>),
    /// No answer ever comes.
    Stall,
}

/// Decides by a request's path and its `Authorization`.
type Rule = Arc<dyn Fn(&str, &str) -> Act + Send + Sync>;

/// The line.
pub(crate) struct Line {
    port: u16,
    rule: watch::Sender<Rule>,
    /// Rises when every open connection is to be cut.
    cut: watch::Sender<u64>,
    up: Arc<AtomicBool>,
    /// Requests that came.
    pub(crate) requests: Arc<AtomicU64>,
    folder: tempfile::TempDir,
}

impl Line {
    /// A line on which everything passes, as the bed's observer.
    pub(crate) async fn new() -> Self {
        let client = bed::client("observer").await;
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let rule: Rule = Arc::new(|_, _| Act::Pass);
        let line = Self {
            port,
            rule: watch::Sender::new(rule),
            cut: watch::Sender::new(0),
            up: Arc::new(AtomicBool::new(true)),
            requests: Arc::default(),
            folder: tempfile::tempdir().expect("a folder"),
        };
        let (rules, cut, up, requests) =
            (line.rule.subscribe(), line.cut.subscribe(), line.up.clone(), line.requests.clone());
        let runtime = Handle::current();
        thread::spawn(move || {
            let mut listener = Some(listener);
            // The line ends with its test.
            while rules.has_changed().is_ok() {
                if !up.load(Ordering::SeqCst) {
                    listener = None;
                } else if listener.is_none() {
                    listener = TcpListener::bind(("127.0.0.1", port)).ok();
                }
                if let Some(listener) = &listener {
                    listener.set_nonblocking(true).expect("a listener that does not block");
                    if let Ok((stream, _)) = listener.accept() {
                        stream.set_nonblocking(false).expect("a stream that blocks");
                        let connection = Connection {
                            stream,
                            client: client.clone(),
                            rules: rules.clone(),
                            cut: cut.clone(),
                            requests: requests.clone(),
                            runtime: runtime.clone(),
                        };
                        thread::spawn(move || connection.serve());
                        continue;
                    }
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        line
    }

    /// From now on this decides.
    pub(crate) fn rule(&self, rule: impl Fn(&str, &str) -> Act + Send + Sync + 'static) {
        self.rule.send_replace(Arc::new(rule));
    }

    /// Cuts every open connection.
    pub(crate) fn cut(&self) {
        self.cut.send_modify(|n| *n += 1);
    }

    /// Nobody listens any more, and every open connection is cut.
    pub(crate) fn down(&self) {
        self.up.store(false, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(50));
        self.cut();
    }

    /// Someone listens again.
    pub(crate) fn up(&self) {
        self.up.store(true, Ordering::SeqCst);
    }

    /// A kubeconfig whose context `line` leads here, with this user.
    pub(crate) fn kubeconfig(&self, user: &serde_json::Value) -> PathBuf {
        let path = self.folder.path().join("kubeconfig");
        bed::write_kubeconfig(&path, &serde_json::json!({"server": self.server()}), user, "default");
        path
    }

    /// Its URL.
    pub(crate) fn server(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The bed's cluster through this line.
    pub(crate) fn cluster(&self) -> quarterdeck::estate::DeclaredCluster {
        let kubeconfig = self.kubeconfig(&serde_json::json!({"token": "whoever"}));
        quarterdeck::estate::DeclaredCluster { kubeconfig: Some(kubeconfig), ..bed::context("line") }
    }
}

struct Connection {
    stream: TcpStream,
    client: Client,
    rules: watch::Receiver<Rule>,
    cut: watch::Receiver<u64>,
    requests: Arc<AtomicU64>,
    runtime: Handle,
}

impl Connection {
    /// Serves requests until the line is cut or the client goes; whatever fails just ends it, as lines do.
    fn serve(mut self) {
        self.cut.mark_unchanged();
        while let Some(head) = self.head() {
            self.requests.fetch_add(1, Ordering::SeqCst);
            if self.answer(&head).is_none() {
                break;
            }
        }
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
    }

    fn head(&mut self) -> Option<String> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if self.stream.read(&mut byte).ok()? == 0 {
                return None;
            }
            head.push(byte[0]);
        }
        String::from_utf8(head).ok()
    }

    fn answer(&mut self, head: &str) -> Option<()> {
        let path = head.split(' ').nth(1)?.to_owned();
        let header = |name: &str| {
            head.lines()
                .find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)))
                .map(|(_, v)| v)
        };
        let rule = self.rules.borrow().clone();
        let act = rule(&path, header("authorization").unwrap_or_default());
        let (path, limit, then) = match act {
            Act::Answer(status, headers, body) => {
                let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
                return self.stream.write_all(&[head.as_bytes(), &body].concat()).ok();
            }
            Act::Stall => {
                let mut cut = self.cut.clone();
                self.runtime.clone().block_on(async { cut.changed().await.ok() });
                return None;
            }
            Act::Pass => (path, usize::MAX, None),
            Act::PassAs(path) => (path, usize::MAX, None),
            Act::CutAfter(limit) => (path, limit, None),
            Act::Then(bytes) => (path, usize::MAX, Some(bytes)),
        };
        let accept = header("accept").unwrap_or("*/*").to_owned();
        let request = http::Request::get(path).header("accept", accept).body(Body::empty()).ok()?;
        self.runtime.clone().block_on(self.pass(request, limit, then))
    }

    async fn pass(&mut self, request: http::Request<Body>, limit: usize, mut then: Option<Vec<u8>>) -> Option<()> {
        let answer = self.client.send(request).await.ok()?;
        let kind = answer.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("text/plain");
        let head =
            format!("HTTP/1.1 {}\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n", answer.status());
        self.stream.write_all(head.as_bytes()).ok()?;
        let mut body = answer.into_body();
        let mut sent = 0;
        loop {
            let frame = tokio::select! {
                frame = body.frame() => frame,
                _ = self.cut.changed() => return None,
            };
            let Some(frame) = frame else { break };
            let Ok(data) = frame.ok()?.into_data() else { continue };
            if sent + data.len() > limit {
                self.chunk(&data[..limit - sent])?;
                return None;
            }
            sent += data.len();
            self.chunk(&data)?;
            if let Some(bytes) = then.take() {
                self.chunk(&bytes)?;
            }
        }
        self.stream.write_all(b"0\r\n\r\n").ok()
    }

    fn chunk(&mut self, data: &[u8]) -> Option<()> {
        if data.is_empty() {
            return Some(());
        }
        let head = format!("{:x}\r\n", data.len());
        self.stream.write_all(&[head.as_bytes(), data, b"\r\n"].concat()).ok()
    }
}
