//! The list that has the focus, for the drawing and for whoever moves the selection.

use crate::console::page;
use crate::console::pane::listing::Listing;
use crate::console::scene::Scene;
use crate::console::view::{Spot, View};

/// The things of the list that has the focus, in the order in which they are drawn, filtered.
pub fn listing(scene: &Scene, view: &View) -> Vec<Spot> {
    focused(scene, view)
        .map(|l| l.things.iter().map(super::super::pane::thing::Thing::spot).collect())
        .unwrap_or_default()
}

/// What is drawn as selected in the list that has the focus: the remembered thing, or the first where that is gone.
pub fn selected(scene: &Scene, view: &View) -> Option<Spot> {
    let listing = focused(scene, view)?;
    let at = listing.selected(view.selected.get(&view.list()))?;
    listing.things.get(at).map(super::super::pane::thing::Thing::spot)
}

/// How many lists the page has that is open; 0 on the watch.
pub fn sections(scene: &Scene, view: &View) -> usize {
    view.trail.last().map_or(0, |spot| page::sections(scene, view, spot))
}

/// The list that has the focus, filtered.
pub(super) fn focused<'a>(scene: &Scene<'a>, view: &View) -> Option<Listing<'a>> {
    let listing = match view.trail.last() {
        Some(spot) => page::listing(scene, view, spot)?,
        None => Listing::of_pane(scene, view.focus),
    };
    Some(listing.filtered(scene, &view.filter.text))
}
