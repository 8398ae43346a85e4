//! A database: its status, and the writer's numbers against their thresholds.

use jiff::Timestamp;

use super::status;
use crate::estate::{DatabaseFacts, DatabaseState, EntryRef, GlobalRole, Known, Member, MemberRole, Sample};
use crate::judge::docket::{Breach, Docket, Ground};
use crate::judge::{Level, RuleId, Subject, words};

/// Judges a database.
pub(in crate::judge) fn database(docket: &mut Docket<'_>, state: &DatabaseState) {
    let declared = &state.declared;
    docket.open(EntryRef::Database(declared.name.clone()), docket.account(&declared.account));
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
        }
    }
}

fn raise(docket: &mut Docket<'_>, state: &DatabaseState, breach: Breach, brief: String, ground: Ground) {
    let declared = &state.declared;
    let subject = format!("{}/{}/{}", declared.account, declared.region, declared.name);
    docket.raise(breach, Subject::Entry(EntryRef::Database(declared.name.clone())), subject, brief, ground);
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
        docket.doubt("it has no writer");
    }
    if level > Level::Ok
        && let Some(breach) = docket.state(RuleId::DatabaseStatus, level)
    {
        let brief = said.first().cloned().unwrap_or_default();
        let ground = Ground::new(format!("RDS says: {}.", words::list(&said, 4)), docket.rests_on(known));
        raise(docket, state, breach, brief, ground);
    }
}

/// One number and how to say it.
struct Figure {
    rule: RuleId,
    value: Option<f64>,
    name: &'static str,
    /// The sentence up to the value.
    why: String,
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
    for figure in figures {
        let Some(value) = figure.value else { continue };
        let Some(breach) = docket.weigh(figure.rule, value) else { continue };
        let value = words::measure(value, breach.rule.unit);
        let source = docket.said_by(docket.estate.origin_of(numbers), figure.at.unwrap_or(numbers.as_of));
        let ground = Ground::new(format!("{} {value}, {}.", figure.why, breach.against()), source);
        raise(docket, state, breach, format!("{} {value}", figure.name), ground);
    }
}

/// The numbers that are held against thresholds: the writer's, and the worst reader's lag where there is one.
fn figures(state: &DatabaseState) -> Vec<Figure> {
    let Some(writer) = state.writer() else { return Vec::new() };
    let own = state.writer_numbers().cloned().unwrap_or_default();
    let figure =
        |rule, value, name, why, sample: Option<Sample>| Figure { rule, value, name, why, at: sample.map(|s| s.at) };
    let connections = match (state.connections(), state.max_connections()) {
        (Some(n), Some(max)) => {
            format!("{} has {} connections of {} at most,", writer.name, words::number(n), words::number(max))
        }
        _ => String::new(),
    };
    let mut figures = vec![
        figure(
            RuleId::DatabaseConnectionsPercent,
            state.connections_percent(),
            "connections",
            connections,
            own.connections,
        ),
        figure(
            RuleId::DatabaseCpuPercent,
            state.cpu_percent(),
            "CPU",
            format!("The CPU of {} is at", writer.name),
            own.cpu_percent,
        ),
        figure(
            RuleId::DatabaseFreeableMemoryPercent,
            state.freeable_memory_percent(),
            "free memory",
            format!("The free memory of {} is", writer.name),
            own.freeable_memory_bytes,
        ),
    ];
    if let Some((reader, lag)) = worst_lag(state) {
        let why = format!("The replica lag of {} is", reader.name);
        figures.push(figure(RuleId::DatabaseReplicaLagMs, Some(lag.value), "replica lag", why, Some(lag)));
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
