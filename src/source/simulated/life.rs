//! The lives of a replica's pods: when each was born, why, and on which node it runs.

use super::chance::{below, mix};
use super::moment::{At, DAY, Moment};
use super::place::Seat;
use super::plan::{ClusterPlan, WorkloadPlan};
use super::wave::PEAK;

/// Why a pod was born.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A rollout: it takes over from a pod of the revision before.
    Rollout,
    /// The autoscaler wanted one more.
    Scaled,
    /// The pod before went: its node did, or somebody had it evicted or deleted.
    Moved,
    /// A bad revision.
    Broken,
}

/// One pod's life so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) born: At,
    pub(super) cause: Cause,
    pub(super) revision: i64,
    /// When it was put on a node; none while none takes it.
    pub(super) seated: Option<At>,
    pub(super) place: usize,
    pub(super) generation: i64,
}

/// What a replica does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replica {
    /// It runs.
    Alive(Life),
    /// The autoscaler has not wanted it since then.
    Idle(At),
}

/// Whether a replica is wanted, and since when.
pub(super) enum Wish {
    On(At),
    Off(At),
}

/// The revision that crash loops.
pub(super) const BROKEN: i64 = i64::MAX;

/// Half the length of the day of a replica that the autoscaler adds, minutes: the first one's is the longest.
const HALF_DAYS: [At; 7] = [330, 290, 240, 200, 150, 110, 70];

impl WorkloadPlan {
    /// How many replicas there can be.
    pub(super) fn slots(&self) -> usize {
        (self.base + self.extra).max(self.most_asked())
    }

    /// The newest revision whose rollout has begun.
    pub(super) fn newest(&self, broken_since: Option<At>, m: &mut Moment) -> i64 {
        let broken = self.fragile && broken_since.is_some_and(|since| m.past(since));
        if broken && self.rolled_back(m).is_none() { BROKEN } else { self.latest(m) }
    }

    /// Whether the bad revision reached this replica before it stopped: two of three.
    pub(super) fn breaks(&self, slot: usize) -> bool {
        self.fragile && slot % 3 != 2
    }

    /// What the autoscaler wants by itself. The later a replica comes in the order of slots, the shorter its day; the upper half stays off on weekends.
    pub(super) fn habit(&self, slot: usize, m: &mut Moment) -> Wish {
        let Some(nth) = slot.checked_sub(self.base) else { return Wish::On(At::MIN) };
        if nth >= self.extra {
            return Wish::Off(At::MIN);
        }
        let half = HALF_DAYS[(nth * HALF_DAYS.len() / self.extra.max(1)).min(HALF_DAYS.len() - 1)] * 60;
        let window = |day: At| {
            let jitter = |edge: u64| below(mix(mix(self.grain, slot as u64), mix(day.cast_unsigned(), edge)), 1_800);
            (day * DAY + PEAK - half + jitter(1), day * DAY + PEAK + half + jitter(2))
        };
        let today = m.now().div_euclid(DAY);
        m.note((today + 1) * DAY);
        // 1970-01-01 was a Thursday: days 2 and 3 of each week since are its weekend.
        let off = nth * 2 >= self.extra && matches!(today.rem_euclid(7), 2 | 3);
        let (begins, ends) = window(today);
        if off || !m.past(begins) {
            Wish::Off(window(today - 1).1)
        } else if m.past(ends) {
            Wish::Off(ends)
        } else {
            Wish::On(begins)
        }
    }
}

impl ClusterPlan {
    /// What a replica of a workload does.
    pub(super) fn replica(&self, w: &WorkloadPlan, slot: usize, m: &mut Moment) -> Option<Replica> {
        let usual = self.usual_place(w, slot)?;
        let since = match w.wish(slot, m) {
            Wish::On(since) => since,
            Wish::Off(since) => return Some(Replica::Idle(since)),
        };
        let turn = mix(w.grain, slot as u64);
        let (mut revision, rolled) = w.rolled(slot, m);
        let mut born = (rolled, Cause::Rollout);
        let gone = w.gone(slot, m).unwrap_or(At::MIN);
        for later in [(gone, Cause::Moved), (since, Cause::Scaled)] {
            if later.0 > born.0 {
                born = later;
            }
        }
        if let Some(crash) = self.course.crash().filter(|_| w.breaks(slot)) {
            let broken = crash + At::try_from(slot).unwrap_or(0) * 2;
            let healed = w.rolled_back(m).is_some_and(|at| at <= rolled);
            if m.past(broken) && !healed {
                let restarted = w.restarted(m).is_some_and(|(at, _)| at == revision);
                revision = BROKEN;
                if broken >= born.0 || (born.1 == Cause::Rollout && !restarted) {
                    born = (broken, Cause::Broken);
                }
            }
        }
        let (mut seat, mut generation) = (self.seat(w, slot, born.0, m), 0);
        // From node to node, as often as the ones that it was on have gone.
        while let Some(Seat { place, since }) = seat {
            let (newest, moved) = self.home(place, turn, m);
            generation = newest;
            let evacuated = self.evacuated(place, turn, m).filter(|at| *at > since);
            let leaves = evacuated.or((moved > since).then_some(moved));
            let Some(leaves) = leaves.filter(|leaves| *leaves > born.0) else { break };
            born = (leaves, Cause::Moved);
            seat = self.seat(w, slot, leaves, m);
        }
        let seated = seat.map(|seat| seat.since);
        let place = seat.map_or(usual, |seat| seat.place);
        Some(Replica::Alive(Life { born: born.0, cause: born.1, revision, seated, place, generation }))
    }
}
