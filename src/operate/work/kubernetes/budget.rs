//! Disruption budgets: which hold a pod, and whether they let it be evicted now.

use serde_json::Value;

use super::object::{condition, count, name, namespace, selects, text};
use crate::operate::Precondition;

/// The budgets that hold a pod.
pub(super) fn budgets_of<'a>(budgets: &'a [Value], pod: &Value) -> Vec<&'a Value> {
    let labels = pod.pointer("/metadata/labels");
    budgets
        .iter()
        .filter(|b| namespace(b) == namespace(pod))
        .filter(|b| b.pointer("/spec/selector").is_some_and(|selector| selects(selector, labels)))
        .collect()
}

/// The budgets that are asked before a pod is evicted: none where it does not run yet, or no more.
pub(super) fn asked<'a>(budgets: &'a [Value], pod: &Value) -> Vec<&'a Value> {
    if counts(pod) { budgets_of(budgets, pod) } else { Vec::new() }
}

/// Whether the eviction of a pod is asked of its budget at all: one that does not run yet, or no more, is let go.
fn counts(pod: &Value) -> bool {
    !super::object::deleting(pod) && !matches!(text(pod, "/status/phase"), Some("Pending" | "Succeeded" | "Failed"))
}

fn ready(pod: &Value) -> bool {
    condition(pod, "Ready").is_some_and(|c| text(c, "/status") == Some("True"))
}

/// Why a budget would not let a pod be evicted now.
pub(super) fn blocks(budget: &Value, pod: &Value) -> Option<String> {
    if !counts(pod) || count(budget, "/status/disruptionsAllowed") > 0 {
        return None;
    }
    let (healthy, wanted) = (count(budget, "/status/currentHealthy"), count(budget, "/status/desiredHealthy"));
    if !ready(pod) {
        let always = text(budget, "/spec/unhealthyPodEvictionPolicy") == Some("AlwaysAllow");
        if always || (healthy >= wanted && wanted > 0) {
            return None;
        }
    }
    Some(format!("budget {} needs {wanted} healthy pods and has {healthy}", name(budget)))
}

/// That a pod's budgets let it be evicted, as something that must hold. The number that they allow may move as long as
/// it is not nothing.
pub(super) fn allowed(budgets: &[Value], pod: &Value) -> Precondition {
    let holding = asked(budgets, pod);
    let names = || holding.iter().map(|b| name(b)).collect::<Vec<_>>().join(", ");
    let (seen, holds) = match holding[..] {
        [] if !counts(pod) => ("not asked: the pod does not run".to_owned(), true),
        [] => ("no budget holds the pod".to_owned(), true),
        [_, _, ..] => (format!("several budgets hold the pod ({}), and then it cannot be evicted", names()), false),
        [budget] => match blocks(budget, pod) {
            None => (format!("budget {} allows it", name(budget)), true),
            Some(why) => (format!("{why}: it allows no eviction now"), false),
        },
    };
    Precondition { field: "disruption budget".into(), seen, required: "allows an eviction".into(), holds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn budget(name: &str, allowed: i64) -> Value {
        json!({
            "metadata": {"name": name, "namespace": "shop"}, "spec": {"selector": {"matchLabels": {"app": "cart"}}},
            "status": {"disruptionsAllowed": allowed, "currentHealthy": 2, "desiredHealthy": 2},
        })
    }

    fn pod(phase: &str, ready: &str) -> Value {
        json!({
            "metadata": {"name": "cart-1", "namespace": "shop", "labels": {"app": "cart"}},
            "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]},
        })
    }

    #[test]
    fn a_budget_blocks_what_serves() {
        let running = pod("Running", "True");
        assert!(allowed(&[], &running).holds);
        assert!(allowed(&[budget("a", 1)], &running).holds);
        let blocked = allowed(&[budget("a", 0)], &running);
        assert_eq!(
            (blocked.holds, &*blocked.seen),
            (false, "budget a needs 2 healthy pods and has 2: it allows no eviction now")
        );
        assert!(!allowed(&[budget("a", 1), budget("b", 1)], &running).holds, "the API server refuses two");
        for phase in ["Pending", "Succeeded", "Failed"] {
            assert!(allowed(&[budget("a", 0)], &pod(phase, "False")).holds, "{phase}");
            assert!(
                allowed(&[budget("a", 0), budget("b", 0)], &pod(phase, "False")).holds,
                "{phase}: no budget is asked"
            );
        }
        assert!(allowed(&[budget("a", 0)], &pod("Running", "False")).holds, "enough others are healthy");
        let mut short = budget("a", 0);
        short["status"]["currentHealthy"] = json!(1);
        assert!(!allowed(&[short.clone()], &pod("Running", "False")).holds);
        short["spec"]["unhealthyPodEvictionPolicy"] = json!("AlwaysAllow");
        assert!(allowed(&[short], &pod("Running", "False")).holds);
    }
}
