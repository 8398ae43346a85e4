//! A cluster: its control plane, its node groups, its nodes, and the pods that wait.

use jiff::SignedDuration;

use super::team::{Of, team};
use super::{status, workload};
use crate::estate::{
    AccountState, ClusterState, ControlPlane, Coverage, Kind, Known, NodeGroup, Readiness, SourceState, Usage,
};
use crate::judge::docket::{Breach, Docket, source_words};
use crate::judge::finding::{Finding, Rests};
use crate::judge::{Level, RuleId, Subject, words};

/// How long a pod may wait before it counts, as `cluster.pods_pending` has it.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// Judges a cluster and its workloads.
pub(in crate::judge) fn cluster(docket: &mut Docket<'_>, state: &ClusterState) {
    let declared = &state.declared;
    let account = declared.account.as_deref().and_then(|name| docket.account(name));
    docket.open(state.entry(), account);
    if !account.is_some_and(AccountState::mismatched) {
        wrong_server(docket, state);
    }
    match &state.control_plane {
        None if declared.eks.is_some() && docket.undoubted() => docket.doubt("EKS has not told it yet"),
        None => {}
        Some(Known { value: None, .. }) => docket.doubt(format!(
            "EKS has no cluster named {} in {}",
            declared.eks.as_deref().unwrap_or(&declared.name),
            declared.region.as_deref().unwrap_or("its region"),
        )),
        Some(known @ Known { value: Some(plane), .. }) => {
            condition(docket, state, plane, known);
            room(docket, state, plane, known);
        }
    }
    coverage(docket, state);
    usage(docket, state);
    nodes(docket, state);
    pending(docket, state);
    workload::workloads(docket, state);
    let place = docket.place(&state.entry());
    team(docket, Of::Cluster(state), &about(state), place.as_ref());
}

fn about(state: &ClusterState) -> Subject {
    Subject::Entry(state.entry())
}

fn raise(docket: &mut Docket<'_>, state: &ClusterState, breach: Breach, finding: Finding, rests: Rests) {
    let place = docket.place(&state.entry());
    docket.raise_at(breach, about(state), place, finding, rests);
}

/// A context whose server is not the cluster that was configured is as bad as a wrong account.
fn wrong_server(docket: &mut Docket<'_>, state: &ClusterState) {
    let watcher = docket.watcher(state);
    let Some(source) = watcher.filter(|s| s.state == SourceState::Refused) else { return };
    if let Some(breach) = docket.state(RuleId::AccountIdentity, Level::Critical) {
        let reason = source.error.as_deref().unwrap_or("its server is not the configured cluster");
        let sentence = format!("{} is refused: {reason}.", source_words(source));
        let brief = "wrong cluster: its context leads elsewhere".to_owned();
        raise(docket, state, breach, Finding::Said { brief, sentence }, Rests::Nothing);
    }
}

/// The control plane's own status, and what is broken around it.
fn condition(docket: &mut Docket<'_>, state: &ClusterState, plane: &ControlPlane, known: &Known<Option<ControlPlane>>) {
    let mut level = status::eks(&plane.status);
    let mut said = Vec::new();
    if level > Level::Ok {
        said.push(format!("status {}", plane.status));
    }
    let groups = plane.nodegroups.iter().flatten().map(|g| ("node group", &g.name, &g.status));
    let addons = plane.addons.iter().flatten().map(|a| ("add-on", &a.name, &a.status));
    for (what, name, word) in groups.chain(addons).filter(|(.., word)| status::broken(word)) {
        said.push(format!("{what} {name} is {word}"));
        level = level.max(Level::Warning);
    }
    if level > Level::Ok
        && let Some(breach) = docket.state(RuleId::ClusterStatus, level)
    {
        let brief = said.first().cloned().unwrap_or_default();
        let sentence = format!("EKS says: {}.", words::list(&said, 4));
        let rests = docket.rests_on(known);
        raise(docket, state, breach, Finding::Said { brief, sentence }, rests);
    }
    if plane.addons.is_none() {
        docket.doubt("its add-ons are not known");
    }
}

/// How much room its node groups have left.
fn room(docket: &mut Docket<'_>, state: &ClusterState, plane: &ControlPlane, known: &Known<Option<ControlPlane>>) {
    let Some(groups) = &plane.nodegroups else {
        docket.doubt("its node groups are not known");
        return;
    };
    let sizeless = groups.iter().filter(|g| g.desired.is_none() || g.max.is_none());
    let sizeless: Vec<String> = sizeless.map(|g| g.name.clone()).collect();
    if !sizeless.is_empty() {
        docket.doubt(format!("not known: the size of node group {}", words::list(&sizeless, 4)));
    }
    let id = RuleId::ClusterNodesPercentOfMax;
    if let Some((group, desired, max, percent)) = fullest(plane)
        && let Some(breach) = docket.weigh(id, percent, &about(state))
    {
        let finding = Finding::Full { group: group.name.clone(), desired, max };
        let rests = docket.rests_on(known);
        raise(docket, state, breach, finding, rests);
    }
}

/// The node group that is nearest to its max: the group, desired, max, and percent. One whose max is 0 is never full.
pub fn fullest(plane: &ControlPlane) -> Option<(&NodeGroup, u32, u32, f64)> {
    plane
        .nodegroups
        .iter()
        .flatten()
        .filter_map(|g| Some((g, g.desired?, g.max.filter(|&max| max > 0)?)))
        .map(|(g, desired, max)| (g, desired, max, 100.0 * f64::from(desired) / f64::from(max)))
        .reduce(|worst, next| if next.3 > worst.3 { next } else { worst })
}

/// What may not be seen, or has not been read yet.
fn coverage(docket: &mut Docket<'_>, state: &ClusterState) {
    let mut unread = Vec::new();
    for kind in Kind::ALL {
        match state.coverage(kind) {
            Coverage::Complete => {}
            Coverage::Unknown => unread.push(kind.plural().to_owned()),
            Coverage::Partial(what) => docket.doubt(format!("{} are seen in part: {what}", kind.plural())),
            Coverage::Forbidden(why) => docket.doubt(format!("{} may not be read: {why}", kind.plural())),
        }
    }
    let explained = docket.watcher(state).is_some_and(|s| s.state != SourceState::Live);
    if !unread.is_empty() && !explained {
        docket.doubt(format!("not read yet: {}", words::list(&unread, unread.len())));
    }
}

/// What its nodes use of what they have. A cluster without a metrics API is in order without: nothing is known, and nothing
/// ought to be.
fn usage(docket: &mut Docket<'_>, state: &ClusterState) {
    let Some(known) = &state.usage else { return };
    let Usage::Measured { at, .. } = &known.value else { return };
    let Some((_, _, nodes)) = state.used() else { return };
    for (rule, name, percent) in [
        (RuleId::ClusterCpuPercent, "CPU", state.cpu_percent()),
        (RuleId::ClusterMemoryPercent, "memory", state.memory_percent()),
    ] {
        let Some(breach) = percent.and_then(|percent| docket.weigh(rule, percent, &about(state))) else { continue };
        let rests = docket.said_by(known.origin, *at);
        raise(docket, state, breach, Finding::Used { name, nodes }, rests);
    }
}

fn nodes(docket: &mut Docket<'_>, state: &ClusterState) {
    let tally = state.node_tally();
    let not_ready = tally.total - tally.ready;
    let Some(breach) = docket.weigh(RuleId::ClusterNodesNotReady, not_ready as f64, &about(state)) else { return };
    let names = state.nodes().values().filter(|n| n.readiness != Readiness::Ready);
    let names: Vec<String> = names.map(|n| n.name.to_string()).collect();
    let rests = docket.seen(state);
    raise(docket, state, breach, Finding::NotReady { total: tally.total, names }, rests);
}

fn pending(docket: &mut Docket<'_>, state: &ClusterState) {
    let Ok(then) = docket.now.checked_sub(PATIENCE) else { return };
    let waiting = state.pending_since(then);
    let Some(breach) = docket.weigh(RuleId::ClusterPodsPending, waiting as f64, &about(state)) else { return };
    let rests = docket.seen(state);
    raise(docket, state, breach, Finding::Pending, rests);
}
