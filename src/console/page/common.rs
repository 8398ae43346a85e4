//! What the pages of entries share: how the entry stands and why, and the sources it rests on.

use crate::console::pane::listing::{Listing, Table};
use crate::console::pane::thing::Thing;
use crate::console::pane::{courses, sources, standing};
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::Block;
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{age, count, freshness, moment};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, SourceRecord, SourceState};
use crate::judge::{Alert, Level};

/// So many alerts are told among the facts; the page's list of alerts holds them all.
const TOLD: usize = 5;

/// The entry's level, its worst alerts with their reasons, and every doubt.
pub(super) fn verdict(scene: &Scene, entry: &EntryRef) -> Vec<Block> {
    let level = standing::level(scene, entry);
    let mut out = vec![Block::Fact("level", Words::of(level_role(level), level.word()))];
    out.extend(standing::alerts(scene, entry).take(TOLD).map(|a| why(scene, a)));
    let more = standing::alerts(scene, entry).count().saturating_sub(TOLD);
    if more > 0 {
        let alerts = if more == 1 { "alert" } else { "alerts" };
        out.push(Block::Fact("and", Words::dim(format!("{} more {alerts}, in the list of alerts", count(more)))));
    }
    let doubts = scene.judgement.verdict(entry).map(|v| v.doubts.as_slice()).unwrap_or_default();
    out.extend(doubts.iter().map(|d| Block::Fact("not known", Words::of(Role::Unknown, d))));
    if doubts.is_empty()
        && level == Level::Unknown
        && let Some(doubt) = standing::doubt(scene, entry)
    {
        out.push(Block::Fact("not known", doubt));
    }
    out
}

/// The entry's numbers with their courses, as a table; nothing where it has none.
pub(super) fn courses(scene: &Scene, entry: &EntryRef) -> Vec<Block> {
    let rows = courses::table(scene, entry);
    if rows.is_empty() { Vec::new() } else { vec![Block::Gap, Block::Grid(&courses::COLUMNS, rows)] }
}

/// Why an alert stands, and since when.
pub(super) fn why(scene: &Scene, alert: &Alert) -> Block {
    let since = format!(" Since {} ({}).", moment(alert.since, scene.now), age(alert.since, scene.now));
    let text = alert.why(scene.now);
    Block::Fact(
        "why",
        Words::of(level_role(alert.level), alert.level.word()).plus(format!(" {text}")).and(Role::Dim, since),
    )
}

const SOURCES: [Column; 4] =
    [Column::name("source"), Column::word("state", 0), Column::number("as of", 0), Column::prose("error", 1, 16)];

/// The sources an entry rests on, each with the age of what it said.
pub(super) fn fed_by(scene: &Scene, entry: &EntryRef) -> Block {
    let rows = scene.estate.feeding(entry).map(|s| {
        let live = s.state == SourceState::Live;
        vec![
            Words::dim(standing::short_source(&s.key)),
            Words::of(if live { Role::Dim } else { Role::Unknown }, s.state.word()),
            s.as_of.map_or_else(|| Words::dim("–"), |at| Words::dim(format!("{} ago", freshness(at, scene.now)))),
            s.error.as_deref().map_or_else(Words::none, |e| Words::of(Role::Unknown, e)),
        ]
    });
    Block::Grid(&SOURCES, rows.collect())
}

/// The list of an entry's sources; an account's are all that speak for it.
pub(super) fn sources_of<'a>(scene: &Scene<'a>, entry: &EntryRef) -> Listing<'a> {
    let account = if let EntryRef::Account(name) | EntryRef::Costs(name) = entry { Some(name) } else { None };
    let speaks = |s: &&SourceRecord| account.is_some() && s.key.account.as_ref() == account;
    let of_entry = scene.estate.sources().iter().filter(|s| s.feeds.contains(entry) || speaks(s));
    Listing::new("Sources", Table::Sources, sources::things(of_entry), "no source feeds it")
}

/// The list of an entry's alerts.
pub(super) fn alerts_of<'a>(scene: &Scene<'a>, entry: &EntryRef) -> Listing<'a> {
    alerts(standing::alerts(scene, entry))
}

/// A list of alerts about one thing.
pub(super) fn alerts<'a>(alerts: impl Iterator<Item = &'a Alert>) -> Listing<'a> {
    Listing::new("Alerts", Table::Alerts, alerts.map(Thing::Alert).collect(), "no rule is broken")
}
