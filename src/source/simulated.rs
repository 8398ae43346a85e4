//! The embedded estate: Innovate Inc., simulated. A full peer of the real sources, without network, account or clock of
//! its own.
//!
//! The [`World`] is a pure function: the same seed at the same world time gives the same facts, however one came there.
//! Traffic, errors and load are sums of waves whose totals are known in closed form; pods and nodes change at instants
//! that are known beforehand, so a quiet world costs nothing and a source tells only what changed.
//!
//! Each [`SimulatedSource`] stands for one that a real estate would have: identity, budgets and costs of an account,
//! control planes, databases, numbers and SLOs of a region, each cluster's API server. Its key is `simulated`, with the
//! service (or the cluster's name) as subject.

mod act;
mod autoscaler;
mod budget;
mod chance;
mod control;
mod course;
mod database;
mod deed;
mod hands;
mod health;
mod innovate;
mod life;
mod load;
mod mishap;
mod moment;
mod node;
mod part;
mod past;
mod place;
mod plan;
mod pod;
mod run;
mod scenario;
mod slo;
mod spice;
mod tables;
mod usage;
mod walk;
mod wave;
mod world;

#[cfg(test)]
mod tests;

pub use hands::SimulatedHands;
pub use run::{SimulatedSource, sources};
pub use scenario::Scenario;
pub use world::World;

use crate::estate::DeclaredEstate;

/// How large a world is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scale {
    /// Innovate Inc.: three clusters, about 500 pods.
    #[default]
    Innovate,
    /// Innovate Inc.'s accounts with other clusters, for benches.
    Load {
        /// So many clusters.
        clusters: usize,
        /// So many pods in each.
        pods: usize,
    },
}

/// The estate file of the embedded estate (of every scenario but [`Scenario::Hostile`] and
/// [`Scenario::BlindSpots`], for which see [`World::estate`]).
pub fn estate(scale: Scale) -> DeclaredEstate {
    innovate::declare(scale, spice::Spice { hostile: false }, false)
}
