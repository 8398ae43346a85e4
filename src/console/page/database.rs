//! A database: what RDS says of it, its Global Database; its members.

use super::common;
use crate::console::pane::clusters::status;
use crate::console::pane::databases::{self, lag_of, number};
use crate::console::pane::listing::{Listing, Table};
use crate::console::pane::standing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::quantity::{UNKNOWN, bytes, count, freshness, known, millis, percent, plain};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{DatabaseState, EntryRef, GlobalRole, MemberRole, Sample};

/// The lists of its page.
pub(super) fn titles(scene: &Scene, name: &str) -> Vec<(&'static str, Option<usize>)> {
    let members = scene.estate.database(name).and_then(|d| d.described()).map(|d| d.members.len());
    let alerts = standing::alerts(scene, &EntryRef::Database(name.to_owned())).count();
    vec![("Members", members), ("Sources", None), ("Alerts", Some(alerts))]
}

/// One list of its page.
pub(super) fn listing<'a>(scene: &Scene<'a>, name: &str, section: usize) -> Option<Listing<'a>> {
    let database = scene.estate.database(name)?;
    let entry = EntryRef::Database(name.to_owned());
    match section {
        0 => {
            let empty = match &database.facts {
                Some(known) if known.value.is_none() => "RDS does not have this cluster".to_owned(),
                Some(_) => "it has no member".to_owned(),
                None => standing::doubt(scene, &entry).map_or_else(|| "not known".to_owned(), |d| d.text()),
            };
            Some(Listing::new("Members", Table::Members, databases::members(database), empty))
        }
        1 => Some(common::sources_of(scene, &entry)),
        2 => Some(common::alerts_of(scene, &entry)),
        _ => None,
    }
}

const REGIONS: [Column; 4] =
    [Column::word("region", 0), Column::word("role", 0), Column::number("lag", 0), Column::number("as of", 1)];

/// Its facts.
pub(super) fn facts(scene: &Scene, name: &str) -> Option<Vec<Block>> {
    let database = scene.estate.database(name)?;
    let declared = &database.declared;
    let entry = EntryRef::Database(name.to_owned());
    let mut out = common::verdict(scene, &entry);
    match database.described() {
        Some(facts) => {
            out.push(Block::Fact("status", status(&facts.status, "available").tinted(Role::Text)));
            out.push(fact("engine", format!("{} {}", facts.engine, facts.version.as_deref().unwrap_or(UNKNOWN))));
            if facts.acu_min.is_some() || facts.acu_max.is_some() {
                let (min, max) = (known(facts.acu_min, plain), known(facts.acu_max, plain));
                out.push(fact("capacity", format!("{min} to {max} ACU")));
            }
            out.push(fact("connections", most_connections(database)));
        }
        None if database.facts.is_some() => {
            let text = format!("RDS does not have a cluster {}", declared.cluster);
            out.push(Block::Fact("status", Words::of(Role::Unknown, text)));
        }
        None => out.push(Block::Fact("status", Words::dim(UNKNOWN))),
    }
    out.extend(common::courses(scene, &entry));
    if let Some(id) = &declared.global {
        out.push(Block::Gap);
        out.extend(global(scene, database, id));
    }
    out.push(Block::Gap);
    out.push(fact("account", &declared.account));
    out.push(fact("region", &declared.region));
    out.push(fact("cluster", &declared.cluster));
    if let Some(arn) = database.described().and_then(|d| d.arn.as_deref()) {
        out.push(fact("arn", arn));
    }
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &entry));
    Some(out)
}

fn most_connections(database: &DatabaseState) -> String {
    let writer = database.described().and_then(|d| d.members.iter().find(|m| m.role == MemberRole::Writer));
    match (database.declared.max_connections, writer.and_then(|w| databases::most_connections(database, w))) {
        (Some(most), _) => format!("at most {}, as the estate file says", count(most)),
        (None, Some(most)) => format!("at most {}, by the writer's class", databases::whole(most)),
        (None, None) => "the most there may be is not known: set max_connections in the estate file".to_owned(),
    }
}

fn global(scene: &Scene, database: &DatabaseState, id: &str) -> Vec<Block> {
    let Some(facts) = database.described_global() else {
        let text = if database.global.is_some() { "RDS does not have it" } else { UNKNOWN };
        return vec![Block::Fact("global", Words::say(id).and(Role::Unknown, format!(" {text}")))];
    };
    let doing = facts.failover_state.as_deref().map_or_else(|| Words::dim("steady"), |s| Words::of(Role::Warning, s));
    let rows = facts.members.iter().map(|m| {
        let sample = database.lags.as_ref().and_then(|k| k.value.get(&m.region));
        let lag = match m.role {
            GlobalRole::Primary => Words::none(),
            GlobalRole::Secondary => number(lag_of(database, &m.region), millis, None),
        };
        vec![
            Words::say(&m.region),
            Words::dim(if m.role == GlobalRole::Primary { "primary" } else { "secondary" }),
            lag,
            sample.map_or_else(Words::none, |s| Words::dim(format!("{} ago", freshness(s.at, scene.now)))),
        ]
    });
    vec![
        Block::Fact("global", Words::say(&facts.id).and(Role::Dim, " · ").then(doing)),
        Block::Grid(&REGIONS, rows.collect()),
    ]
}

/// A member's facts.
pub(super) fn member_facts(scene: &Scene, database: &str, name: &str) -> Option<Vec<Block>> {
    let database = scene.estate.database(database)?;
    let member = database.described()?.members.iter().find(|m| m.name == name)?;
    let numbers = database.numbers_of(name);
    let dated = |label: &'static str, pick: Option<Sample>, write: fn(f64) -> String| {
        let words = pick.map_or_else(
            || Words::dim(UNKNOWN),
            |s| Words::say(write(s.value)).and(Role::Dim, format!("  {} ago", freshness(s.at, scene.now))),
        );
        Block::Fact(label, words)
    };
    let role = if member.role == MemberRole::Writer { "writer" } else { "reader" };
    let mut out = vec![
        Block::Fact("status", member.status.as_deref().map_or_else(|| Words::dim(UNKNOWN), |s| status(s, "available"))),
        fact("role", role),
        fact("class", member.class.as_deref().unwrap_or(UNKNOWN)),
        fact("zone", member.az.as_deref().unwrap_or(UNKNOWN)),
        fact("promotion", member.promotion_tier.map_or_else(|| UNKNOWN.to_owned(), |t| format!("tier {t}"))),
        Block::Gap,
        dated("CPU", numbers.and_then(|n| n.cpu_percent), percent),
        dated("connections", numbers.and_then(|n| n.connections), databases::whole),
        dated("free memory", numbers.and_then(|n| n.freeable_memory_bytes), bytes),
    ];
    if member.role == MemberRole::Reader {
        out.push(dated("replica lag", numbers.and_then(|n| n.replica_lag_ms), millis));
    }
    if member.class.as_deref() == Some("db.serverless") {
        out.push(dated("capacity", numbers.and_then(|n| n.acu), crate::console::widget::quantity::acu));
    }
    out.push(Block::Gap);
    out.push(fact("database", &database.declared.name));
    out.push(common::fed_by(scene, &database.entry()));
    Some(out)
}
