//! What a person wants done, before anything of it is planned.

use std::collections::BTreeMap;

use super::{OperationSpec, Pinned};

/// An operation, on a pinned target, with its parameters as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// What is to be done.
    pub operation: &'static OperationSpec,
    /// To what. Its `uid` may be none still: the first look fills it in, and from then on it is fixed.
    pub target: Pinned,
    /// Parameters by name, defaults of the catalogue filled in; what was left out is not there.
    pub parameters: BTreeMap<String, String>,
}

impl Intent {
    /// A parameter as it was given.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// Why nothing was done, or will be: every reason, each with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reasons, as sentences.
    pub reasons: Vec<String>,
}

impl Refusal {
    /// One reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reasons: vec![reason.into()] }
    }
}
