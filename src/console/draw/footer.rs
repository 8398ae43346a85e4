//! The last line: what the keys do here; while a filter is typed, the filter.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::lists;
use crate::console::action::Action;
use crate::console::keymap::{Hint, Keymap};
use crate::console::scene::Scene;
use crate::console::theme::{Role, Theme};
use crate::console::view::View;
use crate::console::widget::quantity::count;
use crate::console::widget::words::Words;

/// Paints the last line.
pub(super) fn paint(buf: &mut Buffer, area: Rect, scene: &Scene, view: &View, theme: &Theme, keys: &Keymap) {
    let room = usize::from(area.width.saturating_sub(2));
    let mut used = 0;
    if view.filter.editing {
        let found = lists::focused(scene, view).map(|l| format!("{} of {}", count(l.things.len()), count(l.all)));
        let input = Words::of(Role::Filter, format!("/{}", view.filter.text))
            .and(Role::FilterCursor, " ")
            .and(Role::Dim, format!("  {}", found.unwrap_or_default()));
        used = usize::from(input.paint(buf, area.x + 1, area.y, area.width.saturating_sub(2), theme)) + 3;
    }
    if !view.pending.is_empty() {
        let pending = Words::of(Role::KeyPending, format!("{} …", view.pending));
        used = usize::from(pending.paint(buf, area.x + 1, area.y, area.width.saturating_sub(2), theme)) + 2;
    }
    let words = |hint: &Hint| Words::of(Role::Key, &hint.key).and(Role::KeyHint, format!(" {}", hint.word));
    let mut hints = keys.hints(view);
    let wide = |hints: &[&Hint]| hints.iter().map(|h| words(h).width() + 2).sum::<usize>();
    let kept: Vec<&Hint> = hints.iter().filter(|h| rank(h.action) <= KEPT).collect();
    let room = match view.notices.last() {
        Some(notice) if !view.filter.editing => {
            let notice = Words::of(Role::Notice, notice);
            let columns = u16::try_from(room.saturating_sub(used + wide(&kept))).unwrap_or(u16::MAX);
            let x = notice.paint_before(buf, area.right().saturating_sub(1), area.y, columns, theme);
            usize::from(x.saturating_sub(area.x)).saturating_sub(3)
        }
        _ => room,
    };
    // The least useful goes first; the way out and the help stay.
    while used + wide(&hints.iter().collect::<Vec<_>>()) > room + 2 {
        let Some(least) = (0..hints.len()).max_by_key(|&i| rank(hints[i].action)) else { break };
        hints.remove(least);
    }
    for words in hints.iter().map(words) {
        let x = area.x + 1 + u16::try_from(used).unwrap_or(u16::MAX);
        used += usize::from(words.paint(buf, x, area.y, area.width.saturating_sub(1), theme)) + 2;
    }
}

/// Hints up to this rank have their place before anything else.
const KEPT: u8 = 1;

/// How soon a hint gives way to the others: the highest first. What the help lists is found there; the help itself and
/// the way back are found nowhere else.
fn rank(action: Action) -> u8 {
    match action {
        Action::Help => 0,
        Action::Close | Action::Cancel => 1,
        Action::Confirm | Action::Accept => 2,
        Action::Open => 3,
        Action::Act | Action::Undo | Action::Replan => 4,
        Action::Why => 5,
        Action::NextPane => 6,
        Action::Filter => 7,
        Action::Copy => 8,
        Action::Sources => 9,
        Action::Window => 10,
        _ => 11,
    }
}
