//! The watch on a small terminal: one list, worst first, and each pane a tab.
//!
//! ```text
//! ╭ ▲ 17 all  ▲ 4 alerts  ▲ 6 SLOs  ▲ 3 clusters  ◆ 3 databases  ◆ 3 budgets ─────╮
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::console::page::filter;
use crate::console::pane::list;
use crate::console::pane::listing::Listing;
use crate::console::scene::Scene;
use crate::console::theme::{Role, Theme};
use crate::console::view::{PaneId, View};
use crate::console::widget::mark::glyph;
use crate::console::widget::pane_box::PaneBox;
use crate::console::widget::quantity::count;
use crate::console::widget::words::Words;

/// Paints the tabs and the list of the one that has the focus.
pub(super) fn paint(buf: &mut Buffer, area: Rect, scene: &Scene, view: &View, theme: &Theme) {
    let panes: Vec<(PaneId, Listing)> = PaneId::ALL.into_iter().map(|id| (id, Listing::of_pane(scene, id))).collect();
    let mut strips = [2, 1, 0].into_iter().map(|detail| strip(scene, &panes, view.focus, theme, detail));
    let fitting = strips.find(|s| s.width() + 4 <= usize::from(area.width));
    let title = fitting.unwrap_or_else(|| strip(scene, &panes, view.focus, theme, 0));
    let Some((_, listing)) = panes.into_iter().find(|(id, _)| *id == view.focus) else { return };
    let listing = listing.filtered(scene, &view.filter.text);
    let selected = listing.selected(view.selected.get(&view.list()));
    let place = list::place(&listing, area.height.saturating_sub(2), selected);
    let inner = PaneBox { title, corner: filter(view), place, focused: true }.paint(buf, area, theme);
    list::paint(buf, inner, &listing, scene, selected, theme);
}

/// The tabs: with number, mark, count and name; without the numbers; or the names of all but the focused left out.
fn strip(scene: &Scene, panes: &[(PaneId, Listing)], focus: PaneId, theme: &Theme, detail: u8) -> Words {
    let mut out = Words::none();
    for ((id, listing), number) in panes.iter().zip(1..) {
        let focused = *id == focus;
        let (name, role) = (name(*id, listing.all), if focused { Role::TabFocused } else { Role::Tab });
        if !out.is_empty() {
            out = out.plus("  ");
        }
        if detail == 2 || detail == 0 {
            out = out.and(Role::Key, number.to_string()).plus(" ");
        }
        if listing.all > 0 || *id == PaneId::Incidents {
            out = out.then(glyph(listing.worst(scene), theme)).plus(" ");
        }
        out = match (detail, focused) {
            (0, false) => out.and(role, count(listing.all)),
            _ => out.and(role, format!("{} {name}", count(listing.all))),
        };
    }
    out
}

fn name(id: PaneId, n: usize) -> &'static str {
    match (id, n) {
        (PaneId::Incidents, _) => "all",
        (PaneId::Alerts, 1) => "alert",
        (PaneId::Alerts, _) => "alerts",
        (PaneId::Slos, 1) => "SLO",
        (PaneId::Slos, _) => "SLOs",
        (PaneId::Clusters, 1) => "cluster",
        (PaneId::Clusters, _) => "clusters",
        (PaneId::Databases, 1) => "database",
        (PaneId::Databases, _) => "databases",
        (PaneId::Budgets, 1) => "budget",
        (PaneId::Budgets, _) => "budgets",
    }
}
