//! The Kubernetes API's protobuf, read as it streams: frames, envelopes, and messages that declare only what is shown.
//!
//! Field numbers are those of `generated.proto` in k8s.io/api and k8s.io/apimachinery. What is not declared is skipped
//! on the wire and never kept. Text is taken as bytes that share the frame's memory, so that reading a pod allocates
//! nothing but what stays, and text that is no UTF-8 cannot break a list.

pub(super) mod autoscaling;
pub(super) mod envelope;
pub(super) mod frames;
pub(super) mod meta;
pub(super) mod objects;
