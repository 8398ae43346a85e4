//! What came of a drain that broke off, since its console ended or an answer was lost: which pods it evicted, which are
//! on the node still, and why. All names are told: a person goes on by hand from there.

use serde_json::Value;

use super::cordon::{cordoned, subject};
use super::object::{deleting, text, uid};
use super::reads::pods_on;
use crate::operate::work::pieces::counted;
use crate::operate::{Answer, Call, Plan, Sent, Sights};

/// What became of the pods of a plan.
#[derive(Default)]
struct Fates {
    evicted: Vec<String>,
    stopping: Vec<String>,
    gone_otherwise: Vec<String>,
    left: Vec<String>,
    not_known: Vec<String>,
}

/// It in words.
pub(super) fn words(plan: &Plan, sent: &[Sent], seen: &Sights) -> String {
    let pods = seen.there(&pods_on(&plan.target.id)).and_then(Value::as_array);
    let mut fates = Fates::default();
    for call in plan.calls.iter().filter(|call| call.action.contains("eviction")) {
        fates.take(call, sent, pods.map(Vec::as_slice));
    }
    let calls = counted(sent.len(), "call");
    let told = [
        ("evicted and gone", fates.evicted),
        ("evicted and stopping", fates.stopping),
        ("gone, and not by this", fates.gone_otherwise),
        ("not evicted", fates.left),
        ("not known, since the pods cannot be seen", fates.not_known),
    ];
    let told: Vec<String> = told
        .into_iter()
        .filter(|(_, pods)| !pods.is_empty())
        .map(|(what, pods)| format!("{what}: {}", pods.join(", ")))
        .collect();
    let node = match seen.there(&subject(&plan.target).read()) {
        Some(node) if cordoned(node) => "the node is cordoned (node.uncordon lifts that, node.drain goes on)",
        Some(_) => "the node is not cordoned",
        None => "whether the node is cordoned cannot be seen",
    };
    format!("it broke off after {calls}: {}; {node}", told.join("; "))
}

impl Fates {
    fn take(&mut self, call: &Call, sent: &[Sent], pods: Option<&[Value]>) {
        let of = text(&call.request, "/uid");
        let last = sent.iter().rev().find(|s| text(&s.call.request, "/uid") == of);
        // One that was declined did nothing, however often it was tried.
        let asked = sent.iter().any(|s| {
            text(&s.call.request, "/uid") == of
                && !matches!(s.answer, Some(Answer::Declined { .. } | Answer::Unsent(_)))
        });
        let pod = call.action.rsplit(' ').next().unwrap_or_default();
        let Some(pods) = pods else {
            return self.not_known.push(pod.to_owned());
        };
        match pods.iter().find(|p| Some(uid(p)) == of) {
            None if asked => self.evicted.push(pod.to_owned()),
            None => self.gone_otherwise.push(pod.to_owned()),
            Some(there) if deleting(there) && asked => self.stopping.push(pod.to_owned()),
            Some(there) if deleting(there) => self.gone_otherwise.push(format!("{pod} (stopping)")),
            Some(_) => self.left.push(match last.map(|l| &l.answer) {
                None => format!("{pod} (not asked for)"),
                Some(Some(Answer::Declined { message, .. })) => format!("{pod} ({message})"),
                Some(Some(Answer::Accepted { .. })) => format!("{pod} (taken, yet it is there)"),
                Some(_) => format!("{pod} (asked for, and nothing shows it)"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::operate::{Danger, Pinned, Service, Sight, Verification};

    fn call(pod: &str) -> Call {
        let request = json!({"uid": format!("uid-{pod}")});
        let action = format!("create pods/eviction shop/{pod}");
        Call { service: Service::Kubernetes, action, region: None, cli: String::new(), request }
    }

    fn plan(pods: &[&str]) -> Plan {
        let target: Pinned = serde_json::from_value(json!({
            "kind": "node", "name": "n", "account": null, "account_id": null, "region": null, "cluster": "lab",
            "namespace": null, "id": "n", "uid": "u",
        }))
        .unwrap();
        let mut cordon = call("n");
        cordon.action = "patch nodes n".to_owned();
        Plan {
            operation: "node.drain".to_owned(),
            parameters: BTreeMap::new(),
            runs: true,
            danger: Danger::Disruptive,
            confirm: "yes".to_owned(),
            target,
            changes: Vec::new(),
            blast_radius: String::new(),
            preconditions: Vec::new(),
            calls: std::iter::once(cordon).chain(pods.iter().map(|p| call(p))).collect(),
            verification: Verification { what: String::new(), within_s: 600 },
            undo: None,
            guards: Vec::new(),
        }
    }

    #[test]
    fn each_pod_is_told_by_what_was_asked_and_what_is_seen() {
        let plan = plan(&["gone", "going", "by-itself", "blocked", "never", "late", "no-trace"]);
        let accepted = || Answer::Accepted { request_id: None, body: Value::Null };
        let blocked = Answer::Declined {
            request_id: None,
            status: 429,
            code: "TooManyRequests".to_owned(),
            message: "budget keep-two".to_owned(),
        };
        let at = Timestamp::UNIX_EPOCH;
        let sent = |pod: &str, answer| Sent { call: call(pod), at, answer };
        let sent = [
            sent("gone", Some(accepted())),
            sent("going", Some(accepted())),
            sent("blocked", Some(blocked)),
            sent("no-trace", None),
            sent("late", None),
        ];
        let there = |pod: &str| json!({"metadata": {"name": pod, "uid": format!("uid-{pod}")}});
        let mut going = there("going");
        going["metadata"]["deletionTimestamp"] = json!("2026-11-21T10:00:00Z");
        let pods = json!([going, there("blocked"), there("never"), there("no-trace")]);
        let node = json!({"metadata": {"name": "n"}, "spec": {"unschedulable": true}});
        let seen = Sights {
            at,
            seen: BTreeMap::from([
                (pods_on("n"), Sight::There(pods)),
                (subject(&plan.target).read(), Sight::There(node)),
            ]),
        };
        assert_eq!(
            words(&plan, &sent, &seen),
            "it broke off after 5 calls: evicted and gone: shop/gone, shop/late; evicted and stopping: shop/going; \
             gone, and not by this: shop/by-itself; not evicted: shop/blocked (budget keep-two), shop/never (not asked for), \
             shop/no-trace (asked for, and nothing shows it); \
             the node is cordoned (node.uncordon lifts that, node.drain goes on)"
        );
        let blind = Sights { at, seen: BTreeMap::new() };
        let told = words(&plan, &sent, &blind);
        assert!(told.contains("cannot be seen: shop/gone, shop/going"), "{told}");
        assert!(told.ends_with("whether the node is cordoned cannot be seen"), "{told}");
    }
}
