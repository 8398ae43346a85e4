//! Which pods leave a node that is drained, which stay, and what keeps some from leaving.

use std::collections::BTreeMap;

use serde_json::Value;

use super::budget::{asked, blocks, budgets_of};
use super::object::{controller, deleting, listed, name, namespace};
use super::pods::{finished, local, mirrored};
use crate::operate::Precondition;
use crate::operate::work::pieces::{counted, must};

/// The pods of a node, by what a drain does to them.
pub(super) struct Departures<'a> {
    /// Evicted.
    pub(super) go: Vec<&'a Value>,
    /// Stopping already; waited for.
    pub(super) stopping: Vec<&'a Value>,
    /// Left: pods of daemon sets, and static pods.
    pub(super) stay: Vec<&'a Value>,
    budgets: &'a [Value],
}

/// Sorts the pods of a node.
pub(super) fn sort<'a>(pods: &'a [Value], budgets: &'a [Value]) -> Departures<'a> {
    let mut out = Departures { go: Vec::new(), stopping: Vec::new(), stay: Vec::new(), budgets };
    for pod in pods {
        let daemon = matches!(controller(pod), Some(("DaemonSet", _)));
        if mirrored(pod) || (daemon && !finished(pod)) {
            out.stay.push(pod);
        } else if deleting(pod) {
            out.stopping.push(pod);
        } else {
            out.go.push(pod);
        }
    }
    let by_name = |pods: &mut Vec<&Value>| pods.sort_by_key(|p| (namespace(p).to_owned(), name(p).to_owned()));
    by_name(&mut out.go);
    by_name(&mut out.stopping);
    out
}

impl Departures<'_> {
    /// Pods that nothing starts again.
    fn bare(&self) -> Vec<String> {
        self.those(|pod| controller(pod).is_none() && !finished(pod))
    }

    /// Pods whose data goes with them.
    fn local(&self) -> Vec<String> {
        self.those(|pod| !local(pod).is_empty() && !finished(pod))
    }

    fn those(&self, which: impl Fn(&Value) -> bool) -> Vec<String> {
        self.go.iter().filter(|pod| which(pod)).map(|pod| format!("{}/{}", namespace(pod), name(pod))).collect()
    }

    /// What must hold for them to leave.
    pub(super) fn preconditions(&self, bare_allowed: bool, local_allowed: bool) -> Vec<Precondition> {
        let several = self.those(|pod| asked(self.budgets, pod).len() > 1);
        let none_or = |parameter: &str, allowed: bool, why: &str| {
            if allowed {
                format!("any: {parameter}=true")
            } else {
                format!("none: {why}; {parameter}=true takes them along")
            }
        };
        let said = |names: &[String]| listed(names.iter().map(String::as_str));
        let (bare, local) = (self.bare(), self.local());
        vec![
            must(
                "pods that nothing owns",
                said(&bare),
                none_or("bare-pods", bare_allowed, "they do not come back"),
                bare.is_empty() || bare_allowed,
            ),
            must(
                "pods with local data",
                said(&local),
                none_or("local-data", local_allowed, "what they keep in emptyDir volumes is gone"),
                local.is_empty() || local_allowed,
            ),
            must(
                "pods that several budgets hold",
                said(&several),
                "none: the eviction API takes no pod with more than one budget",
                several.is_empty(),
            ),
        ]
    }

    /// What it hits, in words and numbers.
    pub(super) fn hits(&self) -> String {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for pod in &self.go {
            *places.entry(namespace(pod)).or_default() += 1;
        }
        let places: Vec<String> = places.iter().map(|(place, n)| format!("{n} in {place}")).collect();
        let mut words = vec![match self.go.len() {
            0 => "no pod is evicted".to_owned(),
            n => format!("{} evicted: {}", counted(n, "pod"), listed(places.iter().map(String::as_str))),
        }];
        let mut blocking: Vec<String> = self
            .go
            .iter()
            .flat_map(|pod| budgets_of(self.budgets, pod).into_iter().filter_map(|b| blocks(b, pod)))
            .collect();
        blocking.dedup();
        if !blocking.is_empty() {
            words.push(format!("waits for {}", listed(blocking.iter().map(String::as_str))));
        }
        let (bare, local) = (self.bare(), self.local());
        if !bare.is_empty() {
            let names = listed(bare.iter().map(String::as_str));
            words.push(format!("NOTHING OWNS {names}: they do not come back"));
        }
        if !local.is_empty() {
            let names = listed(local.iter().map(String::as_str));
            words.push(format!("what {names} keep in emptyDir volumes is gone"));
        }
        if !self.stay.is_empty() {
            words.push(format!("{} of daemon sets or static pods stay", counted(self.stay.len(), "pod")));
        }
        words.join("; ")
    }
}
