//! Where the parts of a page stand: the facts, and beside or below them the section that has the focus.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Titles;
use crate::console::theme::{Role, Theme};
use crate::console::view::{Spot, View};
use crate::console::widget::facts::{self, Block};
use crate::console::widget::quantity::count;
use crate::console::widget::words::Words;

/// From this width on the facts stand beside the list.
pub(super) const BESIDE: u16 = 150;

/// Whether charts stand above the lists of a page.
pub(super) fn roomy((width, height): (u16, u16)) -> bool {
    width >= BESIDE && height >= 40
}

/// Where a page is on a terminal of that size: below the header, above the footer.
pub(super) fn body((width, height): (u16, u16)) -> Rect {
    Rect::new(0, 2, width, height.saturating_sub(3))
}

/// The facts' box and the section's, if there is one.
pub(super) fn split(area: Rect, blocks: &[Block], titles: &Titles) -> (Rect, Option<Rect>) {
    if titles.names.is_empty() {
        return (area, None);
    }
    if area.width >= BESIDE {
        let left = (area.width * 2 / 5).min(90);
        let facts = Rect { width: left, ..area };
        return (facts, Some(Rect { x: area.x + left, width: area.width - left, ..area }));
    }
    let wanted = facts::height(blocks, usize::from(area.width.saturating_sub(4)));
    let wanted = u16::try_from(wanted).unwrap_or(u16::MAX).saturating_add(2);
    // A picture needs more rows than a list.
    let kept = if titles.pictures > 0 { area.height * 3 / 5 } else { area.height / 2 };
    let most = area.height.saturating_sub(kept.max(6)).max(3);
    let height = wanted.min(most).min(area.height);
    let facts = Rect { height, ..area };
    (facts, Some(Rect { y: area.y + height, height: area.height - height, ..area }))
}

/// Whether the facts are longer than their box.
pub(super) fn cut(area: Rect, blocks: &[Block], titles: &Titles) -> bool {
    let (facts, _) = split(area, blocks, titles);
    let room = facts.height.saturating_sub(2);
    facts::height(blocks, usize::from(facts.width.saturating_sub(4))) > usize::from(room)
}

/// What is inside a box's border.
pub(super) fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: area.height.saturating_sub(2) }
}

/// A line of room to the left and to the right.
pub(super) fn padded(area: Rect) -> Rect {
    if area.width < 3 { area } else { Rect { x: area.x + 1, width: area.width - 2, ..area } }
}

/// The facts as the lines of one column over the whole page.
pub(super) fn lines(blocks: &[Block], area: Rect) -> Vec<Words> {
    facts::lines(blocks, usize::from(area.width.saturating_sub(4)).max(1))
}

/// The line on which the cursor stands.
fn at(view: &View, lines: usize) -> usize {
    match view.selected.get(&view.list()) {
        Some(Spot::Line(n)) => (*n).min(lines.saturating_sub(1)),
        _ => 0,
    }
}

/// Where one is among so many lines.
pub(super) fn place(view: &View, lines: usize) -> Words {
    Words::dim(format!("{}/{}", count(at(view, lines) + 1), count(lines)))
}

/// Paints lines by screenfuls, with a cursor that goes from line to line where they do not fit.
pub(super) fn paint_lines(buf: &mut Buffer, area: Rect, view: &View, lines: &[Words], long: bool, theme: &Theme) {
    let at = at(view, lines.len());
    let room = usize::from(area.height).max(1);
    let first = if long { (at / room * room).min(lines.len().saturating_sub(room)) } else { 0 };
    for ((n, line), y) in lines.iter().enumerate().skip(first).zip(area.top()..area.bottom()) {
        if long && n == at {
            Words::of(Role::Accent, "▸").paint(buf, area.x, y, 1, theme);
        }
        line.paint(buf, area.x + 1, y, area.width.saturating_sub(1), theme);
    }
}
