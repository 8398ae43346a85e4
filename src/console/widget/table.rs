//! Which columns fit, and how wide each is: the least important goes first, names give way last, numbers are whole.

use super::words::Words;

/// Columns between two columns.
pub const GAP: usize = 2;

/// From this rank on a column is shown only where all others have what they want.
pub const EXTRA: u8 = 20;
/// Text beyond this width does not count as wanted when extra columns are shown.
const PROSE: usize = 60;

/// How a column behaves when there is little room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Give {
    /// Numbers and single words: shown whole or not at all.
    Whole,
    /// A name: shortened last of all, never dropped.
    Name,
    /// Prose: shortened first, down to so many columns, then dropped.
    Prose(usize),
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Numbers stand to the right, so that their units line up.
    pub right: bool,
    /// How it behaves when there is little room.
    pub give: Give,
    /// 0 stays; of the others the highest goes first.
    pub rank: u8,
    /// It is at least so wide, so that it does not jump as its contents change.
    pub least: usize,
}

impl Column {
    /// A name.
    pub const fn name(title: &'static str) -> Self {
        Self { title, right: false, give: Give::Name, rank: 0, least: 0 }
    }

    /// A single word or a few, shown whole.
    pub const fn word(title: &'static str, rank: u8) -> Self {
        Self { title, right: false, give: Give::Whole, rank, least: 0 }
    }

    /// A number with its unit.
    pub const fn number(title: &'static str, rank: u8) -> Self {
        Self { title, right: true, give: Give::Whole, rank, least: 0 }
    }

    /// Prose of at least so many columns.
    pub const fn prose(title: &'static str, rank: u8, shortest: usize) -> Self {
        Self { title, right: false, give: Give::Prose(shortest), rank, least: 0 }
    }

    /// The same column, at least so wide.
    #[must_use]
    pub const fn least(mut self, columns: usize) -> Self {
        self.least = columns;
        self
    }
}

/// The width of each column on `room` columns; none for one that is dropped.
///
/// `natural` are the widths that the cells would like.
pub fn widths(columns: &[Column], natural: &[usize], room: usize) -> Vec<Option<usize>> {
    // A column without a single cell is no column.
    let wish = |i: usize| match natural.get(i) {
        Some(0) | None => 0,
        Some(width) => columns[i].least.max(*width),
    };
    let floor = |i: usize| match columns[i].give {
        Give::Whole => wish(i),
        Give::Name => wish(i).min((room * 2 / 5).max(12)),
        Give::Prose(shortest) => wish(i).min(shortest),
    };
    let mut shown: Vec<bool> = (0..columns.len()).map(|i| wish(i) > 0).collect();
    let taken = |shown: &[bool]| -> usize {
        let kept = || (0..columns.len()).filter(|&i| shown[i]);
        kept().map(floor).sum::<usize>() + GAP * kept().count().saturating_sub(1)
    };
    // What is only nice to know does not cost the rest a word.
    let whole = |i: usize| if columns[i].give == Give::Whole { wish(i) } else { wish(i).min(PROSE) };
    let wanted = |shown: &[bool]| -> usize {
        let kept = || (0..columns.len()).filter(|&i| shown[i]);
        kept().map(whole).sum::<usize>() + GAP * kept().count().saturating_sub(1)
    };
    let mut extra: Vec<usize> = (0..columns.len()).filter(|&i| columns[i].rank >= EXTRA).collect();
    extra.sort_by_key(|&i| std::cmp::Reverse(columns[i].rank));
    for i in extra {
        shown[i] = shown[i] && wanted(&shown) <= room;
    }
    while taken(&shown) > room {
        let least = (0..columns.len()).filter(|&i| shown[i] && columns[i].rank > 0).max_by_key(|&i| columns[i].rank);
        match least {
            Some(i) => shown[i] = false,
            None => break,
        }
    }
    // What is smaller than what had to go may have room after all.
    let mut dropped: Vec<usize> =
        (0..columns.len()).filter(|&i| !shown[i] && wish(i) > 0 && columns[i].rank < EXTRA).collect();
    dropped.sort_by_key(|&i| columns[i].rank);
    for i in dropped {
        shown[i] = true;
        shown[i] = taken(&shown) <= room;
    }
    let mut out: Vec<Option<usize>> = (0..columns.len()).map(|i| shown[i].then(|| floor(i))).collect();
    let mut spare = room.saturating_sub(taken(&shown));
    let mut over = taken(&shown).saturating_sub(room);
    for is_name in [true, false] {
        for i in 0..columns.len() {
            let wants = (columns[i].give == Give::Name) == is_name;
            if let (Some(width), true) = (&mut out[i], wants) {
                let more = wish(i).saturating_sub(*width).min(spare);
                *width += more;
                spare -= more;
            }
        }
    }
    for i in (0..columns.len()).filter(|&i| columns[i].give == Give::Name) {
        if let Some(width) = &mut out[i] {
            let less = over.min(width.saturating_sub(1));
            *width -= less;
            over -= less;
        }
    }
    // What still does not fit is left out from the right: a number is never cut.
    for i in (0..columns.len()).rev() {
        if let (Some(width), true, true) = (out[i], over > 0, columns[i].give != Give::Name) {
            over = over.saturating_sub(width + GAP);
            out[i] = None;
        }
    }
    out
}

/// The widths that headings and cells would like.
pub fn natural<'a>(columns: &[Column], rows: impl Iterator<Item = &'a [Words]>) -> Vec<usize> {
    let mut out: Vec<usize> = vec![0; columns.len()];
    for row in rows {
        for (width, cell) in out.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    for (width, column) in out.iter_mut().zip(columns) {
        if *width > 0 {
            *width = (*width).max(column.title.len());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: [Column; 4] =
        [Column::name("name"), Column::number("pods", 0), Column::number("age", 2), Column::prose("worst", 1, 8)];

    #[test]
    fn the_least_important_goes_first_and_names_last() {
        let natural = [10, 7, 4, 20];
        for (room, want) in [
            (60, [Some(10), Some(7), Some(4), Some(20)]),
            (40, [Some(10), Some(7), Some(4), Some(13)]),
            (35, [Some(10), Some(7), Some(4), Some(8)]),
            (30, [Some(10), Some(7), None, Some(9)]),
            (20, [Some(10), Some(7), None, None]),
            (12, [Some(3), Some(7), None, None]),
            (5, [Some(1), None, None, None]),
        ] {
            assert_eq!(widths(&COLUMNS, &natural, room), want, "room {room}");
        }
    }

    #[test]
    fn a_name_never_pushes_a_number_out() {
        assert_eq!(widths(&COLUMNS, &[200, 7, 4, 20], 60), [Some(35), Some(7), Some(4), Some(8)]);
    }

    proptest! {
        #[test]
        fn never_wider_than_the_room(natural in prop::array::uniform4(0_usize..90), room in 1_usize..120) {
            let widths = widths(&COLUMNS, &natural, room);
            let kept: Vec<usize> = widths.iter().flatten().copied().collect();
            let taken = kept.iter().sum::<usize>() + GAP * kept.len().saturating_sub(1);
            prop_assert!(taken <= room, "{widths:?}");
            for (i, width) in widths.iter().enumerate() {
                if let (Some(width), Give::Whole) = (width, COLUMNS[i].give) {
                    prop_assert_eq!(*width, natural[i]);
                }
            }
        }
    }
}
