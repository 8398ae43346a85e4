//! The chain: each entry carries the hash of the one before, and its own over its canonical JSON.

use serde_json::Value;

use super::{Entry, Head, Note};
use crate::operate::canonical;

/// The `prev` of the first entry.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The entry that a note becomes after a head.
pub fn entry(head: &Head, mut note: Note) -> Entry {
    note.detail = canonical::exact(note.detail);
    let mut entry = Entry { seq: head.seq + 1, note, prev: head.hash.clone(), hash: String::new() };
    entry.hash = canonical::sha256(text(&entry));
    entry
}

/// The canonical JSON of an entry without its hash: what the hash is over.
pub fn text(entry: &Entry) -> String {
    // An entry is plain data: there is nothing in it that JSON could not hold.
    let mut value = serde_json::to_value(entry).unwrap_or(Value::Null);
    if let Value::Object(members) = &mut value {
        members.remove("hash");
    }
    canonical::text(&value)
}

/// What is wrong with one link of a chain: `canonical` is the text that is kept, `hash` the hash that is kept beside it,
/// `before` where the chain stood. None when all is as it must be.
pub fn flaw(before: &Head, canonical: &str, hash: &str) -> Option<String> {
    let seq = before.seq + 1;
    let Ok(value) = serde_json::from_str::<Value>(canonical) else {
        return Some(format!("entry {seq} is not JSON any more"));
    };
    if canonical::text(&value) != canonical {
        return Some(format!("entry {seq} is not in canonical form any more"));
    }
    if canonical::sha256(canonical) != hash {
        return Some(format!("entry {seq} does not have the hash that is kept of it"));
    }
    if value.get("seq").and_then(Value::as_u64) != Some(seq) {
        return Some(format!("entry {seq} says another number of itself"));
    }
    if value.get("prev").and_then(Value::as_str) != Some(before.hash.as_str()) {
        return Some(format!("entry {seq} does not go on from the one before it"));
    }
    None
}

/// The number of an operation: 3 of `OP-3`.
pub fn number(operation: &str) -> Option<u64> {
    operation.strip_prefix("OP-")?.parse().ok()
}
