//! A box with rounded corners: its title, and where one is in its list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::words::Words;
use crate::console::theme::{Role, Theme};

/// Wipes what is painted in the middle of an area, to make room for a box of that size; the area has room for it.
pub fn clear_middle(buf: &mut Buffer, area: Rect, width: u16, height: u16) -> Rect {
    let middle = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    for y in middle.top()..middle.bottom() {
        for x in middle.left()..middle.right() {
            buf[(x, y)].reset();
        }
    }
    middle
}

/// What stands on a box's border.
#[derive(Debug, Clone, Default)]
pub struct PaneBox {
    /// On the upper border, to the left.
    pub title: Words,
    /// On the upper border, to the right.
    pub corner: Words,
    /// On the lower border, to the right.
    pub place: Words,
    /// It has the focus.
    pub focused: bool,
}

impl PaneBox {
    /// Paints the border and returns what is inside; nothing of it where there is no room.
    pub fn paint(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Rect {
        let area = area.intersection(buf.area);
        if area.width < 2 || area.height < 2 {
            return Rect::new(area.x, area.y, 0, 0);
        }
        let style = theme.style(if self.focused { Role::BorderFocused } else { Role::Border });
        let (left, right) = (area.left(), area.right() - 1);
        let (top, bottom) = (area.top(), area.bottom() - 1);
        let mut put = |x: u16, y: u16, glyph: &str| {
            buf[(x, y)].set_symbol(glyph).set_style(style);
        };
        for x in left + 1..right {
            put(x, top, "─");
            put(x, bottom, "─");
        }
        for y in top + 1..bottom {
            put(left, y, "│");
            put(right, y, "│");
        }
        put(left, top, "╭");
        put(right, top, "╮");
        put(left, bottom, "╰");
        put(right, bottom, "╯");
        let mut end = right.saturating_sub(1);
        if !self.corner.is_empty() && self.title.width() + self.corner.width() + 8 <= usize::from(area.width) {
            let corner = padded(&self.corner);
            end = corner.paint_before(buf, right, top, area.width - 2, theme).saturating_sub(1);
        }
        if !self.title.is_empty() && area.width > 4 {
            padded(&self.title).paint(buf, left + 1, top, end.saturating_sub(left), theme);
        }
        if !self.place.is_empty() && self.place.width() + 6 <= usize::from(area.width) {
            padded(&self.place).paint_before(buf, right - 1, bottom, area.width - 4, theme);
        }
        Rect::new(left + 1, top + 1, area.width - 2, area.height - 2)
    }
}

fn padded(words: &Words) -> Words {
    Words::say(" ").then(words.clone()).plus(" ")
}
