//! Operations on the bed's real cluster, the whole path: planned, confirmed, journaled, sent and proven; and what comes of
//! them where rights, budgets, other people or the line stand in the way.
#![cfg(feature = "kubernetes")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has to fail")]

#[path = "ground/doomed.rs"]
mod doomed;
#[path = "wire_operate_kubernetes/draining.rs"]
mod draining;
#[path = "wire_operate_kubernetes/faults.rs"]
mod faults;
#[path = "wire_operate_kubernetes/killed.rs"]
mod killed;
#[path = "wire_operate_kubernetes/line.rs"]
mod line;
#[path = "wire_operate_kubernetes/pods.rs"]
mod pods;
#[path = "ground/request.rs"]
mod request;
#[path = "wire_operate_kubernetes/scene.rs"]
mod scene;
#[path = "wire_operate_kubernetes/standing.rs"]
mod standing;
#[path = "wire_operate_kubernetes/workloads.rs"]
mod workloads;
