//! Operations on databases, across regions too, and node groups.
//!
//! Each reads what it rests on by the service's own describes, plans calls by the API's member names, and judges success by
//! the service's own state. What each asks for and promises stands in `docs/operations/aws.md`.

mod add_reader;
mod aurora;
mod capacity;
mod command;
mod failover;
mod global;
mod global_failover;
mod name;
mod nodegroup;
mod remove_reader;
mod require;
mod restore;
mod snapshot;
mod switchover;
#[cfg(test)]
mod tests;
mod wording;

use super::Work;

/// Every one of them.
pub(super) const ALL: &[&dyn Work] = &[
    &nodegroup::Scale,
    &failover::Failover,
    &add_reader::AddReader,
    &remove_reader::RemoveReader,
    &capacity::Capacity,
    &snapshot::Snapshot,
    &restore::Restore,
    &switchover::Switchover,
    &global_failover::GlobalFailover,
];
