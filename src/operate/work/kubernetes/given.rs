//! Parameters as they were given, and the pieces that every plan is made of.

use std::fmt::Display;

use serde_json::Value;

use super::object::deleting;
use crate::operate::{Change, Intent, Precondition, Refusal};

/// A whole number that was given; none where the parameter was left out.
pub(super) fn number(intent: &Intent, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(given) = intent.parameter(name) else { return Ok(None) };
    whole(name, given).map(Some)
}

/// A whole number from 0 on.
pub(super) fn whole(name: &str, given: &str) -> Result<i64, Refusal> {
    let number = given.parse::<i32>().ok().filter(|n| *n >= 0);
    number.map(i64::from).ok_or_else(|| Refusal::because(format!("{name}={given} is no whole number from 0 on")))
}

/// A whole number that must be given.
pub(super) fn required(intent: &Intent, name: &str) -> Result<i64, Refusal> {
    number(intent, name)?.ok_or_else(|| Refusal::because(format!("{} needs {name}=NUMBER", intent.operation.name)))
}

/// `true` or `false`; false where it was left out.
pub(super) fn yes(intent: &Intent, name: &str) -> Result<bool, Refusal> {
    match intent.parameter(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(Refusal::because(format!("{name}={other} is neither true nor false"))),
    }
}

/// Something that changes.
pub(super) fn change(field: impl Into<String>, before: impl Display, after: impl Display) -> Change {
    Change { field: field.into(), before: Some(before.to_string()), after: Some(after.to_string()) }
}

/// Something that must be as it was seen.
pub(super) fn unchanged(field: &str, seen: impl Display) -> Precondition {
    let seen = seen.to_string();
    Precondition { field: field.into(), required: seen.clone(), seen, holds: true }
}

/// Something that must be so.
pub(super) fn must(field: &str, seen: impl Display, required: impl Display, holds: bool) -> Precondition {
    Precondition { field: field.into(), seen: seen.to_string(), required: required.to_string(), holds }
}

/// What forbids a change of an object that is going; nothing where it stays.
pub(super) fn staying(object: &Value) -> Option<Precondition> {
    deleting(object).then(|| must("being deleted", true, false, false))
}
