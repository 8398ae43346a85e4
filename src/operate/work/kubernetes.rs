//! Operations on workloads, autoscalers, pods and nodes of a cluster, on JSON as its API server gives it.
//!
//! - One file per operation: `scale`, `namespace_scale`, `restart`, `pause`, `rollback`, `bounds`, `evict`, `cordon`, `drain`.
//! - What they read: `reads`, `object`, and what they make of it: `workload`, `history`, `scaler`, `budget`, `pods`, `departure`.
//! - What they send: `change` binds each call to the object and version that was read; `kubectl` says the same in a shell.
//! - `evidence`: whether a call acted whose answer was lost; `broken_off`: what came of a drain that broke off.

mod bounds;
mod broken_off;
mod budget;
mod change;
mod cordon;
mod departure;
mod drain;
mod evict;
mod evidence;
mod given;
mod history;
mod kubectl;
mod namespace_scale;
mod object;
mod pause;
mod pods;
mod reads;
mod restart;
mod rollback;
mod scale;
mod scaler;
mod workload;

use super::Work;
pub(super) use change::renewed;

/// Every one of them.
pub(super) const ALL: &[&dyn Work] = &[
    &scale::Scale,
    &namespace_scale::NamespaceScale,
    &restart::Restart,
    &pause::Hold(true),
    &pause::Hold(false),
    &rollback::Rollback,
    &bounds::Bounds,
    &evict::Go::Evict,
    &evict::Go::Delete,
    &cordon::Cordon(true),
    &cordon::Cordon(false),
    &drain::Drain,
];
