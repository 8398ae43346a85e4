//! What the journal tells of operations, in a word for each entry.

#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

use serde_json::Value;

/// The events in their order, an outcome behind the one that has it: `planned confirmed … done=done`.
pub(crate) fn story(entries: &[Value]) -> String {
    let word = |e: &Value| {
        let outcome = e["outcome"].as_str().map(|o| format!("={o}")).unwrap_or_default();
        format!("{}{outcome}", e["event"].as_str().unwrap())
    };
    entries.iter().map(word).collect::<Vec<_>>().join(" ")
}
