//! Groups what is wrong and what is not known by what it is about.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::concern::Concern;
use super::next::next;
use crate::estate::{AccountState, EntryRef, Estate, IdentityState, SourceKey, SourceRecord, SourceState};
use crate::judge::{Alert, Judgement, Level, Subject, Verdict};

/// Everything that someone is to attend to, worst first: by level, then by how soon it matters, then the oldest.
///
/// An entry that is unknown only because its account is not proven or a source of it is not live is no row of its own:
/// it stands in that concern's `touches`. While sources have merely not answered yet, nobody has to do anything.
pub fn concerns(estate: &Estate, judgement: &Judgement) -> Vec<Concern> {
    let mut gathered = Gathered { estate, places: HashMap::new(), concerns: Vec::new() };
    // What is silenced is listed among the alerts, and nobody's concern.
    for (index, alert) in judgement.alerts.iter().enumerate().filter(|(_, a)| a.silenced.is_none()) {
        gathered.alert(index, alert);
    }
    for account in estate.accounts() {
        gathered.account(account);
    }
    for source in estate.sources().iter().filter(|s| s.state == SourceState::Paused) {
        gathered.paused(source);
    }
    let feeding = feeding(estate);
    for verdict in judgement.verdicts.iter().filter(|v| !v.doubts.is_empty()) {
        gathered.verdict(verdict, &feeding);
    }
    let mut concerns = gathered.concerns;
    concerns.sort_by(|a, b| {
        let order = b.level.cmp(&a.level).then_with(|| a.rank().cmp(&b.rank()));
        order.then_with(|| a.since.cmp(&b.since)).then_with(|| by_name(a, b))
    });
    concerns
}

/// By title; those of workloads, of which there may be thousands, are not put together for it.
fn by_name(a: &Concern, b: &Concern) -> Ordering {
    match (&a.about, &b.about) {
        (Subject::Workload(_, a), Subject::Workload(_, b)) => a.name.cmp(&b.name),
        _ => a.title().cmp(&b.title()),
    }
}

struct Gathered<'a> {
    estate: &'a Estate,
    /// Where the concern about something is.
    places: HashMap<Subject, usize>,
    concerns: Vec<Concern>,
}

impl Gathered<'_> {
    /// The concern about something, made when it is not there yet.
    fn about(&mut self, about: Subject, level: Level) -> &mut Concern {
        let (estate, concerns) = (self.estate, &mut self.concerns);
        let at = *self.places.entry(about).or_insert_with_key(|about| {
            let (said, alerts, touches) = (Vec::new(), Vec::new(), Vec::new());
            let (about, place, next) = (about.clone(), place(estate, about), Cow::Borrowed(""));
            concerns.push(Concern { about, level, since: None, ranked: None, place, said, next, alerts, touches });
            concerns.len() - 1
        });
        &mut concerns[at]
    }

    /// The concern about something, where there is one.
    fn known(&mut self, about: &Subject) -> Option<&mut Concern> {
        let at = *self.places.get(about)?;
        self.concerns.get_mut(at)
    }

    fn alert(&mut self, index: usize, alert: &Alert) {
        let about = match &alert.about {
            // An account's STS source is how the account itself is doing.
            Subject::Source(SourceKey { account: Some(account), .. }) if introduces(&alert.about) => {
                Subject::Entry(EntryRef::Account(account.clone()))
            }
            about => about.clone(),
        };
        let concern = self.about(about, alert.level);
        concern.level = concern.level.max(alert.level);
        concern.since = Some(concern.since.map_or(alert.since, |since| since.min(alert.since)));
        concern.alerts.push(index);
        if concern.ranked.is_none_or(|ranked| alert.ranked.severity < ranked.severity) {
            concern.ranked = Some(alert.ranked);
        }
        if concern.next.is_empty() {
            concern.next = next(alert.rule).into();
        }
    }

    /// An account that is not proven, whatever the reason; one whose STS has not answered yet is only awaited.
    fn account(&mut self, account: &AccountState) {
        let Some(identity) = account.identity.as_ref().map(|i| &i.value) else { return };
        if matches!(identity.state, IdentityState::Verified | IdentityState::Mismatch) {
            return;
        }
        let concern = self.about(Subject::Entry(account.entry()), Level::Unknown);
        let why = identity.error.as_deref().unwrap_or("no reason given");
        concern.said.push(match identity.state {
            IdentityState::Expired => format!("credentials expired: {why}"),
            IdentityState::Denied => format!("STS denies: {why}"),
            _ => format!("STS cannot be reached: {why}"),
        });
        concern.next = match (&identity.login, identity.state) {
            (Some(login), _) => format!("run {login}").into(),
            (None, IdentityState::Expired) => "log in to the account".into(),
            (None, IdentityState::Denied) => "check the role and its trust policy".into(),
            (None, _) => "check the network and the region's endpoint".into(),
        };
    }

    /// A source that waits for something while its account is in order.
    fn paused(&mut self, source: &SourceRecord) {
        let account = source.key.account.as_deref().and_then(|name| self.estate.account(name));
        if account.is_some_and(|a| !a.verified()) {
            return;
        }
        let concern = self.about(Subject::Source(source.key.clone()), Level::Unknown);
        concern.said.push(format!("paused: {}", source.error.as_deref().unwrap_or("no reason given")));
        concern.next = "see what it waits for".into();
    }

    /// An entry that casts doubt: part of what explains it, or a concern of its own.
    fn verdict(&mut self, verdict: &Verdict, feeding: &HashMap<&EntryRef, Vec<&SourceRecord>>) {
        let entry = &verdict.entry;
        let unproven = self.estate.account_of(entry).filter(|a| !a.verified());
        if let Some(account) = unproven {
            let about = Subject::Entry(account.entry());
            if let Some(concern) = self.known(&about).filter(|c| c.about != Subject::Entry(entry.clone())) {
                concern.touches.push(entry.clone());
            }
            return;
        }
        let mut explained = false;
        for source in feeding.get(entry).into_iter().flatten().filter(|s| s.state != SourceState::Live) {
            explained = true;
            if let Some(concern) = self.known(&Subject::Source(source.key.clone())) {
                concern.touches.push(entry.clone());
            }
        }
        if !explained && verdict.alerts.is_empty() {
            let concern = self.about(Subject::Entry(entry.clone()), Level::Unknown);
            concern.said.extend(verdict.doubts.iter().cloned());
            concern.next = "see why it is not known".into();
        }
    }
}

fn introduces(about: &Subject) -> bool {
    matches!(about, Subject::Source(key) if key.introduces())
}

fn feeding(estate: &Estate) -> HashMap<&EntryRef, Vec<&SourceRecord>> {
    let mut feeding: HashMap<&EntryRef, Vec<&SourceRecord>> = HashMap::new();
    for source in estate.sources() {
        for entry in &source.feeds {
            feeding.entry(entry).or_default().push(source);
        }
    }
    feeding
}

/// Where something is: account and region, as far as an entry has them; a workload's cluster.
fn place(estate: &Estate, about: &Subject) -> Arc<str> {
    let entry = match about {
        Subject::Entry(entry) => entry,
        Subject::Workload(cluster, _) | Subject::Pods(cluster, ..) => return cluster.clone(),
        Subject::Source(key) => return key.place().into(),
    };
    let (account, region) = estate.place_of(entry);
    [account, region].into_iter().flatten().collect::<Vec<_>>().join(" ").into()
}
