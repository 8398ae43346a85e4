//! The pieces of which every plan is made, and its words for numbers of things.

use std::fmt::Display;

use crate::operate::{Change, Precondition};

/// Something that changes.
pub(super) fn change(field: impl Into<String>, before: impl Display, after: impl Display) -> Change {
    Change { field: field.into(), before: Some(before.to_string()), after: Some(after.to_string()) }
}

/// Something that must be so.
pub(super) fn must(field: impl Into<String>, seen: impl Display, required: impl Display, holds: bool) -> Precondition {
    Precondition { field: field.into(), seen: seen.to_string(), required: required.to_string(), holds }
}

/// Something that must be as it was seen.
pub(super) fn unchanged(field: impl Into<String>, seen: impl Display) -> Precondition {
    let seen = seen.to_string();
    Precondition { field: field.into(), required: seen.clone(), seen, holds: true }
}

/// `1 pod`, `3 pods`.
pub(super) fn counted(number: impl TryInto<i64>, what: &str) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
