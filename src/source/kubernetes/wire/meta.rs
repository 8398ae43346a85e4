//! What every object carries: `k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto`.

use bytes::Bytes;
use jiff::Timestamp;
use prost::Message;

/// `ObjectMeta`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ObjectMeta {
    #[prost(bytes = "bytes", tag = "1")]
    pub name: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    pub namespace: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    pub uid: Bytes,
    #[prost(bytes = "bytes", tag = "6")]
    pub resource_version: Bytes,
    #[prost(message, optional, tag = "8")]
    pub creation_timestamp: Option<Time>,
    #[prost(message, optional, tag = "9")]
    pub deletion_timestamp: Option<Time>,
    #[prost(message, repeated, tag = "11")]
    pub labels: Vec<Pair>,
    #[prost(message, repeated, tag = "13")]
    pub owner_references: Vec<OwnerReference>,
}

impl ObjectMeta {
    /// A label's value.
    pub(in crate::source::kubernetes) fn label(&self, key: &str) -> Option<&Bytes> {
        self.labels.iter().find(|pair| pair.key == key.as_bytes()).map(|pair| &pair.value)
    }
}

/// `ObjectMeta` of kinds whose annotations are looked at; those of pods are many and are not.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct AnnotatedMeta {
    #[prost(bytes = "bytes", tag = "1")]
    pub name: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    pub namespace: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    pub uid: Bytes,
    #[prost(bytes = "bytes", tag = "6")]
    pub resource_version: Bytes,
    #[prost(int64, tag = "7")]
    pub generation: i64,
    #[prost(message, optional, tag = "8")]
    pub creation_timestamp: Option<Time>,
    #[prost(message, repeated, tag = "12")]
    pub annotations: Vec<Pair>,
    #[prost(message, repeated, tag = "13")]
    pub owner_references: Vec<OwnerUid>,
}

impl AnnotatedMeta {
    /// The part that every kind has.
    pub(in crate::source::kubernetes) fn plain(&self) -> ObjectMeta {
        ObjectMeta {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            uid: self.uid.clone(),
            creation_timestamp: self.creation_timestamp,
            ..ObjectMeta::default()
        }
    }
}

/// `OwnerReference` with the owner's UID.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct OwnerUid {
    #[prost(bytes = "bytes", tag = "1")]
    pub kind: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    pub name: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    pub uid: Bytes,
    #[prost(bool, tag = "6")]
    pub controller: bool,
}

/// One entry of a map of strings. Maps on the wire are repeated pairs; most have a handful and are read once.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Pair {
    #[prost(bytes = "bytes", tag = "1")]
    pub key: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub value: Bytes,
}

/// `OwnerReference`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct OwnerReference {
    #[prost(bytes = "bytes", tag = "1")]
    pub kind: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    pub name: Bytes,
    #[prost(bool, tag = "6")]
    pub controller: bool,
}

/// `Time`; an empty one is no time.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Time {
    #[prost(int64, optional, tag = "1")]
    pub seconds: Option<i64>,
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl Time {
    /// The instant, if there is one.
    pub(in crate::source::kubernetes) fn instant(self) -> Option<Timestamp> {
        Timestamp::new(self.seconds?, self.nanos).ok()
    }
}

/// `NodeCondition`; `PodCondition` has the same numbers.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct NodeCondition {
    #[prost(bytes = "bytes", tag = "1")]
    pub kind: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub status: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    pub reason: Bytes,
}

/// `ListMeta`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct ListMeta {
    #[prost(string, tag = "2")]
    pub resource_version: String,
    #[prost(string, tag = "3")]
    pub next: String,
}

/// Any list: its items are read one by one.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct List {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<ListMeta>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub items: Vec<Bytes>,
}

/// `Status`: how the API says that something went wrong.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Status {
    #[prost(string, tag = "3")]
    pub message: String,
    #[prost(string, tag = "4")]
    pub reason: String,
    #[prost(message, optional, tag = "5")]
    pub details: Option<StatusDetails>,
    #[prost(int32, tag = "6")]
    pub code: i32,
}

/// `StatusDetails`.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::source::kubernetes) struct StatusDetails {
    #[prost(int32, tag = "5")]
    pub retry_after_seconds: i32,
}

/// An object of which only the metadata matters: a namespace, a bookmark.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct Bare {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<BareMeta>,
}

/// The metadata that a [`Bare`] object is read for.
#[derive(Clone, PartialEq, Message)]
pub(in crate::source::kubernetes) struct BareMeta {
    #[prost(bytes = "bytes", tag = "1")]
    pub name: Bytes,
    #[prost(bytes = "bytes", tag = "6")]
    pub resource_version: Bytes,
    #[prost(message, repeated, tag = "12")]
    pub annotations: Vec<Pair>,
}
