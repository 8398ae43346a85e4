//! One thing that someone is to attend to.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::EntryRef;
use crate::judge::{Alert, Level, Ranked, Subject};

/// One thing that someone is to attend to: every alert about it, or why nothing is known of it. Its words are made when
/// someone reads them: there may be thousands of concerns, gathered several times a second.
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
    /// Where it is: account and region, the workload's cluster; empty where there is nothing to say.
    pub place: Arc<str>,
    /// A few words for each reason that is no alert.
    pub said: Vec<String>,
    /// What to do about it, a few words.
    pub next: Cow<'static, str>,
    /// Indices into [`crate::judge::Judgement::alerts`], the worst first; empty for what is merely not known.
    pub alerts: Vec<usize>,
    /// Entries of which nothing sure is known because of it.
    pub touches: Vec<EntryRef>,
}

impl Concern {
    /// What kind of thing it is: `account`, `cluster`, `database`, `SLO`, `service`, `budget`, `deployment`, `statefulset`,
    /// `daemonset`, `job`, `pods` or `source`.
    pub fn kind(&self) -> &'static str {
        match &self.about {
            Subject::Entry(entry) => entry.word(),
            Subject::Workload(_, key) => key.kind.word(),
            Subject::Pods(_, kind, _) if **kind == *"job" => "job",
            Subject::Pods(..) => "pods",
            Subject::Source(_) => "source",
        }
    }

    /// Its name: the entry's, `namespace/name` of a workload, the source's kind.
    pub fn title(&self) -> Cow<'_, str> {
        match &self.about {
            Subject::Entry(entry) => entry.name().into(),
            Subject::Workload(_, key) => format!("{}/{}", key.name.namespace, key.name.name).into(),
            Subject::Pods(_, _, name) => format!("{}/{}", name.namespace, name.name).into(),
            Subject::Source(key) => key.title().into(),
        }
    }

    /// Its alerts, the worst first; `alerts` are the judgement's.
    pub fn alerts<'a>(&self, alerts: &'a [Alert]) -> impl Iterator<Item = &'a Alert> {
        self.alerts.iter().filter_map(move |&i| alerts.get(i))
    }

    /// A few words for each reason, the worst first, with the level of those that are alerts; never empty. `alerts` are
    /// the judgement's.
    pub fn reasons<'a>(&'a self, alerts: &'a [Alert]) -> impl Iterator<Item = (Option<Level>, Cow<'a, str>)> {
        let said = self.said.iter().map(|text| (None, text.into()));
        said.chain(self.alerts(alerts).map(|alert| (Some(alert.level), alert.brief().into())))
    }

    /// What is wrong in one phrase: `checkout burns 14.6× (page 1h/5m)`, `orders: connections 83 %`; `alerts` are the
    /// judgement's.
    pub fn phrase(&self, alerts: &[Alert]) -> String {
        let reason = self.reasons(alerts).next().map(|(_, text)| text).unwrap_or_default();
        let joint = if reason.starts_with("burns ") || reason.starts_with("fails") { " " } else { ": " };
        let place = match self.about {
            Subject::Entry(_) => String::new(),
            Subject::Workload(..) | Subject::Pods(..) | Subject::Source(_) if self.place.is_empty() => String::new(),
            Subject::Workload(..) | Subject::Pods(..) => format!(" on {}", self.place),
            Subject::Source(_) => format!(" of {}", self.place),
        };
        format!("{}{place}{joint}{reason}", self.title())
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
