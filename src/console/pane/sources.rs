//! The sources of facts: how each is doing, how old its facts are, when it tries again, what it costs.

use super::row::Row;
use super::standing::gravity;
use super::thing::Thing;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::mark;
use crate::console::widget::quantity::{count, freshness, known, until, usd};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{SourceRecord, SourceState};

/// Name, account, place, state, age, error, next try, calls, cost.
pub const COLUMNS: [Column; 9] = [
    Column::word("source", 0),
    Column::name("of"),
    Column::word("account", 3),
    Column::word("state", 0).least(7),
    Column::number("age", 1).least(7),
    Column::number("next try", 4),
    Column::number("calls", 5),
    Column::number("cost", 6),
    Column::prose("error", 2, 20),
];

/// Sources, the gravest state first, then in the order in which they were made known.
pub fn things<'a>(sources: impl Iterator<Item = &'a SourceRecord>) -> Vec<Thing<'a>> {
    let mut out: Vec<&SourceRecord> = sources.collect();
    out.sort_by_key(|s| std::cmp::Reverse(gravity(s.state)));
    out.into_iter().map(Thing::Source).collect()
}

/// A source's mark.
pub fn mark(source: &SourceRecord) -> Mark {
    match source.state {
        SourceState::Live if source.error.is_none() => Mark::Ok,
        SourceState::Paused if source.as_of.is_some() => Mark::Stale,
        SourceState::Live | SourceState::Waiting | SourceState::Paused => Mark::Unknown,
        SourceState::Stale => Mark::Stale,
        SourceState::Failing => Mark::Warning,
        SourceState::Refused => Mark::Critical,
    }
}

/// A source's row.
pub fn row(scene: &Scene, source: &SourceRecord) -> Row {
    let mark = mark(source);
    let key = &source.key;
    let place = key.subject.as_deref().or(key.region.as_deref());
    let state_role = if mark == Mark::Ok { Role::Dim } else { mark::role(mark) };
    Row::new(
        mark,
        vec![
            Words::say(key.name.word()),
            Words::say(place.unwrap_or_default()),
            Words::dim(key.account.as_deref().unwrap_or_default()),
            Words::of(state_role, source.state.word()),
            Words::dim(known(source.as_of, |at| freshness(at, scene.now))),
            source.next_try_at.map_or_else(Words::none, |at| Words::dim(format!("in {}", until(at, scene.now)))),
            Words::dim(count(source.calls)),
            Words::dim(usd(source.cost_usd)),
            source.error.as_deref().map_or_else(Words::none, |e| Words::of(state_role, e)),
        ],
    )
}
