//! The panes of the watch and the lists of the pages: which things they hold, in which order, in which columns.

pub mod alerts;
pub mod autoscalers;
pub mod budgets;
pub mod clusters;
pub mod courses;
pub mod databases;
pub mod filter;
pub mod incidents;
pub mod list;
pub mod listing;
pub mod nodes;
pub mod operations;
mod order;
pub mod pods;
pub mod row;
pub mod slos;
pub mod sources;
pub mod standing;
pub mod thing;
pub mod workloads;
