//! The roles that colours are given to; panes name roles, never colours.

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What something on the screen is, as far as its looks go.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $($(#[$doc])* $name,)* }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The role's name in theme files.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

roles! {
    /// Plain text.
    Text = "text",
    /// Text that steps back: units, ages, what is in order.
    Dim = "text.dim",
    /// Text that stands out: the name of the estate, a number that matters.
    Strong = "text.strong",
    /// The heading of a column.
    Column = "text.column",
    /// The one accent of the screen.
    Accent = "accent",
    /// The border of a pane.
    Border = "border",
    /// The border of the pane that has the focus.
    BorderFocused = "border.focused",
    /// The title of a pane.
    Title = "title",
    /// The title of the pane that has the focus.
    TitleFocused = "title.focused",
    /// The count beside a title.
    Count = "title.count",
    /// In order.
    Ok = "level.ok",
    /// Someone should look.
    Warning = "level.warning",
    /// Someone must act.
    Critical = "level.critical",
    /// Not known.
    Unknown = "level.unknown",
    /// Known once; its age is shown.
    Stale = "level.stale",
    /// The selected row of the list that has the focus.
    Selected = "selected",
    /// The selected row of a list without the focus.
    SelectedIdle = "selected.idle",
    /// The header line.
    Header = "header",
    /// The estate's name in the header.
    HeaderName = "header.name",
    /// The clock in the header.
    Clock = "header.clock",
    /// Nothing can be changed.
    ModeObserve = "mode.observe",
    /// A write window is open: things can be changed.
    ModeWrite = "mode.write",
    /// The embedded estate, not a real one.
    ModeDemo = "mode.demo",
    /// A key in the footer and in the help.
    Key = "key",
    /// What a key does.
    KeyHint = "key.hint",
    /// Keys of a sequence that has begun.
    KeyPending = "key.pending",
    /// The filled part of a bar.
    Bar = "bar",
    /// The empty part of a bar.
    BarEmpty = "bar.empty",
    /// The filled part of a bar that warns.
    BarWarning = "bar.warning",
    /// The filled part of a bar that is critical.
    BarCritical = "bar.critical",
    /// A trend line.
    Spark = "spark",
    /// The line of a chart.
    Chart = "chart",
    /// The axis of a chart.
    Axis = "chart.axis",
    /// The line of a threshold in a chart.
    Threshold = "chart.threshold",
    /// The line that would be ideal.
    Ideal = "chart.ideal",
    /// A tab.
    Tab = "tab",
    /// The tab that has the focus.
    TabFocused = "tab.focused",
    /// The filter's text.
    Filter = "filter",
    /// Where the next character of the filter goes.
    FilterCursor = "filter.cursor",
    /// What the filter found.
    Found = "filter.found",
    /// Something that the console has to say of itself.
    Notice = "notice",
    /// The thumb of a scroll bar.
    Scroll = "scroll",
}

impl Role {
    /// The names under which a theme is asked for this role, the most exact first: `level.critical`, `level`, `text`.
    pub fn lookups(self) -> impl Iterator<Item = &'static str> {
        let word = self.word();
        let parents = word.rmatch_indices('.').map(|(at, _)| &word[..at]);
        std::iter::once(word).chain(parents).chain((word != "text" && !word.starts_with("text.")).then_some("text"))
    }
}

/// Every name that a theme may set: the roles and what they fall back to.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = Role::ALL.iter().flat_map(|r| r.lookups()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_fall_back_by_their_dots() {
        let of = |r: Role| r.lookups().collect::<Vec<_>>();
        assert_eq!(of(Role::Critical), ["level.critical", "level", "text"]);
        assert_eq!(of(Role::Border), ["border", "text"]);
        assert_eq!(of(Role::Dim), ["text.dim", "text"]);
        assert_eq!(of(Role::Text), ["text"]);
    }
}
