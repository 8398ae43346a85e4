//! Alerts that stood and of which no rule said anything this time: what they were about is in order, gone, or not known
//! any more. What is not known any more stands as it stood: no data never makes anything better.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Breach, Docket};
use crate::estate::{AccountState, ClusterState, Coverage, EntryRef, Kind};
use crate::judge::finding::{Finding, Rests};
use crate::judge::standing::{Mark, Reach};
use crate::judge::{Level, RuleId, Subject};

impl Docket<'_> {
    /// Looks after every alert that stood and was not looked at.
    pub(super) fn look_after_leftovers(&mut self) {
        let history = self.history;
        for (rule, marks) in history.marks() {
            if self.met.get(&rule).copied().unwrap_or(0) == marks.len() || self.terms(rule).is_none() {
                continue;
            }
            let raised = self.alerts.iter().filter(|(a, _)| a.rule == rule).map(|(a, _)| &a.about);
            let resting = self.resting.iter().filter(|(id, ..)| *id == rule).map(|(_, about, _)| about);
            let met: HashSet<&Subject> = raised.chain(resting).collect();
            let left: Vec<(&Subject, &Mark)> =
                marks.iter().filter(|(about, mark)| mark.level > Level::Ok && !met.contains(about)).collect();
            for (about, mark) in left {
                self.look_after(rule, about, mark);
            }
        }
    }

    fn look_after(&mut self, rule: RuleId, about: &Subject, mark: &Mark) {
        match about {
            Subject::Source(_) => {}
            Subject::Entry(entry) => self.look_after_entry(rule, entry, mark),
            Subject::Workload(name, key) => {
                let Some(cluster) = self.estate.cluster(name) else { return };
                let gone = !cluster.workloads().contains_key(key);
                let kind = if rule == RuleId::WorkloadRestarts1h { Kind::Pods } else { key.kind.kind() };
                let counted = cluster.workloads().get(key).map(|w| (w.available, w.wanted));
                self.look_after_part(rule, cluster, about, mark, (kind, gone && kind != Kind::Pods, counted));
            }
            Subject::Pods(name, ..) => {
                let Some(cluster) = self.estate.cluster(name) else { return };
                self.look_after_part(rule, cluster, about, mark, (Kind::Pods, false, None));
            }
        }
    }

    /// An entry's number that is not known any more. One look says what is now, but for the SLOs.
    fn look_after_entry(&mut self, rule: RuleId, entry: &EntryRef, mark: &Mark) {
        let slo = matches!(entry, EntryRef::Slo(_));
        let state = rule.about_state() && rule != RuleId::SloBurn;
        let Some(verdict) = self.verdicts.iter().position(|v| v.entry == *entry) else { return };
        if state
            || (self.history.at_a_glance() && !slo)
            || self.estate.account_of(entry).is_some_and(AccountState::mismatched)
        {
            return;
        }
        let finding = Finding::Unseen { rule };
        self.stand(rule, Subject::Entry(entry.clone()), mark, finding, verdict);
    }

    /// A part of a cluster: in order, where its kind is seen; gone, where the cluster does not have it any more.
    fn look_after_part(
        &mut self,
        rule: RuleId,
        cluster: &ClusterState,
        about: &Subject,
        mark: &Mark,
        (kind, gone, counted): (Kind, bool, Option<(u32, u32)>),
    ) {
        let name = &cluster.declared.name;
        let entry = EntryRef::Cluster(name.clone());
        let Some(verdict) = self.verdicts.iter().position(|v| v.entry == entry) else { return };
        if self.history.at_a_glance() || self.estate.account_of(&entry).is_some_and(AccountState::mismatched) {
            return;
        }
        if !matches!(cluster.coverage(kind), Coverage::Complete | Coverage::Partial(_)) {
            self.stand(rule, about.clone(), mark, Finding::Unseen { rule }, verdict);
            return;
        }
        if gone {
            return;
        }
        let Some(breach) = self.weigh(rule, 0.0, about) else { return };
        let finding = match (rule, counted) {
            (RuleId::WorkloadRestarts1h, _) => Finding::Restarts { pods: 0, crash_looping: 0 },
            (RuleId::WorkloadDegraded, Some((available, wanted))) => {
                Finding::Degraded { available, wanted, stuck: None }
            }
            _ => return,
        };
        let rests = self.seen(cluster);
        self.enter(breach, about.clone(), None, finding, rests, Some(verdict));
    }

    /// It stands as it stood.
    fn stand(&mut self, rule: RuleId, about: Subject, mark: &Mark, finding: Finding, verdict: usize) {
        let Some(terms) = self.terms(rule) else { return };
        let reach = Reach { now: mark.level, near: mark.level };
        let breach =
            Breach { terms, reach, value: mark.value, threshold: mark.threshold, pairs: mark.pairs, unseen: true };
        let place = match &about {
            Subject::Entry(entry) => self.place(entry),
            Subject::Workload(..) | Subject::Pods(..) | Subject::Source(_) => None,
        };
        self.enter(breach, about, place, finding, Rests::Nothing, Some(verdict));
    }

    /// Account and region of a cluster or a database, with a slash after each, without the parts that a cluster outside
    /// AWS does not have.
    pub(in crate::judge) fn place(&self, entry: &EntryRef) -> Option<Arc<str>> {
        if !matches!(entry, EntryRef::Cluster(_) | EntryRef::Database(_)) {
            return None;
        }
        let (account, region) = self.estate.place_of(entry);
        Some([account, region].into_iter().flatten().flat_map(|part| [part, "/"]).collect::<String>().into())
    }
}
