//! Autoscalers: `k8s.io/api/autoscaling/v2`, `generated.proto`.

use bytes::Bytes;
use prost::Message;

use super::meta::ObjectMeta;

/// `HorizontalPodAutoscaler`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct HorizontalPodAutoscaler {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    pub spec: Option<AutoscalerSpec>,
    #[prost(message, optional, tag = "3")]
    pub status: Option<AutoscalerStatus>,
}

/// `HorizontalPodAutoscalerSpec`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct AutoscalerSpec {
    #[prost(message, optional, tag = "1")]
    pub scales: Option<ScaleTarget>,
    #[prost(int32, optional, tag = "2")]
    pub min_replicas: Option<i32>,
    #[prost(int32, tag = "3")]
    pub max_replicas: i32,
}

/// `CrossVersionObjectReference`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ScaleTarget {
    #[prost(bytes = "bytes", tag = "1")]
    pub kind: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub name: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    pub api_version: Bytes,
}

/// `HorizontalPodAutoscalerStatus`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct AutoscalerStatus {
    #[prost(int32, tag = "3")]
    pub current_replicas: i32,
    #[prost(int32, tag = "4")]
    pub desired_replicas: i32,
    #[prost(message, repeated, tag = "6")]
    pub conditions: Vec<AutoscalerCondition>,
}

/// `HorizontalPodAutoscalerCondition`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct AutoscalerCondition {
    #[prost(bytes = "bytes", tag = "1")]
    pub kind: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub status: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    pub reason: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    pub message: Bytes,
}
