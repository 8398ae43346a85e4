//! Where a kind is watched: everywhere, or in one namespace; and the paths that ask for it.

use std::fmt::Write as _;

use crate::estate::Kind;

/// Where a kind is watched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// In the whole cluster.
    Everywhere,
    /// In one namespace.
    Namespace(String),
}

impl Scope {
    /// The path that lists a kind here.
    pub(super) fn path(&self, kind: Kind) -> String {
        let root = match kind {
            Kind::Nodes | Kind::Pods => "/api/v1",
            Kind::Deployments | Kind::StatefulSets | Kind::DaemonSets | Kind::ReplicaSets => "/apis/apps/v1",
            Kind::Autoscalers => "/apis/autoscaling/v2",
        };
        match self {
            Self::Everywhere => format!("{root}/{}", kind.plural()),
            Self::Namespace(name) => format!("{root}/namespaces/{}/{}", escaped(name), kind.plural()),
        }
    }
}

/// Text as a part of a path or of a query.
pub(super) fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_by_kind_and_place() {
        let shop = Scope::Namespace("shop".into());
        assert_eq!(Scope::Everywhere.path(Kind::Nodes), "/api/v1/nodes");
        assert_eq!(shop.path(Kind::Pods), "/api/v1/namespaces/shop/pods");
        assert_eq!(Scope::Everywhere.path(Kind::DaemonSets), "/apis/apps/v1/daemonsets");
        assert_eq!(shop.path(Kind::Autoscalers), "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers");
        assert_eq!(shop.path(Kind::Deployments), "/apis/apps/v1/namespaces/shop/deployments");
    }

    #[test]
    fn a_name_cannot_leave_its_place_in_the_path() {
        let odd = Scope::Namespace("a/../../nodes?x=ü".into());
        assert_eq!(odd.path(Kind::Pods), "/api/v1/namespaces/a%2F..%2F..%2Fnodes%3Fx%3D%C3%BC/pods");
    }
}
