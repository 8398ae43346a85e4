//! The charts of a page, above its lists, where a terminal has room for them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{form, slo};
use crate::console::pane::courses;
use crate::console::scene::Scene;
use crate::console::theme::{Role, Theme};
use crate::console::view::Spot;
use crate::console::widget::chart::Chart;
use crate::console::widget::facts::{self, Block};
use crate::console::widget::pane_box::PaneBox;
use crate::console::widget::words::Words;
use crate::estate::EntryRef;

/// The fewest rows that a chart's box needs.
const LOWEST: u16 = 9;
/// The lists below keep at least so many rows.
const KEPT: u16 = 10;

/// Paints the charts of a thing, and says how many rows they take.
pub(super) fn paint(buf: &mut Buffer, area: Rect, scene: &Scene, spot: &Spot, theme: &Theme) -> u16 {
    let all = of(scene, spot);
    // A cluster's lists are long; those of the others are short.
    let room = if matches!(spot, Spot::Entry(EntryRef::Cluster(_))) { area.height / 2 } else { area.height * 3 / 4 };
    let room = room.min(area.height.saturating_sub(KEPT));
    let count = u16::try_from(all.len()).unwrap_or(u16::MAX);
    if count == 0 || room < LOWEST {
        return 0;
    }
    // One below the other while each has a good height, else two beside each other.
    let across = if count == 1 || room / count >= LOWEST * 2 { 1 } else { 2 };
    let down = count.div_ceil(across).min(room / LOWEST);
    let height = room / down;
    for ((title, mut chart), i) in all.into_iter().zip(0_u16..).take(usize::from(down * across)) {
        let (row, column) = (i / across, i % across);
        // The last one alone in its row has all of it.
        let alone = column == 0 && i + 1 == count;
        let left = area.width / across * column;
        let width = if alone || column + 1 == across { area.width - left } else { area.width / across };
        let at = Rect { x: area.x + left, y: area.y + row * height, width, height };
        let inner = PaneBox { title: title.all(Role::Title), ..PaneBox::default() }.paint(buf, at, theme);
        chart.rows = usize::from(inner.height).saturating_sub(1);
        facts::paint(buf, form::padded(inner), &[Block::Chart(Box::new(chart))], theme);
    }
    down * height
}

/// The charts of a thing, each with its title.
fn of(scene: &Scene, spot: &Spot) -> Vec<(Words, Chart)> {
    match spot {
        Spot::Entry(EntryRef::Slo(name)) => slo::charts(scene, name),
        Spot::Entry(entry) => {
            courses::charts(scene, entry).into_iter().map(|(title, chart)| (Words::say(title), chart)).collect()
        }
        _ => Vec::new(),
    }
}
