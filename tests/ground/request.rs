//! An HTTP request, as a server of the tests' own reads it from a connection.

#![allow(dead_code, reason = "each test binary that includes this file uses its part of it")]

use std::io::BufRead;

use serde_json::Value;

/// One request.
pub(crate) struct Request {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The next one of a connection; none once it is closed.
    pub(crate) fn read(stream: &mut impl BufRead) -> Option<Self> {
        let mut line = || {
            let mut line = String::new();
            stream.read_line(&mut line).ok().filter(|n| *n > 0)?;
            Some(line)
        };
        let first = line()?;
        let mut words = first.split_whitespace();
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        while let Some((name, value)) = line()?.trim().split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Self { method, path, headers, body: Vec::new() };
        let length = request.header("content-length").map_or(Some(0), |length| length.parse().ok())?;
        request.body.resize(length, 0);
        stream.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    /// A header by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Its body; null where that is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The request to be sent on, with those of its headers.
    pub(crate) fn onward(&self, headers: &[&str]) -> http::request::Builder {
        let onward = http::Request::builder().method(&*self.method).uri(&*self.path);
        headers
            .iter()
            .filter_map(|name| Some((*name, self.header(name)?)))
            .fold(onward, |onward, (name, value)| onward.header(name, value))
    }

    /// Whether it only looks: it reads, rehearses, or asks whether it may.
    pub(crate) fn looks(&self) -> bool {
        self.method == "GET" || self.reviews() || self.rehearses()
    }

    /// Whether it asks what is allowed.
    pub(crate) fn reviews(&self) -> bool {
        self.path.contains("reviews")
    }

    /// Whether the server is asked to change nothing.
    pub(crate) fn rehearses(&self) -> bool {
        self.path.contains("dryRun=All") || String::from_utf8_lossy(&self.body).contains("\"dryRun\"")
    }
}
