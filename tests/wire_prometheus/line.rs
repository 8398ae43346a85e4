//! A line to a server that can be cut, and that may ask for a password, as a proxy in front of it would.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the line does to each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nothing.
    Never,
    /// Ends it before an answer.
    AtOnce,
    /// Ends it after so many bytes of the answer.
    After(usize),
    /// Lets only `bob` with `s3cret` through.
    WithoutPassword,
}

/// A line to a server.
pub(crate) struct Line {
    here: SocketAddr,
    cut: Arc<AtomicUsize>,
}

const NEVER: usize = usize::MAX;
const PASSWORD: usize = usize::MAX - 1;

impl Line {
    pub(crate) fn to(url: &str, cut: Cut) -> Self {
        let there: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Self { here: listener.local_addr().unwrap(), cut: Arc::new(AtomicUsize::new(NEVER)) };
        line.now(cut);
        let cut = line.cut.clone();
        std::thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                let cut = cut.load(Ordering::SeqCst);
                std::thread::spawn(move || drop(carry(caller, there, cut)));
            }
        });
        line
    }

    /// Changes what the line does from the next connection on.
    pub(crate) fn now(&self, cut: Cut) {
        let code = match cut {
            Cut::Never => NEVER,
            Cut::AtOnce => 0,
            Cut::After(bytes) => bytes,
            Cut::WithoutPassword => PASSWORD,
        };
        self.cut.store(code, Ordering::SeqCst);
    }

    /// Its URL, with a user in it.
    pub(crate) fn url(&self, user: &str) -> String {
        format!("http://{user}{}", self.here)
    }
}

/// Carries one request and its answer; one connection, one request.
fn carry(mut caller: TcpStream, there: SocketAddr, cut: usize) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && caller.read(&mut byte)? > 0 {
        request.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&request).to_lowercase();
    // bob:s3cret
    if cut == PASSWORD && !text.contains(&"authorization: basic Ym9iOnMzY3JldA==".to_lowercase()) {
        return caller
            .write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 13\r\nConnection: close\r\n\r\nUnauthorized\n");
    }
    if cut == 0 {
        return Ok(());
    }
    let mut server = TcpStream::connect(there)?;
    let head = request.strip_suffix(b"\r\n").unwrap_or(&request);
    server.write_all(head)?;
    server.write_all(b"Connection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    // Kept-alive connections would outlive a cut.
    caller.write_all(&answer[..answer.len().min(cut)])
}
