//! One cluster, entered: every kind is watched, what they tell goes out in one breath, and the line is kept honest.

mod credentials;
mod looking;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use super::endpoint;
use super::entrance::{Door, Entered, Entrance};
use super::kind::{KindStanding, Told, watch_kind};
use super::request::{Caller, Trouble, Way};
use super::shown::{Autoscalers, DaemonSets, Deployments, Nodes, Pods, ReplicaSets, StatefulSets};
use super::summary;
use super::usage::{Gauge, measure};
use crate::estate::{DeclaredCluster, Fact, Kind, Report, Usage};
use crate::source::access::Access;
use crate::source::schedule::Schedule;
use crate::source::{Clock, Outbox};

/// Changes that come within this time go out together.
const BREATH: Duration = Duration::from_millis(250);
/// How long the first picture waits for the slowest kind.
const FIRST_PICTURE: Duration = Duration::from_secs(10);
/// How often the clockwork is looked at.
const TICK: Duration = Duration::from_secs(2);
/// Facts are confirmed once they are this old, on evidence of life alone.
const CONFIRM: Duration = Duration::from_secs(12);
/// How old our own tokens grow: EKS takes them for 15 minutes.
const TOKEN_AGE: Duration = Duration::from_mins(10);
/// How often the kubeconfig is read again while something fails.
const REREAD: Duration = Duration::from_secs(10);
/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(25);

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nobody listens any more.
    Nobody,
    /// What it rests on has changed: who we are, or which server the cluster is. Everything is to be looked at anew.
    Changed,
}

/// Something done beside the watches.
enum Errand {
    /// Whether the server is there.
    Looked(Result<(), Trouble>),
    /// What the nodes use.
    Measured(Result<Usage, Trouble>),
    /// Credentials were renewed, or not.
    Renewed(Door, Result<(Entrance, Entered), String>),
    /// The kubeconfig was read again.
    Reread(Result<Entrance, String>),
}

/// A trouble of the whole session: why, and when it is tried again.
type Woe = (String, Option<Timestamp>);

/// One cluster, entered.
pub(super) struct Session<'a> {
    declared: Arc<DeclaredCluster>,
    out: &'a mut Outbox,
    access: Option<watch::Receiver<Access>>,
    entrance: Entrance,
    door: Option<Door>,
    way: watch::Sender<Way>,
    clock: Clock,
    kinds: BTreeMap<Kind, KindStanding>,
    errands: JoinSet<Errand>,
    schedule: Schedule,
    began: Instant,
    /// Facts that wait for the breath to end.
    facts: Vec<Fact>,
    /// Such facts of kinds that are not vital.
    aside: Vec<Fact>,
    breath: Option<Instant>,
    /// As of when facts were last told; none before the first picture.
    told_as_of: Option<Timestamp>,
    told: Option<Report>,
    looking: bool,
    look_at: Instant,
    /// When the server last said that it is there.
    seen_at: Option<Timestamp>,
    line: Option<Woe>,
    credentials: Option<Woe>,
    renewed: Instant,
    renewed_at: Timestamp,
    renew_at: Option<Instant>,
    reread_at: Instant,
    /// What the nodes use.
    gauge: Gauge,
}

impl<'a> Session<'a> {
    /// A session by an entrance that was just entered; `rollouts`: an SLO counts the cluster's rollouts.
    pub(super) fn new(
        (declared, rollouts): (Arc<DeclaredCluster>, bool),
        out: &'a mut Outbox,
        access: Option<watch::Receiver<Access>>,
        entrance: Entrance,
        entered: Entered,
        door: Door,
    ) -> Self {
        let clock = out.clock();
        let now = Instant::now();
        let called = entrance.called.clone();
        let seed = summary::seed(&declared.name);
        Self {
            declared,
            access,
            entrance,
            door: Some(door),
            way: watch::Sender::new(Way { entered, called, generation: 0, restarts: 0 }),
            clock,
            kinds: Kind::ALL
                .into_iter()
                .chain(rollouts.then_some(Kind::ReplicaSets))
                .chain([Kind::Autoscalers])
                .map(|kind| (kind, KindStanding::default()))
                .collect(),
            errands: JoinSet::new(),
            schedule: Schedule::new(CONFIRM, LONGEST_PAUSE, seed),
            began: now,
            facts: Vec::new(),
            aside: Vec::new(),
            breath: None,
            told_as_of: None,
            told: None,
            looking: false,
            look_at: now,
            seen_at: None,
            line: None,
            credentials: None,
            renewed: now,
            renewed_at: out.now(),
            renew_at: None,
            reread_at: now + REREAD,
            gauge: Gauge::new(now),
            out,
        }
    }

    /// Watches until nobody listens or everything is to be looked at anew.
    pub(super) async fn run(mut self) -> (Ended, Option<Door>) {
        let (sender, mut told) = mpsc::channel::<Told>(32);
        let mut kinds = JoinSet::new();
        self.watch_all(&mut kinds, &sender);
        drop(sender);
        self.measure_when_due();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        if let Some(access) = &mut self.access {
            access.mark_changed();
        }
        let ended = loop {
            let breath = self.breath.unwrap_or_else(Instant::now);
            let step = tokio::select! {
                biased;
                () = changed(&mut self.access) => self.check_access(),
                Some(errand) = self.errands.join_next() => match errand {
                    Ok(errand) => self.finish(errand),
                    Err(_) => None,
                },
                () = tokio::time::sleep_until(breath), if self.breath.is_some() => self.tell().await,
                told = told.recv() => match told {
                    Some(told) => { self.hear(told); None }
                    None => Some(Ended::Changed),
                },
                _ = tick.tick() => self.tick(),
            };
            if let Some(ended) = step {
                break ended;
            }
        };
        (ended, self.door)
    }

    fn watch_all(&self, kinds: &mut JoinSet<()>, told: &mpsc::Sender<Told>) {
        let caller = self.caller();
        let seed = summary::seed(&self.declared.name);
        let (declared, told) = (&self.declared, told);
        let each = |n: u64| (declared.clone(), caller.clone(), seed.wrapping_add(n << 32), told.clone());
        let (d, c, s, t) = each(1);
        kinds.spawn(watch_kind::<Nodes>(d, c, s, t));
        let (d, c, s, t) = each(2);
        kinds.spawn(watch_kind::<Deployments>(d, c, s, t));
        let (d, c, s, t) = each(3);
        kinds.spawn(watch_kind::<StatefulSets>(d, c, s, t));
        let (d, c, s, t) = each(4);
        kinds.spawn(watch_kind::<DaemonSets>(d, c, s, t));
        let (d, c, s, t) = each(5);
        kinds.spawn(watch_kind::<Pods>(d, c, s, t));
        if self.kinds.contains_key(&Kind::ReplicaSets) {
            let (d, c, s, t) = each(6);
            kinds.spawn(watch_kind::<ReplicaSets>(d, c, s, t));
        }
        let (d, c, s, t) = each(7);
        kinds.spawn(watch_kind::<Autoscalers>(d, c, s, t));
    }

    fn caller(&self) -> Caller {
        Caller { way: self.way.subscribe(), meter: self.out.meter(), clock: self.clock }
    }

    /// Takes in what a kind tells.
    fn hear(&mut self, told: Told) {
        let Told { kind, facts, standing, unauthorized } = told;
        if standing.alive_at.is_some_and(|at| at > self.renewed_at) {
            self.credentials = None;
        }
        let news = !facts.is_empty() || self.kinds.get(&kind).is_none_or(|before| before.differs(&standing));
        if kind.vital() { &mut self.facts } else { &mut self.aside }.extend(facts);
        self.kinds.insert(kind, standing);
        if let Some((generation, words)) = unauthorized {
            self.reject(generation, words);
        }
        if news {
            self.breathe();
        }
    }

    fn breathe(&mut self) {
        // The first picture goes out the moment it is complete.
        let wait = if self.told_as_of.is_none() && self.settled() { Duration::ZERO } else { BREATH };
        let until = Instant::now() + wait;
        self.breath = Some(self.breath.map_or(until, |earlier| earlier.min(until)));
    }

    fn settled(&self) -> bool {
        self.vital().all(|(_, k)| k.settled)
    }

    /// The kinds that the picture rests on.
    fn vital(&self) -> impl Iterator<Item = (Kind, &KindStanding)> {
        self.kinds.iter().map(|(kind, k)| (*kind, k)).filter(|(kind, _)| kind.vital())
    }

    fn ready(&self) -> bool {
        self.told_as_of.is_some() || self.settled() || self.began.elapsed() >= FIRST_PICTURE
    }

    /// What is wrong with the source as a whole, if anything.
    fn woe(&self) -> Option<Woe> {
        self.credentials.clone().or_else(|| self.line.clone()).or_else(|| {
            let failing = self.vital().filter_map(|(kind, k)| k.failing.as_ref().map(|f| (kind, f)));
            if self.ready() { summary::failing(failing) } else { None }
        })
    }

    /// As of when everything that was told is true: when the kind that has been silent for longest showed life.
    fn as_of(&self, failing: bool) -> Timestamp {
        let now = self.clock.now();
        if failing {
            return self.told_as_of.unwrap_or(now);
        }
        let alive = self.vital().filter_map(|(_, k)| k.alive_at.max(self.seen_at.filter(|_| k.settled))).min();
        alive.unwrap_or(now).max(self.told_as_of.unwrap_or(Timestamp::MIN))
    }

    /// Says what has gathered, and how the source stands.
    async fn tell(&mut self) -> Option<Ended> {
        self.breath = None;
        let woe = self.woe();
        let mut facts = if self.ready() { std::mem::take(&mut self.facts) } else { Vec::new() };
        // What is not vital is no picture by itself: it never makes a source live whose lists fail.
        if self.told_as_of.is_some() || !facts.is_empty() {
            facts.append(&mut self.aside);
            facts.extend(self.gauge.news().map(|usage| Fact::Usage(self.declared.name.clone(), usage)));
        }
        let well = woe.is_none() && self.ready();
        if woe.is_some()
            && let Some(as_of) = self.told_as_of
        {
            // What comes in beside a kind that fails is no answer of the whole: the source stays as it stands.
            if !facts.is_empty() && !self.out.say(Report::Part { as_of, facts }).await {
                return Some(Ended::Nobody);
            }
        } else if !facts.is_empty() || (well && self.told_as_of.is_some()) {
            let as_of = self.as_of(woe.is_some());
            self.told_as_of = Some(as_of);
            self.told = None;
            let note = summary::note(self.vital().filter_map(|(kind, k)| k.unseen.as_ref().map(|u| (kind, u))));
            if !self.out.say(Report::Facts { as_of, facts, note }).await {
                return Some(Ended::Nobody);
            }
        }
        let (reason, next_try_at) = woe?;
        let paused = match self.access.as_ref().map(|access| access.borrow().clone()) {
            Some(Access::Paused(why)) if self.credentials.is_some() => Some(why),
            _ => None,
        };
        let report = match paused {
            Some(reason) => Report::Paused { reason, next_try_at },
            None => Report::Failed { reason, next_try_at },
        };
        if self.told.as_ref() != Some(&report) {
            self.told = Some(report.clone());
            if !self.out.say(report).await {
                return Some(Ended::Nobody);
            }
        }
        None
    }

    fn tick(&mut self) -> Option<Ended> {
        let now = Instant::now();
        let woe = self.woe().is_some();
        let due = self.renew_at.is_some_and(|at| at <= now);
        let old = self.entrance.by_token() && now.duration_since(self.renewed) >= TOKEN_AGE;
        if due || (old && self.renew_at.is_none()) {
            self.renew();
        }
        if woe && self.reread_at <= now && self.declared.context.is_some() {
            self.reread_at = now + REREAD;
            let declared = self.declared.clone();
            self.errands.spawn(async move {
                let context = declared.context.clone().unwrap_or_default();
                Errand::Reread(Entrance::by_context(&declared, &context).await)
            });
        }
        if self.told_as_of.is_none() {
            if self.ready() && !self.facts.is_empty() {
                self.breathe();
            }
            return None;
        }
        if !woe {
            self.measure_when_due();
        }
        let stale = |at: Timestamp| self.clock.now().duration_since(at).unsigned_abs() >= CONFIRM;
        if self.line.is_some() {
            self.look();
        } else if !woe && self.told_as_of.is_some_and(stale) {
            if stale(self.as_of(false)) { self.look() } else { self.breathe() }
        }
        None
    }

    fn measure_when_due(&mut self) {
        if self.gauge.due(Instant::now()) {
            let (caller, patience) = (self.caller(), self.gauge.patience());
            self.errands.spawn(async move { Errand::Measured(measure(&caller, patience).await) });
        }
    }

    fn finish(&mut self, errand: Errand) -> Option<Ended> {
        match errand {
            Errand::Looked(looked) => self.looked(looked),
            Errand::Measured(usage) => {
                self.gauge.take(usage, Instant::now());
                // The first picture goes out when it is ready, and takes along what is there.
                if self.gauge.has_news() && self.told_as_of.is_some() {
                    self.breathe();
                }
            }
            Errand::Renewed(door, outcome) => {
                self.door = Some(door);
                return self.renewed(outcome);
            }
            Errand::Reread(Ok(entrance)) => {
                if !endpoint::same(&entrance.server, &self.entrance.server) {
                    return Some(Ended::Changed);
                }
                if entrance.fingerprint != self.entrance.fingerprint {
                    self.renew();
                }
            }
            // A file that cannot be read now is no reason to leave a session that it once opened.
            Errand::Reread(Err(_)) => {}
        }
        None
    }
}

/// Waits until what is known of a cluster's endpoint changes; for ever where nobody will tell.
pub(super) async fn changed(access: &mut Option<watch::Receiver<Access>>) {
    if let Some(receiver) = access
        && receiver.changed().await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}
