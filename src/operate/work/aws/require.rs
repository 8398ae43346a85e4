//! What must hold before a call, and what is refused where nothing can be planned at all.

use serde_json::Value;

use super::aurora::text;
use crate::operate::work::moved;
use crate::operate::work::pieces::must;
use crate::operate::{Draft, Intent, Plan, Precondition, Read, Refusal, Sight, Sights};

/// A precondition that asks for one value.
pub(super) fn is(field: impl Into<String>, seen: impl AsRef<str>, required: &str) -> Precondition {
    let seen = seen.as_ref();
    must(field, seen, required, seen == required)
}

/// What is there; refused where it is absent or could not be seen. `what` names it: `cluster orders-use1`.
pub(super) fn there<'a>(seen: &'a Sights, read: &Read, what: &str) -> Result<&'a Value, Refusal> {
    match seen.sight(read) {
        Some(Sight::There(value)) => Ok(value),
        Some(Sight::Absent(why)) => Err(Refusal::because(format!("there is no {what}: {why}"))),
        Some(Sight::Unseen(why)) => Err(Refusal::because(format!("{what} cannot be seen: {why}"))),
        None => Err(Refusal::because(format!("{what} was not looked at: plan it again"))),
    }
}

/// Why something is not there, for the words of a verification.
pub(super) fn why_not(seen: &Sights, read: &Read) -> String {
    match seen.sight(read) {
        Some(Sight::There(_)) => "it is there".to_owned(),
        Some(Sight::Absent(why) | Sight::Unseen(why)) => why.clone(),
        None => "it was not looked at".to_owned(),
    }
}

/// Whether the service said that something does not exist; being unable to see it is no such word.
pub(super) fn absent(seen: &Sights, read: &Read) -> bool {
    matches!(seen.sight(read), Some(Sight::Absent(_)))
}

/// The number of a metric's latest point.
pub(super) fn number(seen: &Sights, read: &Read) -> Option<f64> {
    seen.there(read)?.get("Value")?.as_f64()
}

/// A parameter as a number of a type; refused where it is none. `form` says what is taken.
pub(super) fn parsed<T: std::str::FromStr>(intent: &Intent, name: &str, form: &str) -> Result<Option<T>, Refusal> {
    let refused = |given: &str| Refusal::because(format!("`{name}={}` is not {form}", given.escape_debug()));
    intent.parameter(name).map(|given| given.parse().map_err(|_| refused(given))).transpose()
}

/// The target's region, as words.
pub(super) fn region(intent: &Intent) -> &str {
    intent.target.region.as_deref().unwrap_or("its region")
}

/// What has moved, where some preconditions are numbers that never stand still: those only have to hold.
pub(super) fn moved_but(confirmed: &Plan, fresh: &Draft, restless: &[&str]) -> Vec<String> {
    let mut confirmed = confirmed.clone();
    for before in confirmed.preconditions.iter_mut().filter(|p| restless.contains(&p.field.as_str())) {
        if let Some(now) = fresh.preconditions.iter().find(|p| p.field == before.field && p.holds) {
            before.seen.clone_from(&now.seen);
        }
    }
    moved(&confirmed, fresh)
}

/// Fixes a parameter to what the confirmed plan makes of it: the value to which its first change goes.
pub(super) fn fixed(intent: &mut Intent, confirmed: &Plan, name: &str) {
    if let Some(after) = confirmed.changes.first().and_then(|c| c.after.clone()) {
        intent.parameters.entry(name.to_owned()).or_insert(after);
    }
}

/// A member of the request of a plan's first call; empty where it has none.
pub(super) fn asked<'p>(plan: &'p Plan, member: &str) -> &'p str {
    plan.calls.first().and_then(|call| text(&call.request, member)).unwrap_or("")
}

/// Fixes a parameter to a member of the confirmed plan's first call.
pub(super) fn sent(intent: &mut Intent, confirmed: &Plan, name: &str, member: &str) {
    let value = asked(confirmed, member);
    if !value.is_empty() {
        intent.parameters.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
}
