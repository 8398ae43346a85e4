//! `nodegroup.scale`: sets the sizes of a managed node group.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::aurora::{list, text};
use super::command::Command;
use super::require;
use crate::operate::work::pieces::{change, counted, unchanged};
use crate::operate::work::{Happened, Progress};
use crate::operate::{
    Answer, Call, Danger, Draft, Intent, Pinned, Plan, Read, Refusal, Sent, Sights, Undo, Verification, Work,
};

/// Sets the sizes of a managed node group.
pub(super) struct Scale;

/// How long it may take: EKS gives nodes that go a quarter of an hour to be drained.
const WITHIN_S: u64 = 1_800;

/// Sizes of a node group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sizes {
    min: u32,
    max: u32,
    desired: u32,
}

impl Sizes {
    fn of(group: &Value) -> Option<Self> {
        let size = |key: &str| group.get("scalingConfig")?.get(key)?.as_u64().and_then(|n| u32::try_from(n).ok());
        Some(Self { min: size("minSize")?, max: size("maxSize")?, desired: size("desiredSize")? })
    }

    /// Whether only the number between the bounds is another one.
    fn within(self, planned: Self) -> bool {
        (self.min, self.max) == (planned.min, planned.max)
    }

    fn words(self) -> String {
        format!("min {}, max {}, desired {}", self.min, self.max, self.desired)
    }
}

impl Work for Scale {
    fn name(&self) -> &'static str {
        "nodegroup.scale"
    }

    fn reads(&self, intent: &Intent, _: &Sights) -> Vec<Read> {
        vec![read(&intent.target)]
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _: Timestamp) -> Result<Draft, Refusal> {
        let target = &intent.target;
        let eks = eks(target);
        let group = require::there(seen, &read(target), &format!("node group {} of EKS cluster {eks}", target.id))?;
        let status = text(group, "status").unwrap_or("UNKNOWN");
        let old = Sizes::of(group)
            .ok_or_else(|| Refusal::because(format!("EKS names no sizes of {}: it is {status}", target.id)))?;
        let new = wanted(intent, old)?;
        let change = |field: &str, before: u32, after: u32| (before != after).then(|| change(field, before, after));
        let changes = [
            change("min", old.min, new.min),
            change("max", old.max, new.max),
            change("desired", old.desired, new.desired),
        ];
        let call = Command::eks(target, "UpdateNodegroupConfig", "update-nodegroup-config")
            .text("clusterName", eks, "--cluster-name")
            .text("nodegroupName", &target.id, "--nodegroup-name")
            .with(
                "scalingConfig",
                json!({"minSize": new.min, "maxSize": new.max, "desiredSize": new.desired}),
                "--scaling-config",
                &format!("minSize={},maxSize={},desiredSize={}", new.min, new.max, new.desired),
            );
        Ok(Draft {
            target: target.clone(),
            danger: Danger::Disruptive,
            changes: changes.into_iter().flatten().collect(),
            blast_radius: blast_radius(old, new, group),
            preconditions: vec![require::is("status", status, "ACTIVE"), unchanged("sizes", old.words())],
            calls: vec![call.done()],
            verification: Verification {
                what: format!("{} is ACTIVE with {}", target.id, new.words()),
                within_s: WITHIN_S,
            },
            undo: Some(Undo {
                operation: self.name().to_owned(),
                parameters: [("min", old.min), ("max", old.max), ("desired", old.desired)]
                    .map(|(key, n)| (key.to_owned(), n.to_string()))
                    .into(),
            }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        vec![read(&plan.target)]
    }

    fn followed(&self, plan: &Plan, sent: &[Sent]) -> Vec<Read> {
        let mut reads = self.watched(plan);
        reads.extend(update(plan, sent));
        reads
    }

    fn needs(&self, read: &Read) -> bool {
        // Whoever may not look at updates sees by the node group itself what became of it.
        !matches!(read, Read::NodeGroupUpdate { .. })
    }

    fn verify(&self, plan: &Plan, sent: &[Sent], seen: &Sights) -> Progress {
        let id = &plan.target.id;
        let followed = update(plan, sent).and_then(|read| Followed::of(seen.there(&read)?));
        if let Some(ended) = followed.as_ref().and_then(|update| update.ended_badly(id)) {
            return Progress::Failed(ended);
        }
        let read = read(&plan.target);
        let Some(group) = seen.there(&read) else {
            return Progress::Waiting(format!("{id} cannot be seen: {}", require::why_not(seen, &read)));
        };
        let status = text(group, "status").unwrap_or("UNKNOWN");
        let sizes = Sizes::of(group).map_or_else(|| "no sizes".to_owned(), Sizes::words);
        if matches!(status, "DEGRADED" | "DELETING" | "DELETE_FAILED" | "CREATE_FAILED") {
            return Progress::Failed(format!("{id} is {status}: {}", issues(group)));
        }
        let as_planned = Sizes::of(group) == planned(plan);
        match followed {
            Some(update) if update.status != "Successful" => {
                Progress::Waiting(format!("update {} is {}; {id} is {status} with {sizes}", update.id, update.status))
            }
            Some(update) if status == "ACTIVE" && as_planned => {
                Progress::Done(format!("EKS says of update {}: Successful; {id} is ACTIVE with {sizes}", update.id))
            }
            // An autoscaler chooses another number between the bounds as soon as it may.
            Some(update)
                if status == "ACTIVE" && Sizes::of(group).zip(planned(plan)).is_some_and(|(a, b)| a.within(b)) =>
            {
                Progress::Done(format!(
                    "EKS says of update {}: Successful; {id} is ACTIVE, and has {sizes} by now: somebody, or an autoscaler, chose another number since",
                    update.id
                ))
            }
            None if status == "ACTIVE" && as_planned => Progress::Done(format!("{id} is ACTIVE with {sizes}")),
            _ => Progress::Waiting(format!("{id} is {status} with {sizes}")),
        }
    }

    fn happened(&self, plan: &Plan, _: &Call, seen: &Sights) -> Happened {
        let id = &plan.target.id;
        let read = read(&plan.target);
        let Some(group) = seen.there(&read) else {
            return Happened::Unclear(format!("{id} cannot be seen: {}", require::why_not(seen, &read)));
        };
        let status = text(group, "status").unwrap_or("UNKNOWN");
        match Sizes::of(group) {
            sizes if sizes.is_some() && sizes == planned(plan) => {
                Happened::Yes(format!("{id} has the new sizes and is {status}"))
            }
            // It was ACTIVE right before the call.
            _ if status == "UPDATING" => Happened::Yes(format!("{id} is UPDATING")),
            Some(sizes) => Happened::NotSeen(format!("{id} still has {}", sizes.words())),
            None => Happened::Unclear(format!("EKS names no sizes of {id}; it is {status}")),
        }
    }
}

/// An update as EKS tells of it.
struct Followed<'a> {
    id: &'a str,
    status: &'a str,
    shown: &'a Value,
}

impl<'a> Followed<'a> {
    fn of(shown: &'a Value) -> Option<Self> {
        Some(Self { id: text(shown, "id")?, status: text(shown, "status")?, shown })
    }

    /// That it will not come, and EKS' own errors.
    fn ended_badly(&self, group: &str) -> Option<String> {
        if !matches!(self.status, "Failed" | "Cancelled") {
            return None;
        }
        let said = |e: &Value| {
            let on: Vec<&str> = list(e, "resourceIds").iter().filter_map(Value::as_str).collect();
            let on = if on.is_empty() { String::new() } else { format!(", {}", on.join(", ")) };
            let (words, code) = (text(e, "errorMessage"), text(e, "errorCode"));
            format!("{} ({}{on})", words.unwrap_or("no words"), code.unwrap_or("no code"))
        };
        let errors: Vec<String> = list(self.shown, "errors").iter().map(said).collect();
        let why = if errors.is_empty() { "EKS names no error".to_owned() } else { errors.join("; ") };
        Some(format!("EKS says of update {} of {group}: {}: {why}", self.id, self.status))
    }
}

/// The update that EKS named when it took the call; none while there is no such answer, as after a lost one.
fn update(plan: &Plan, sent: &[Sent]) -> Option<Read> {
    let id = sent.iter().rev().find_map(|s| match &s.answer {
        Some(Answer::Accepted { body, .. }) => body.pointer("/update/id")?.as_str(),
        _ => None,
    })?;
    let cluster = eks(&plan.target).to_owned();
    Some(Read::NodeGroupUpdate { cluster, name: plan.target.id.clone(), id: id.to_owned() })
}

fn eks(target: &Pinned) -> &str {
    target.eks.as_deref().or(target.cluster.as_deref()).unwrap_or("")
}

fn read(target: &Pinned) -> Read {
    Read::NodeGroup { cluster: eks(target).to_owned(), name: target.id.clone() }
}

fn planned(plan: &Plan) -> Option<Sizes> {
    plan.calls.first().and_then(|c| Sizes::of(&c.request))
}

/// The sizes that were asked for; what was left out stays.
fn wanted(intent: &Intent, old: Sizes) -> Result<Sizes, Refusal> {
    let size = |name: &str| require::parsed::<u32>(intent, name, "a number of nodes");
    let (min, max, desired) = (size("min")?, size("max")?, size("desired")?);
    if min.is_none() && max.is_none() && desired.is_none() {
        return Err(Refusal::because(format!(
            "say min=, max=, desired= or several of them; it has {} now",
            old.words()
        )));
    }
    let new =
        Sizes { min: min.unwrap_or(old.min), max: max.unwrap_or(old.max), desired: desired.unwrap_or(old.desired) };
    let mut reasons = Vec::new();
    if new.max == 0 {
        reasons.push("EKS takes no max below 1: for no nodes, say min=0 desired=0".to_owned());
    }
    if new.min > new.max {
        reasons.push(format!("min {} would be above max {}", new.min, new.max));
    } else if !(new.min..=new.max).contains(&new.desired) {
        reasons.push(format!(
            "desired {} would not lie between min {} and max {}: say desired= too",
            new.desired, new.min, new.max
        ));
    }
    if new == old {
        reasons.push(format!("it has {} already", old.words()));
    }
    if reasons.is_empty() { Ok(new) } else { Err(Refusal { reasons }) }
}

fn blast_radius(old: Sizes, new: Sizes, group: &Value) -> String {
    let kinds: Vec<&str> = list(group, "instanceTypes").iter().filter_map(Value::as_str).collect();
    let kind = if kinds.is_empty() { "node".to_owned() } else { format!("{} node", kinds.join("/")) };
    let mut said = Vec::new();
    let (before, after) = (old.desired as usize, new.desired as usize);
    said.push(match after.cmp(&before) {
        Ordering::Less => {
            let all = if after == 0 { "; none is left" } else { "" };
            format!(
                "{} of {before} go with their pods, whichever the Auto Scaling group picks{all}; EKS evicts the pods, and \
                 lets a disruption budget hold a node for 15 minutes at most",
                counted(before - after, &kind)
            )
        }
        Ordering::Greater => format!("{} come; they cost from then on", counted(after - before, &kind)),
        Ordering::Equal => "no node comes or goes now".to_owned(),
    });
    if new.max < old.max {
        said.push(format!("an autoscaler can go up to {} only", counted(new.max, "node")));
    }
    said.push("a cluster autoscaler may change desired again".to_owned());
    said.join("; ")
}

/// What EKS says is wrong with a node group.
fn issues(group: &Value) -> String {
    let all: Vec<String> = group
        .get("health")
        .map(|health| list(health, "issues"))
        .unwrap_or_default()
        .iter()
        .map(|i| format!("{} ({})", text(i, "message").unwrap_or("no words"), text(i, "code").unwrap_or("no code")))
        .collect();
    if all.is_empty() { "EKS names no reason".to_owned() } else { all.join("; ") }
}
