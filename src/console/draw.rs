//! Draws the screen: header, watch or page, footer, help. Takes everything by reference and decides nothing.

mod alphabet;
mod footer;
mod header;
mod help;
mod layout;
mod lists;
mod sentence;
mod tabs;
mod watch;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::dialog;
use super::keymap::Keymap;
use super::page;
use super::scene::Scene;
use super::theme::Theme;
use super::view::View;
use super::widget::words::Words;
pub use help::height as help_height;
pub use layout::Layout;
pub use lists::{listing, sections, selected};

/// Draws one frame.
pub fn draw(frame: &mut Frame, scene: &Scene, view: &View, theme: &Theme, keys: &Keymap) {
    let area = frame.area();
    let buf = frame.buffer_mut();
    let layout = Layout::of((area.width, area.height));
    if layout == Layout::Tiny {
        paint_tiny(buf, area, scene, theme);
    } else {
        header::paint(buf, Rect { height: 2, ..area }, scene, theme);
        footer::paint(buf, Rect { y: area.bottom() - 1, height: 1, ..area }, scene, view, theme, keys);
        let body = Rect { y: area.y + 2, height: area.height - 3, ..area };
        match view.trail.last() {
            Some(spot) => page::paint(buf, body, scene, view, spot, theme),
            None if layout == Layout::Tabs => tabs::paint(buf, body, scene, view, theme),
            None => watch::paint(buf, body, scene, view, layout, theme),
        }
        if let Some(dialog) = &view.dialog {
            dialog::paint(buf, body, scene, dialog, theme);
        }
        if let Some(scroll) = view.help {
            help::paint(buf, area, scroll, view, theme, keys);
        }
    }
    if theme.ascii() {
        alphabet::plain(buf);
    }
}

/// A terminal in which nothing has room still says how the estate is.
fn paint_tiny(buf: &mut ratatui::buffer::Buffer, area: Rect, scene: &Scene, theme: &Theme) {
    let lines =
        [header::level(scene, theme, true), Words::say(scene.estate.name()), Words::dim("too small: 80×24 needed")];
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        line.paint(buf, area.x, y, area.width, theme);
    }
}

#[cfg(test)]
pub(crate) mod tests;
