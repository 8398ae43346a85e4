//! What nodes use, as the cluster's metrics API (`metrics.k8s.io`, of metrics-server) measures it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::request::{Caller, Trouble};
use super::shown::quantity::{thousandths, whole};
use crate::estate::{Resources, Usage};

const PATH: &str = "/apis/metrics.k8s.io/v1beta1/nodes";

#[derive(Deserialize)]
struct List {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    metadata: Meta,
    timestamp: Timestamp,
    usage: Amounts,
}

#[derive(Deserialize)]
struct Meta {
    name: Arc<str>,
}

#[derive(Deserialize)]
struct Amounts {
    cpu: String,
    memory: String,
}

/// Asks once. A cluster without that API, or without the right to it, says so in the usage; what may pass is an error.
pub(super) async fn measure(caller: &Caller) -> Result<Usage, Trouble> {
    match caller.read_apart(PATH, "application/json").await {
        Ok(body) => read(&body),
        Err(Trouble::Absent(_)) => Ok(Usage::Unmeasured(
            "the cluster has no metrics API (metrics.k8s.io); install metrics-server to see what its nodes use"
                .to_owned(),
        )),
        Err(Trouble::Forbidden(words)) => Ok(Usage::Unmeasured(format!(
            "{words}; ask for get and list on nodes of metrics.k8s.io (the ClusterRole system:aggregated-metrics-reader)"
        ))),
        Err(trouble) => Err(trouble),
    }
}

fn read(body: &[u8]) -> Result<Usage, Trouble> {
    let list: List = serde_json::from_slice(body)
        .map_err(|why| Trouble::Failed(format!("the metrics API sends what cannot be read: {why}"), None))?;
    let Some(at) = list.items.iter().map(|item| item.timestamp).min() else {
        return Ok(Usage::Unmeasured(
            "the metrics API has measured no node yet; see the log of metrics-server".to_owned(),
        ));
    };
    let nodes: BTreeMap<Arc<str>, Resources> = list
        .items
        .into_iter()
        .filter_map(|item| {
            let used = Resources { cpu_milli: thousandths(&item.usage.cpu)?, memory_bytes: whole(&item.usage.memory)? };
            Some((item.metadata.name, used))
        })
        .collect();
    Ok(Usage::Measured { at, nodes })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As metrics-server 0.8 answers.
    const ANSWER: &str = r#"{"kind":"NodeMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[
        {"metadata":{"name":"ip-10-0-0-10.ec2.internal","creationTimestamp":"2026-11-21T15:00:12Z","labels":{"a":"b"}},
         "timestamp":"2026-11-21T15:00:02Z","window":"20.04s","usage":{"cpu":"156984411n","memory":"1843392Ki"}},
        {"metadata":{"name":"ip-10-0-0-11.ec2.internal","creationTimestamp":"2026-11-21T15:00:12Z"},
         "timestamp":"2026-11-21T15:00:07Z","window":"10s","usage":{"cpu":"2","memory":"128974848"}}]}"#;

    #[test]
    fn nodes_with_what_they_use() {
        let Usage::Measured { at, nodes } = read(ANSWER.as_bytes()).unwrap() else { panic!("not measured") };
        assert_eq!(at, "2026-11-21T15:00:02Z".parse().unwrap());
        let first = nodes["ip-10-0-0-10.ec2.internal"];
        assert_eq!((first.cpu_milli, first.memory_bytes), (157, 1_843_392 * 1_024));
        assert_eq!(nodes["ip-10-0-0-11.ec2.internal"].cpu_milli, 2_000);
    }

    #[test]
    fn nothing_measured_is_not_nothing_used() {
        assert!(matches!(read(br#"{"items":[]}"#).unwrap(), Usage::Unmeasured(_)));
        assert!(matches!(read(b"<html>"), Err(Trouble::Failed(..))));
    }
}
