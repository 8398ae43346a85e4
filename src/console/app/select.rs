//! Selection follows identity: a list that is ordered anew never moves the cursor to another thing.

use super::App;
use crate::console::draw;
use crate::console::view::{ListId, Spot};

/// A list as it was last ordered.
#[derive(Debug, Default)]
pub(super) struct Order {
    list: Option<ListId>,
    rows: Vec<Spot>,
}

impl App {
    /// The rows of the list that has the focus.
    pub(super) fn rows(&self) -> Vec<Spot> {
        draw::listing(&self.scene(), &self.view)
    }

    /// The selected thing of the list that has the focus, if the list shows it.
    pub(super) fn selected(&self) -> Option<Spot> {
        let selected = self.view.selected.get(&self.view.list())?;
        self.order.rows.contains(selected).then(|| selected.clone())
    }

    /// Brings the selection of the list that has the focus to a row that is there: where it was; else the nearest that
    /// followed it, else the nearest before it; else the first.
    pub(super) fn settle(&mut self) {
        let list = self.view.list();
        let rows = self.rows();
        let selected = self.view.selected.get(&list);
        if !rows.is_empty() && selected.is_none_or(|s| !rows.contains(s)) {
            let before = if self.order.list.as_ref() == Some(&list) { self.order.rows.as_slice() } else { &[] };
            let chosen = selected.and_then(|s| neighbour(s, before, &rows)).unwrap_or_else(|| rows[0].clone());
            self.view.selected.insert(list.clone(), chosen);
        }
        self.order = Order { list: Some(list), rows };
    }

    /// Moves the selection down by so many rows, or up by a negative number; it stops at the ends.
    ///
    /// It moves on the list as it was last ordered, which is at most a judgement old: nothing is sorted for a key.
    pub(super) fn step(&mut self, by: isize) {
        if self.order.list.as_ref() != Some(&self.view.list()) {
            self.settle();
        }
        let rows = &self.order.rows;
        let Some(end) = rows.len().checked_sub(1) else { return };
        let list = self.view.list();
        let at = self.view.selected.get(&list).and_then(|s| rows.iter().position(|r| r == s)).unwrap_or(0);
        let to = at.saturating_add_signed(by).min(end);
        self.view.selected.insert(list, rows[to].clone());
    }
}

/// The row nearest to one that is gone: the first that followed it, else the last that came before it.
fn neighbour(gone: &Spot, before: &[Spot], now: &[Spot]) -> Option<Spot> {
    let at = before.iter().position(|r| r == gone)?;
    let (ahead, behind) = (&before[at + 1..], &before[..at]);
    ahead.iter().chain(behind.iter().rev()).find(|r| now.contains(r)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spots(names: &str) -> Vec<Spot> {
        names.chars().map(|c| Spot::Node("c".to_owned(), c.to_string().into())).collect()
    }

    #[test]
    fn the_nearest_that_followed_takes_over() {
        for (gone, before, now, chosen) in [
            ("c", "abcde", "abde", Some("d")),
            ("c", "abcde", "eba", Some("e")),
            ("e", "abcde", "dcba", Some("d")),
            ("c", "abcde", "xyab", Some("b")),
            ("c", "abcde", "xyz", None),
            ("x", "abcde", "abc", None),
        ] {
            let found = neighbour(&spots(gone)[0], &spots(before), &spots(now));
            assert_eq!(found, chosen.map(|c| spots(c)[0].clone()), "{gone} of {before} in {now}");
        }
    }
}
