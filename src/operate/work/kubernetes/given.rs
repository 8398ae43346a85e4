//! Parameters as they were given, and what no change of an object goes past.

use serde_json::Value;

use super::object::deleting;
use crate::operate::work::pieces::must;
use crate::operate::{Intent, Precondition, Refusal};

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

/// What forbids a change of an object that is going; nothing where it stays.
pub(super) fn staying(object: &Value) -> Option<Precondition> {
    deleting(object).then(|| must("being deleted", true, false, false))
}
