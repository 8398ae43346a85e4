//! Operations on workloads, autoscalers, pods and nodes of a cluster.

use super::Work;

/// Every one of them.
pub(super) const ALL: &[&dyn Work] = &[];
