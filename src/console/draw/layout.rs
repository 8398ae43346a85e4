//! Which screen a terminal of some size gets.

/// Which screen a terminal of some size gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Under 40×10: the level in words.
    Tiny,
    /// Around 80×24: one list, the panes as tabs.
    Tabs,
    /// From 110×26: five panes in two columns.
    Two,
    /// From 220×36: three columns, the sources among them.
    Three,
}

impl Layout {
    /// The screen for so many columns and rows.
    pub fn of((columns, rows): (u16, u16)) -> Self {
        match (columns, rows) {
            (0..40, _) | (_, 0..10) => Self::Tiny,
            (220.., 36..) => Self::Three,
            (110.., 26..) => Self::Two,
            _ => Self::Tabs,
        }
    }
}
