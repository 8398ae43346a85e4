//! The team's own rules: a number of the catalogue, held against the team's thresholds.

use std::sync::Arc;

use crate::estate::{AccountState, BudgetState, ClusterState, DatabaseState, ServiceState, SloState, WorkloadKey};
use crate::judge::Subject;
use crate::judge::burn::Reading;
use crate::judge::docket::Docket;
use crate::judge::finding::{Finding, Rests};
use crate::judge::metric::Read;
use crate::judge::policy::TeamRule;

/// An entry that a number may be read from.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    Account(&'a AccountState),
    Cluster(&'a ClusterState),
    Database(&'a DatabaseState),
    Slo(&'a SloState, &'a Reading),
    Service(&'a ServiceState),
    Budget(&'a BudgetState),
}

/// Judges an entry by every rule of the team's own that measures its kind.
pub(super) fn team(docket: &mut Docket<'_>, of: Of<'_>, about: &Subject, place: Option<&Arc<str>>) {
    let policy = docket.policy;
    for rule in &policy.rules {
        let value = match (rule.metric.read, of) {
            (Read::Workload(read), Of::Cluster(cluster)) => {
                workloads(docket, rule, cluster, read);
                continue;
            }
            (Read::Account(read), Of::Account(state)) => read(state),
            (Read::Cluster(read), Of::Cluster(state)) => read(state, docket.now),
            (Read::Database(read), Of::Database(state)) => read(state),
            (Read::Slo(read), Of::Slo(state, reading)) => read(state, reading),
            (Read::Service(read), Of::Service(state)) => read(state),
            (Read::Budget(read), Of::Budget(state)) => read(state),
            _ => continue,
        };
        let Some(breach) = value.and_then(|value| docket.weigh(rule.id, value, about)) else { continue };
        let rests = rests(docket, of);
        docket.raise_at(breach, about.clone(), place.cloned(), Finding::Measured(rule.metric), rests);
    }
}

fn workloads(
    docket: &mut Docket<'_>,
    rule: &TeamRule,
    cluster: &ClusterState,
    read: fn(&crate::estate::Workload) -> f64,
) {
    let name: Arc<str> = cluster.declared.name.as_str().into();
    for (key, workload) in cluster.workloads() {
        let value = read(workload);
        if docket.quiet(rule.id, value) {
            continue;
        }
        let about = subject(&name, key);
        if let Some(breach) = docket.weigh(rule.id, value, &about) {
            let rests = docket.seen(cluster);
            docket.raise(breach, about, Finding::Measured(rule.metric), rests);
        }
    }
}

fn subject(cluster: &Arc<str>, key: &WorkloadKey) -> Subject {
    Subject::Workload(cluster.clone(), key.clone())
}

/// What the numbers of an entry rest on, as far as one source tells them.
fn rests(docket: &Docket<'_>, of: Of<'_>) -> Rests {
    match of {
        Of::Account(a) => a.costs.as_ref().map(|k| docket.rests_on(k)),
        Of::Cluster(c) => Some(docket.seen(c)),
        Of::Database(d) => d.numbers.as_ref().map(|k| docket.rests_on(k)),
        Of::Slo(s, _) => s.counts.as_ref().map(|k| docket.said_by(k.origin, k.value.at)),
        Of::Service(s) => s.facts.as_ref().map(|k| docket.rests_on(k)),
        Of::Budget(b) => b.facts.as_ref().map(|k| docket.rests_on(k)),
    }
    .unwrap_or(Rests::Nothing)
}
