//! Where pods are put: each replica has its usual place, and goes elsewhere where that takes none.

use super::chance::{grain, mix};
use super::moment::{At, Moment, Recurring};
use super::node::{BOOTS, JOINS};
use super::plan::{ClusterPlan, Place, Sizes, WorkloadPlan, lasts};
use crate::estate::Capacity;

/// The pods of a node that is given up move so long after that, one after the other, seconds.
const EMPTIES: At = 12;
/// A node that is given up is gone after so long.
pub(super) const EMPTIED: At = 70;
/// EKS changes a node group for so long where nodes come or go, and where only its bounds change.
const UPDATES: [At; 2] = [80, 12];

/// The place that a pod was given, and when: later than its birth where it had to wait for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) place: usize,
    pub(super) since: At,
}

impl ClusterPlan {
    /// The places that take a workload's pods at all.
    fn fits(&self, workload: &WorkloadPlan, place: &Place) -> bool {
        workload.tolerant || self.pools[place.pool].capacity == Capacity::OnDemand
    }

    /// The usual place of a workload's replica: one of those that were always there.
    pub(super) fn usual_place(&self, workload: &WorkloadPlan, slot: usize) -> Option<usize> {
        // The on-demand pool comes first.
        let fitting = self.places.iter().take_while(|p| p.opened.is_none() && self.fits(workload, p)).count();
        let first = usize::try_from(workload.grain % 1_021).unwrap_or(0);
        (fitting > 0).then(|| (first + slot) % fitting)
    }

    /// Whether a place takes no pods at an instant: given up, or its node cordoned by a person.
    fn shut(&self, place: usize, at: At) -> bool {
        if self.places[place].closes.is_some_and(|closes| closes <= at) {
            return true;
        }
        if self.cordons.is_empty() {
            return false;
        }
        let (generation, _) = self.home(place, 0, &mut Moment::new(at));
        let name = self.node_name(place, generation);
        let said = self.cordons.iter().rev().find(|(then, node, _)| *then <= at && **node == *name);
        said.is_some_and(|(.., cordoned)| *cordoned)
    }

    /// Where a pod of a replica is put at an instant: its usual place, else any that takes it; none where none does.
    fn place_at(&self, workload: &WorkloadPlan, slot: usize, at: At) -> Option<usize> {
        let usual = self.usual_place(workload, slot).filter(|usual| !self.shut(*usual, at));
        usual.or_else(|| {
            let stands = |place: &Place| place.opened.is_none_or(|opened| opened + JOINS + BOOTS <= at);
            let takes =
                |(i, place): &(usize, &Place)| self.fits(workload, place) && stands(place) && !self.shut(*i, at);
            let open: Vec<usize> = self.places.iter().enumerate().filter(takes).map(|(i, _)| i).collect();
            let turn = usize::try_from(mix(workload.grain, slot as u64) % 1_021).unwrap_or(0);
            (!open.is_empty()).then(|| open[turn % open.len()])
        })
    }

    /// The seat of a pod that is born at an instant; none while it waits for one.
    pub(super) fn seat(&self, workload: &WorkloadPlan, slot: usize, born: At, m: &mut Moment) -> Option<Seat> {
        if let Some(place) = self.place_at(workload, slot, born) {
            return Some(Seat { place, since: born });
        }
        // Nodes that take pods again, and nodes that join.
        let lifted = self.cordons.iter().filter(|(.., cordoned)| !cordoned).map(|(at, ..)| *at);
        let joined = self.places.iter().filter_map(|p| p.opened).map(|opened| opened + JOINS + BOOTS);
        let mut chances: Vec<At> = lifted.chain(joined).filter(|at| *at > born).collect();
        chances.sort_unstable();
        let mut come = chances.into_iter().take_while(|at| m.past(*at));
        come.find_map(|at| self.place_at(workload, slot, at).map(|place| Seat { place, since: at }))
    }

    /// When a pod leaves a place that is given up. `turn` sets its turn.
    pub(super) fn evacuated(&self, place: usize, turn: u64, m: &mut Moment) -> Option<At> {
        let leaves = self.places[place].closes? + EMPTIES + At::try_from(turn % 15).unwrap_or(0);
        m.past(leaves).then_some(leaves)
    }

    /// The sizes of a node group, and whether EKS is changing it.
    pub(super) fn sizes(&self, pool: usize, at: At) -> (Sizes, bool) {
        let plan = &self.pools[pool];
        let first = Sizes { min: plan.min, max: plan.max, desired: plan.size };
        let mut sizes = (first, false);
        for (asked, _, new) in self.resizes.iter().filter(|(asked, of, _)| *of == pool && *asked <= at) {
            let takes = UPDATES[usize::from(new.desired == sizes.0.desired)];
            sizes = (*new, at < asked + takes);
        }
        sizes
    }

    /// Gives a node group other sizes: places are opened, or given up, the newest first.
    pub(super) fn resize(&mut self, at: At, pool: usize, sizes: Sizes) {
        let open = self.places.iter().filter(|p| p.pool == pool && p.closes.is_none()).count();
        let wanted = sizes.desired as usize;
        let newest = self.places.iter_mut().rev().filter(|p| p.pool == pool && p.closes.is_none());
        for place in newest.take(open.saturating_sub(wanted)) {
            place.closes = Some(at + 3);
        }
        let first = self.places.iter().filter(|p| p.pool == pool).count();
        for nth in first..first + wanted.saturating_sub(open) {
            let plan = &self.pools[pool];
            let grain = grain(self.grain, &format!("{}/{nth}", plan.name));
            let zones = ["a", "b", "c"];
            let zone = format!("{}{}", self.region, zones[nth % zones.len()]);
            // Its first node is number 0, and is replaced when its time is over.
            let mut replaced = Recurring::new(grain, lasts(plan.capacity, grain));
            replaced.phase += at - replaced.nth(0);
            self.places.push(Place { pool, zone: zone.into(), grain, replaced, opened: Some(at), closes: None });
        }
        self.resizes.push((at, pool, sizes));
    }
}
