//! The last line: what the keys do here; while a filter is typed, the filter.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::lists;
use crate::console::keymap::Keymap;
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
    let room = match view.notices.last() {
        Some(notice) if !view.filter.editing => {
            let notice = Words::of(Role::Notice, notice);
            let columns = area.width.saturating_sub(2);
            let x = notice.paint_before(buf, area.right().saturating_sub(1), area.y, columns, theme);
            usize::from(x.saturating_sub(area.x)).saturating_sub(3)
        }
        _ => room,
    };
    for hint in keys.hints(view) {
        let words = Words::of(Role::Key, &hint.key).and(Role::KeyHint, format!(" {}", hint.word));
        if used + words.width() > room {
            break;
        }
        let x = area.x + 1 + u16::try_from(used).unwrap_or(u16::MAX);
        used += usize::from(words.paint(buf, x, area.y, area.width.saturating_sub(1), theme)) + 2;
    }
}
