//! The two lines at the top: how the estate is, who we are, what is fed, what it costs, the time; and one sentence.
//!
//! ```text
//!  Innovate Inc.  ▲ CRITICAL since 19:12      OBSERVE  alice · quarterdeck-observe  14/15 sources  $0.04 today  19:30:12Z
//!  ▲ checkout availability burns 14.6× (page 1h/5m), budget gone in 1 d 6 h · then 3 more
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sentence;
use crate::console::scene::Scene;
use crate::console::theme::{Role, Theme};
use crate::console::widget::mark::{self, level_role};
use crate::console::widget::quantity::{clock, count, moment, usd};
use crate::console::widget::words::Words;
use crate::estate::{AccountState, IdentityState, SourceState};

/// Paints both lines.
pub(super) fn paint(buf: &mut Buffer, area: Rect, scene: &Scene, theme: &Theme) {
    let room = usize::from(area.width.saturating_sub(2));
    let wide = area.width >= 100;
    // By importance; the last goes first. The clock stays where it is.
    let mut right = vec![(0, Words::of(Role::Clock, clock(scene.now)))];
    right.insert(0, spent(scene));
    right.insert(0, (1, sources(scene, wide)));
    right.insert(0, (identity_rank(scene), identity(scene)));
    // While things can be changed, nothing is more important.
    right.insert(0, (if scene.desk.window().is_some() { 0 } else { 2 }, mode(scene, wide)));
    let mut since = true;
    let name = Words::of(Role::HeaderName, scene.estate.name());
    let left = |since: bool| level(scene, theme, since);
    let taken = |right: &[(u8, Words)], since: bool| {
        let parts: usize = right.iter().filter(|(_, w)| !w.is_empty()).map(|(_, w)| w.width() + 2).sum();
        parts + 2 + left(since).width()
    };
    let named = name.width().min(24);
    while taken(&right, since) + named > room {
        let last = right.iter().enumerate().filter(|(_, (rank, _))| *rank > 0).max_by_key(|(_, (rank, _))| *rank);
        match last.map(|(i, (rank, _))| (i, *rank)) {
            Some((i, rank)) if rank >= 2 || !since => {
                right.remove(i);
            }
            Some(_) => since = false,
            None => break,
        }
    }
    let y = area.y;
    let name_room = room.saturating_sub(taken(&right, since));
    let used = name.paint(buf, area.x + 1, y, u16::try_from(name_room).unwrap_or(u16::MAX), theme);
    let gap = if used == 0 { 0 } else { 2 };
    left(since).paint(buf, area.x + 1 + used + gap, y, area.width.saturating_sub(used + gap + 1), theme);
    let mut end = area.right().saturating_sub(1);
    for (_, words) in right.iter().rev().filter(|(_, w)| !w.is_empty()) {
        end = words.paint_before(buf, end, y, area.width, theme).saturating_sub(2);
    }
    if area.height > 1 {
        let columns = area.width.saturating_sub(2);
        let line = match scene.desk.stories() {
            [] => sentence::worst(scene, theme, usize::from(columns)),
            [story, ..] => sentence::story(story, theme),
        };
        line.paint(buf, area.x + 1, y + 1, columns, theme);
    }
}

/// The estate's level: `▲ CRITICAL since 19:12`.
pub(super) fn level(scene: &Scene, theme: &Theme, since: bool) -> Words {
    let level = scene.judgement.level;
    let role = level_role(level);
    let words = mark::glyph(level.into(), theme).and(role, " ").and(role, level.word().to_uppercase());
    match scene.history.level_since() {
        Some((of, at)) if since && of == level => words.and(Role::Dim, format!(" since {}", moment(at, scene.now))),
        _ => words,
    }
}

fn mode(scene: &Scene, wide: bool) -> Words {
    let observe = match scene.desk.window() {
        None => Words::of(Role::ModeObserve, "OBSERVE"),
        Some(window) => {
            let left = window.closes_at().duration_since(scene.now).as_secs().max(0);
            let reason = crate::gate::fit(window.reason(), 20);
            Words::of(Role::ModeWrite, format!(" WRITE {}:{:02} left ", left / 60, left % 60))
                .and(Role::Dim, format!(" {reason}"))
        }
    };
    match scene.demo {
        Some(scenario) if wide => Words::of(Role::ModeDemo, "DEMO ").and(Role::Dim, scenario).plus("  ").then(observe),
        Some(_) => Words::of(Role::ModeDemo, "DEMO").plus("  ").then(observe),
        None => observe,
    }
}

/// What the console's own calls have cost today, of what they may; the more important the less is left.
fn spent(scene: &Scene) -> (u8, Words) {
    let spent = scene.spent;
    let (rank, role) = if spent.nearly_all() { (2, Role::Warning) } else { (4, Role::Dim) };
    let cap = spent.cap.map_or_else(String::new, |cap| format!(" of {}", usd(cap)));
    (rank, Words::of(role, format!("{}{cap} today", usd(spent.usd))))
}

fn sources(scene: &Scene, wide: bool) -> Words {
    let all = scene.estate.sources();
    let live = all.iter().filter(|s| s.state == SourceState::Live).count();
    let failing = all.iter().any(|s| !matches!(s.state, SourceState::Live | SourceState::Waiting));
    let role = if failing { Role::Warning } else { Role::Dim };
    Words::of(role, format!("{}/{}", count(live), count(all.len())))
        .and(Role::Dim, if wide { " sources" } else { " src" })
}

/// The account whose identity is least proven; of equals the first.
fn weakest<'a>(scene: &Scene<'a>) -> Option<&'a AccountState> {
    let weakness = |a: &AccountState| match a.identity_state() {
        Some(IdentityState::Mismatch) => 5,
        Some(IdentityState::Denied) => 4,
        Some(IdentityState::Expired) => 3,
        Some(IdentityState::Unreachable) => 2,
        None => 1,
        Some(IdentityState::Verified) => 0,
    };
    scene.estate.accounts().iter().rev().max_by_key(|a| weakness(a))
}

/// An identity that is not proven is more important than one that is.
fn identity_rank(scene: &Scene) -> u8 {
    if weakest(scene).is_some_and(|a| !a.verified() && a.identity.is_some()) { 1 } else { 3 }
}

/// Who we are: `alice · quarterdeck-observe`, or whose identity is not proven.
fn identity(scene: &Scene) -> Words {
    let Some(account) = weakest(scene) else { return Words::none() };
    let name = &account.declared.name;
    match account.identity.as_ref().map(|k| &k.value) {
        None => Words::dim("identity not proven yet"),
        Some(i) if i.state == IdentityState::Verified => {
            i.arn.as_deref().map_or_else(Words::none, |arn| Words::dim(who(arn)))
        }
        Some(i) if i.state == IdentityState::Mismatch => Words::of(Role::Critical, format!("{name}: WRONG ACCOUNT")),
        Some(i) => Words::of(Role::Warning, format!("{name}: {}", i.state.word())),
    }
}

/// An ARN as people say it: `alice · quarterdeck-observe` for a role's session, `alice` for a user.
pub(super) fn who(arn: &str) -> String {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    let mut parts = resource.split('/');
    let kind = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let text = match (kind, rest.as_slice()) {
        ("assumed-role", [role, .., session]) => format!("{session} · {role}"),
        (_, [.., name]) => (*name).to_owned(),
        (kind, []) => kind.to_owned(),
    };
    crate::gate::fit(&text, 40)
}

#[cfg(test)]
mod tests {
    use super::who;

    #[test]
    fn arns_as_people_say_them() {
        for (arn, want) in [
            ("arn:aws:sts::111122223333:assumed-role/quarterdeck-observe/alice", "alice · quarterdeck-observe"),
            ("arn:aws:iam::111122223333:user/team/alice", "alice"),
            ("arn:aws:iam::111122223333:root", "root"),
            ("nonsense", "nonsense"),
            ("", ""),
        ] {
            assert_eq!(who(arn), want);
        }
    }
}
