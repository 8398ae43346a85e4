//! The journal and an operation, as their pages show them.

use super::fixture::{Set, ago, burning, now};
use super::{drawn, text};
use crate::console::desk::{Desk, Story, offers};
use crate::console::view::{Spot, View};
use crate::estate::EntryRef;
use crate::operate::journal::{Entry, EventKind, Note, Outcome};
use crate::operate::{Intent, WritePolicy};

fn entry(intent: &Intent, seq: u64, number: &str, event: EventKind, detail: serde_json::Value) -> Entry {
    let outcome = match event {
        EventKind::Done => Some(Outcome::Done),
        EventKind::Refused => Some(Outcome::Refused),
        EventKind::Unknown => Some(Outcome::Unknown),
        _ => None,
    };
    let note = Note {
        at: ago(2) + jiff::SignedDuration::from_millis(i64::try_from(seq).unwrap() * 700),
        operation: number.to_owned(),
        event,
        person: "alice".to_owned(),
        reason: Some("INC-7".to_owned()),
        account: Some("111122223333".to_owned()),
        role: None,
        action: intent.operation.name.to_owned(),
        target: intent.target.clone(),
        plan_sha256: None,
        request_id: (event == EventKind::Answered).then(|| "7d1e-40".to_owned()),
        outcome,
        detail,
    };
    Entry { seq, note, prev: "0".repeat(64), hash: "1".repeat(64) }
}

/// The burning estate with three operations in the journal: one done, one refused, one that runs.
fn set() -> Set {
    use EventKind::{Answered, Confirmed, Done, Planned, Rechecked, Recorded, Refused, Sent, Unknown, Verified};
    let mut set = burning();
    let orders = Spot::Entry(EntryRef::Database("orders".to_owned()));
    let offer = offers(&set.scene(), &orders).into_iter().find(|o| o.operation.name == "database.failover").unwrap();
    let intent = Intent { operation: offer.operation, target: offer.target, parameters: [].into() };
    let plan = serde_json::to_value(super::dialogs::failover(&intent, false)).unwrap();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let none = || json("{}");
    let call = || json(r#"{"service": "rds", "call": "FailoverDBCluster"}"#);
    let held = json(
        r#"{"preconditions": [{"field": "status", "seen": "available"}, {"field": "writer", "seen": "orders-1"}]}"#,
    );
    let of = |seq, number: &str, event, detail| entry(&intent, seq, number, event, detail);
    let entries = vec![
        of(1, "OP-1", Planned, plan.clone()),
        of(2, "OP-1", Confirmed, none()),
        of(3, "OP-1", Recorded, none()),
        of(4, "OP-1", Rechecked, held),
        of(5, "OP-1", Sent, call()),
        of(6, "OP-1", Answered, none()),
        of(7, "OP-1", Verified, json(r#"{"seen": "orders-2 is the writer"}"#)),
        of(8, "OP-1", Done, json(r#"{"seen": "orders-2 is the writer"}"#)),
        of(9, "OP-2", Planned, plan.clone()),
        of(10, "OP-2", Refused, json("{\"reasons\": [\"freeze: weekend until Mon\\u001b[31m\", \"no window\"]}")),
        of(11, "OP-3", Planned, plan.clone()),
        of(12, "OP-3", Sent, call()),
        of(13, "OP-4", Planned, plan),
        of(14, "OP-4", Sent, call()),
        of(15, "OP-4", Unknown, json(r#"{"reason": "the answer was lost: connection reset"}"#)),
    ];
    let mut desk = Desk::new(WritePolicy::default());
    desk.read(entries.clone());
    // Entries come again whenever the journal is read.
    desk.read(entries);
    desk.hear("OP-3", now(), "cluster failing-over; writer orders-1 → …".to_owned());
    desk.tell(vec![Story {
        number: "OP-4".to_owned(),
        outcome: Outcome::Unknown,
        words: "database.failover orders: the answer was lost".to_owned(),
    }]);
    set.desk = desk;
    set
}

#[test]
fn the_journal_and_its_operations() {
    let set = set();
    assert_eq!(set.desk.record("OP-1").unwrap().entries.len(), 8);
    for (name, spot) in [
        ("journal", Spot::Journal),
        ("operation_done", Spot::Operation("OP-1".to_owned())),
        ("operation_refused", Spot::Operation("OP-2".to_owned())),
        ("operation_running", Spot::Operation("OP-3".to_owned())),
        ("operation_unknown", Spot::Operation("OP-4".to_owned())),
        ("operation_untold", Spot::Operation("OP-9".to_owned())),
    ] {
        for size in [(80, 24), (120, 40)] {
            let view = View { trail: vec![spot.clone()], ..View::new(size) };
            insta::assert_snapshot!(format!("page_{name}_{}", size.0), text(&drawn(&set, &view)));
        }
    }
}

#[test]
fn a_journal_without_entries_and_one_that_cannot_be_read() {
    let mut set = burning();
    let view = View { trail: vec![Spot::Journal], ..View::new((80, 24)) };
    insta::assert_snapshot!("page_journal_empty", text(&drawn(&set, &view)));
    set.desk.cannot_read("journal.db is not as it was written: entry 3 is another one".to_owned());
    insta::assert_snapshot!("page_journal_broken", text(&drawn(&set, &view)));
}
