//! What people ask RDS for, and how long it takes.

use super::super::moment::At;
use crate::estate::{Member, MemberRole};

/// A member that there is, or that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct MemberPlan {
    pub(in super::super) name: String,
    pub(in super::super) class: String,
    pub(in super::super) az: String,
    pub(in super::super) tier: u32,
}

impl MemberPlan {
    /// As RDS describes it.
    pub(super) fn described(&self, writes: bool, status: &str) -> Member {
        Member {
            name: self.name.clone(),
            role: if writes { MemberRole::Writer } else { MemberRole::Reader },
            class: Some(self.class.clone()),
            az: Some(self.az.clone()),
            promotion_tier: Some(self.tier),
            status: Some(status.to_owned()),
        }
    }
}

/// One change of a database that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum DatabaseDeed {
    /// This member becomes the writer.
    Promotes(String),
    /// From so many ACU to so many.
    Ranges(f64, f64),
    /// A new member.
    Adds(MemberPlan),
    /// This member goes.
    Removes(String),
    /// A snapshot of this name.
    Snapshots(String),
    /// A past state goes into a new cluster of this name.
    Restores(String),
    /// A cluster that was made so gets an instance.
    Equips(String, MemberPlan),
    /// This region becomes the primary one; by force: without waiting for what it has not received.
    Moves(String, bool),
}

/// A member that somebody chose takes over so long after it was asked for: nobody has to notice a death first, seconds.
pub(super) const TAKES_OVER: At = 20;
/// RDS calls the cluster available again so long after that was asked for.
pub(super) const AVAILABLE: At = 28;
/// The writer of before is back as a reader so long after that was asked for.
pub(super) const BACK: At = 45;
/// A range of capacity is taken after so long.
pub(super) const MODIFIED: At = 18;
/// An instance serves so long after it was asked for.
pub(super) const BUILT: At = 240;
/// A member is gone so long after that was asked for.
pub(super) const DELETED: At = 120;
/// A snapshot is whole after so long.
pub(super) const TAKEN: At = 100;
/// A restored cluster is available after so long; it has no instance then.
pub(super) const RESTORED: At = 240;

/// The other region takes over so long after it was asked for. A planned move waits until everything has arrived.
pub(super) fn moves_in(forced: bool) -> At {
    if forced { 35 } else { 70 }
}

/// Nothing of a move is under way any more after so long.
pub(super) fn settles_in(forced: bool) -> At {
    if forced { 60 } else { 95 }
}

/// A region that was given up is whole again after so long.
pub(super) const RESYNCED: At = 1_200;
