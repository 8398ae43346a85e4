//! Rollouts of deployments: how the newest one stands, and every one that has ended, counted once.
//!
//! A rollout is a revision of a deployment. It has ended well when every replica is of that revision and available, and
//! badly when it missed its progress deadline or was gone back from: a replica set of an earlier revision was given a new
//! one. It is known by the deployment's UID and the revision, so that however often it is told it counts once, in the minute
//! in which it ended. One that another overtook before it ended has not ended, and does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Name, SliPoint, SliPoints, Workload};

/// A watch that was silent for no longer than this has missed nothing that its next word does not tell.
const UNBROKEN: SignedDuration = SignedDuration::from_mins(5);

/// The newest rollout of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// `deployment.kubernetes.io/revision`.
    pub revision: u64,
    /// How it ended; none while it goes on.
    pub ended: Option<RolloutEnd>,
}

/// How a rollout ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutEnd {
    /// When, as the `Progressing` condition has it.
    pub at: Timestamp,
    /// Every replica is of the new revision and available; else the progress deadline was missed.
    pub good: bool,
}

/// A replica set that a deployment went back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Its namespaced name.
    pub name: Name,
    /// The deployment's name.
    pub deployment: Arc<str>,
    /// The deployment's UID.
    pub uid: Arc<str>,
    /// Its revision now.
    pub revision: u64,
    /// The newest revision that it had before.
    pub earlier: u64,
}

/// A rollout that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedRollout {
    /// The deployment's UID.
    pub uid: Arc<str>,
    /// Its revision.
    pub revision: u64,
    /// The deployment's namespaced name.
    pub name: Name,
    /// When it ended.
    pub at: Timestamp,
    /// The time of the condition that told it: the same word about a later revision is a word of this one.
    pub told: Timestamp,
    /// Neither missed its deadline nor was gone back from.
    pub good: bool,
}

/// The rollouts of one cluster that have ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rollouts {
    ended: BTreeMap<(Arc<str>, u64), EndedRollout>,
    restored: BTreeMap<Arc<str>, BTreeMap<Name, Restored>>,
    /// Until when the watch is unbroken.
    watched: Option<Timestamp>,
    /// Minutes since 1970 whose count has changed.
    changed: BTreeSet<i64>,
}

impl Rollouts {
    /// Those that have ended, by deployment and revision.
    pub fn ended(&self) -> impl ExactSizeIterator<Item = &EndedRollout> {
        self.ended.values()
    }

    /// Takes in how a deployment stands at `now`.
    pub(super) fn take(&mut self, deployment: &Workload, now: Timestamp) {
        let Some(rollout) = &deployment.rollout else { return };
        if let Some(end) = rollout.ended {
            self.end(deployment, rollout.revision, end, now);
        }
        self.go_back(deployment);
    }

    fn end(&mut self, deployment: &Workload, revision: u64, end: RolloutEnd, now: Timestamp) {
        let key = (deployment.uid.clone(), revision);
        if self.ended.contains_key(&key) {
            return;
        }
        let before = self.ended.range((key.0.clone(), 0)..key.clone()).next_back().map(|(_, before)| before.told);
        let stale = before.is_some_and(|told| told >= end.at);
        // For a moment a new revision stands beside the condition of the one before.
        if stale && !end.good {
            return;
        }
        let at = if stale { now } else { end.at };
        self.put(EndedRollout {
            uid: key.0,
            revision,
            name: deployment.key.name.clone(),
            at,
            told: at,
            good: end.good,
        });
    }

    fn put(&mut self, rollout: EndedRollout) {
        self.changed.insert(minute(rollout.at));
        self.ended.insert((rollout.uid.clone(), rollout.revision), rollout);
    }

    /// Everything between the revision that a replica set had and the one that it was given was gone back from.
    fn go_back(&mut self, deployment: &Workload) {
        let Some(sets) = self.restored.get(&deployment.uid) else { return };
        let newest = deployment.rollout.as_ref();
        let mut lost = Vec::new();
        for set in sets.values().filter(|set| set.earlier < set.revision) {
            let between = (set.uid.clone(), set.earlier + 1)..(set.uid.clone(), set.revision);
            lost.extend(self.ended.range(between).filter(|(_, r)| r.good).map(|(key, _)| key.clone()));
            // One that was gone back from before it ended, or before anyone looked, ended when the way back did.
            let left = (set.uid.clone(), set.revision - 1);
            if let Some(RolloutEnd { at, .. }) = newest.filter(|r| r.revision == set.revision).and_then(|r| r.ended)
                && left.1 > set.earlier
                && !self.ended.contains_key(&left)
            {
                let (uid, revision) = left;
                let name = deployment.key.name.clone();
                let told = at.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(at);
                self.changed.insert(minute(at));
                self.ended.insert((uid.clone(), revision), EndedRollout { uid, revision, name, at, told, good: false });
            }
        }
        for key in lost {
            if let Some(rollout) = self.ended.get_mut(&key) {
                rollout.good = false;
                self.changed.insert(minute(rollout.at));
            }
        }
    }

    /// Replaces, or changes, the replica sets that were gone back to; the deployments that this touches, by name.
    pub(super) fn restore(&mut self, put: Vec<Restored>, gone: &[Name], all: bool) -> Vec<Name> {
        if all {
            self.restored.clear();
        }
        for name in gone {
            self.restored.values_mut().for_each(|sets| _ = sets.remove(name));
        }
        self.restored.retain(|_, sets| !sets.is_empty());
        let touched = put.iter().map(|set| Name::new(set.name.namespace.clone(), set.deployment.clone())).collect();
        for set in put {
            self.restored.entry(set.uid.clone()).or_default().insert(set.name.clone(), set);
        }
        touched
    }

    /// Takes back in what an earlier run knew until `watched`.
    pub(super) fn recall(&mut self, ended: Vec<EndedRollout>, watched: Timestamp) {
        for rollout in ended {
            self.ended.entry((rollout.uid.clone(), rollout.revision)).or_insert(rollout);
        }
        self.watched = Some(watched);
    }

    /// What is to be counted anew once the watch is unbroken until `as_of`: the minutes that it has covered since the
    /// last time, and older ones whose count has changed; none where nothing is. Forgets what ended before `oldest`.
    pub(super) fn settle(&mut self, as_of: Timestamp, oldest: Timestamp) -> Option<Recount> {
        let from = self.watched.filter(|until| as_of.duration_since(*until) <= UNBROKEN).unwrap_or(as_of);
        self.watched = Some(self.watched.map_or(as_of, |until| until.max(as_of)));
        let covered = minute(from)..minute(as_of);
        // A minute counts once it is over.
        let running = self.changed.split_off(&minute(as_of));
        let changed = std::mem::replace(&mut self.changed, running);
        if covered.is_empty() && changed.is_empty() {
            return None;
        }
        self.ended.retain(|_, rollout| rollout.at >= oldest);
        Some(Recount { covered, changed })
    }

    /// The counts of a recount in some namespaces (empty: all); minutes before `by_minutes_from` as sums of five. Where the
    /// ways back are not seen, whether any was bad is not known.
    pub(super) fn points(
        &self,
        recount: &Recount,
        namespaces: &[String],
        by_minutes_from: Timestamp,
        ways_back_seen: bool,
    ) -> SliPoints {
        let mut tally: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        let counts = |r: &&EndedRollout| namespaces.is_empty() || namespaces.iter().any(|n| **n == *r.name.namespace);
        for rollout in self.ended.values().filter(counts) {
            let (bad, total) = tally.entry(minute(rollout.at)).or_default();
            *total += 1.0;
            *bad += f64::from(u8::from(!rollout.good));
        }
        let point = |minutes: Range<i64>| {
            let (bad, total) = tally.range(minutes.clone()).fold((0.0, 0.0), |sum, (_, n)| (sum.0 + n.0, sum.1 + n.1));
            let at = Timestamp::from_second(minutes.start * 60).ok()?;
            let bad = (ways_back_seen || total == 0.0).then_some(bad);
            Some(SliPoint { at, bad, total: Some(total) })
        };
        let first = minute(by_minutes_from);
        let mut minutes: BTreeSet<i64> = recount.covered.clone().filter(|m| *m >= first).collect();
        // What is not an event of these namespaces would fill a gap with a nothing that nobody saw.
        minutes.extend(recount.changed.iter().filter(|m| **m >= first && tally.contains_key(m)));
        let fives: BTreeSet<i64> =
            recount.changed.iter().filter(|m| **m < first && tally.contains_key(m)).map(|m| m.div_euclid(5)).collect();
        SliPoints {
            minutes: minutes.into_iter().filter_map(|m| point(m..m + 1)).collect(),
            five_minutes: fives.into_iter().filter_map(|five| point(five * 5..five * 5 + 5)).collect(),
            covered: None,
            counts_at: None,
        }
    }
}

/// Minutes since 1970 that are to be counted anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recount {
    /// Minutes that the watch has covered.
    covered: Range<i64>,
    /// Minutes in which something ended, or turned out otherwise.
    changed: BTreeSet<i64>,
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}
