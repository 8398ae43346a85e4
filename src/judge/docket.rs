//! What is written down while a judgement is made: the alerts and doubts of each entry.

mod leftover;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::alert::Footing;
use super::finding::{Finding, Rests};
use super::policy::Terms;
use super::severity::{self, Environment};
use super::standing::{Mark, Reach, settle};
use super::{Alert, History, Judgement, Level, Policy, RuleId, SloVerdict, Subject, Verdict, silence, words};
use crate::estate::{AccountState, ClusterState, EntryRef, Estate, Known, SourceRecord, SourceState};

/// What is older than this tells nothing of now: no source asks more rarely than each 15 min by itself.
const OLD: SignedDuration = SignedDuration::from_mins(20);

/// Everything that a rule may look at, and where it writes what it found.
pub(super) struct Docket<'a> {
    pub(super) estate: &'a Estate,
    pub(super) now: Timestamp,
    pub(super) history: &'a History,
    pub(super) policy: &'a Policy,
    /// The built-in rules as they are in force, looked up once each.
    terms: HashMap<RuleId, Option<Terms>>,
    /// The sources that feed each entry, looked up once.
    feeding: HashMap<&'a EntryRef, Vec<&'a SourceRecord>>,
    accounts: HashMap<&'a str, &'a AccountState>,
    /// The source that watches each cluster.
    watchers: HashMap<&'a str, usize>,
    /// The sources in words, made when the first alert rests on them.
    sources: Vec<OnceCell<Arc<str>>>,
    /// Where the entry of each verdict is, as far as severity depends on it.
    environments: Vec<Environment>,
    /// Alerts, each with the verdict that it belongs to.
    alerts: Vec<(Alert, Option<usize>)>,
    /// What was looked at and does not stand: it waits to be raised, or has cleared.
    resting: Vec<(RuleId, Subject, Mark)>,
    /// How many of the alerts that stood were looked at again, by rule.
    met: BTreeMap<RuleId, usize>,
    verdicts: Vec<Verdict>,
    slos: Vec<SloVerdict>,
}

/// What a value or a state means to a rule, not yet said in words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Breach {
    pub(super) terms: Terms,
    pub(super) reach: Reach,
    /// The value; none where the rule is about a state.
    pub(super) value: Option<f64>,
    /// The threshold of a rule that has none of its own, as for the burn of an SLO.
    pub(super) threshold: Option<f64>,
    /// The pairs of windows of an SLO that fire, a bit each.
    pub(super) pairs: u8,
    /// Some of it is not known any more, and stands as it stood.
    pub(super) unseen: bool,
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
        let terms = super::Rule::ALL.iter().map(|rule| (rule.id, policy.terms(rule.id)));
        let terms = terms.chain(policy.rules.iter().map(|rule| (rule.id, policy.terms(rule.id)))).collect();
        Self {
            estate,
            now,
            history,
            policy,
            terms,
            feeding,
            accounts,
            watchers,
            sources,
            environments: Vec::new(),
            alerts: Vec::new(),
            resting: Vec::new(),
            met: BTreeMap::new(),
            verdicts: Vec::new(),
            slos: Vec::new(),
        }
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
        self.environments.push(Environment::of(account));
        self.verdicts.push(Verdict { entry, level: Level::Ok, alerts: Vec::new(), doubts });
    }

    /// Says where the open entry is, where that is not where its facts come from.
    pub(super) fn locate(&mut self, environment: Environment) {
        if let Some(last) = self.environments.last_mut() {
            *last = environment;
        }
    }

    /// The account of that name.
    pub(super) fn account(&self, name: &str) -> Option<&'a AccountState> {
        self.accounts.get(name).copied()
    }

    /// Whether nothing casts doubt on the open entry so far.
    pub(super) fn undoubted(&self) -> bool {
        self.verdicts.last().is_some_and(|v| v.doubts.is_empty())
    }

    /// Whether any source speaks for the open entry.
    pub(super) fn fed(&self) -> bool {
        self.verdicts.last().is_some_and(|v| self.feeding.contains_key(&v.entry))
    }

    /// The source that watches a cluster's API server.
    pub(super) fn watcher(&self, cluster: &ClusterState) -> Option<&'a SourceRecord> {
        let index = *self.watchers.get(cluster.declared.name.as_str())?;
        self.estate.sources().get(index)
    }

    /// How old a number is, in words, where it is too old to say how things are now though its source is live: at a pace
    /// that is slowed down to save money.
    pub(super) fn old(&self, at: Timestamp) -> Option<String> {
        (self.now.duration_since(at) >= OLD).then(|| words::age(at, self.now))
    }

    /// Why the open entry is at least unknown.
    pub(super) fn doubt(&mut self, why: impl Into<String>) {
        if let Some(verdict) = self.verdicts.last_mut() {
            verdict.doubts.push(why.into());
        }
    }

    /// A rule as it is in force; none where the team switched it off.
    pub(super) fn terms(&self, id: RuleId) -> Option<Terms> {
        self.terms.get(&id).copied().flatten()
    }

    /// Holds a value against a rule's thresholds; none where it breaks none and no alert stands that it would clear, or
    /// where the team switched the rule off.
    pub(super) fn weigh(&self, id: RuleId, value: f64, about: &Subject) -> Option<Breach> {
        let terms = self.terms(id)?;
        let reach = terms.reach(value);
        if reach.now == Level::Ok && self.history.mark(id, about).is_none() {
            return None;
        }
        Some(Breach { terms, reach, value: Some(value), threshold: None, pairs: 0, unseen: false })
    }

    /// Whether a value breaks nothing and no alert of the rule stands, whatever it is about: quicker than to name that.
    pub(super) fn quiet(&self, id: RuleId, value: f64) -> bool {
        self.terms(id).is_none_or(|terms| terms.reach(value).now == Level::Ok && !self.history.remembers(id))
    }

    /// A state that breaks a rule; none where the team switched the rule off.
    pub(super) fn state(&self, id: RuleId, level: Level) -> Option<Breach> {
        let reach = Reach { now: level, near: level };
        Some(Breach { terms: self.terms(id)?, reach, value: None, threshold: None, pairs: 0, unseen: false })
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
        let verdict = match about {
            Subject::Source(_) => None,
            Subject::Entry(_) | Subject::Workload(..) | Subject::Pods(..) => self.verdicts.len().checked_sub(1),
        };
        self.enter(breach, about, place, finding, rests, verdict);
    }

    /// Settles where the alert stands, and enters it where it does.
    fn enter(
        &mut self,
        breach: Breach,
        about: Subject,
        place: Option<Arc<str>>,
        finding: Finding,
        rests: Rests,
        verdict: Option<usize>,
    ) {
        let Breach { terms, reach, value, threshold, pairs, unseen } = breach;
        let before = self.history.mark(terms.id, &about);
        if before.is_some() {
            *self.met.entry(terms.id).or_default() += 1;
        }
        let mut mark = settle(before, reach, terms.patience, self.now, self.history.at_a_glance());
        mark.pairs = pairs;
        let Some(since) = mark.since.filter(|_| mark.level > Level::Ok) else {
            self.resting.push((terms.id, about, mark));
            return;
        };
        let threshold = threshold.or_else(|| terms.threshold(mark.level)).or(mark.threshold);
        (mark.value, mark.threshold) = (value.or(mark.value), threshold);
        let footing = if unseen {
            Footing::Unseen
        } else if reach.now >= mark.level {
            Footing::Breaks
        } else {
            Footing::Held { until: mark.back_since().and_then(|at| at.checked_add(terms.patience.hold).ok()) }
        };
        let state = terms.id.about_state() && terms.id != RuleId::SloBurn;
        let mut alert = Alert {
            rule: terms.id,
            about,
            level: mark.level,
            value: mark.value.filter(|_| !state),
            unit: terms.unit,
            threshold: threshold.filter(|_| !state),
            since,
            footing,
            silenced: None,
            ranked: severity::Ranked::default(),
            place,
            comparison: terms.comparison,
            finding,
            rests,
            mark,
        };
        let environment = match (&alert.about, verdict.and_then(|v| self.environments.get(v))) {
            (Subject::Source(key), _) => Environment::of(key.account.as_deref().and_then(|name| self.account(name))),
            (_, environment) => environment.copied().unwrap_or_default(),
        };
        alert.ranked = severity::rank(&alert, environment, self.policy);
        if !self.policy.silences.is_empty() {
            alert.silenced = silence::of(&self.policy.silences, alert.rule, || alert.subject(), self.now);
        }
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
    pub(super) fn close(mut self) -> Judgement {
        self.look_after_leftovers();
        let Self { estate, now, policy, terms, alerts, mut verdicts, slos, resting, .. } = self;
        // Within a level what is worse for people comes first, then what has stood longest. Stable: what is as bad and as
        // old stays in the estate's order, and no name is compared. Alerts are large, so their places are sorted, and each
        // alert is moved once.
        let mut order: Vec<usize> = (0..alerts.len()).collect();
        order.sort_by_key(|&i| {
            let alert = &alerts[i].0;
            (alert.silenced.is_some(), std::cmp::Reverse(alert.level), alert.ranked.severity, alert.since)
        });
        let mut unsorted: Vec<Option<_>> = alerts.into_iter().map(Some).collect();
        let alerts: Vec<(Alert, Option<usize>)> = order.into_iter().filter_map(|i| unsorted[i].take()).collect();
        let mut level = Level::Ok;
        for (index, (alert, verdict)) in alerts.iter().enumerate() {
            let counts = if alert.silenced.is_some() { Level::Ok } else { alert.level };
            level = level.max(counts);
            if let Some(verdict) = verdict.and_then(|v| verdicts.get_mut(v)) {
                verdict.alerts.push(index);
                verdict.level = verdict.level.max(counts);
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
        let waiting = resting.into_iter().filter(|(.., mark)| mark.matters()).collect();
        let alerts = alerts.into_iter().map(|(alert, _)| alert).collect();
        let mut terms: Vec<Terms> = terms.into_values().flatten().collect();
        terms.sort_by_key(|terms| terms.id);
        let team = policy.rules.iter().map(|rule| (rule.id, rule.metric)).collect();
        Judgement { at: now, level, verdicts, alerts, slos, terms, team, waiting }
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
