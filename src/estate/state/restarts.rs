//! Restarts within the last hour, counted as pods change and as time passes: nobody has to walk the pods for them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::estate::{Name, Owner, Pod, WorkloadKey};

/// The span over which restarts are counted.
pub(super) const SPAN: SignedDuration = SignedDuration::from_hours(1);

/// Restarts that were seen of one pod: when and how many.
pub(super) type Rises = BTreeMap<Name, Vec<(Timestamp, u32)>>;

/// What a pod's restarts are counted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodRoot {
    /// The workload that owns it.
    Workload(WorkloadKey),
    /// Another owner, such as a job: its kind and name.
    Other(Arc<str>, Name),
    /// Itself: nobody owns it.
    Bare(Name),
}

impl PodRoot {
    /// What a pod is counted for.
    pub fn of(pod: &Pod) -> Self {
        let beside = |name: &Arc<str>| Name { namespace: pod.name.namespace.clone(), name: name.clone() };
        match &pod.owner {
            Owner::Workload(kind, name) => Self::Workload(WorkloadKey { kind: *kind, name: beside(name) }),
            Owner::Other(kind, name) => Self::Other(kind.clone(), beside(name)),
            Owner::Nobody => Self::Bare(pod.name.clone()),
        }
    }
}

/// The restarts of the pods of one root within an hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RootRestarts {
    /// How often.
    pub times: u64,
    /// How many of its pods did.
    pub pods: usize,
    /// How many of those wait in `CrashLoopBackOff`.
    pub crash_looping: usize,
}

impl RootRestarts {
    fn add(&mut self, pod: &Pod, times: u32) {
        self.times += u64::from(times);
        self.pods += 1;
        self.crash_looping += usize::from(pod.crash_looping);
    }

    fn subtract(&mut self, pod: &Pod, times: u32) {
        self.times = self.times.saturating_sub(u64::from(times));
        self.pods = self.pods.saturating_sub(1);
        self.crash_looping = self.crash_looping.saturating_sub(usize::from(pod.crash_looping));
    }
}

/// One pod's restarts within an hour, and from when until when that number holds while the pod does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    times: u32,
    from: Timestamp,
    until: Timestamp,
}

/// One pod's restarts within the hour before `at`: for a pod younger than that its restart count; for an older one the
/// rise that was seen, and at least 1 where a container's last termination lies within the hour.
pub(super) fn within_hour(pod: &Pod, rises: &Rises, at: Timestamp) -> u32 {
    count(pod, rises, at).times
}

fn count(pod: &Pod, rises: &Rises, at: Timestamp) -> Count {
    let (mut from, mut until) = (Timestamp::MIN, Timestamp::MAX);
    let ended = pod.last_termination.as_ref().and_then(|t| t.at);
    // Most pods never restarted.
    let seen = if pod.restarts == 0 && rises.is_empty() { None } else { rises.get(&pod.name) };
    if pod.restarts == 0 && ended.is_none() && seen.is_none() {
        return Count { times: 0, from, until };
    }
    // Whether something of that instant lies within the hour; takes note of when that changes.
    let mut lies_within = |then: Timestamp| {
        let edge = then.saturating_add(SPAN).unwrap_or(Timestamp::MAX);
        let within = at < edge;
        if within {
            until = until.min(edge);
        } else {
            from = from.max(edge);
        }
        within
    };
    if pod.created.is_some_and(&mut lies_within) {
        return Count { times: pod.restarts, from, until };
    }
    let mut times = 0_u32;
    for (then, n) in seen.into_iter().flatten() {
        if lies_within(*then) {
            times = times.saturating_add(*n);
        }
    }
    if ended.is_some_and(lies_within) {
        times = times.max(1);
    }
    Count { times, from, until }
}

/// Restarts within the hour before an instant that moves on, by pod and by root.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RestartCounts {
    /// The instant for which they were counted; none before the first pods.
    at: Option<Timestamp>,
    /// They hold from here on, up to the first instant that is due.
    from: Timestamp,
    /// By pod, as far as the number is not 0 or will change.
    counted: BTreeMap<Name, (u32, Timestamp)>,
    /// When a pod's number changes by time alone.
    due: BTreeSet<(Timestamp, Name)>,
    roots: BTreeMap<PodRoot, RootRestarts>,
    total: u64,
}

impl Default for RestartCounts {
    fn default() -> Self {
        Self {
            at: None,
            from: Timestamp::MIN,
            counted: BTreeMap::new(),
            due: BTreeSet::new(),
            roots: BTreeMap::new(),
            total: 0,
        }
    }
}

impl RestartCounts {
    /// Counts all pods anew; `told` is when, where nothing was counted before.
    pub(super) fn recount(&mut self, pods: &BTreeMap<Name, Pod>, rises: &Rises, told: Timestamp) {
        let at = self.at.unwrap_or(told);
        let (mut counted, mut due, mut roots) = (Vec::new(), Vec::new(), Vec::new());
        (self.at, self.from, self.total) = (Some(at), Timestamp::MIN, 0);
        for (name, pod) in pods {
            let Count { times, from, until } = count(pod, rises, at);
            self.from = self.from.max(from);
            if until < Timestamp::MAX {
                due.push((until, name.clone()));
            }
            if times > 0 || until < Timestamp::MAX {
                counted.push((name.clone(), (times, until)));
            }
            if times > 0 {
                let mut root = RootRestarts::default();
                root.add(pod, times);
                roots.push((PodRoot::of(pod), root));
                self.total += u64::from(times);
            }
        }
        // Trees are built at once from what is in order, which is much quicker than one by one.
        roots.sort_by(|(a, _), (b, _)| a.cmp(b));
        roots.dedup_by(|(next, more), (root, sum)| {
            let same = next == root;
            if same {
                sum.times += more.times;
                sum.pods += more.pods;
                sum.crash_looping += more.crash_looping;
            }
            same
        });
        self.counted = counted.into_iter().collect();
        self.due = due.into_iter().collect();
        self.roots = roots.into_iter().collect();
    }

    /// Counts a pod that came or changed; what was counted of it before is gone already.
    pub(super) fn put(&mut self, pod: &Pod, rises: &Rises, told: Timestamp) {
        let at = *self.at.get_or_insert(told);
        let Count { times, from, until } = count(pod, rises, at);
        self.from = self.from.max(from);
        if until < Timestamp::MAX {
            self.due.insert((until, pod.name.clone()));
        }
        if times > 0 || until < Timestamp::MAX {
            self.counted.insert(pod.name.clone(), (times, until));
        }
        if times > 0 {
            self.roots.entry(PodRoot::of(pod)).or_default().add(pod, times);
            self.total += u64::from(times);
        }
    }

    /// A pod goes, or is about to change: this is how it was when it was counted.
    pub(super) fn remove(&mut self, pod: &Pod) {
        let Some((times, until)) = self.counted.remove(&pod.name) else { return };
        if until < Timestamp::MAX {
            self.due.remove(&(until, pod.name.clone()));
        }
        if times > 0 {
            self.total = self.total.saturating_sub(u64::from(times));
            let root = PodRoot::of(pod);
            if let Some(sum) = self.roots.get_mut(&root) {
                sum.subtract(pod, times);
                if sum.pods == 0 {
                    self.roots.remove(&root);
                }
            }
        }
    }

    /// Time has passed: counts anew what changes by that alone.
    pub(super) fn pass_time(&mut self, pods: &BTreeMap<Name, Pod>, rises: &Rises, now: Timestamp) {
        let Some(at) = self.at.filter(|at| *at < now) else { return };
        self.at = Some(now);
        while let Some((_, name)) = self.due.first().filter(|(until, _)| *until <= now) {
            let Some(pod) = pods.get(name) else {
                self.due.pop_first();
                continue;
            };
            self.remove(pod);
            self.put(pod, rises, at);
        }
    }

    fn hold(&self, now: Timestamp) -> bool {
        self.from <= now && self.due.first().is_none_or(|(until, _)| now < *until)
    }

    /// All restarts within the hour before `now`; looks at no pod unless time was not said to pass.
    pub(super) fn total(&self, pods: &BTreeMap<Name, Pod>, rises: &Rises, now: Timestamp) -> u32 {
        let total = if self.hold(now) {
            self.total
        } else {
            pods.values().map(|pod| u64::from(within_hour(pod, rises, now))).sum()
        };
        u32::try_from(total).unwrap_or(u32::MAX)
    }

    /// What restarted within the hour before `now`, with how often.
    pub(super) fn roots<'a>(
        &'a self,
        pods: &BTreeMap<Name, Pod>,
        rises: &Rises,
        now: Timestamp,
    ) -> Cow<'a, BTreeMap<PodRoot, RootRestarts>> {
        if self.hold(now) {
            return Cow::Borrowed(&self.roots);
        }
        let mut then = Self { at: Some(now), ..Self::default() };
        then.recount(pods, rises, now);
        Cow::Owned(then.roots)
    }
}
