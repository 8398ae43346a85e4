//! A pod: all that is known of it.

use super::common;
use crate::console::pane::pods;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::quantity::{age, count, moment};
use crate::console::widget::words::Words;
use crate::estate::{Name, Owner};

/// Its facts.
pub(super) fn facts(scene: &Scene, cluster: &str, name: &Name) -> Option<Vec<Block>> {
    let cluster = scene.estate.cluster(cluster)?;
    let pod = cluster.pods().get(name)?;
    let level = pods::level(pod, scene.now);
    let recent = cluster.restarts_1h_of(pod, scene.now);
    let restarts = Words::of(if recent > 0 { Role::Warning } else { Role::Text }, format!("{} /h", count(recent)))
        .and(Role::Dim, format!(" · {} in all", count(pod.restarts)));
    let mut out = vec![Block::Fact("state", pods::state(pod, level)), fact("phase", pod.phase.word())];
    if pod.crash_looping {
        out.push(Block::Fact("crash loop", Words::of(Role::Warning, "a container waits in CrashLoopBackOff")));
    }
    out.push(Block::Fact("ready", pods::ready(pod).and(Role::Dim, " containers")));
    out.push(Block::Fact("restarts", restarts));
    if let Some(last) = &pod.last_termination {
        let when = last.at.map(|at| format!(", {} ago at {}", age(at, scene.now), moment(at, scene.now)));
        let text = format!("{}, exit code {}{}", last.reason, last.exit_code, when.unwrap_or_default());
        out.push(fact("last end", text));
    }
    let owner = match &pod.owner {
        Owner::Workload(kind, name) => format!("{} {name}", kind.word()),
        Owner::Other(kind, name) => format!("{kind} {name}"),
        Owner::Nobody => "nobody: a bare pod".to_owned(),
    };
    out.extend([
        fact("owner", owner),
        fact("node", pod.node.as_deref().unwrap_or("not bound yet")),
        fact("namespace", &*name.namespace),
        fact("cluster", &cluster.declared.name),
    ]);
    if let Some(at) = pod.created {
        out.push(fact("age", format!("{}, created {}", age(at, scene.now), moment(at, scene.now))));
    }
    if pod.deleting {
        out.push(fact("deleting", "its deletion has been asked for"));
    }
    out.push(fact("uid", &*pod.uid));
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &cluster.entry()));
    Some(out)
}
