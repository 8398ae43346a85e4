//! `quarterdeck journal`: what was done, by whom, with what outcome; and whether it is as it was written.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::args::{Format, JournalArgs};
use super::operate::told;
use super::output::{columns, complain, escaped, print_text};
use super::{Context, Exit};
use crate::operate::journal::{EventKind, Ledger};
use crate::store::JournalFile;

/// Prints the journal, and ends with 2 when it is not as it was written.
pub(super) fn run(args: &JournalArgs, context: &Context) -> Exit {
    let since = match args.since.as_deref().map(|words| instant(words, Timestamp::now())) {
        None => None,
        Some(Some(at)) => Some(at),
        Some(None) => {
            let words = "--since takes an instant such as 2026-11-20T19:30:00Z, or so long ago: 90s, 15m, 2h, 3d";
            return complain(words, Exit::Usage);
        }
    };
    let journal = JournalFile::within(context.places.state());
    if args.verify {
        let verified = args.head.as_deref().map_or_else(|| journal.verify(), |copy| journal.bears_out(copy));
        return verdict(verified, args.format);
    }
    let verified = journal.verify();
    let texts = match journal.texts() {
        Ok(texts) => texts,
        Err(e) => return complain(&format!("the journal cannot be read: {e}"), Exit::Broken),
    };
    let mut entries = Vec::new();
    for (text, hash) in texts {
        // What is no JSON any more is told by the verdict below.
        let Ok(mut entry) = serde_json::from_str::<Value>(&text) else { continue };
        entry["hash"] = json!(hash);
        if fits(&entry, args, since) {
            entries.push(entry);
        }
    }
    let printed = print_text(&match args.format {
        Format::Json => entries.iter().map(|e| escaped(&e.to_string()) + "\n").collect(),
        Format::Table if entries.is_empty() => "nothing was done\n".to_owned(),
        Format::Table => table(&entries),
    });
    match verified {
        Err(e) => complain(&format!("the journal is broken: {e}"), Exit::Broken),
        Ok(_) => printed,
    }
}

fn verdict(verified: Result<u64, crate::operate::journal::LedgerError>, format: Format) -> Exit {
    let (exit, entries, error) = match verified {
        Ok(entries) => (Exit::Ok, Some(entries), None),
        Err(e) => (Exit::Broken, None, Some(e.to_string())),
    };
    let printed = match (format, &error) {
        (Format::Json, _) => {
            let verdict = json!({ "whole": error.is_none(), "entries": entries, "error": error });
            print_text(&(escaped(&verdict.to_string()) + "\n"))
        }
        (Format::Table, None) => print_text(&format!(
            "the journal is whole: {} entries, every one as it was written\n",
            entries.unwrap_or(0)
        )),
        (Format::Table, Some(e)) => complain(&format!("the journal is broken: {e}"), Exit::Ok),
    };
    if printed == Exit::Ok { exit } else { printed }
}

fn fits(entry: &Value, args: &JournalArgs, since: Option<Timestamp>) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let operation = args.operation.as_ref().is_none_or(|wanted| text(entry.get("operation")) == *wanted);
    let target = entry.get("target");
    let named = |name: &str| text(target.and_then(|t| t.get(name)));
    let target = args.target.as_ref().is_none_or(|wanted| named("name") == *wanted || named("id") == *wanted);
    let late = since.is_none_or(|since| text(entry.get("at")).parse::<Timestamp>().is_ok_and(|at| at >= since));
    operation && target && late
}

fn table(entries: &[Value]) -> String {
    let mut rows =
        vec![["seq", "at", "operation", "event", "person", "action", "target", "outcome", ""].map(str::to_owned)];
    rows.extend(entries.iter().map(|entry| {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let at = text("at")
            .parse::<Timestamp>()
            .map_or_else(|_| text("at"), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let target = entry.pointer("/target/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let event: Option<EventKind> = entry.get("event").and_then(|e| serde_json::from_value(e.clone()).ok());
        let words = event.map(|event| told(entry.get("detail").unwrap_or(&Value::Null), event)).unwrap_or_default();
        let seq = entry.get("seq").map(Value::to_string).unwrap_or_default();
        [seq, at, text("operation"), text("event"), text("person"), text("action"), target, text("outcome"), words]
    }));
    columns(&rows)
}

/// An instant, or one so long ago.
fn instant(words: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(at) = words.parse() {
        return Some(at);
    }
    let (number, unit) = words.split_at_checked(words.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number: i64 = number.parse().ok().filter(|n| *n >= 0)?;
    now.checked_sub(SignedDuration::from_secs(number.checked_mul(seconds)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_an_instant_or_so_long_ago() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let table = [
            ("2026-11-20T11:00:00Z", Some("2026-11-20T11:00:00Z")),
            ("90s", Some("2026-11-20T11:58:30Z")),
            ("2h", Some("2026-11-20T10:00:00Z")),
            ("3d", Some("2026-11-17T12:00:00Z")),
            ("", None),
            ("h", None),
            ("-1h", None),
            ("2 weeks", None),
            ("9999999999999999999d", None),
            ("é", None),
        ];
        for (words, expected) in table {
            assert_eq!(instant(words, now), expected.map(|e| e.parse().unwrap()), "{words}");
        }
    }
}
