//! The databases: writer, load, lag, and the Global Database; and their members.

use super::clusters::{status, worst};
use super::row::Row;
use super::standing::{self, number_role};
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::quantity::{UNKNOWN, bytes, count, known, millis, percent, plain};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{DatabaseState, GlobalRole, Member, MemberNumbers, MemberRole, Sample, capacity};
use crate::judge::{Level, RuleId};

/// Name, writer, CPU, connections, lag, global lag; more where there is room.
pub const COLUMNS: [Column; 12] = [
    Column::name("name"),
    Column::word("writer", 3),
    Column::number("CPU", 0).least(5),
    Column::number("conn", 0).least(5),
    Column::number("lag", 1).least(7),
    Column::number("global", 2).least(7),
    Column::number("free mem", 20).least(8),
    Column::number("ACU", 21).least(4),
    Column::prose("worst", 4, 16),
    Column::word("account", 23),
    Column::word("region", 22),
    Column::number("", 1),
];

/// A member: what it does, where, and its numbers.
pub const MEMBER_COLUMNS: [Column; 11] = [
    Column::name("member"),
    Column::word("role", 0),
    Column::word("class", 4),
    Column::word("zone", 3),
    Column::number("tier", 7),
    Column::number("CPU", 0).least(5),
    Column::number("conn", 1).least(5),
    Column::number("free mem", 5).least(8),
    Column::number("lag", 2).least(7),
    Column::number("ACU", 6).least(4),
    Column::word("status", 1),
];

/// The databases, worst first, then in the file's order.
pub fn things<'a>(scene: &Scene<'a>) -> Vec<Thing<'a>> {
    let mut out: Vec<&DatabaseState> = scene.estate.databases().iter().collect();
    out.sort_by_cached_key(|d| std::cmp::Reverse(standing::level(scene, &d.entry())));
    out.into_iter().map(Thing::Database).collect()
}

/// A database's row.
pub fn row(scene: &Scene, database: &DatabaseState) -> Row {
    let entry = database.entry();
    let mark = standing::mark(scene, &entry);
    let name = Words::say(&database.declared.name);
    if database.described().is_none() && database.numbers.is_none() {
        return Row::new(mark, vec![name]).remarked(1, standing::doubt(scene, &entry));
    }
    let level = |rule: RuleId| standing::alerts(scene, &entry).find(|a| a.rule == rule).map(|a| a.level);
    let writer = database.described().and_then(|d| d.members.iter().find(|m| m.role == MemberRole::Writer));
    let numbers = writer.and_then(|w| database.numbers_of(&w.name));
    let value = |pick: fn(&MemberNumbers) -> Option<Sample>| numbers.and_then(pick).map(|s| s.value);
    let cells = vec![
        name,
        writer.map_or_else(
            || Words::dim(UNKNOWN),
            |w| {
                Words::say(&w.name)
                    .and(Role::Dim, w.az.as_deref().map(|az| format!(" {}", zone(az))).unwrap_or_default())
            },
        ),
        number(value(|n| n.cpu_percent), percent, level(RuleId::DatabaseCpuPercent)),
        connections(database, writer, level(RuleId::DatabaseConnectionsPercent)),
        number(worst_lag(database), millis, level(RuleId::DatabaseReplicaLagMs)),
        global(database),
        free_memory(database, writer, level(RuleId::DatabaseFreeableMemoryPercent)),
        value(|n| n.acu).map_or_else(Words::none, |v| Words::say(plain(v))),
        worst(scene, &entry),
        Words::dim(&database.declared.account),
        Words::dim(&database.declared.region),
        standing::old(scene, &entry),
    ];
    let doubt = standing::reason(scene, &entry);
    let quiet = mark == Mark::Ok || database.described().is_some_and(|d| d.status == "available");
    let facts = database.described();
    let about = facts.map_or_else(Words::none, |f| {
        Words::joined([
            Words::dim(format!("{} {}", f.engine, f.version.as_deref().unwrap_or(UNKNOWN))),
            status(&f.status, "available"),
        ])
    });
    let readers = Words::joined(
        facts
            .into_iter()
            .flat_map(|f| &f.members)
            .filter(|m| m.role == MemberRole::Reader)
            .map(|m| reader(database, m)),
    );
    let row = Row::new(mark, cells).because(doubt);
    // On a quiet day the course tells most; else what the service says.
    if quiet {
        row.traced(entry).detailed([readers, about])
    } else {
        row.detailed([about]).traced(entry).detailed([readers])
    }
}

fn reader(database: &DatabaseState, member: &Member) -> Words {
    let lag = database.numbers_of(&member.name).and_then(|n| n.replica_lag_ms).map(|s| millis(s.value));
    let zone = member.az.as_deref().map(|az| format!(" {}", zone(az))).unwrap_or_default();
    Words::dim(format!("reader {}{zone} lag {}", member.name, lag.as_deref().unwrap_or(UNKNOWN)))
}

/// A number, in the role of the alert that rests on it.
pub fn number(value: Option<f64>, write: fn(f64) -> String, level: Option<Level>) -> Words {
    match value {
        Some(value) => Words::of(number_role(level), write(value)),
        None => Words::dim(UNKNOWN),
    }
}

/// The zone without its region: `1a`.
pub fn zone(az: &str) -> &str {
    az.rsplit('-').next().unwrap_or(az)
}

/// The connections that count as 100 % for a member; none where that is not known.
pub fn most_connections(database: &DatabaseState, member: &Member) -> Option<f64> {
    let facts = database.described()?;
    let class = member.class.as_deref().unwrap_or_default();
    capacity::max_connections(database.declared.max_connections, &facts.engine, class, facts.acu_min, facts.acu_max)
        .filter(|most| *most > 0.0)
}

/// Connections as a share of the most there may be; the plain count where that is not known.
fn connections(database: &DatabaseState, member: Option<&Member>, level: Option<Level>) -> Words {
    let open = member.and_then(|m| database.numbers_of(&m.name)?.connections).map(|s| s.value);
    let Some(open) = open else { return Words::dim(UNKNOWN) };
    match member.and_then(|m| most_connections(database, m)) {
        Some(most) => Words::of(number_role(level), percent(open / most * 100.0)),
        None => Words::of(number_role(level), whole(open)),
    }
}

/// A count that a service sends as a fraction.
pub fn whole(value: f64) -> String {
    // A count of connections or events: not negative, and far below what the cast can hold.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count that was sent as a float")]
    if value.is_finite() { count(value.round().max(0.0) as u64) } else { UNKNOWN.to_owned() }
}

/// Freeable memory as a share of the member's; the plain bytes where its class is not known.
fn free_memory(database: &DatabaseState, member: Option<&Member>, level: Option<Level>) -> Words {
    let free = member.and_then(|m| database.numbers_of(&m.name)?.freeable_memory_bytes).map(|s| s.value);
    let Some(free) = free else { return Words::dim(UNKNOWN) };
    let class = member.and_then(|m| m.class.as_deref()).unwrap_or_default();
    let acu_max = database.described().and_then(|d| d.acu_max);
    match capacity::freeable_memory_percent(free, class, acu_max) {
        Some(share) => Words::of(number_role(level), percent(share)),
        None => Words::of(number_role(level), bytes(free)),
    }
}

/// The lag of the reader that is furthest behind, milliseconds; none without a reader or a number.
pub fn worst_lag(database: &DatabaseState) -> Option<f64> {
    let readers = database.described()?.members.iter().filter(|m| m.role == MemberRole::Reader);
    let lags = readers.filter_map(|m| database.numbers_of(&m.name)?.replica_lag_ms.map(|s| s.value));
    lags.max_by(f64::total_cmp)
}

/// The Global Database in a word: what it is doing, else the worst lag of its other regions.
fn global(database: &DatabaseState) -> Words {
    if database.declared.global.is_none() {
        return Words::dim(UNKNOWN);
    }
    let Some(facts) = database.described_global() else { return Words::dim(UNKNOWN) };
    if let Some(doing) = &facts.failover_state {
        return Words::of(Role::Warning, doing);
    }
    let secondaries = facts.members.iter().filter(|m| m.role == GlobalRole::Secondary);
    let lags = secondaries.filter_map(|m| lag_of(database, &m.region));
    number(lags.max_by(f64::total_cmp), millis, None)
}

/// The replication lag of a region, milliseconds.
pub fn lag_of(database: &DatabaseState, region: &str) -> Option<f64> {
    database.lags.as_ref().and_then(|k| k.value.get(region)).map(|s| s.value)
}

/// A member's row.
pub fn member_row(scene: &Scene, database: &DatabaseState, member: &Member) -> Row {
    let numbers = database.numbers_of(&member.name);
    let value = |pick: fn(&MemberNumbers) -> Option<Sample>| numbers.and_then(pick).map(|s| s.value);
    let word = |text: Option<&str>| Words::dim(text.unwrap_or(UNKNOWN));
    let role = match member.role {
        MemberRole::Writer => Words::of(Role::Strong, "writer"),
        MemberRole::Reader => Words::say("reader"),
    };
    let lag = match member.role {
        MemberRole::Writer => Words::none(),
        MemberRole::Reader => number(value(|n| n.replica_lag_ms), millis, None),
    };
    let mark = match member.status.as_deref() {
        _ if standing::mark(scene, &database.entry()) == Mark::Stale => Mark::Stale,
        Some("available") => Mark::Ok,
        Some(_) => Mark::Warning,
        None => Mark::Unknown,
    };
    Row::new(
        mark,
        vec![
            Words::say(&member.name),
            role,
            word(member.class.as_deref()),
            word(member.az.as_deref()),
            Words::dim(known(member.promotion_tier, count)),
            number(value(|n| n.cpu_percent), percent, None),
            connections(database, Some(member), None),
            free_memory(database, Some(member), None),
            lag,
            value(|n| n.acu).map_or_else(Words::none, |v| Words::say(plain(v))),
            member.status.as_deref().map_or_else(|| Words::dim(UNKNOWN), |s| status(s, "available")),
        ],
    )
}

/// The members of a database, writer first.
pub fn members(database: &DatabaseState) -> Vec<Thing<'_>> {
    let mut out: Vec<&Member> = database.described().map(|d| d.members.iter().collect()).unwrap_or_default();
    out.sort_by_key(|m| (m.role != MemberRole::Writer, m.promotion_tier.unwrap_or(u32::MAX)));
    out.into_iter().map(|m| Thing::Member(database, m)).collect()
}
