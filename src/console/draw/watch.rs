//! The watch on a terminal with room: six panes in two columns, or in three with the sources.
//!
//! ```text
//! ╭ 1 Incidents ─╮╭ 4 Clusters ──╮    ╭ 1 Incidents ─╮╭ 4 Clusters ──╮╭ 6 Budgets ───╮
//! ╰──────────────╯╰──────────────╯    ╰──────────────╯│              ││              │
//! ╭ 2 Alerts ────╮╭ 5 Databases ─╮    ╭ 2 Alerts ────╮╰──────────────╯╰──────────────╯
//! ╰──────────────╯╰──────────────╯    ╰──────────────╯╭ 5 Databases ─╮╭ Sources ─────╮
//! ╭ 3 SLOs ──────╮╭ 6 Budgets ───╮    ╭ 3 SLOs ──────╮│              ││              │
//! ╰──────────────╯╰──────────────╯    ╰──────────────╯╰──────────────╯╰──────────────╯
//! ```
//!
//! How high a pane is depends on what the estate file declares, never on what happens: nothing jumps.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layout::Layout;
use crate::console::page;
use crate::console::pane::list;
use crate::console::pane::listing::Listing;
use crate::console::scene::Scene;
use crate::console::theme::{Role, Theme};
use crate::console::view::{PaneId, View};
use crate::console::widget::pane_box::PaneBox;
use crate::console::widget::quantity::count;
use crate::console::widget::words::Words;

/// From this height on two columns have room for the sources, below the SLOs.
const TALL: u16 = 44;

/// Paints all panes.
pub(super) fn paint(buf: &mut Buffer, area: Rect, scene: &Scene, view: &View, layout: Layout, theme: &Theme) {
    let estate = scene.estate;
    // A heading, its border, a row each, and one more to say why; a pane without entries says so in one line.
    let wish = |n: usize| u16::try_from(if n == 0 { 3 } else { n * 2 + 3 }).unwrap_or(u16::MAX).min(area.height);
    let (slos, clusters) = (wish(estate.slos().len()), wish(estate.clusters().len()));
    let (databases, budgets) = (wish(estate.databases().len()), wish(estate.budgets().len()));
    let sources = u16::try_from(estate.sources().len() + 3).unwrap_or(u16::MAX).min(area.height / 3);
    let tall = layout == Layout::Two && area.height >= TALL;
    let slos = slos.min(area.height / if tall { 3 } else { 2 });
    let below = if tall { slos + sources } else { slos };
    // What is wrong, grouped and one by one, shares what the others leave.
    let above = area.height.saturating_sub(below);
    let mut first = vec![
        (Some(PaneId::Incidents), above - above / 2),
        (Some(PaneId::Alerts), above / 2),
        (Some(PaneId::Slos), slos),
    ];
    let mut second = vec![(Some(PaneId::Clusters), clusters), (Some(PaneId::Databases), databases)];
    let mut third = vec![(Some(PaneId::Budgets), budgets)];
    if layout == Layout::Three {
        third.push((None, sources));
    } else {
        second.append(&mut third);
    }
    if tall {
        first.push((None, sources));
    }
    let columns = [first, second, third];
    let mut x = area.x;
    for (i, column) in columns.iter().enumerate().filter(|(_, c)| !c.is_empty()) {
        let width = column_width(area, layout, i).min(area.right() - x);
        let wishes: Vec<u16> = column.iter().map(|(_, wish)| *wish).collect();
        let mut y = area.y;
        for ((pane, _), height) in column.iter().zip(heights(&wishes, area.height)) {
            let at = Rect { x, y, width, height };
            match pane {
                Some(id) => paint_pane(buf, at, scene, view, *id, theme),
                None => paint_sources(buf, at, scene, theme),
            }
            y += height;
        }
        x += width;
    }
}

fn column_width(area: Rect, layout: Layout, column: usize) -> u16 {
    let share = |percent: u32| u16::try_from(u32::from(area.width) * percent / 100).unwrap_or(area.width);
    match (layout, column) {
        (Layout::Three, 0 | 1) => share(35),
        (Layout::Three, _) => area.width - 2 * share(35),
        (_, 0) => share(53),
        _ => area.width - share(53),
    }
}

/// Heights that add up to all there is: as wished where there is room for more, else each its share of it.
fn heights(wishes: &[u16], all: u16) -> Vec<u16> {
    let total: u32 = wishes.iter().map(|w| u32::from(*w)).sum();
    let count = u32::try_from(wishes.len()).unwrap_or(1).max(1);
    let narrow = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
    let mut out: Vec<u16> = if total <= u32::from(all) {
        let more = (u32::from(all) - total) / count;
        wishes.iter().map(|w| w + narrow(more)).collect()
    } else {
        // Nobody gets less than a heading and a few rows while another has plenty.
        let least = narrow(u32::from(all) / count).min(6);
        let rest = u32::from(all) - u32::from(least) * count;
        let above: u32 = wishes.iter().map(|w| u32::from(w.saturating_sub(least))).sum::<u32>().max(1);
        wishes.iter().map(|w| least + narrow(u32::from(w.saturating_sub(least)) * rest / above)).collect()
    };
    let used: u16 = out.iter().sum();
    if let Some(first) = out.first_mut() {
        *first += all.saturating_sub(used);
    }
    out
}

fn paint_pane(buf: &mut Buffer, area: Rect, scene: &Scene, view: &View, id: PaneId, theme: &Theme) {
    let focused = view.focus == id;
    let mut listing = Listing::of_pane(scene, id);
    let all = listing.all;
    if focused {
        listing = listing.filtered(scene, &view.filter.text);
    }
    let selected = if focused { listing.selected(view.selected.get(&view.list())) } else { None };
    let number = PaneId::ALL.iter().position(|p| *p == id).map_or(0, |i| i + 1);
    let role = if focused { Role::TitleFocused } else { Role::Title };
    let title = Words::of(role, format!("{number} {}", listing.title)).and(Role::Count, format!(" · {}", count(all)));
    let corner = if focused { page::filter(view) } else { Words::none() };
    let place = list::place(&listing, area.height.saturating_sub(2), selected);
    let inner = PaneBox { title, corner, place, focused }.paint(buf, area, theme);
    list::paint(buf, inner, &listing, scene, selected, theme);
}

fn paint_sources(buf: &mut Buffer, area: Rect, scene: &Scene, theme: &Theme) {
    let listing = page::all_sources(scene);
    let title = Words::of(Role::Title, listing.title).and(Role::Count, format!(" · {}", count(listing.all)));
    let place = list::place(&listing, area.height.saturating_sub(2), None);
    let inner = PaneBox { title, place, ..PaneBox::default() }.paint(buf, area, theme);
    list::paint(buf, inner, &listing, scene, None, theme);
}

#[cfg(test)]
mod tests {
    use super::heights;
    use proptest::prelude::*;

    #[test]
    fn spare_rows_are_shared_and_scarce_ones_too() {
        assert_eq!(heights(&[9, 9, 9], 28), [10, 9, 9]);
        assert_eq!(heights(&[9, 9, 9], 45), [15, 15, 15]);
        assert_eq!(heights(&[60, 9, 9], 28), [18, 6, 6].map(|h: u16| h - u16::from(h == 18) * 2));
    }

    proptest! {
        #[test]
        fn they_add_up(wishes in prop::collection::vec(2_u16..400, 1..4), all in 6_u16..200) {
            prop_assert_eq!(heights(&wishes, all).iter().sum::<u16>(), all);
        }
    }
}
