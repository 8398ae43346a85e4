//! A line to the bed's API server that counts what would change something, and does to its answers what a bad line does.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use quarterdeck::estate::DeclaredCluster;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::scene::{by_context, client};
use crate::request::Request;

/// What becomes of a changing call; whatever only looks passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It passes.
    Pass,
    /// The server acts, and its answer is swallowed: the line is cut.
    Swallowed,
    /// The server acts, and half of its answer comes.
    Halved,
    /// The server acts, and a 500 comes in place of its answer.
    Spoiled,
    /// The line is cut before the server hears of it.
    Dropped,
    /// No answer ever comes, and the server never hears of it.
    Stalled,
}

/// The line.
pub(crate) struct Line {
    /// What becomes of changing calls.
    pub(crate) fate: watch::Sender<Fate>,
    /// Changing calls that came.
    pub(crate) came: Arc<AtomicUsize>,
    /// Changing calls that the server heard.
    pub(crate) heard: Arc<AtomicUsize>,
    /// The cluster at its other end.
    pub(crate) cluster: DeclaredCluster,
    _folder: tempfile::TempDir,
}

impl Line {
    /// A line on which everything passes, as the bed's admin.
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let folder = tempfile::tempdir().expect("a folder");
        let path: PathBuf = folder.path().join("kubeconfig");
        let kubeconfig = serde_json::json!({
            "apiVersion": "v1", "kind": "Config",
            "clusters": [{"name": "line", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
            "users": [{"name": "line", "user": {}}],
            "contexts": [{"name": "line", "context": {"cluster": "line", "user": "line"}}],
        });
        std::fs::write(&path, kubeconfig.to_string()).expect("a kubeconfig");
        let line = Self {
            fate: watch::Sender::new(Fate::Pass),
            came: Arc::default(),
            heard: Arc::default(),
            cluster: by_context("line", path),
            _folder: folder,
        };
        let (client, fate, came, heard) =
            (client("admin").await, line.fate.subscribe(), line.came.clone(), line.heard.clone());
        let runtime = Handle::current();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let (client, fate, came, heard) = (client.clone(), fate.clone(), came.clone(), heard.clone());
                let runtime = runtime.clone();
                thread::spawn(move || serve(stream, &runtime, &client, &fate, &came, &heard));
            }
        });
        line
    }

    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.came.load(Ordering::SeqCst), self.heard.load(Ordering::SeqCst))
    }
}

/// Serves one connection until it is cut. It blocks, and has a thread of its own.
fn serve(
    stream: TcpStream,
    runtime: &Handle,
    client: &Client,
    fate: &watch::Receiver<Fate>,
    came: &AtomicUsize,
    heard: &AtomicUsize,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = Request::read(&mut stream) {
        let changes = !request.looks();
        let fate = if changes { *fate.borrow() } else { Fate::Pass };
        came.fetch_add(usize::from(changes), Ordering::SeqCst);
        match fate {
            Fate::Dropped => return None,
            Fate::Stalled => {
                thread::sleep(Duration::from_mins(5));
                return None;
            }
            _ => {}
        }
        heard.fetch_add(usize::from(changes), Ordering::SeqCst);
        let onward = request.onward(&["content-type"]).body(Body::from(request.body)).ok()?;
        let answer = runtime.block_on(client.send(onward)).ok()?;
        let (status, audit) = (answer.status(), answer.headers().get("audit-id").cloned());
        let said = runtime.block_on(answer.into_body().collect()).ok()?.to_bytes();
        let audit = audit.and_then(|a| a.to_str().map(str::to_owned).ok()).unwrap_or_default();
        let begins = |status: &str, length: usize| {
            format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\naudit-id: {audit}\r\ncontent-length: {length}\r\n\r\n"
            )
        };
        match fate {
            Fate::Swallowed => return None,
            Fate::Spoiled => {
                stream.get_mut().write_all(begins("500 Internal Server Error", 2).as_bytes()).ok()?;
                stream.get_mut().write_all(b"{}").ok()?;
            }
            Fate::Halved => {
                stream.get_mut().write_all(begins(status.as_str(), said.len()).as_bytes()).ok()?;
                stream.get_mut().write_all(&said[..said.len() / 2]).ok()?;
                return None;
            }
            _ => {
                stream.get_mut().write_all(begins(status.as_str(), said.len()).as_bytes()).ok()?;
                stream.get_mut().write_all(&said).ok()?;
            }
        }
        stream.get_mut().flush().ok()?;
    }
    None
}
