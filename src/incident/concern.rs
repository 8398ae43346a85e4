//! One thing that someone is to attend to.

use jiff::Timestamp;

use crate::estate::{EntryRef, WorkloadKey};
use crate::judge::{Level, Ranked, Subject};

/// One thing that someone is to attend to: every alert about it, or why nothing is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Concern {
    /// What it is about.
    pub about: Subject,
    /// `Critical`, `Warning`, or `Unknown` where it is not known whether it is in order.
    pub level: Level,
    /// Since when, by its oldest alert; none for what is merely not known.
    pub since: Option<Timestamp>,
    /// How severe it is, by the most severe of its alerts, and the rule that decided; none for what is merely not known.
    pub ranked: Option<Ranked>,
    /// What kind of thing it is: `account`, `cluster`, `database`, `SLO`, `service`, `budget`, `deployment`, `statefulset`,
    /// `daemonset`, `job`, `pods` or `source`.
    pub kind: &'static str,
    /// Its name: the entry's, `namespace/name` of a workload, the source's kind.
    pub title: String,
    /// Where it is: account and region, the workload's cluster; empty where there is nothing to say.
    pub place: String,
    /// A few words for each reason, the worst first; never empty.
    pub reasons: Vec<String>,
    /// What to do about it, a few words.
    pub next: String,
    /// Indices into [`crate::judge::Judgement::alerts`], the worst first; empty for what is merely not known.
    pub alerts: Vec<usize>,
    /// Entries of which nothing sure is known because of it.
    pub touches: Vec<EntryRef>,
}

impl Concern {
    /// What is wrong in one phrase: `checkout burns 14.6× (page 1h/5m)`, `orders: connections 83 %`.
    pub fn phrase(&self) -> String {
        let reason = self.reasons.first().map_or("", String::as_str);
        let joint = if reason.starts_with("burns ") || reason.starts_with("fails") { " " } else { ": " };
        let place = match self.about {
            Subject::Entry(_) => String::new(),
            Subject::Workload(..) | Subject::Pods(..) | Subject::Source(_) if self.place.is_empty() => String::new(),
            Subject::Workload(..) | Subject::Pods(..) => format!(" on {}", self.place),
            Subject::Source(_) => format!(" of {}", self.place),
        };
        format!("{}{place}{joint}{reason}", self.title)
    }

    /// How soon it matters among things of one level: what users feel first, then what may break, then the watch itself.
    pub(super) fn rank(&self) -> u8 {
        match &self.about {
            Subject::Entry(EntryRef::Account(_)) => 0,
            Subject::Entry(EntryRef::Slo(_) | EntryRef::Service(_)) => 1,
            Subject::Entry(EntryRef::Database(_)) => 2,
            Subject::Entry(EntryRef::Cluster(_)) => 3,
            Subject::Workload(..) | Subject::Pods(..) => 4,
            Subject::Source(_) => 5,
            Subject::Entry(EntryRef::Budget(_) | EntryRef::Costs(_)) => 6,
        }
    }
}

/// Kind, title and place of what a concern is about; places are found by the caller.
pub(super) fn naming(about: &Subject, place: impl FnOnce(&EntryRef) -> String) -> (&'static str, String, String) {
    match about {
        Subject::Entry(entry) => {
            let kind = match entry {
                EntryRef::Account(_) => "account",
                EntryRef::Cluster(_) => "cluster",
                EntryRef::Database(_) => "database",
                EntryRef::Slo(_) => "SLO",
                EntryRef::Service(_) => "service",
                EntryRef::Budget(_) => "budget",
                EntryRef::Costs(_) => "costs",
            };
            (kind, entry.name().to_owned(), place(entry))
        }
        Subject::Workload(cluster, WorkloadKey { kind, name }) => {
            (kind.word(), format!("{}/{}", name.namespace, name.name), cluster.as_ref().to_owned())
        }
        Subject::Pods(cluster, kind, name) => {
            let kind = if &**kind == "job" { "job" } else { "pods" };
            (kind, format!("{}/{}", name.namespace, name.name), cluster.as_ref().to_owned())
        }
        Subject::Source(key) => ("source", key.title().to_owned(), key.place()),
    }
}
