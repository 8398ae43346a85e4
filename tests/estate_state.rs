//! What the estate keeps, withdraws, drops and counts as its sources speak.

#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

#[path = "ground/estate.rs"]
mod ground;
#[path = "estate_state/memory.rs"]
mod memory;
#[path = "estate_state/pods.rs"]
mod pods;
#[path = "estate_state/rollouts.rs"]
mod rollouts;
#[path = "estate_state/trust.rs"]
mod trust;
