//! A database: its status, and the writer's numbers against their thresholds.

use jiff::Timestamp;

use super::status;
use super::team::{Of, team};
use crate::estate::{DatabaseFacts, DatabaseState, GlobalRole, Known, Member, MemberRole, Sample};
use crate::judge::docket::{Breach, Docket};
use crate::judge::finding::{Finding, Rests};
use crate::judge::{Level, RuleId, Subject, words};

/// Judges a database.
pub(in crate::judge) fn database(docket: &mut Docket<'_>, state: &DatabaseState) {
    let declared = &state.declared;
    docket.open(state.entry(), docket.account(&declared.account));
    match &state.facts {
        None if docket.undoubted() => docket.doubt("RDS has not told it yet"),
        None => {}
        Some(Known { value: None, .. }) => {
            docket.doubt(format!("RDS has no cluster named {} in {}", declared.cluster, declared.region));
        }
        Some(known @ Known { value: Some(facts), .. }) => {
            condition(docket, state, facts, known);
            numbers(docket, state);
            global(docket, state);
            let declared = &state.declared;
            let place = format!("{}/{}/", declared.account, declared.region).into();
            team(docket, Of::Database(state), &about(state), Some(&place));
        }
    }
}

fn about(state: &DatabaseState) -> Subject {
    Subject::Entry(state.entry())
}

fn raise(docket: &mut Docket<'_>, state: &DatabaseState, breach: Breach, finding: Finding, rests: Rests) {
    let declared = &state.declared;
    let place = format!("{}/{}/", declared.account, declared.region).into();
    docket.raise_at(breach, about(state), Some(place), finding, rests);
}

/// The cluster's own status, and its members': a failed writer fails the database, any other member only troubles it.
fn condition(
    docket: &mut Docket<'_>,
    state: &DatabaseState,
    facts: &DatabaseFacts,
    known: &Known<Option<DatabaseFacts>>,
) {
    let mut level = status::rds(&facts.status);
    let mut said = Vec::new();
    if level > Level::Ok {
        said.push(format!("status {}", facts.status));
    }
    for member in &facts.members {
        let Some(word) = member.status.as_deref() else {
            docket.doubt(format!("the status of {} is not known", member.name));
            continue;
        };
        let (role, of_member) = match (member.role, status::rds(word)) {
            (MemberRole::Writer, level) => ("writer", level),
            (MemberRole::Reader, level) => ("reader", level.min(Level::Warning)),
        };
        if of_member > Level::Ok {
            said.push(format!("{role} {} is {word}", member.name));
        }
        level = level.max(of_member);
    }
    if facts.members.is_empty() {
        docket.doubt("it has no members");
    } else if state.writer().is_none() {
        match followed(state) {
            Some(region) => docket.doubt(format!("it follows {region}, which has the writer of its Global Database")),
            None => docket.doubt("it has no writer"),
        }
    }
    if level > Level::Ok
        && let Some(breach) = docket.state(RuleId::DatabaseStatus, level)
    {
        let brief = said.first().cloned().unwrap_or_default();
        let sentence = format!("RDS says: {}.", words::list(&said, 4));
        let rests = docket.rests_on(known);
        raise(docket, state, breach, Finding::Said { brief, sentence }, rests);
    }
}

/// The primary region of its Global Database, where that is another one.
fn followed(state: &DatabaseState) -> Option<&str> {
    let primary = state.described_global()?.members.iter().find(|m| m.role == GlobalRole::Primary)?;
    (primary.region != state.declared.region).then_some(&primary.region)
}

/// One number and how to say it.
struct Figure<'a> {
    rule: RuleId,
    value: Option<f64>,
    name: &'static str,
    /// What stands between the member's name and the value.
    verb: &'static str,
    member: &'a Member,
    /// Connections, and the most that it takes.
    of: Option<(f64, f64)>,
    at: Option<Timestamp>,
}

fn numbers(docket: &mut Docket<'_>, state: &DatabaseState) {
    let figures = figures(state);
    let mut missing: Vec<String> = figures.iter().filter(|f| f.value.is_none()).map(|f| f.name.to_owned()).collect();
    if state.connections().is_some() && state.max_connections().is_none() {
        missing.push("the most connections that it takes".to_owned());
    }
    if state.writer().is_some_and(Member::serverless) && state.acu().is_none() {
        missing.push("ACU".to_owned());
    }
    let lagless = state.readers().filter(|m| state.numbers_of(&m.name).is_none_or(|n| n.replica_lag_ms.is_none()));
    missing.extend(lagless.map(|m| format!("replica lag of {}", m.name)));
    if !missing.is_empty() {
        docket.doubt(format!("not known: {}", words::list(&missing, 4)));
    }
    let Some(numbers) = &state.numbers else { return };
    if let Some(old) = docket.old(numbers.as_of) {
        docket.doubt(format!("its numbers are from {old} ago"));
    }
    for figure in figures {
        let Some(value) = figure.value else { continue };
        let Some(breach) = docket.weigh(figure.rule, value, &about(state)) else { continue };
        let rests = docket.said_by(numbers.origin, figure.at.unwrap_or(numbers.as_of));
        let Figure { name, verb, of, .. } = figure;
        raise(docket, state, breach, Finding::Number { name, verb, member: figure.member.name.clone(), of }, rests);
    }
}

/// The numbers that are held against thresholds: the writer's, and the worst reader's lag where there is one.
fn figures(state: &DatabaseState) -> Vec<Figure<'_>> {
    let Some(writer) = state.writer() else { return Vec::new() };
    let own = state.writer_numbers().cloned().unwrap_or_default();
    let figure = |rule, value, name, verb, sample: Option<Sample>| Figure {
        rule,
        value,
        name,
        verb,
        member: writer,
        of: None,
        at: sample.map(|s| s.at),
    };
    let connections = RuleId::DatabaseConnectionsPercent;
    let memory = (RuleId::DatabaseFreeableMemoryPercent, state.freeable_memory_percent());
    let mut figures = vec![
        Figure {
            of: state.connections().zip(state.max_connections()),
            ..figure(connections, state.connections_percent(), "connections", "", own.connections)
        },
        figure(RuleId::DatabaseCpuPercent, state.cpu_percent(), "CPU", "is at", own.cpu_percent),
        figure(memory.0, memory.1, "free memory", "is", own.freeable_memory_bytes),
    ];
    if let Some((reader, lag)) = worst_lag(state) {
        let figure = figure(RuleId::DatabaseReplicaLagMs, Some(lag.value), "replica lag", "is", Some(lag));
        figures.push(Figure { member: reader, ..figure });
    } else if state.readers().next().is_none() {
        // Without readers there is nothing that lags: what stood is over.
        figures.push(figure(RuleId::DatabaseReplicaLagMs, Some(0.0), "replica lag", "is", own.cpu_percent));
    }
    figures
}

/// The reader that lags most, and its lag in milliseconds.
fn worst_lag(state: &DatabaseState) -> Option<(&Member, Sample)> {
    state
        .readers()
        .filter_map(|m| Some((m, state.numbers_of(&m.name)?.replica_lag_ms?)))
        .filter(|(_, lag)| lag.value.is_finite())
        .reduce(|worst, next| if next.1.value > worst.1.value { next } else { worst })
}

/// Its Global Database: there, and every secondary's lag known.
fn global(docket: &mut Docket<'_>, state: &DatabaseState) {
    let Some(id) = &state.declared.global else { return };
    match &state.global {
        None => docket.doubt(format!("the Global Database {id} has not been told yet")),
        Some(Known { value: None, .. }) => docket.doubt(format!("RDS has no Global Database named {id}")),
        Some(Known { value: Some(facts), .. }) => {
            let secondaries = facts.members.iter().filter(|m| m.role == GlobalRole::Secondary);
            let unknown = secondaries.filter(|m| state.global_lag_ms(&m.region).is_none());
            let unknown: Vec<String> = unknown.map(|m| m.region.clone()).collect();
            if !unknown.is_empty() {
                docket.doubt(format!("not known: the lag of the Global Database to {}", words::list(&unknown, 4)));
            }
        }
    }
}
