//! One row of a list: its mark, its cells, and what more it has to say where there is room.

use crate::console::theme::Mark;
use crate::console::widget::words::Words;
use crate::estate::EntryRef;

/// What more a row has to say.
#[derive(Debug, Clone)]
pub enum Detail {
    /// A line, wrapped where it is long.
    Line(Words),
    /// The courses of an entry's numbers, as wide as there is room.
    Courses(EntryRef),
}

/// One row of a list, cells in the order of its table's columns.
#[derive(Debug, Clone)]
pub struct Row {
    /// How it stands.
    pub mark: Mark,
    /// Its cells.
    pub cells: Vec<Words>,
    /// The cell that names it; emphasised where it is selected.
    pub name: usize,
    /// From this column on, one remark in place of the cells: why there are no numbers.
    pub remark: Option<(usize, Words)>,
    /// Why what it shows is old or in doubt; said once where the rows below it have the same reason.
    pub reason: Option<Words>,
    /// Lines that are shown below it where there is room, the most telling first.
    pub details: Vec<Detail>,
}

impl Row {
    /// A row whose first cell names it.
    pub fn new(mark: Mark, cells: Vec<Words>) -> Self {
        Self { mark, cells, name: 0, remark: None, reason: None, details: Vec::new() }
    }

    /// The same, named by another cell.
    #[must_use]
    pub fn named_by(mut self, cell: usize) -> Self {
        self.name = cell;
        self
    }

    /// The same, with a remark in place of the cells from one on.
    #[must_use]
    pub fn remarked(mut self, from: usize, remark: Option<Words>) -> Self {
        self.remark = remark.map(|words| (from, words));
        self
    }

    /// The same, with why what it shows is old or in doubt.
    #[must_use]
    pub fn because(mut self, reason: Option<Words>) -> Self {
        self.reason = reason;
        self
    }

    /// The same, with more to say.
    #[must_use]
    pub fn detailed(mut self, details: impl IntoIterator<Item = Words>) -> Self {
        self.details.extend(details.into_iter().filter(|d| !d.is_empty()).map(Detail::Line));
        self
    }

    /// The same, with the courses of its numbers.
    #[must_use]
    pub fn traced(mut self, entry: EntryRef) -> Self {
        self.details.push(Detail::Courses(entry));
        self
    }
}
