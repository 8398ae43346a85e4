//! The watched kinds: `k8s.io/api/core/v1` and `k8s.io/api/apps/v1`, `generated.proto`.

use bytes::Bytes;
use prost::Message;

use super::meta::{AnnotatedMeta, NodeCondition, ObjectMeta, Time};

/// Something of which only the number matters.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Counted {}

/// `Node`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Node {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    pub spec: Option<NodeSpec>,
    #[prost(message, optional, tag = "3")]
    pub status: Option<NodeStatus>,
}

/// `NodeSpec`.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::source::kubernetes) struct NodeSpec {
    #[prost(bool, tag = "4")]
    pub unschedulable: bool,
}

/// `NodeStatus`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct NodeStatus {
    #[prost(message, repeated, tag = "2")]
    pub allocatable: Vec<ResourceEntry>,
    #[prost(message, repeated, tag = "4")]
    pub conditions: Vec<NodeCondition>,
    #[prost(message, optional, tag = "7")]
    pub node_info: Option<NodeSystemInfo>,
}

/// One entry of a `ResourceList`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ResourceEntry {
    #[prost(bytes = "bytes", tag = "1")]
    pub resource: Bytes,
    #[prost(message, optional, tag = "2")]
    pub quantity: Option<Quantity>,
}

/// `Quantity`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Quantity {
    #[prost(bytes = "bytes", tag = "1")]
    pub text: Bytes,
}

/// `NodeSystemInfo`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct NodeSystemInfo {
    #[prost(bytes = "bytes", tag = "7")]
    pub kubelet_version: Bytes,
    #[prost(bytes = "bytes", tag = "10")]
    pub architecture: Bytes,
}

/// `Deployment`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Deployment {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<AnnotatedMeta>,
    #[prost(message, optional, tag = "2")]
    pub spec: Option<DeploymentSpec>,
    #[prost(message, optional, tag = "3")]
    pub status: Option<DeploymentStatus>,
}

/// `DeploymentSpec`.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::source::kubernetes) struct DeploymentSpec {
    #[prost(int32, optional, tag = "1")]
    pub replicas: Option<i32>,
    #[prost(bool, tag = "7")]
    pub paused: bool,
}

/// `DeploymentStatus`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct DeploymentStatus {
    #[prost(int64, tag = "1")]
    pub observed_generation: i64,
    #[prost(int32, tag = "2")]
    pub replicas: i32,
    #[prost(int32, tag = "3")]
    pub updated_replicas: i32,
    #[prost(int32, tag = "4")]
    pub available_replicas: i32,
    #[prost(message, repeated, tag = "6")]
    pub conditions: Vec<DeploymentCondition>,
}

/// `DeploymentCondition`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct DeploymentCondition {
    #[prost(bytes = "bytes", tag = "1")]
    pub kind: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub status: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    pub reason: Bytes,
    #[prost(message, optional, tag = "6")]
    pub last_update_time: Option<Time>,
    #[prost(message, optional, tag = "7")]
    pub last_transition_time: Option<Time>,
}

/// `ReplicaSet`, of which only the metadata is asked for.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ReplicaSet {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<AnnotatedMeta>,
}

/// `StatefulSet`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct StatefulSet {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    pub spec: Option<StatefulSetSpec>,
    #[prost(message, optional, tag = "3")]
    pub status: Option<StatefulSetStatus>,
}

/// `StatefulSetSpec`.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::source::kubernetes) struct StatefulSetSpec {
    #[prost(int32, optional, tag = "1")]
    pub replicas: Option<i32>,
}

/// `StatefulSetStatus`.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::source::kubernetes) struct StatefulSetStatus {
    #[prost(int32, tag = "5")]
    pub updated_replicas: i32,
    #[prost(int32, tag = "11")]
    pub available_replicas: i32,
}

/// `DaemonSet`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct DaemonSet {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "3")]
    pub status: Option<DaemonSetStatus>,
}

/// `DaemonSetStatus`.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::source::kubernetes) struct DaemonSetStatus {
    #[prost(int32, tag = "3")]
    pub desired_number_scheduled: i32,
    #[prost(int32, tag = "4")]
    pub number_ready: i32,
    #[prost(int32, tag = "6")]
    pub updated_number_scheduled: i32,
}

/// `Pod`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Pod {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    pub spec: Option<PodSpec>,
    #[prost(message, optional, tag = "3")]
    pub status: Option<PodStatus>,
}

/// `PodSpec`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct PodSpec {
    #[prost(message, repeated, tag = "2")]
    pub containers: Vec<Counted>,
    #[prost(bytes = "bytes", tag = "10")]
    pub node_name: Bytes,
}

/// `PodStatus`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct PodStatus {
    #[prost(bytes = "bytes", tag = "1")]
    pub phase: Bytes,
    #[prost(message, repeated, tag = "2")]
    pub conditions: Vec<PodCondition>,
    #[prost(bytes = "bytes", tag = "4")]
    pub reason: Bytes,
    #[prost(message, repeated, tag = "8")]
    pub container_statuses: Vec<ContainerStatus>,
    #[prost(message, repeated, tag = "10")]
    pub init_container_statuses: Vec<ContainerStatus>,
}

/// `PodCondition`.
pub(in crate::source::kubernetes) type PodCondition = NodeCondition;

/// `ContainerStatus`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ContainerStatus {
    #[prost(message, optional, tag = "2")]
    pub state: Option<ContainerState>,
    #[prost(message, optional, tag = "3")]
    pub last_state: Option<ContainerState>,
    #[prost(bool, tag = "4")]
    pub ready: bool,
    #[prost(int32, tag = "5")]
    pub restart_count: i32,
}

/// `ContainerState`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ContainerState {
    #[prost(message, optional, tag = "1")]
    pub waiting: Option<ContainerStateWaiting>,
    #[prost(message, optional, tag = "3")]
    pub terminated: Option<ContainerStateTerminated>,
}

/// `ContainerStateWaiting`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ContainerStateWaiting {
    #[prost(bytes = "bytes", tag = "1")]
    pub reason: Bytes,
}

/// `ContainerStateTerminated`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ContainerStateTerminated {
    #[prost(int32, tag = "1")]
    pub exit_code: i32,
    #[prost(bytes = "bytes", tag = "3")]
    pub reason: Bytes,
    #[prost(message, optional, tag = "6")]
    pub finished_at: Option<Time>,
}
