//! What can be done to a thing, to choose from.

use crate::console::desk::Offer;
use crate::console::theme::Role;
use crate::console::widget::words::Words;
use crate::operate::Danger;

/// The operations on one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// The thing, as the screen calls it.
    pub about: String,
    /// What there is to choose from.
    pub offers: Vec<Offer>,
    /// Which is chosen.
    pub chosen: usize,
}

impl Menu {
    /// Goes down by so many, or up by a negative number; it stops at the ends.
    pub fn step(&mut self, by: isize) {
        self.chosen = self.chosen.saturating_add_signed(by).min(self.offers.len().saturating_sub(1));
    }

    /// The chosen offer.
    pub fn offer(&self) -> Option<&Offer> {
        self.offers.get(self.chosen)
    }

    /// Its lines; the chosen one's place is told.
    pub(super) fn lines(&self) -> (Vec<Words>, usize) {
        let name = self.offers.iter().map(|o| o.operation.name.len()).max().unwrap_or(0);
        let target = self.offers.iter().map(|o| crate::gate::width(&o.target.name)).max().unwrap_or(0).min(32);
        let line = |(i, o): (usize, &Offer)| {
            let mark = if i == self.chosen { Words::of(Role::Accent, "▸ ") } else { Words::say("  ") };
            let role = if i == self.chosen { Role::Strong } else { Role::Text };
            let danger = match o.operation.danger {
                Danger::Safe => Words::none(),
                Danger::Disruptive => Words::of(Role::Warning, "disruptive  "),
                Danger::DataLoss => Words::of(Role::Critical, "loses data  "),
            };
            let of = crate::gate::fit(&o.target.name, target);
            mark.and(role, format!("{:<name$}  ", o.operation.name))
                .and(Role::Dim, format!("{of}{}  ", " ".repeat(target.saturating_sub(crate::gate::width(&of)))))
                .then(danger)
                .and(Role::Dim, o.operation.doc)
        };
        (self.offers.iter().enumerate().map(line).collect(), self.chosen)
    }
}
