//! The way to a service: which one a read or a call goes to, and what bars it.

use jiff::Timestamp;

use super::super::moment::Moment;
use super::super::part::{Obstacle, Part, at};
use super::SimulatedHands;
use super::rds::place;
use crate::operate::{Call, Pinned, Read, Service, TargetKind};

impl SimulatedHands {
    /// Why a read cannot be answered, if it cannot: the service where it goes does not answer.
    pub(super) fn bars_read(&self, target: &Pinned, read: &Read, now: Timestamp) -> Option<String> {
        let home = target.region.as_deref().unwrap_or_default();
        let databases = |id: &str| self.bars(target, now, |account| Part::Databases(account, place(id, home).0.into()));
        let numbers = |region: &str| self.bars(target, now, |account| Part::Numbers(account, region.into()));
        match read {
            Read::Kubernetes(_) => self.bars_cluster(target, now),
            Read::DbCluster(id) | Read::DbInstances(id) | Read::DbInstance(id) | Read::DbClusterSnapshot(id) => {
                databases(id)
            }
            Read::GlobalCluster(_) => {
                // Every region of the account tells it.
                let account = self.world.declared.accounts.iter().find(|a| Some(&a.name) == target.account.as_ref());
                let regions = account.map(|a| a.regions.as_slice()).unwrap_or_default();
                let barred = |region: &String| self.bars(target, now, |a| Part::Databases(a, region.clone()));
                let barred: Option<Vec<String>> = regions.iter().map(barred).collect();
                barred.map(|why| why.join("; "))
            }
            Read::InstanceMetric { instance, .. } => numbers(place(instance, home).0),
            Read::GlobalLag { region, .. } => numbers(region),
            Read::NodeGroup { .. } | Read::NodeGroupUpdate { .. } => {
                self.bars(target, now, |account| Part::ControlPlanes(account, home.into()))
            }
        }
    }

    /// Why a call does not go out, if it does not.
    pub(super) fn bars_call(&self, target: &Pinned, call: &Call, now: Timestamp) -> Option<String> {
        let region = call.region.as_deref().or(target.region.as_deref()).unwrap_or_default();
        match call.service {
            Service::Kubernetes => self.bars_cluster(target, now),
            Service::Rds => self.bars(target, now, |account| Part::Databases(account, region.into())),
            Service::Eks => self.bars(target, now, |account| Part::ControlPlanes(account, region.into())),
        }
    }

    /// Why nobody can be armed, if nobody can: STS is in no region of the estate, an API server is.
    pub(super) fn bars_arming(&self, target: &Pinned, now: Timestamp) -> Option<String> {
        match target.kind {
            TargetKind::Database | TargetKind::NodeGroup => self.bars(target, now, Part::Identity),
            _ => self.bars_cluster(target, now),
        }
    }

    fn bars_cluster(&self, target: &Pinned, now: Timestamp) -> Option<String> {
        match self.cluster(target) {
            Some(index) => self.barred(&Part::Cluster(index), now),
            None => Some(format!("the embedded estate has no cluster for {}", target.name)),
        }
    }

    fn bars(&self, target: &Pinned, now: Timestamp, part: impl FnOnce(usize) -> Part) -> Option<String> {
        let accounts = &self.world.declared.accounts;
        let account = accounts.iter().position(|a| Some(&a.name) == target.account.as_ref());
        match account {
            Some(account) => self.barred(&part(account), now),
            None => Some(format!("the embedded estate has no {}", target.name)),
        }
    }

    fn barred(&self, part: &Part, now: Timestamp) -> Option<String> {
        self.world.obstacle(part, &mut Moment::new(at(now))).map(|obstacle| match obstacle {
            Obstacle::Down(why) | Obstacle::LoggedOut(why) => why,
        })
    }
}
