//! One Prometheus server, asked over HTTP: timeouts, bounded answers, and errors that say what to do.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, StatusCode, Url};

use super::answer::{self, Number, Wrong};
use crate::source::outbox::Meter;

/// A query that takes longer than this is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// A server that cannot be connected to within this is unreachable.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest answer that is taken in, bytes: one number needs a few hundred.
const LONGEST: usize = 8 << 20;

/// Why a server gives no answers at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What happened, and what to do.
    pub(super) reason: String,
    /// How long the server asked to wait.
    pub(super) retry_after: Option<Duration>,
}

/// A query's number, or what is wrong with the query.
pub(super) type Answer<T> = Result<Result<T, String>, Trouble>;

/// A server at its base URL.
#[derive(Debug, Clone)]
pub(super) struct Server {
    client: Client,
    base: Url,
    meter: Meter,
}

/// The URL as it may be shown: without user and password.
pub(super) fn shown(url: &str) -> String {
    match Url::parse(url) {
        Ok(parsed) if parsed.username().is_empty() && parsed.password().is_none() => url.to_owned(),
        Ok(mut parsed) => {
            // Both fail only for URLs without host, which have no user either.
            let hidden = parsed.set_username("").is_ok() && parsed.set_password(None).is_ok();
            if hidden { parsed.to_string() } else { "the server".to_owned() }
        }
        // It cannot be told apart where a user would stand.
        Err(_) => url.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}

impl Server {
    pub(super) fn new(url: &str, meter: Meter) -> Result<Self, Trouble> {
        let unusable = |why: &dyn std::fmt::Display| Trouble {
            reason: format!("{} cannot be used: {why}; give the URL of a Prometheus server", shown(url)),
            retry_after: None,
        };
        let base = Url::parse(url).map_err(|why| unusable(&why))?;
        // The binary does this first; a library user may not have, and without it building a client would panic.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(CONNECT)
            .user_agent(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|why| unusable(&why))?;
        Ok(Self { client, base, meter })
    }

    /// The one number of a query at an instant.
    pub(super) async fn number(&self, query: &str, at: Timestamp) -> Answer<Number> {
        let at = at.as_second().to_string();
        let data = self.get("query", &[("query", query), ("time", &at)]).await?;
        self.sort(data.and_then(answer::number))
    }

    /// The instants at which a query gives a number, at steps from one instant to another.
    pub(super) async fn instants(&self, query: &str, from: i64, to: i64, step: i64) -> Answer<Vec<f64>> {
        let data = self.range(query, from, to, step).await?;
        self.sort(data.and_then(answer::instants))
    }

    /// The numbers of a query by their instant, at steps from one instant to another.
    pub(super) async fn values(&self, query: &str, from: i64, to: i64, step: i64) -> Answer<BTreeMap<i64, Number>> {
        let data = self.range(query, from, to, step).await?;
        self.sort(data.and_then(answer::values))
    }

    async fn range(
        &self,
        query: &str,
        from: i64,
        to: i64,
        step: i64,
    ) -> Result<Result<serde_json::Value, Wrong>, Trouble> {
        let (from, to, step) = (from.to_string(), to.to_string(), step.to_string());
        self.get("query_range", &[("query", query), ("start", &from), ("end", &to), ("step", &step)]).await
    }

    /// Its version.
    pub(super) async fn version(&self) -> Result<String, Trouble> {
        match self.get("status/buildinfo", &[]).await? {
            Ok(data) => Ok(data.get("version").and_then(|v| v.as_str()).unwrap_or("unknown").to_owned()),
            Err(Wrong::Query(said) | Wrong::Server(said)) => Err(self.trouble(&said, None)),
        }
    }

    fn sort<T>(&self, answer: Result<T, Wrong>) -> Answer<T> {
        match answer {
            Ok(value) => Ok(Ok(value)),
            Err(Wrong::Query(said)) => Ok(Err(said)),
            Err(Wrong::Server(said)) => Err(self.trouble(&said, None)),
        }
    }

    async fn get(&self, endpoint: &str, query: &[(&str, &str)]) -> Result<Result<serde_json::Value, Wrong>, Trouble> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/api/v1/{endpoint}", self.base.path().trim_end_matches('/')));
        self.meter.count(1, 0);
        let response = self.client.get(url).query(query).send().await.map_err(|why| self.unreached(why))?;
        let status = response.status();
        let retry_after = retry_after(&response);
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let said = format!(
                    "refuses us (HTTP {}); put a user and a password that may read into its URL",
                    status.as_u16()
                );
                return Err(self.trouble(&said, retry_after));
            }
            StatusCode::NOT_FOUND => {
                return Err(self.trouble("has no query API (HTTP 404); is this its base URL?", retry_after));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                return Err(self.trouble("asks us to slow down (HTTP 429)", retry_after));
            }
            _ => {}
        }
        let body = self.body(response).await?;
        match answer::data(status.as_u16(), &body) {
            // A gateway's page rather than Prometheus' own words.
            Err(Wrong::Server(_)) if status.is_server_error() => {
                Err(self.trouble(&format!("fails (HTTP {}); see its log", status.as_u16()), retry_after))
            }
            answer => Ok(answer),
        }
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|why| self.unreached(why))? {
            if body.len() + chunk.len() > LONGEST {
                return Err(self.trouble("answers with more than 8 MiB; is this its base URL?", None));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn unreached(&self, why: reqwest::Error) -> Trouble {
        let connecting = why.is_connect();
        if why.is_timeout() {
            let limit = if connecting { CONNECT } else { PATIENCE };
            return self.trouble(
                &format!("did not answer within {} s; is it overloaded, or behind a firewall?", limit.as_secs()),
                None,
            );
        }
        // The error's own text may hold the URL, and the URL a password.
        let cause = innermost(&why.without_url());
        let said = if connecting {
            format!("cannot be reached: {cause}; check its URL and the way to it")
        } else {
            format!("broke off its answer: {cause}")
        };
        self.trouble(&said, None)
    }

    fn trouble(&self, said: &str, retry_after: Option<Duration>) -> Trouble {
        Trouble { reason: format!("{} {said}", shown(self.base.as_str()).trim_end_matches('/')), retry_after }
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Seconds of a `Retry-After` header; a date in it is not worth a calendar here.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds.min(3_600)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        let table = [
            ("http://127.0.0.1:9090", "http://127.0.0.1:9090"),
            ("https://bob:pa%40ss@prom.example/x", "https://prom.example/x"),
            ("http://bob@prom.example:9090", "http://prom.example:9090/"),
            ("http://bob:pass@prom example", "prom example"),
        ];
        for (url, expected) in table {
            assert_eq!(shown(url), expected);
        }
    }
}
