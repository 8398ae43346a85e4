//! The sources: all of them, and one with what it feeds.

use super::alert::entry_thing;
use crate::console::pane::listing::{Listing, Table};
use crate::console::pane::sources;
use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::mark;
use crate::console::widget::quantity::{UNKNOWN, clock, count, counted, freshness, until, usd};
use crate::console::widget::words::Words;
use crate::estate::{SourceKey, SourceState};

/// All sources in a few facts.
pub(super) fn summary(scene: &Scene) -> Vec<Block> {
    let all = scene.estate.sources();
    let states = [
        SourceState::Live,
        SourceState::Refused,
        SourceState::Failing,
        SourceState::Paused,
        SourceState::Stale,
        SourceState::Waiting,
    ];
    let said = states.into_iter().filter_map(|state| {
        let n = all.iter().filter(|s| s.state == state).count();
        let role = if state == SourceState::Live { Role::Text } else { Role::Warning };
        let role = if state == SourceState::Waiting { Role::Dim } else { role };
        (n > 0).then(|| Words::of(role, format!("{} {}", count(n), state.word())))
    });
    let calls: u64 = all.iter().map(|s| s.calls).sum();
    let cost: f64 = all.iter().map(|s| s.cost_usd).fold(0.0, |sum, usd| sum + usd);
    vec![
        Block::Fact("sources", Words::joined(said)),
        fact("calls", format!("{} since the start, {}", count(calls), usd(cost))),
        spent(scene),
    ]
}

/// What all calls have cost today, of what they may.
fn spent(scene: &Scene) -> Block {
    let spent = scene.spent;
    let of = spent.cap.map_or_else(|| ", without a cap".to_owned(), |cap| format!(" of {}", usd(cap)));
    let role = if spent.nearly_all() { Role::Warning } else { Role::Text };
    Block::Fact("spent today", Words::of(role, format!("{}{of}", usd(spent.usd))))
}

/// Every source.
pub(super) fn all<'a>(scene: &Scene<'a>) -> Listing<'a> {
    let things = sources::things(scene.estate.sources().iter());
    Listing::new("Sources", Table::Sources, things, "no source: the estate file names nothing to watch")
}

/// One source's facts.
pub(super) fn facts(scene: &Scene, key: &SourceKey) -> Option<Vec<Block>> {
    let source = scene.estate.sources().iter().find(|s| s.key == *key)?;
    let mark = sources::mark(source);
    let role = if mark == Mark::Ok { Role::Text } else { mark::role(mark) };
    let mut out = vec![Block::Fact("state", Words::of(role, source.state.word()))];
    if let Some(error) = &source.error {
        out.push(Block::Fact("error", Words::of(role, error)));
    }
    let as_of = source.as_of.map_or_else(
        || Words::dim("no facts yet"),
        |at| Words::say(format!("{} ago", freshness(at, scene.now))).and(Role::Dim, format!(" at {}", clock(at))),
    );
    out.push(Block::Fact("as of", as_of));
    if let Some(at) = source.next_try_at {
        out.push(fact("next try", format!("in {}, at {}", until(at, scene.now), clock(at))));
    }
    out.push(fact("calls", format!("{} since the start, {}", count(source.calls), usd(source.cost_usd))));
    out.push(Block::Gap);
    out.push(fact("source", key.name.word()));
    out.push(fact("account", key.account.as_deref().unwrap_or(UNKNOWN)));
    out.push(fact("region", key.region.as_deref().unwrap_or(UNKNOWN)));
    if let Some(subject) = &key.subject {
        out.push(fact("subject", subject));
    }
    out.push(fact("feeds", counted(source.feeds.len(), "thing")));
    Some(out)
}

/// What a source feeds.
pub(super) fn listing<'a>(scene: &Scene<'a>, key: &SourceKey, section: usize) -> Option<Listing<'a>> {
    let source = scene.estate.sources().iter().find(|s| s.key == *key).filter(|_| section == 0)?;
    let mut things: Vec<_> = source.feeds.iter().filter_map(|e| entry_thing(scene, e)).collect();
    // An account and its costs are one thing here.
    let mut seen = Vec::new();
    things.retain(|t| {
        let spot = t.spot();
        let new = !seen.contains(&spot);
        seen.push(spot);
        new
    });
    Some(Listing::new("Feeds", Table::Anything, things, "nothing rests on it"))
}
