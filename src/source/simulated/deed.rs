//! What was done to a workload, and what its controllers make of it: replicas that come and go, rollouts that begin, are
//! held and go on.

use super::life::Wish;
use super::moment::{At, Moment};
use super::plan::WorkloadPlan;

/// How long an autoscaler leaves a number of replicas alone that somebody has set (its usual stabilization), seconds.
const LEFT_ALONE: At = 300;
/// An autoscaler looks every so often, seconds.
const LOOKS: At = 15;

/// One change of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// So many replicas.
    Scaled(usize),
    /// Restarted, with the words of its annotation.
    Restarted(String),
    /// Put back to the revision before the bad one.
    RolledBack,
    /// Its rollout is held, or goes on.
    Held(bool),
    /// Its autoscaler may choose from so many replicas to so many.
    Bounded(usize, usize),
    /// The pod of a replica was evicted or deleted; of a daemon set the one at this place.
    Gone(usize),
}

impl Deed {
    /// Whether it changes what the workload itself asks for, and so its generation.
    pub(super) fn of_spec(&self) -> bool {
        matches!(self, Self::Scaled(_) | Self::Restarted(_) | Self::RolledBack | Self::Held(_))
    }

    /// How many replicas it asks for, at least; an upper bound asks for none.
    pub(super) fn replicas(&self) -> usize {
        match self {
            Self::Scaled(n) | Self::Bounded(n, _) => *n,
            _ => 0,
        }
    }
}

/// From when on what decides how many replicas there are.
#[derive(Debug, Clone, Copy)]
enum Ruler {
    /// A person, who set this number.
    Person(usize),
    /// The autoscaler, which follows the workload's habit from so many to so many.
    Scaler(usize, usize),
}

impl WorkloadPlan {
    /// The most replicas that a person asked for, at least.
    pub(super) fn most_asked(&self) -> usize {
        self.deeds.iter().map(|(_, deed)| deed.replicas()).max().unwrap_or(0)
    }

    /// The bounds of its autoscaler.
    pub(super) fn bounds(&self, m: &mut Moment) -> (usize, usize) {
        let set = self.deeds.iter().filter_map(|(at, d)| match d {
            Deed::Bounded(least, most) => Some((*at, (*least, *most))),
            _ => None,
        });
        let last = set.take_while(|(at, _)| m.past(*at)).last();
        last.map_or((self.base, self.base + self.extra), |(_, bounds)| bounds)
    }

    fn rulers(&self) -> Vec<(At, Ruler)> {
        let mut out: Vec<(At, Ruler)> = Vec::new();
        let (mut bounds, mut off) = ((self.base, self.base + self.extra), false);
        for (at, deed) in &self.deeds {
            match deed {
                Deed::Scaled(replicas) => {
                    // An autoscaler that was to take over later has been forestalled.
                    out.retain(|(then, _)| then < at);
                    out.push((*at, Ruler::Person(*replicas)));
                    // None at all switches an autoscaler off.
                    off = *replicas == 0;
                    if self.extra > 0 && !off {
                        out.push((at + LEFT_ALONE, Ruler::Scaler(bounds.0, bounds.1)));
                    }
                }
                Deed::Bounded(least, most) => {
                    bounds = (*least, *most);
                    if !off {
                        out.retain(|(then, _)| *then < at + LOOKS);
                        out.push((at + LOOKS, Ruler::Scaler(*least, *most)));
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// When the pod of a replica was evicted or deleted last.
    pub(super) fn gone(&self, slot: usize, m: &mut Moment) -> Option<At> {
        let gone = self.deeds.iter().filter(|(_, d)| *d == Deed::Gone(slot)).map(|(at, _)| *at);
        gone.take_while(|at| m.past(*at)).last()
    }

    /// Whether a replica is wanted, and since when.
    pub(super) fn wish(&self, slot: usize, m: &mut Moment) -> Wish {
        if self.deeds.is_empty() { self.habit(slot, m) } else { self.ruled(slot, &self.rulers(), m) }
    }

    fn ruled(&self, slot: usize, rulers: &[(At, Ruler)], m: &mut Moment) -> Wish {
        let passed = rulers.iter().take_while(|(at, _)| m.past(*at)).count();
        let Some(((from, ruler), earlier)) = rulers[..passed].split_last() else { return self.habit(slot, m) };
        let (wish, since) = match ruler {
            Ruler::Person(replicas) if slot < *replicas => (true, *from),
            Ruler::Person(_) => (false, *from),
            Ruler::Scaler(least, _) if slot < *least => (true, *from),
            Ruler::Scaler(_, most) if slot >= *most => (false, *from),
            Ruler::Scaler(..) => match self.habit(slot, m) {
                Wish::On(since) => (true, since.max(*from)),
                Wish::Off(since) => (false, since.max(*from)),
            },
        };
        // What was so before goes on undisturbed.
        let before = (since == *from).then(|| self.ruled(slot, earlier, &mut Moment::new(from - 1)));
        match (wish, before) {
            (true, Some(Wish::On(since))) => Wish::On(since),
            (false, Some(Wish::Off(since))) => Wish::Off(since),
            (true, _) => Wish::On(since),
            (false, _) => Wish::Off(since),
        }
    }

    /// The last restart before or at a moment: when, and the words of its annotation.
    pub(super) fn restarted(&self, m: &mut Moment) -> Option<(At, &str)> {
        let restarts = self.deeds.iter().filter_map(|(at, d)| match d {
            Deed::Restarted(words) => Some((*at, words.as_str())),
            _ => None,
        });
        let last = restarts.take_while(|(at, _)| m.past(*at)).last();
        // A revision that is put back has no words of a later restart.
        let back = self.rolled_back(m);
        last.filter(|(at, _)| back.is_none_or(|back| back <= *at))
    }

    /// When it was put back to the revision before the bad one.
    pub(super) fn rolled_back(&self, m: &mut Moment) -> Option<At> {
        let back = self.deeds.iter().filter(|(_, d)| *d == Deed::RolledBack).map(|(at, _)| *at);
        back.take_while(|at| m.past(*at)).last()
    }

    /// When people began rollouts, in order.
    fn begun(&self) -> impl Iterator<Item = At> {
        self.deeds.iter().filter(|(_, d)| matches!(d, Deed::Restarted(_) | Deed::RolledBack)).map(|(at, _)| *at)
    }

    /// How many rollouts people began.
    pub(super) fn restarts(&self) -> usize {
        self.begun().count()
    }

    /// Whether its rollout is held.
    pub(super) fn held(&self, m: &mut Moment) -> bool {
        let holds = self.deeds.iter().filter_map(|(at, d)| if let Deed::Held(h) = d { Some((*at, *h)) } else { None });
        holds.take_while(|(at, _)| m.past(*at)).last().is_some_and(|(_, held)| held)
    }

    /// The newest revision whose rollout has begun. A restart's revision is the instant at which it was asked for: far
    /// above the count of a workload's own rollouts.
    pub(super) fn latest(&self, m: &mut Moment) -> i64 {
        let own = self.rollouts.last(m);
        match self.begun().take_while(|at| m.past(*at)).last() {
            Some(at) if at > self.rollouts.nth(own) => at,
            _ => own,
        }
    }

    /// The newest revision that has reached a replica, and when it did.
    pub(super) fn rolled(&self, slot: usize, m: &mut Moment) -> (i64, At) {
        let turn = At::try_from(slot).unwrap_or(0) * self.turn;
        let newest = self.rollouts.last(m);
        let mut begun = vec![(self.rollouts.nth(newest - 1), newest - 1), (self.rollouts.nth(newest), newest)];
        let oldest = begun[0].0;
        begun.extend(self.begun().filter(|at| *at > oldest && m.past(*at)).map(|at| (at, at)));
        begun.sort_unstable();
        let reached = begun.iter().rev().map(|(at, revision)| (*revision, self.unheld(at + turn)));
        let reached = reached.into_iter().find(|(_, at)| m.past(*at));
        reached.unwrap_or((newest - 1, oldest + turn))
    }

    /// When something happens that was due at an instant, after the time that its rollout is held: never while it is.
    fn unheld(&self, due: At) -> At {
        let (mut due, mut since) = (due, None);
        for (at, deed) in &self.deeds {
            match deed {
                Deed::Held(true) => since = since.or(Some(*at)),
                Deed::Held(false) => {
                    if let Some(from) = since.take().filter(|from| due >= *from) {
                        due += at - from;
                    }
                }
                _ => {}
            }
        }
        if since.is_some_and(|from| due >= from) { At::MAX } else { due }
    }
}
