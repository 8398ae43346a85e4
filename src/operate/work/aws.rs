//! Operations on databases, across regions too, and node groups.

use super::Work;

/// Every one of them.
pub(super) const ALL: &[&dyn Work] = &[];
