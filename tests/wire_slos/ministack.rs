//! Series of a test's own in the bed's CloudWatch, and one look at an estate that rests on them.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use jiff::Timestamp;
use serde_json::{Value, json};

fn bed(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("run tests/run, or source the environment of tests/bed/up"))
}

/// An account of its own for each run, for what is pushed twice into one adds up: any twelve digits are one.
pub(crate) struct Account(&'static str, OnceLock<String>);

impl Account {
    /// One whose id begins with two digits.
    pub(crate) const fn new(begin: &'static str) -> Self {
        Self(begin, OnceLock::new())
    }

    pub(crate) fn id(&self) -> &str {
        self.1.get_or_init(|| format!("{}{:010}", self.0, Timestamp::now().as_millisecond() % 10_000_000_000))
    }
}

/// A metric of an account.
pub(crate) struct Series<'s> {
    pub(crate) account: &'s str,
    pub(crate) namespace: &'s str,
    pub(crate) metric: &'s str,
    /// Name and value of its one dimension.
    pub(crate) dimension: Option<(&'s str, &'s str)>,
}

/// Puts values by their minute since 1970, as `PutMetricData` does.
pub(crate) async fn push(series: &Series<'_>, points: &[(i64, f64)]) {
    let url = bed("QUARTERDECK_BED_MINISTACK");
    // There is one already when another test of this binary was quicker.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let dimensions: Vec<Value> =
        series.dimension.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    for some in points.chunks(1_000) {
        let datum = |(minute, value): &(i64, f64)| json!({"MetricName": series.metric, "Timestamp": minute * 60, "Value": value, "Dimensions": dimensions});
        let body = json!({"Namespace": series.namespace, "MetricData": some.iter().map(datum).collect::<Vec<_>>()});
        let account = series.account;
        let sent = client
            .post(&url)
            .header("x-amz-target", "GraniteServiceVersion20100801.PutMetricData")
            .header("content-type", "application/x-amz-json-1.0")
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={account}/20261121/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0"),
            )
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        assert!(sent.status().is_success(), "{:?}", sent.text().await);
    }
}

/// What `quarterdeck status --format json` says with the credentials of an account.
pub(crate) fn status(account: &str, folder: &Path, estate: &Path) -> Value {
    let out = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
        .args(["--estate", estate.to_str().unwrap(), "status", "--format", "json", "--wait", "40"])
        .env("QUARTERDECK_HOME", folder)
        .env("AWS_ACCESS_KEY_ID", account)
        .env_remove("AWS_PROFILE")
        .output()
        .unwrap();
    serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)))
}

/// The row of a name in one of the document's lists.
pub(crate) fn named<'d>(document: &'d Value, list: &str, name: &str) -> &'d Value {
    document[list].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap()
}

/// To one in a billion.
pub(crate) fn assert_close(found: &Value, expected: f64, what: &str) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{what} is {found}"));
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {found} is not {expected}");
}
