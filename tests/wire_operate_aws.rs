//! Operations on AWS from the command line to the servers of the bed: ministack (RDS) and moto (restores, node groups).
//!
//! Every request goes over a line that counts it and can break: whatever happens, a changing call goes out once.
#![cfg(all(feature = "aws", feature = "kubernetes"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

#[path = "wire_operate_aws/clusters.rs"]
mod clusters;
#[path = "ground/doomed.rs"]
mod doomed;
#[path = "wire_operate_aws/faults.rs"]
mod faults;
#[path = "wire_operate_aws/killed.rs"]
mod killed;
#[path = "wire_operate_aws/line.rs"]
mod line;
#[path = "wire_operate_aws/nodegroups.rs"]
mod nodegroups;
#[path = "wire_operate_aws/operations.rs"]
mod operations;
#[path = "ground/request.rs"]
mod request;
#[path = "wire_operate_aws/server.rs"]
mod server;
#[path = "wire_operate_aws/stage.rs"]
mod stage;
#[path = "ground/story.rs"]
mod story;
