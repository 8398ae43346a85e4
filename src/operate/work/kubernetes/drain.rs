//! `node.drain`: no new pods onto a node, and those on it evicted, waiting for disruption budgets.
//!
//! Pods of daemon sets and static pods stay. The node stays cordoned whatever comes of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::broken_off;
use super::cordon::{call as cordon_call, cordoned, others, subject, was_cordoned};
use super::departure::{Departures, sort};
use super::evict::evict;
use super::given::{number, staying, yes};
use super::object::{deleting, listed, name, namespace, text, uid};
use super::reads::{budgets, list, members, pods_on, unseen};
use super::workload::pinned;
use crate::operate::work::pieces::{change, counted, must};
use crate::operate::work::turn::{declined, in_turn, outdated};
use crate::operate::{
    Answer, Call, Change, Draft, Happened, Intent, Next, Plan, Progress, Read, Refusal, Sent, Sights, Undo,
    Verification, Work,
};

/// How long blocked evictions and stopping pods are waited for where nothing is said, seconds: it ends within a write
/// window of a quarter of an hour.
const TIMEOUT_S: i64 = 600;
/// How long after it was blocked an eviction is tried again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// The operation.
pub(super) struct Drain;

impl Work for Drain {
    fn name(&self) -> &'static str {
        "node.drain"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let mut out = subject(&intent.target).reads(seen);
        out.extend([pods_on(&intent.target.id), budgets(None), list("v1", None, "nodes")]);
        out
    }

    fn needs(&self, read: &Read) -> bool {
        // How many other nodes there are only says what it hits.
        !matches!(read, Read::Kubernetes(path) if path.ends_with("/nodes"))
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _now: Timestamp) -> Result<Draft, Refusal> {
        let (bare, local) = (yes(intent, "bare-pods")?, yes(intent, "local-data")?);
        let timeout = number(intent, "timeout")?.unwrap_or(TIMEOUT_S);
        if timeout < 1 {
            return Err(Refusal::because("timeout is in whole seconds, 1 or more"));
        }
        let node = subject(&intent.target).found(intent, seen)?;
        let target = &intent.target;
        for (read, what) in [(pods_on(&target.id), "the pods on the node"), (budgets(None), "the disruption budgets")] {
            if let Some(why) = unseen(seen, &read) {
                return Err(Refusal::because(format!("{what}: {why}")));
            }
        }
        let pods = members(seen, &pods_on(&target.id));
        let sorted = sort(pods, members(seen, &budgets(None)));
        let already = cordoned(node);
        let mut calls: Vec<Call> = (!already).then(|| cordon_call(target, node, true)).into_iter().collect();
        calls.extend(sorted.go.iter().map(|pod| evict(target, pod, false)));
        let mut preconditions = sorted.preconditions(bare, local);
        if calls.is_empty() && sorted.stopping.is_empty() {
            preconditions.push(must("something to do", "cordoned, and no pod to evict", "a pod to evict", false));
        }
        preconditions.extend(staying(node));
        let mut changes: Vec<Change> = (!already).then(|| change("cordoned", false, true)).into_iter().collect();
        changes.extend(sorted.go.iter().map(|pod| Change {
            field: format!("pod {}", named(pod)),
            before: Some("on the node".to_owned()),
            after: None,
        }));
        let others = others(node, members(seen, &list("v1", None, "nodes")));
        Ok(Draft {
            target: pinned(intent, node),
            danger: intent.operation.danger,
            changes,
            blast_radius: format!("{}; {others}", sorted.hits()),
            preconditions,
            verification: Verification {
                what: format!("{} gone from the node; it stays cordoned", counted(sorted.go.len(), "pod")),
                within_s: u64::try_from(timeout).unwrap_or(600),
            },
            undo: (!already).then(|| Undo { operation: "node.uncordon".to_owned(), parameters: BTreeMap::new() }),
            calls,
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        vec![subject(&plan.target).read(), pods_on(&plan.target.id)]
    }

    fn next(&self, plan: &Plan, sent: &[Sent], seen: &Sights, now: Timestamp) -> Next {
        let (cordon, evictions) = plan.calls.split_at(usize::from(plan.calls.first().is_some_and(cordons)));
        let of_cordon: Vec<Sent> = sent.iter().filter(|s| cordons(&s.call)).cloned().collect();
        match in_turn(cordon, &of_cordon, seen) {
            Next::AllSent => {}
            other => return other,
        }
        let course = Course { sent, pods: there(plan, seen) };
        let pending: Vec<(&Call, Option<&Sent>)> = evictions.iter().filter_map(|call| course.pending(call)).collect();
        if pending.is_empty() {
            return Next::AllSent;
        }
        if late(plan, sent, now) {
            let left = pending.iter().map(|(call, last)| blocked(call, *last)).collect::<Vec<_>>();
            return Next::Stop(timed_out(plan, &left));
        }
        if let Some((call, _)) = pending.iter().find(|(_, last)| last.is_none()) {
            return Next::Send(Box::new((*call).clone()));
        }
        let ripe = |last: Option<&Sent>| last.is_none_or(|l| now.duration_since(l.at) >= TRY_AGAIN);
        let mut ripe: Vec<_> = pending.iter().filter(|(_, last)| ripe(*last)).collect();
        ripe.sort_by_key(|(_, last)| last.map(|l| l.at));
        if let Some((call, _)) = ripe.first() {
            return Next::Send(Box::new((*call).clone()));
        }
        let words: Vec<String> = pending.iter().map(|(call, last)| blocked(call, *last)).collect();
        Next::Wait(listed(words.iter().map(String::as_str)))
    }

    fn bears(&self, _plan: &Plan, sent: &Sent) -> bool {
        if cordons(&sent.call) {
            return outdated(sent);
        }
        match &sent.answer {
            // Blocked by a budget or by a busy server; gone already; another pod by now, or changed amid the eviction.
            Some(Answer::Declined { status: 429 | 404 | 409, .. }) => true,
            // Its namespace goes, and takes it along: nothing can be asked there any more, and nothing has to be.
            Some(Answer::Declined { status: 403, message, .. }) => message.contains("because it is being terminated"),
            _ => false,
        }
    }

    fn verify(&self, plan: &Plan, sent: &[Sent], seen: &Sights) -> Progress {
        let read = pods_on(&plan.target.id);
        if let Some(why) = unseen(seen, &read) {
            return Progress::Waiting(format!("the pods on the node cannot be seen: {why}"));
        }
        let sorted = sort(members(seen, &read), &[]);
        let planned: Vec<&str> = plan.calls.iter().filter_map(|c| text(&c.request, "/uid")).collect();
        let stranger = |pod: &&&Value| !planned.contains(&uid(pod));
        let left: Vec<String> = sorted.go.iter().chain(&sorted.stopping).map(|pod| named(pod)).collect();
        let strangers: Vec<String> = sorted.go.iter().filter(stranger).map(|pod| named(pod)).collect();
        let evicted = plan.calls.iter().filter(|c| !cordons(c)).count();
        if !left.is_empty() && left.len() > strangers.len() {
            if late(plan, sent, seen.at) {
                return Progress::Failed(timed_out(plan, &left));
            }
            let words = listed(left.iter().map(String::as_str));
            return Progress::Waiting(format!("still on the node: {words}"));
        }
        if !strangers.is_empty() {
            let words = listed(strangers.iter().map(String::as_str));
            return Progress::Failed(format!("the node is not empty: {words} came onto it meanwhile; drain it again"));
        }
        let evicted = counted(evicted, "pod");
        Progress::Done(format!("{evicted} gone from the node; {}", sorted.stays()))
    }

    fn broke_off(&self, plan: &Plan, sent: &[Sent], seen: &Sights) -> String {
        broken_off::words(plan, sent, seen)
    }

    fn happened(&self, plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        if cordons(call) {
            return was_cordoned(call, seen);
        }
        let Some(pods) = there(plan, seen) else {
            return Happened::Unclear("the pods on the node cannot be seen".to_owned());
        };
        match pods.iter().find(|pod| Some(uid(pod)) == text(&call.request, "/uid")) {
            None => Happened::Yes("the pod is gone".to_owned()),
            Some(pod) if deleting(pod) => Happened::Yes("the pod is stopping".to_owned()),
            Some(_) => Happened::NotSeen("the pod is there, and nothing evicts it".to_owned()),
        }
    }
}

/// How far the evictions are.
struct Course<'a> {
    sent: &'a [Sent],
    pods: Option<&'a [Value]>,
}

impl<'a> Course<'a> {
    /// An eviction that is still to be taken, with its last try; none of one that was taken, or whose pod is gone.
    fn pending<'b>(&self, call: &'b Call) -> Option<(&'b Call, Option<&'a Sent>)> {
        let uid_of = |c: &Call| text(&c.request, "/uid").map(str::to_owned);
        let tries: Vec<&Sent> = self.sent.iter().filter(|s| uid_of(&s.call) == uid_of(call)).collect();
        // After a conflict the pods themselves tell whether it is another pod by now.
        let over = |s: &&&Sent| !declined(s) || matches!(s.answer, Some(Answer::Declined { status: 404, .. }));
        if tries.iter().any(|s| over(&s)) {
            return None;
        }
        let pod = self.pods.map(|pods| pods.iter().find(|pod| Some(uid(pod)) == text(&call.request, "/uid")));
        match pod {
            Some(None) => None,
            Some(Some(pod)) if deleting(pod) => None,
            _ => Some((call, tries.last().copied())),
        }
    }
}

fn cordons(call: &Call) -> bool {
    call.action.starts_with("patch nodes")
}

/// The pods on the node, where they were seen.
fn there<'a>(plan: &Plan, seen: &'a Sights) -> Option<&'a [Value]> {
    seen.there(&pods_on(&plan.target.id)).and_then(Value::as_array).map(Vec::as_slice)
}

fn named(pod: &Value) -> String {
    format!("{}/{}", namespace(pod), name(pod))
}

/// Whether the time that was given is over, counted from the first call.
fn late(plan: &Plan, sent: &[Sent], now: Timestamp) -> bool {
    let given = SignedDuration::from_secs(i64::try_from(plan.verification.within_s).unwrap_or(TIMEOUT_S));
    sent.first().is_some_and(|first| now.duration_since(first.at) >= given)
}

fn timed_out(plan: &Plan, left: &[String]) -> String {
    format!(
        "{} s are over; left on the node: {}; it stays cordoned (node.uncordon lifts that)",
        plan.verification.within_s,
        listed(left.iter().map(String::as_str))
    )
}

/// A pod that is still there, and the words of whoever holds it.
fn blocked(call: &Call, last: Option<&Sent>) -> String {
    let pod = call.action.rsplit(' ').next().unwrap_or_default();
    match last.and_then(|l| l.answer.as_ref()) {
        Some(Answer::Declined { message, .. }) => format!("{pod} ({message})"),
        _ => pod.to_owned(),
    }
}

/// The departures of a node, for whoever reads the plan.
impl Departures<'_> {
    /// What stays on the node, in words.
    fn stays(&self) -> String {
        match self.stay.len() {
            0 => "nothing stays on it".to_owned(),
            n => format!("{} of daemon sets or static pods stay", counted(n, "pod")),
        }
    }
}
