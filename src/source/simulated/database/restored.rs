//! Clusters that were restored from a database's past: they belong to nobody's estate file.

use super::super::moment::At;
use super::deed::{BUILT, RESTORED};
use super::{DatabaseDeed, DatabasePlan};
use crate::estate::{DatabaseFacts, Member};

impl DatabasePlan {
    /// Every cluster that was restored of it, by its identifier.
    pub(in super::super) fn restored(&self, at: At) -> Vec<(String, DatabaseFacts)> {
        let mut out = Vec::new();
        for (since, deed) in self.asked(at) {
            let DatabaseDeed::Restores(name) = deed else { continue };
            let status = if since < RESTORED { "creating" } else { "available" };
            let members = self.instances_of(name, at);
            out.push((name.clone(), self.cluster_of(&self.region, name, status, self.range(at - since), members)));
        }
        out
    }

    fn instances_of(&self, cluster: &str, at: At) -> Vec<Member> {
        let own = self.asked(at).filter_map(|(since, deed)| match deed {
            DatabaseDeed::Equips(of, member) if of == cluster => Some((since, member)),
            _ => None,
        });
        let status = |since| if since < BUILT { "creating" } else { "available" };
        own.enumerate().map(|(i, (since, member))| member.described(i == 0, status(since))).collect()
    }
}
