//! A list that can have the focus: its things in order, its columns, and what it says when it is empty.

use super::filter::Wanted;
use super::thing::Thing;
use super::{
    alerts, autoscalers, budgets, clusters, databases, incidents, nodes, operations, pods, slos, sources, workloads,
};
use crate::console::scene::Scene;
use crate::console::theme::Mark;
use crate::console::view::{PaneId, Spot};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;

/// Which table a list is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Things of every kind.
    Anything,
    /// SLOs.
    Slos,
    /// Clusters.
    Clusters,
    /// Databases.
    Databases,
    /// Members of a database.
    Members,
    /// Budgets.
    Budgets,
    /// Workloads.
    Workloads,
    /// Pods.
    Pods,
    /// Nodes.
    Nodes,
    /// Autoscalers.
    Autoscalers,
    /// Sources.
    Sources,
    /// Alerts of one thing.
    Alerts,
    /// Alerts of the whole estate.
    AllAlerts,
    /// Operations that the journal tells of.
    Operations,
    /// Lines of a page's facts.
    Lines,
}

impl Table {
    /// Its columns.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Anything => &incidents::COLUMNS,
            Self::Slos => &slos::COLUMNS,
            Self::Clusters => &clusters::COLUMNS,
            Self::Databases => &databases::COLUMNS,
            Self::Members => &databases::MEMBER_COLUMNS,
            Self::Budgets => &budgets::COLUMNS,
            Self::Workloads => &workloads::COLUMNS,
            Self::Pods => &pods::COLUMNS,
            Self::Nodes => &nodes::COLUMNS,
            Self::Autoscalers => &autoscalers::COLUMNS,
            Self::Sources => &sources::COLUMNS,
            Self::Alerts => &incidents::ALERT_COLUMNS,
            Self::AllAlerts => &alerts::COLUMNS,
            Self::Operations => &operations::COLUMNS,
            Self::Lines => &[],
        }
    }

    /// A thing's row in this table.
    pub fn row(self, scene: &Scene, thing: &Thing) -> super::row::Row {
        match (self, thing) {
            (Self::Anything, _) => incidents::row(scene, thing),
            (Self::AllAlerts, Thing::Alert(alert)) => alerts::row(scene, alert),
            _ => thing.row(scene),
        }
    }
}

/// A list that can have the focus.
#[derive(Debug, Clone)]
pub struct Listing<'a> {
    /// What it is called, with what is counted.
    pub title: &'static str,
    /// Its table.
    pub table: Table,
    /// Its things, in order, filtered.
    pub things: Vec<Thing<'a>>,
    /// How many there are without the filter.
    pub all: usize,
    /// What it says when it is empty.
    pub empty: String,
    /// Lines below the last row, as far as there is room.
    pub closing: Vec<Words>,
}

impl<'a> Listing<'a> {
    /// A list of things.
    pub fn new(title: &'static str, table: Table, things: Vec<Thing<'a>>, empty: impl Into<String>) -> Self {
        Self { title, table, all: things.len(), things, empty: empty.into(), closing: Vec::new() }
    }

    /// The list of a pane of the watch.
    pub fn of_pane(scene: &Scene<'a>, pane: PaneId) -> Self {
        match pane {
            PaneId::Incidents => {
                let mut out = Self::new("Incidents", Table::Anything, incidents::things(scene), calm(scene));
                out.closing = incidents::closing(scene);
                out
            }
            PaneId::Alerts => Self::new("Alerts", Table::AllAlerts, alerts::things(scene), alerts::quiet(scene)),
            PaneId::Slos => {
                Self::new("SLOs", Table::Slos, slos::things(scene), "no SLO configured: add [[slo]] to the estate file")
            }
            PaneId::Clusters => Self::new(
                "Clusters",
                Table::Clusters,
                clusters::things(scene),
                "no cluster configured: add [[cluster]] to the estate file",
            ),
            PaneId::Databases => Self::new(
                "Databases",
                Table::Databases,
                databases::things(scene),
                "no database configured: add [[database]] to the estate file",
            ),
            PaneId::Budgets => Self::new(
                "Budgets",
                Table::Budgets,
                budgets::things(scene),
                "no budget configured: add [[budget]] to the estate file",
            ),
        }
    }

    /// The same list with only what has every word of a filter.
    #[must_use]
    pub fn filtered(mut self, scene: &Scene, text: &str) -> Self {
        if !text.is_empty() {
            let wanted = Wanted::read(text);
            self.things.retain(|t| wanted.has(scene, self.table, t));
            if self.things.is_empty() && self.all > 0 {
                self.empty = format!("nothing contains “{text}”");
            }
            self.closing.clear();
        }
        self
    }

    /// Where the selected thing is: at its spot, else first.
    pub fn selected(&self, spot: Option<&Spot>) -> Option<usize> {
        let found = spot.and_then(|s| self.things.iter().position(|t| t.is(s)));
        found.or(if self.things.is_empty() { None } else { Some(0) })
    }

    /// The worst mark of its things, for a tab.
    pub fn worst(&self, scene: &Scene) -> Mark {
        let worst = self.things.first().map(|t| self.table.row(scene, t).mark);
        worst.unwrap_or_else(|| scene.judgement.level.into())
    }
}

/// What the list of incidents says when there is none: calm is claimed only where everything is known.
fn calm(scene: &Scene) -> String {
    use crate::judge::Level;
    match scene.judgement.level {
        _ if scene.judgement.verdicts.is_empty() => "the estate file names nothing to watch".to_owned(),
        Level::Ok => "nothing needs anyone".to_owned(),
        _ => "nothing known to be wrong; not everything is known yet".to_owned(),
    }
}
