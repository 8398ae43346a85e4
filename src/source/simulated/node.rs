//! The nodes of a cluster at a moment: each place has one, and now and then it is replaced.

use std::sync::Arc;

use jiff::Timestamp;

use super::chance::{mix, uid};
use super::moment::{At, Moment};
use super::place::EMPTIED;
use super::plan::{ClusterPlan, Place};
use crate::estate::{Capacity, Node, Readiness};

/// The replacement joins so long after a node has been given notice, seconds.
pub(super) const JOINS: At = 45;
/// It is ready so long after it joined.
pub(super) const BOOTS: At = 12;
/// The pods move so long after the notice, one after the other.
const DRAINED: At = 62;
/// The old node is gone so long after the notice: a spot interruption leaves two minutes.
const GONE: At = 120;

/// One node that exists at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// Its place.
    pub(super) place: usize,
    /// The how many-th node of its place it is.
    pub(super) generation: i64,
    /// When it joined.
    pub(super) born: At,
    /// Given notice: cordoned.
    pub(super) leaving: bool,
}

impl ClusterPlan {
    /// The nodes that exist, by place.
    pub(super) fn standing(&self, m: &mut Moment) -> Vec<Standing> {
        let mut all = Vec::with_capacity(self.places.len() + 1);
        for (place, plan) in self.places.iter().enumerate() {
            let unborn = plan.opened.is_some_and(|opened| !m.past(opened));
            if unborn || plan.closes.is_some_and(|closes| m.past(closes + EMPTIED)) {
                continue;
            }
            let closing = plan.closes.is_some_and(|closes| m.past(closes));
            let k = plan.replaced.last(m);
            let notice = plan.replaced.nth(k);
            let first = plan.opened.is_some() && k == 0;
            if !first && !m.past(notice + GONE) {
                let born = plan.replaced.nth(k - 1) + JOINS;
                all.push(Standing { place, generation: k - 1, born, leaving: true });
            }
            if m.past(notice + JOINS) {
                all.push(Standing { place, generation: k, born: notice + JOINS, leaving: closing });
            }
        }
        all
    }

    /// Which node of a place a pod is on, and when it moved there. `turn` sets its turn in a drain.
    pub(super) fn home(&self, place: usize, turn: u64, m: &mut Moment) -> (i64, At) {
        let Place { replaced, opened, .. } = &self.places[place];
        let k = replaced.last(m);
        if opened.is_some() && k == 0 {
            // Nobody has moved to the first node of a place.
            return (0, At::MIN);
        }
        let moves = |k| replaced.nth(k) + DRAINED + At::try_from(turn % 15).unwrap_or(0);
        if m.past(moves(k)) { (k, moves(k)) } else { (k - 1, moves(k - 1)) }
    }

    /// Whether the node of a place reports: false while its region is down.
    pub(super) fn reports(&self, place: usize, m: &mut Moment) -> bool {
        self.course
            .node_outage(&self.region, self.places[place].grain)
            .is_none_or(|outage| !m.within(outage.start, outage.end))
    }

    /// The name of a node.
    pub(super) fn node_name(&self, place: usize, generation: i64) -> Arc<str> {
        let plan = &self.places[place];
        let g = mix(plan.grain, generation.cast_unsigned());
        let net = match plan.zone.as_bytes().last() {
            Some(b'a') => 48,
            Some(b'b') => 64,
            _ => 80,
        };
        let domain = if self.region == "us-east-1" { "ec2.internal" } else { "compute.internal" };
        let region = if self.region == "us-east-1" { String::new() } else { format!("{}.", self.region) };
        Arc::from(format!("ip-10-{}-{}-{}.{region}{domain}", 1 + self.grain % 3, net + (g >> 8) % 16, 4 + g % 250))
    }

    /// The nodes as the API server tells them.
    pub(super) fn nodes(&self, m: &mut Moment) -> Vec<Node> {
        let standing = self.standing(m);
        standing.into_iter().map(|s| self.node(s, m)).collect()
    }

    fn node(&self, s: Standing, m: &mut Moment) -> Node {
        let place: &Place = &self.places[s.place];
        let pool = &self.pools[place.pool];
        let readiness = if !self.reports(s.place, m) {
            Readiness::Unknown
        } else if m.past(s.born + BOOTS) {
            Readiness::Ready
        } else {
            Readiness::NotReady
        };
        let name = self.node_name(s.place, s.generation);
        let said = self.cordons.iter().filter(|(_, node, _)| **node == *name).take_while(|(at, ..)| m.past(*at)).last();
        Node {
            name,
            uid: Arc::from(uid(mix(place.grain, s.generation.cast_unsigned()))),
            readiness,
            cordoned: s.leaving || said.is_some_and(|(.., cordoned)| *cordoned),
            pressures: Vec::new(),
            zone: Some(place.zone.clone()),
            arch: Some(pool.arch.clone()),
            capacity_type: Some(Arc::from(if pool.capacity == Capacity::Spot { "SPOT" } else { "ON_DEMAND" })),
            instance_type: Some(pool.instance_type.clone()),
            pool: Some(pool.name.clone()),
            allocatable: Some(self.allocatable(s.place)),
            kubelet: Some(Arc::from(format!("v{}.4-eks-{:07x}", self.version, self.grain & 0x0FFF_FFFF))),
            created: Timestamp::from_second(s.born).ok(),
        }
    }
}
