//! Paints the dialog over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Dialog, plan, window};
use crate::console::scene::Scene;
use crate::console::theme::{Role, Theme};
use crate::console::widget::pane_box::{PaneBox, clear_middle};
use crate::console::widget::words::Words;

/// The widest that a dialog grows to.
const WIDEST: u16 = 108;

/// Paints the dialog in the middle of an area.
pub fn paint(buf: &mut Buffer, area: Rect, scene: &Scene, dialog: &Dialog, theme: &Theme) {
    let width = area.width.min(WIDEST);
    let columns = usize::from(width.saturating_sub(4));
    let (title, body, asked, at) = match dialog {
        Dialog::Window(reason) => {
            (Words::of(Role::TitleFocused, "Open a write window"), window::lines(scene, reason, columns), Vec::new(), 0)
        }
        Dialog::Past(name) => {
            (Words::of(Role::TitleFocused, "Go past a freeze"), window::past(name, columns), Vec::new(), 0)
        }
        Dialog::Menu(menu) => {
            let (lines, at) = menu.lines();
            let asked = vec![Words::dim("enter plans it: nothing is sent")];
            (Words::of(Role::TitleFocused, format!("Act on {}", menu.about)), lines, asked, at)
        }
        Dialog::Form(form) => {
            let (lines, at) = form.lines(columns);
            let title = format!("{} {}", super::title(form.offer.operation), form.offer.target.name);
            (Words::of(Role::TitleFocused, title), lines, Vec::new(), at)
        }
        Dialog::Plan(confirming) => {
            let lines = plan::lines(scene.desk, theme, scene.now, columns);
            let asked = plan::question(scene.desk, confirming, scene.desk.window().is_some());
            (plan::headed(scene.desk), lines, asked, usize::from(confirming.scroll))
        }
    };
    let asked: Vec<Words> = asked.iter().flat_map(|w| w.wrap(columns.max(8))).collect();
    let below = if asked.is_empty() { 0 } else { asked.len() + 1 };
    let wanted = u16::try_from(body.len() + below + 2).unwrap_or(u16::MAX);
    let height = wanted.min(area.height);
    let over = clear_middle(buf, area, width, height);
    let room = usize::from(height.saturating_sub(2)).saturating_sub(below);
    let first = first(matches!(dialog, Dialog::Plan(_)), at, body.len(), room);
    let place = if body.len() > room {
        Words::dim(format!("{}–{} of {}", first + 1, (first + room).min(body.len()), body.len()))
    } else {
        Words::none()
    };
    let inner = PaneBox { title, place, focused: true, ..PaneBox::default() }.paint(buf, over, theme);
    let wide = inner.width.saturating_sub(2);
    for (line, y) in body.iter().skip(first).take(room).zip(inner.top()..inner.bottom()) {
        line.paint(buf, inner.x + 1, y, wide, theme);
    }
    let from = inner.bottom().saturating_sub(u16::try_from(asked.len()).unwrap_or(0)).max(inner.top());
    for (line, y) in asked.iter().zip(from..inner.bottom()) {
        line.paint(buf, inner.x + 1, y, wide, theme);
    }
}

/// The first line that is shown: a plan scrolls by it, a list keeps the chosen line in sight.
fn first(scrolls: bool, at: usize, lines: usize, room: usize) -> usize {
    let most = lines.saturating_sub(room);
    if scrolls { at.min(most) } else { at.saturating_sub(room.saturating_sub(1)).min(most) }
}

/// How far a plan scrolls on a terminal of that size.
pub fn plan_end(scene: &Scene, theme: &Theme, confirming: &super::Confirming, (width, height): (u16, u16)) -> u16 {
    let columns = usize::from(width.min(WIDEST).saturating_sub(4));
    let lines = plan::lines(scene.desk, theme, scene.now, columns).len();
    let asked = plan::question(scene.desk, confirming, scene.desk.window().is_some());
    let below: usize = asked.iter().map(|w| w.wrap(columns.max(8)).len()).sum::<usize>() + 1;
    let room = usize::from(height.saturating_sub(2)).saturating_sub(below);
    u16::try_from(lines.saturating_sub(room)).unwrap_or(u16::MAX)
}
