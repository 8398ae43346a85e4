//! The operations against what the services would say.

mod database;
mod ground;
mod move_region;
mod restore_and_nodes;
