//! The journal: every operation that it tells of.

use crate::console::pane::listing::{Listing, Table};
use crate::console::pane::operations;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::words::Words;

/// Every operation that the journal tells of.
pub(super) fn listing<'a>(scene: &Scene<'a>) -> Listing<'a> {
    let empty = match scene.desk.journal_trouble() {
        Some(_) => "what was done cannot be told",
        None => "nothing was done on this machine yet",
    };
    Listing::new("Operations", Table::Operations, operations::things(scene), empty)
}

/// The journal in a few facts.
pub(super) fn facts(scene: &Scene) -> Vec<Block> {
    match scene.desk.journal_trouble() {
        Some(why) => vec![Block::Fact("journal", Words::of(Role::Critical, why))],
        None => vec![fact(
            "journal",
            "every step of every operation, in order; `quarterdeck journal --verify` proves it whole",
        )],
    }
}
