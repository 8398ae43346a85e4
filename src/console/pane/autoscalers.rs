//! The autoscalers of a cluster, those that cannot do their work first.

use std::cmp::Reverse;

use super::row::Row;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::quantity::{age, count};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{Autoscaler, ClusterState, Condition, Coverage, Hindrance, Kind, Owner, WorkloadKey, WorkloadKind};
use crate::judge::Level;

/// Name, what it holds, its bounds, how many there are and are wanted, what hinders it.
pub const COLUMNS: [Column; 7] = [
    Column::name("autoscaler"),
    Column::word("holds", 2),
    Column::number("bounds", 0),
    Column::number("now", 0),
    Column::number("wants", 3),
    Column::prose("what hinders it", 1, 20),
    Column::number("age", 6).least(4),
];

/// The reason of an autoscaler that 0 replicas have switched off.
const DISABLED: &str = "ScalingDisabled";

/// The autoscalers: those that cannot scale, those at their upper bound, then by name.
pub fn things(cluster: &ClusterState) -> Vec<Thing<'_>> {
    let mut out: Vec<&Autoscaler> = cluster.autoscalers().values().collect();
    out.sort_by_key(|a| (Reverse(level(a)), !at_its_top(a)));
    out.into_iter().map(|a| Thing::Autoscaler(cluster, a)).collect()
}

/// How an autoscaler stands: a warning where it cannot do its work.
pub fn level(autoscaler: &Autoscaler) -> Level {
    let fails = |h: &Hindrance| match h.condition {
        Condition::Unable => true,
        Condition::Inactive => &*h.reason != DISABLED,
        Condition::Limited => false,
    };
    if autoscaler.hindrances.iter().any(fails) { Level::Warning } else { Level::Ok }
}

fn at_its_top(autoscaler: &Autoscaler) -> bool {
    autoscaler.hindrances.iter().any(|h| h.condition == Condition::Limited && &*h.reason == "TooManyReplicas")
}

/// An autoscaler's row.
pub fn row(scene: &Scene, autoscaler: &Autoscaler) -> Row {
    let name = &autoscaler.name;
    let wants = count(autoscaler.desired);
    let differs = autoscaler.desired != autoscaler.current;
    Row::new(
        level(autoscaler).into(),
        vec![
            Words::dim(format!("{}/", name.namespace)).plus(&*name.name),
            Words::dim(held(autoscaler)),
            Words::say(bounds(autoscaler)),
            Words::say(count(autoscaler.current)),
            if differs { Words::of(Role::Strong, wants) } else { Words::dim(wants) },
            Words::joined(autoscaler.hindrances.iter().map(|h| hindrance(h, false))),
            autoscaler.created.map_or_else(Words::none, |at| Words::dim(age(at, scene.now))),
        ],
    )
}

/// What it holds, in words: `deployment web`.
pub fn held(autoscaler: &Autoscaler) -> String {
    match &autoscaler.scales {
        Owner::Workload(kind, name) => format!("{} {name}", kind.word()),
        Owner::Other(kind, name) => format!("{} {name}", kind.to_lowercase()),
        Owner::Nobody => "nothing".to_owned(),
    }
}

/// Its bounds, as in `3–12`.
pub fn bounds(autoscaler: &Autoscaler) -> String {
    format!("{}–{}", count(autoscaler.min), count(autoscaler.max))
}

/// How it stands in one line: `autoscaler web: 3–12, now 7, wants 9`.
pub fn standing(autoscaler: &Autoscaler) -> String {
    let wants = match autoscaler.desired {
        same if same == autoscaler.current => String::new(),
        other => format!(", wants {}", count(other)),
    };
    format!("autoscaler {}: {}, now {}{wants}", autoscaler.name.name, bounds(autoscaler), count(autoscaler.current))
}

/// What hinders an autoscaler, in words; `whole`: with the controller's own message.
pub fn hindrance(hindrance: &Hindrance, whole: bool) -> Words {
    let Hindrance { condition, reason, message } = hindrance;
    let said = if whole && !message.is_empty() { format!(": {message}") } else { String::new() };
    match (condition, &**reason) {
        (Condition::Inactive, DISABLED) => Words::dim("switched off by 0 replicas"),
        (Condition::Unable, _) => Words::of(Role::Warning, format!("cannot scale ({reason}){said}")),
        (Condition::Inactive, _) => Words::of(Role::Warning, format!("knows no number to choose ({reason}){said}")),
        (Condition::Limited, "TooManyReplicas") => Words::of(Role::Strong, "would choose more than its upper bound"),
        (Condition::Limited, "TooFewReplicas") => Words::dim("would choose fewer than its lower bound"),
        (Condition::Limited, _) => Words::dim(format!("limited ({reason}){said}")),
    }
}

/// What is known of who holds a workload: a line for each autoscaler, or why none can be named. Nothing where
/// nobody does.
pub fn holding(cluster: &ClusterState, workload: &WorkloadKey) -> Vec<Words> {
    if workload.kind == WorkloadKind::DaemonSet {
        return Vec::new();
    }
    let line = |a: &Autoscaler| {
        Words::joined(std::iter::once(Words::say(standing(a))).chain(a.hindrances.iter().map(|h| hindrance(h, true))))
    };
    let mut out: Vec<Words> = cluster.autoscalers_of(workload).map(line).collect();
    out.extend(
        unknown(cluster).filter(|_| out.is_empty()).map(|why| Words::of(Role::Unknown, format!("not known{why}"))),
    );
    out
}

/// Why it is not known whether an autoscaler holds a workload that none is seen to hold, to be said after "not known".
pub fn unknown(cluster: &ClusterState) -> Option<String> {
    match cluster.coverage(Kind::Autoscalers) {
        Coverage::Complete => None,
        Coverage::Forbidden(why) | Coverage::Partial(why) => Some(format!(": autoscalers may not be read: {why}")),
        Coverage::Unknown => Some(" yet: autoscalers have not been read".to_owned()),
    }
}
