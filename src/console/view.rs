//! Where the person is: which pane, which page, which thing is selected, what is filtered.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dialog::Dialog;
use crate::estate::{EntryRef, Name, SourceKey, WorkloadKey};

/// The panes of the watch, in the order of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaneId {
    /// 1: what people are to attend to, worst first.
    Incidents,
    /// 2: alerts, one row for each rule that something breaks.
    Alerts,
    /// 3: SLOs.
    Slos,
    /// 4: clusters.
    Clusters,
    /// 5: databases.
    Databases,
    /// 6: budgets.
    Budgets,
}

impl PaneId {
    /// Every pane, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Incidents, Self::Alerts, Self::Slos, Self::Clusters, Self::Databases, Self::Budgets];
}

/// The identity of one thing on the screen. Selection follows it, never a row number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// An entry of the estate file.
    Entry(EntryRef),
    /// An alert: its rule's name and its subject.
    Alert(&'static str, String),
    /// A workload of a cluster.
    Workload(String, WorkloadKey),
    /// A pod of a cluster.
    Pod(String, Name),
    /// A node of a cluster.
    Node(String, Arc<str>),
    /// An autoscaler of a cluster.
    Autoscaler(String, Name),
    /// A member of a database.
    Member(String, String),
    /// A source.
    Source(SourceKey),
    /// An operation, by its number.
    Operation(String),
    /// The page of all operations.
    Journal,
    /// The page of all sources.
    Sources,
    /// Why something has its level.
    Why(Box<Spot>),
    /// A line of a page's facts, where they are longer than the screen; it has no page.
    Line(usize),
}

/// A list in which something is selected: a pane of the watch, or a section of a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListId {
    /// A pane of the watch; at narrow sizes `Incidents` is the list of everything, worst first.
    Pane(PaneId),
    /// The list of a page: the page's thing and its section, 0 for the first.
    Page(Spot, usize),
}

/// What is filtered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Rows without these words (case ignored, see `pane::filter`) are hidden; empty shows all.
    pub text: String,
    /// The person is typing it.
    pub editing: bool,
}

/// Where the person is. Changed by `App::update` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The pane that has the focus on the watch.
    pub focus: PaneId,
    /// The pages that were entered, the innermost last; empty on the watch.
    pub trail: Vec<Spot>,
    /// The section of the innermost page that has the focus.
    pub section: usize,
    /// The selected thing of each list.
    pub selected: BTreeMap<ListId, Spot>,
    /// What is filtered.
    pub filter: Filter,
    /// The help is open, scrolled down by so many lines.
    pub help: Option<u16>,
    /// What lies over the screen and has the keyboard.
    pub dialog: Option<Dialog>,
    /// Keys of a sequence that has begun, as they are shown, such as `g`; empty when none has.
    pub pending: String,
    /// What the console has to say of itself, the newest last; already visible text.
    pub notices: Vec<String>,
}

impl View {
    /// The watch on a terminal of that size, nothing selected yet.
    pub fn new(size: (u16, u16)) -> Self {
        Self {
            size,
            focus: PaneId::Incidents,
            trail: Vec::new(),
            section: 0,
            selected: BTreeMap::new(),
            filter: Filter::default(),
            help: None,
            dialog: None,
            pending: String::new(),
            notices: Vec::new(),
        }
    }

    /// The list that has the focus.
    pub fn list(&self) -> ListId {
        self.trail.last().map_or(ListId::Pane(self.focus), |spot| ListId::Page(spot.clone(), self.section))
    }
}
