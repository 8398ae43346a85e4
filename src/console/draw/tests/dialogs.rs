//! The dialogs, as they lie over the screen.

use std::collections::BTreeMap;

use super::fixture::{Set, burning, now};
use super::{drawn, text};
use crate::console::desk::{Desk, Paper, Reading, offers};
use crate::console::dialog::{Confirming, Dialog, Form, Menu};
use crate::console::view::{Spot, View};
use crate::estate::{EntryRef, Name, WorkloadKey, WorkloadKind};
use crate::operate::{
    Call, Change, Danger, Guard, GuardVerdict, Intent, Plan, Precondition, Refusal, Service, Undo, Verification,
    WritePolicy,
};

fn orders() -> Spot {
    Spot::Entry(EntryRef::Database("orders".to_owned()))
}

/// What a person wants done, in words of the catalogue.
fn intent(set: &Set, operation: &str, spot: &Spot) -> Intent {
    let offer = offers(&set.scene(), spot).into_iter().find(|o| o.operation.name == operation).unwrap();
    Intent { operation: offer.operation, target: offer.target, parameters: BTreeMap::new() }
}

/// The plan of the drawing that the console was designed by.
pub(crate) fn failover(intent: &Intent, failing: bool) -> Plan {
    let guard = |guard, ok, reason: &str| GuardVerdict { guard, ok, reason: reason.to_owned(), not_asked: None };
    Plan {
        operation: intent.operation.name.to_owned(),
        parameters: intent.parameters.clone(),
        runs: !failing,
        danger: Danger::Disruptive,
        confirm: "orders".to_owned(),
        target: intent.target.clone(),
        changes: vec![Change {
            field: "writer".to_owned(),
            before: Some("orders-1 (1a)".to_owned()),
            after: Some("orders-2 (1b), promotion tier 1, lag 22 ms".to_owned()),
        }],
        blast_radius: "31 connections drop; writes pause for about 30 s; readers keep serving".to_owned(),
        preconditions: vec![Precondition {
            field: "status".to_owned(),
            seen: "available".to_owned(),
            required: "available".to_owned(),
            holds: true,
        }],
        calls: vec![Call {
            service: Service::Rds,
            action: "FailoverDBCluster".to_owned(),
            region: Some("us-east-1".to_owned()),
            cli: "aws rds failover-db-cluster --db-cluster-identifier orders-use1 --target-db-instance-identifier orders-2 --region us-east-1".to_owned(),
            request: serde_json::json!({"DBClusterIdentifier": "orders-use1"}),
        }],
        verification: Verification { what: "orders-2 is the writer and every member is available".to_owned(), within_s: 300 },
        undo: Some(Undo {
            operation: "database.failover".to_owned(),
            parameters: [("to".to_owned(), "orders-1".to_owned())].into(),
        }),
        guards: vec![
            guard(Guard::WriteWindow, !failing, if failing { "no write window is open" } else { "12 min left, INC-7" }),
            guard(Guard::Identity, true, "STS says 111122223333"),
            guard(Guard::Permission, true, "rds:FailoverDBCluster is allowed for quarterdeck-operate"),
            guard(Guard::FreshFacts, true, "seen 1 s ago; 60 s at most"),
            guard(Guard::Preconditions, true, "all hold"),
            guard(Guard::Freeze, !failing, if failing { "freeze weekend until Mon 08:00 Europe/Berlin\u{202e}\u{7}" } else { "none is in force" }),
            guard(Guard::OtherOperation, true, "nobody else acts on orders"),
            guard(Guard::Journal, true, "the journal can be written"),
        ],
    }
}

/// Compares a dialog over the burning estate at two sizes.
fn dialog(name: &str, set: &Set, dialog: &Dialog) {
    for size in [(80, 24), (120, 40)] {
        let view = View { dialog: Some(dialog.clone()), ..View::new(size) };
        insta::assert_snapshot!(format!("dialog_{name}_{}", size.0), text(&drawn(set, &view)));
    }
}

/// The burning estate with a write window and a paper on the desk.
fn set(open: bool, paper: impl FnOnce(&Set) -> Option<Paper>) -> Set {
    let mut set = burning();
    let mut desk = Desk::new(WritePolicy::default());
    if open {
        assert!(desk.open_window("INC-7", super::fixture::ago(3)));
    }
    desk.lay(paper(&set));
    set.desk = desk;
    set
}

#[test]
fn what_can_be_done() {
    let set = set(false, |_| None);
    let key = WorkloadKey { kind: WorkloadKind::Deployment, name: Name::new("shop", "cart") };
    let spot = Spot::Workload("prod-use1".to_owned(), key);
    let menu = Menu { about: "shop/cart".to_owned(), offers: offers(&set.scene(), &spot), chosen: 1 };
    let offer = menu.offer().unwrap().clone();
    assert_eq!(offer.operation.name, "workload.scale");
    assert!(offer.target.uid.is_some(), "pinned to this very object");
    dialog("menu", &set, &Dialog::Menu(menu));
    dialog("form", &set, &Dialog::Form(Box::new(Form::of(offer).unwrap())));
}

#[test]
fn why_is_it_to_be_changed() {
    dialog("window", &set(false, |_| None), &Dialog::Window("INC-".to_owned()));
}

#[test]
fn the_plan() {
    let ready = |failing: bool| {
        move |set: &Set| {
            let intent = intent(set, "database.failover", &orders());
            let plan = failover(&intent, failing);
            Some(Paper::Ready(Box::new(Reading { intent, plan, number: None, at: now() })))
        }
    };
    let read = Dialog::Plan(Confirming::default());
    dialog("plan", &set(true, ready(false)), &read);
    let typed = Dialog::Plan(Confirming { scroll: 99, typed: Some("ord".to_owned()) });
    dialog("plan_typed", &set(true, ready(false)), &typed);
    dialog("plan_guarded", &set(false, ready(true)), &Dialog::Plan(Confirming { scroll: 99, typed: None }));
    let planning = |set: &Set| Some(Paper::Planning(intent(set, "database.failover", &orders())));
    dialog("planning", &set(true, planning), &read);
    let refused = |set: &Set| {
        let reasons = vec!["orders-9 is no reader of orders-use1".to_owned(), "its readers are orders-2".to_owned()];
        Some(Paper::Refused(intent(set, "database.failover", &orders()), Refusal { reasons }))
    };
    dialog("plan_refused", &set(true, refused), &read);
}

#[test]
fn what_was_not_asked_is_not_shown_as_passed() {
    let ready = |set: &Set| {
        let intent = intent(set, "database.failover", &orders());
        let mut plan = failover(&intent, false);
        let why = "the operate role acts, and is assumed only after the confirmation";
        for verdict in plan.guards.iter_mut().filter(|g| g.guard == Guard::Permission) {
            verdict.reason = format!("not asked, because {why}; it is asked once that is done, before any call");
            verdict.not_asked = Some(format!("whether the calls are allowed: {why}"));
        }
        Some(Paper::Ready(Box::new(Reading { intent, plan, number: None, at: now() })))
    };
    let read = Dialog::Plan(Confirming { scroll: 99, typed: None });
    dialog("plan_not_asked", &set(true, ready), &read);
}
