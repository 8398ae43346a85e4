//! What is written down while a judgement is made: the alerts and doubts of each entry.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::finding::{Finding, Rests};
use super::{Alert, History, Judgement, Level, Policy, Rule, RuleId, SloVerdict, Subject, Verdict, words};
use crate::estate::{AccountState, ClusterState, EntryRef, Estate, Known, SourceRecord, SourceState};

/// Everything that a rule may look at, and where it writes what it found.
pub(super) struct Docket<'a> {
    pub(super) estate: &'a Estate,
    pub(super) now: Timestamp,
    history: &'a History,
    policy: &'a Policy,
    /// The sources that feed each entry, looked up once.
    feeding: HashMap<&'a EntryRef, Vec<&'a SourceRecord>>,
    accounts: HashMap<&'a str, &'a AccountState>,
    /// The source that watches each cluster.
    watchers: HashMap<&'a str, usize>,
    /// The sources in words, made when the first alert rests on them.
    sources: Vec<OnceCell<Arc<str>>>,
    /// Alerts, each with the verdict that it belongs to.
    alerts: Vec<(Alert, Option<usize>)>,
    verdicts: Vec<Verdict>,
    slos: Vec<SloVerdict>,
}

/// A rule that a value or a state breaks, not yet said in words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Breach {
    pub(super) rule: &'static Rule,
    pub(super) level: Level,
    /// The value and the threshold that it broke; none where the rule is about a state.
    pub(super) numbers: Option<(f64, f64)>,
}

impl<'a> Docket<'a> {
    pub(super) fn new(estate: &'a Estate, history: &'a History, policy: &'a Policy, now: Timestamp) -> Self {
        let mut feeding: HashMap<&EntryRef, Vec<&SourceRecord>> = HashMap::new();
        for source in estate.sources() {
            for entry in &source.feeds {
                feeding.entry(entry).or_default().push(source);
            }
        }
        let watchers = estate.sources().iter().enumerate().filter_map(|(i, s)| {
            let subject = s.key.subject.as_deref().filter(|subject| s.watches(subject))?;
            Some((subject, i))
        });
        let watchers = watchers.collect();
        let sources = vec![OnceCell::new(); estate.sources().len()];
        let accounts = estate.accounts().iter().map(|a| (a.declared.name.as_str(), a)).collect();
        let (alerts, verdicts, slos) = (Vec::new(), Vec::new(), Vec::new());
        Self { estate, now, history, policy, feeding, accounts, watchers, sources, alerts, verdicts, slos }
    }

    /// Opens the verdict on an entry; what is raised and doubted from here on belongs to it.
    ///
    /// Doubts what every entry has in common: an account that is not proven, a source that is not live.
    pub(super) fn open(&mut self, entry: EntryRef, account: Option<&AccountState>) {
        let mut doubts = Vec::new();
        if let Some(account) = account.filter(|a| !a.verified()) {
            let name = &account.declared.name;
            doubts.push(match account.identity.as_ref().map(|i| &i.value) {
                None => format!("account {name} is not verified yet: STS has not answered"),
                Some(identity) => {
                    let why = identity.error.as_deref().map_or_else(String::new, |e| format!(": {e}"));
                    format!("account {name} is not verified ({}){why}", identity.state.word())
                }
            });
        }
        for source in self.feeding.get(&entry).into_iter().flatten() {
            if source.state != SourceState::Live {
                doubts.push(not_live(source, self.now));
            }
        }
        self.verdicts.push(Verdict { entry, level: Level::Ok, alerts: Vec::new(), doubts });
    }

    /// The account of that name.
    pub(super) fn account(&self, name: &str) -> Option<&'a AccountState> {
        self.accounts.get(name).copied()
    }

    /// Whether nothing casts doubt on the open entry so far.
    pub(super) fn undoubted(&self) -> bool {
        self.verdicts.last().is_some_and(|v| v.doubts.is_empty())
    }

    /// The source that watches a cluster's API server.
    pub(super) fn watcher(&self, cluster: &ClusterState) -> Option<&'a SourceRecord> {
        let index = *self.watchers.get(cluster.declared.name.as_str())?;
        self.estate.sources().get(index)
    }

    /// Why the open entry is at least unknown.
    pub(super) fn doubt(&mut self, why: impl Into<String>) {
        if let Some(verdict) = self.verdicts.last_mut() {
            verdict.doubts.push(why.into());
        }
    }

    /// Holds a value against a rule's thresholds; none where it breaks none or the team switched the rule off.
    pub(super) fn weigh(&self, id: RuleId, value: f64) -> Option<Breach> {
        let rule = Rule::of(id);
        let (level, threshold) = rule.breach(self.policy.thresholds(id)?, value)?;
        Some(Breach { rule, level, numbers: Some((value, threshold)) })
    }

    /// A state that breaks a rule; none where the team switched the rule off.
    pub(super) fn state(&self, id: RuleId, level: Level) -> Option<Breach> {
        self.policy.thresholds(id)?;
        Some(Breach { rule: Rule::of(id), level, numbers: None })
    }

    /// Raises an alert about an entry, a workload or a source; it belongs to the open verdict unless it is a source's.
    pub(super) fn raise(&mut self, breach: Breach, about: Subject, finding: Finding, rests: Rests) {
        self.raise_at(breach, about, None, finding, rests);
    }

    /// The same about an entry that `status` names with its account and region before it.
    pub(super) fn raise_at(
        &mut self,
        breach: Breach,
        about: Subject,
        place: Option<Arc<str>>,
        finding: Finding,
        rests: Rests,
    ) {
        let Breach { rule, level, numbers } = breach;
        let verdict = match about {
            Subject::Source(_) => None,
            Subject::Entry(_) | Subject::Workload(..) | Subject::Pods(..) => self.verdicts.len().checked_sub(1),
        };
        let since = self.history.since(rule.id, &about).unwrap_or(self.now);
        let (value, threshold) = (numbers.map(|n| n.0), numbers.map(|n| n.1));
        let alert =
            Alert { rule: rule.id, about, level, value, unit: rule.unit, threshold, since, place, finding, rests };
        self.alerts.push((alert, verdict));
    }

    /// Keeps an SLO's numbers.
    pub(super) fn keep(&mut self, slo: SloVerdict) {
        self.slos.push(slo);
    }

    /// What a fact rests on: its source and its age.
    pub(super) fn rests_on<T>(&self, known: &Known<T>) -> Rests {
        self.said_by(known.origin, known.as_of)
    }

    /// A source (by its index) and when what it said was true.
    pub(super) fn said_by(&self, source: usize, as_of: Timestamp) -> Rests {
        let state = self.estate.sources().get(source).map_or(SourceState::Waiting, |s| s.state);
        Rests::On { source: self.source_words(source), as_of, state }
    }

    /// What a cluster's API server said, and how old it is.
    pub(super) fn seen(&self, cluster: &ClusterState) -> Rests {
        let name = &cluster.declared.name;
        let watcher = self.watchers.get(name.as_str());
        match watcher.and_then(|&i| Some((i, self.estate.sources().get(i)?.as_of?))) {
            Some((source, as_of)) => self.said_by(source, as_of),
            None => Rests::Source(format!("kubernetes of {name}").into()),
        }
    }

    /// A source in words, by its index.
    pub(super) fn source_words(&self, source: usize) -> Arc<str> {
        let words = || self.estate.sources().get(source).map_or_else(String::new, source_words).into();
        self.sources.get(source).map_or_else(words, |cell| cell.get_or_init(words).clone())
    }

    /// The whole judgement, sorted.
    pub(super) fn close(self) -> Judgement {
        let Self { estate, mut alerts, mut verdicts, slos, .. } = self;
        // Stable: what is as bad and as old stays in the estate's order, and no name is compared.
        alerts.sort_by_key(|(a, _)| (std::cmp::Reverse(a.level), a.since));
        let mut level = Level::Ok;
        for (index, (alert, verdict)) in alerts.iter().enumerate() {
            level = level.max(alert.level);
            if let Some(verdict) = verdict.and_then(|v| verdicts.get_mut(v)) {
                verdict.alerts.push(index);
                verdict.level = verdict.level.max(alert.level);
            }
        }
        for verdict in &mut verdicts {
            if !verdict.doubts.is_empty() {
                verdict.level = verdict.level.max(Level::Unknown);
            }
            level = level.max(verdict.level);
        }
        if estate.sources().iter().any(|s| s.state != SourceState::Live) {
            level = level.max(Level::Unknown);
        }
        Judgement { level, verdicts, alerts: alerts.into_iter().map(|(alert, _)| alert).collect(), slos }
    }
}

/// A source in words, such as `rds of production us-east-1` or `kubernetes of prod-use1`.
pub(super) fn source_words(source: &SourceRecord) -> String {
    let place = source.key.place();
    if place.is_empty() { source.key.title().to_owned() } else { format!("{} of {place}", source.key.title()) }
}

/// Why a source that is not live casts doubt.
fn not_live(source: &SourceRecord, now: Timestamp) -> String {
    let name = source_words(source);
    let why = source.error.as_deref().map_or_else(String::new, |e| format!(": {e}"));
    match (source.state, source.as_of) {
        (SourceState::Waiting, None) => format!("{name} has not answered yet{why}"),
        (SourceState::Waiting, Some(at)) => {
            format!("{name} has not answered yet, last seen {} ago{why}", words::age(at, now))
        }
        (state, Some(at)) => format!("{name} is {}, last seen {} ago{why}", state.word(), words::age(at, now)),
        (state, None) => format!("{name} is {}{why}", state.word()),
    }
}
