//! A line between the console and a service, which counts every request and can break at any point.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The service acts, and its answer is swallowed: the connection closes.
    AnswerLost,
    /// The service acts, and half of its answer arrives.
    HalfAnAnswer,
    /// The service acts, and HTTP 500 arrives.
    FailsAfterActing,
    /// The connection closes before the service hears of it.
    LostBeforeActing,
    /// The service throttles.
    Throttled,
    /// The service throttles, and says so as a server's error.
    ThrottledBusy,
    /// The service says that the credentials have expired.
    Expired,
    /// The service acts, and nothing is ever heard of it.
    StallsAfterActing,
    /// The service never hears of it, and neither does anybody else.
    Stalls,
}

/// One request as the line saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `FailoverDBCluster`; for others than the query protocol method and path.
    pub(crate) action: String,
    /// The region that its signature names.
    pub(crate) region: String,
    /// The key that signed it.
    pub(crate) key: String,
    /// Its body.
    pub(crate) body: String,
    /// Whether its connection had served another request.
    pub(crate) reused: bool,
}

/// Changes what the service answers: action, how many of it came before, the answer's body.
type Show = Box<dyn Fn(&str, usize, String) -> String + Send>;

/// An answer, by how many of its action came before.
type Tell = Box<dyn Fn(usize) -> String + Send>;

/// What the line has seen, and what it breaks.
#[derive(Default)]
struct Inner {
    seen: Vec<Seen>,
    faults: Vec<(String, Fault)>,
    show: Option<Show>,
    /// Answers that no server of the bed gives: action, and JSON.
    told: Vec<(String, Tell)>,
    shut: bool,
    open: Vec<TcpStream>,
}

/// Shared by the line's threads.
#[derive(Default)]
struct Shared(Mutex<Inner>);

/// The line.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) url: String,
    inner: Arc<Shared>,
}

impl Line {
    /// A line to a service.
    pub(crate) fn to(service: &str) -> Self {
        let upstream = service.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let line = Self { url, inner: Arc::default() };
        let served = line.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut inner = served.inner.0.lock().unwrap();
                if inner.shut {
                    return;
                }
                inner.open.extend(stream.try_clone());
                drop(inner);
                let (line, upstream) = (served.clone(), upstream.clone());
                thread::spawn(move || line.serve(stream, &upstream));
            }
        });
        line
    }

    /// Breaks at each request of an action.
    pub(crate) fn breaks(&self, action: &str, fault: Fault) {
        self.inner.0.lock().unwrap().faults.push((action.to_owned(), fault));
    }

    /// Changes what the service answers.
    pub(crate) fn shows(&self, show: impl Fn(&str, usize, String) -> String + Send + 'static) {
        self.inner.0.lock().unwrap().show = Some(Box::new(show));
    }

    /// Answers an action in place of the service; `tell` is told how many of it came before.
    pub(crate) fn tells(&self, action: &str, tell: impl Fn(usize) -> String + Send + 'static) {
        self.inner.0.lock().unwrap().told.push((action.to_owned(), Box::new(tell)));
    }

    /// Ends every connection; from now on they are refused.
    pub(crate) fn shut(&self) {
        let mut inner = self.inner.0.lock().unwrap();
        inner.shut = true;
        let open: Vec<TcpStream> = inner.open.drain(..).collect();
        drop(inner);
        // Wakes whoever accepts, so that it lets go of the port.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        for stream in open {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Every request of an action so far.
    pub(crate) fn seen(&self, action: &str) -> Vec<Seen> {
        self.inner.0.lock().unwrap().seen.iter().filter(|s| s.action.contains(action)).cloned().collect()
    }

    fn serve(&self, mut client: TcpStream, upstream: &str) -> Option<()> {
        client.set_read_timeout(Some(Duration::from_mins(2))).ok()?;
        let mut reused = false;
        loop {
            let (head, body) = message(&mut client)?;
            let action = action(&head, &body);
            let (fault, before) = {
                let mut inner = self.inner.0.lock().unwrap();
                let before = inner.seen.iter().filter(|s| s.action == action).count();
                let (key, region) = signer(&head);
                let text = String::from_utf8_lossy(&body).into_owned();
                inner.seen.push(Seen { action: action.clone(), region, key, body: text, reused });
                (inner.faults.iter().find(|(a, _)| action.contains(a.as_str())).map(|(_, f)| *f), before)
            };
            reused = true;
            match fault {
                Some(Fault::LostBeforeActing) => return None,
                Some(Fault::Throttled) => {
                    reply(&mut client, 400, &said("Throttling", "Rate exceeded"))?;
                    continue;
                }
                Some(Fault::ThrottledBusy) => {
                    reply(&mut client, 503, &said("RequestLimitExceeded", "Request limit exceeded."))?;
                    continue;
                }
                Some(Fault::Stalls) => {
                    thread::sleep(Duration::from_mins(3));
                    return None;
                }
                Some(Fault::Expired) => {
                    reply(
                        &mut client,
                        403,
                        &said("ExpiredToken", "The security token included in the request is expired"),
                    )?;
                    continue;
                }
                _ => {}
            }
            let told = {
                let inner = self.inner.0.lock().unwrap();
                inner.told.iter().find(|(a, _)| action.starts_with(a.as_str())).map(|(_, tell)| tell(before))
            };
            if let Some(told) = told {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    told.len()
                );
                client.write_all(head.as_bytes()).ok()?;
                client.write_all(told.as_bytes()).ok()?;
                continue;
            }
            let (status, kind, answer) = forward(upstream, &head, &body)?;
            match fault {
                Some(Fault::AnswerLost) => return None,
                Some(Fault::StallsAfterActing) => {
                    thread::sleep(Duration::from_mins(3));
                    return None;
                }
                Some(Fault::FailsAfterActing) => {
                    reply(&mut client, 500, &said("InternalFailure", "an internal error"))?;
                    continue;
                }
                Some(Fault::HalfAnAnswer) => {
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
                        answer.len()
                    );
                    client.write_all(head.as_bytes()).ok()?;
                    client.write_all(&answer[..answer.len() / 2]).ok()?;
                    return None;
                }
                _ => {}
            }
            let shown = match (&self.inner.0.lock().unwrap().show, String::from_utf8(answer.clone())) {
                (Some(show), Ok(text)) => show(&action, before, text).into_bytes(),
                _ => answer,
            };
            let id = format!("line-{before}");
            let length = shown.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nx-amzn-requestid: {id}\r\ncontent-length: {length}\r\n\r\n"
            );
            client.write_all(head.as_bytes()).ok()?;
            client.write_all(&shown).ok()?;
        }
    }
}

fn said(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>line-said</RequestId></ErrorResponse>"
    )
}

fn reply(client: &mut TcpStream, status: u16, body: &str) -> Option<()> {
    let answer =
        format!("HTTP/1.1 {status} X\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    client.write_all(answer.as_bytes()).ok()
}

/// Head and body of one request; none when the connection ends.
fn message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut chunk) = (Vec::new(), [0_u8; 16_384]);
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        let read = stream.read(&mut chunk).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length: usize = header(&head, "content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        let read = stream.read(&mut chunk).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
    }
    Some((head, bytes[end..].to_vec()))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn action(head: &str, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let query = text.split('&').find_map(|part| part.strip_prefix("Action="));
    query.map_or_else(|| head.split_whitespace().take(2).collect::<Vec<_>>().join(" "), str::to_owned)
}

/// Key and region of a signature.
fn signer(head: &str) -> (String, String) {
    let scope = header(head, "authorization").and_then(|a| a.split_once("Credential=")).map_or("", |(_, rest)| rest);
    let mut parts = scope.split('/');
    (parts.next().unwrap_or("").to_owned(), parts.nth(1).unwrap_or("").to_owned())
}

/// Passes a request on, and reads the whole answer: status, content type, body.
fn forward(upstream: &str, head: &str, body: &[u8]) -> Option<(u16, String, Vec<u8>)> {
    let mut server = TcpStream::connect(upstream).ok()?;
    let kept: Vec<&str> = head.trim_end().lines().filter(|l| !l.to_lowercase().starts_with("connection:")).collect();
    server.write_all(format!("{}\r\nconnection: close\r\n\r\n", kept.join("\r\n")).as_bytes()).ok()?;
    server.write_all(body).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    let kind = header(&head, "content-type").unwrap_or("text/xml").to_owned();
    let body = answer[end..].to_vec();
    let chunked = header(&head, "transfer-encoding").is_some_and(|t| t.contains("chunked"));
    Some((status, kind, if chunked { joined(&body)? } else { body }))
}

/// A chunked body in one piece.
fn joined(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = chunks.windows(2).position(|w| w == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(chunks.get(end + 2..end + 2 + size)?);
        chunks = chunks.get(end + 2 + size + 2..)?;
    }
}
