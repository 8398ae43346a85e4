//! Row by row, what will work of a cluster and what to do about the rest.

use serde::Deserialize;
use tokio::sync::watch;

use super::entrance::{Door, Entrance};
use super::request::{Caller, PROTOBUF, Trouble, Way};
use super::scope::Scope;
use super::usage::{FIRST_ANSWER, measure};
use super::{Approach, approach};
use crate::estate::{DeclaredCluster, Kind, Report, Usage};
use crate::source::access::Access;
use crate::source::{Clock, outbox::Meter};

/// What was tried, and what came of it: what was found, or what to do.
type Row = (String, Result<String, String>);

/// Proves the way into a cluster and the rights in it, in the order in which they are needed; stops where nothing
/// further can be tried. `access` is what the account's side knows, where the cluster has an account.
///
/// `rollouts`: an SLO counts the cluster's rollouts, and what that needs is proven too.
pub async fn probe(
    declared: &DeclaredCluster,
    access: Option<&Access>,
    rollouts: bool,
) -> Vec<(String, Result<String, String>)> {
    let mut rows: Vec<Row> = Vec::new();
    let entrance = match approach(declared, access).await {
        Approach::Enter(entrance) => *entrance,
        Approach::Wait => return vec![("way in".into(), Err("EKS has not answered yet; try again".into()))],
        Approach::Say(Report::Refused { reason } | Report::Failed { reason, .. } | Report::Paused { reason, .. }) => {
            return vec![("way in".into(), Err(reason))];
        }
        Approach::Say(_) => return rows,
    };
    rows.push(("way in".into(), Ok(format!("{} at {}", entrance.called, entrance.server))));
    if declared.account.is_some() && declared.context.is_some() {
        rows.push(("endpoint".into(), Ok("the context's server is the one that EKS names".into())));
    }
    let caller = match enter(&entrance).await {
        Ok(caller) => caller,
        Err(why) => {
            rows.push(("credentials".into(), Err(why)));
            return rows;
        }
    };
    rows.push(("credentials".into(), Ok("at hand".into())));
    let version = version(&caller).await;
    let unreachable = version.is_err();
    rows.push(("API server".into(), version));
    if unreachable {
        return rows;
    }
    for kind in Kind::ALL.into_iter().chain(rollouts.then_some(Kind::ReplicaSets)).chain([Kind::Autoscalers]) {
        let scopes = match kind {
            Kind::Nodes => vec![Scope::Everywhere],
            _ if declared.namespaces.is_empty() => vec![Scope::Everywhere],
            _ => declared.namespaces.iter().cloned().map(Scope::Namespace).collect(),
        };
        for scope in scopes {
            let place = match &scope {
                Scope::Everywhere => String::new(),
                Scope::Namespace(name) => format!(" in {name}"),
            };
            rows.push((format!("list {}{place}", kind.plural()), listed(&caller, kind, &scope).await));
        }
    }
    rows.push(("what nodes use".into(), used(&caller).await));
    rows
}

/// What the metrics API tells. A cluster is in order without one.
async fn used(caller: &Caller) -> Result<String, String> {
    match measure(caller, Some(FIRST_ANSWER)).await {
        Ok(Usage::Measured { nodes, .. }) => Ok(format!("measured for {} nodes", nodes.len())),
        Ok(Usage::Unmeasured(why)) => Ok(format!("not known: {why}")),
        Err(trouble) => Err(trouble.words()),
    }
}

async fn enter(entrance: &Entrance) -> Result<Caller, String> {
    let entered = Door::default().enter(entrance).await?;
    let way = Way { entered, called: entrance.called.clone(), generation: 0, restarts: 0 };
    // The receiver keeps the way after its sender is gone.
    let (_, way) = watch::channel(way);
    Ok(Caller { way, meter: Meter::default(), clock: Clock::System })
}

async fn version(caller: &Caller) -> Result<String, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Version {
        git_version: String,
    }
    let body = caller.read("/version", "*/*").await.map_err(|trouble| trouble.words())?;
    let version: Version = serde_json::from_slice(&body)
        .map_err(|_| "the server tells no version; is it a Kubernetes API server?".to_owned())?;
    Ok(format!("answers, {}", version.git_version))
}

/// Asks for the smallest list there is: an answer proves more than any review of rights.
async fn listed(caller: &Caller, kind: Kind, scope: &Scope) -> Result<String, String> {
    match caller.read(&format!("{}?limit=1", scope.path(kind)), PROTOBUF).await {
        Ok(_) => Ok("allowed".to_owned()),
        Err(Trouble::Forbidden(words)) => {
            let scoped = match scope {
                Scope::Everywhere if kind != Kind::Nodes => {
                    ", or name the namespaces that you may see with `namespaces = […]`"
                }
                _ => "",
            };
            Err(format!("{words}; ask for get, list and watch (the ClusterRole `view` has them but for nodes){scoped}"))
        }
        Err(Trouble::Absent(_)) if !kind.vital() => Ok("the server has no such kind".to_owned()),
        Err(trouble) => Err(trouble.words()),
    }
}
