//! Keys on the way to a change: nothing goes out without a window, a plan and the words.

use super::*;
use crate::console::desk::Story;
use crate::console::dialog::Dialog;
use crate::console::draw::tests::fixture::{self, now};
use crate::operate::journal::Outcome;
use crate::operate::{Danger, Intent, Plan, Refusal, Verification};

/// The console on the burning estate, the databases' pane in focus, `orders` selected.
fn on_orders() -> App {
    let set = fixture::burning();
    let (mut app, _) = App::new(Start {
        estate: set.estate,
        history: set.history,
        policy: Policy::default(),
        writes: WritePolicy::default(),
        spent_today_usd: 0.0,
        demo: None,
        theme: Theme::built_in(crate::console::theme::Depth::TrueColor),
        keys: Keymap::built_in(),
        size: (120, 40),
        now: now(),
    });
    let judged = app.case().judged(crate::judge::judge);
    app.update(Event::Judged(judged));
    let databases = PaneId::ALL.iter().position(|p| *p == PaneId::Databases).unwrap() + 1;
    press(&mut app, &databases.to_string());
    app
}

fn type_in(app: &mut App, text: &str) {
    for c in text.chars() {
        let key = if c == ' ' { "Space".to_owned() } else { c.to_string() };
        press(app, &key);
    }
}

/// Chooses an operation from the menu of the selected thing, its parameters left as they are.
fn ask_for(app: &mut App, operation: &str) -> Intent {
    press(app, "a");
    let Some(Dialog::Menu(menu)) = &app.view().dialog else { panic!("no menu") };
    let at = menu.offers.iter().position(|o| o.operation.name == operation).unwrap();
    for _ in 0..at {
        press(app, "Down");
    }
    let mut effects = press(app, "Enter");
    if matches!(app.view().dialog, Some(Dialog::Form(_))) {
        effects = press(app, "Enter");
    }
    let intent = effects.into_iter().find_map(|e| if let Effect::Plan(wish) = e { Some(wish.intent) } else { None });
    intent.expect("a plan is asked for")
}

fn plan(intent: &Intent, confirm: &str, runs: bool) -> Plan {
    Plan {
        operation: intent.operation.name.to_owned(),
        parameters: intent.parameters.clone(),
        runs,
        danger: Danger::Disruptive,
        confirm: confirm.to_owned(),
        target: intent.target.clone(),
        changes: Vec::new(),
        blast_radius: String::new(),
        preconditions: Vec::new(),
        calls: Vec::new(),
        verification: Verification { what: "it is so".to_owned(), within_s: 1 },
        undo: None,
        guards: Vec::new(),
    }
}

fn planned(app: &mut App, intent: &Intent, plan: Plan) -> Vec<Effect> {
    app.update(Event::Planned(Box::new(Planned {
        intent: intent.clone(),
        number: Some("OP-3".to_owned()),
        made: Ok(plan),
    })))
}

fn open_window(app: &mut App) {
    press(app, "o");
    type_in(app, "INC-7");
    press(app, "Enter");
}

#[test]
fn the_target_is_pinned_when_the_menu_opens() {
    let mut app = on_orders();
    press(&mut app, "a");
    let Some(Dialog::Menu(menu)) = &app.view().dialog else { panic!("no menu") };
    assert!(menu.offers.iter().all(|o| o.target.id == "orders-use1" && o.target.account_id.is_some()));
    // The selection may go where it will.
    app.view.selected.clear();
    let effects = press(&mut app, "Enter Enter");
    assert!(effects.iter().any(|e| matches!(e, Effect::Plan(wish) if wish.intent.target.id == "orders-use1")));
}

#[test]
fn a_window_needs_a_reason_and_closes_by_itself() {
    let mut app = on_orders();
    press(&mut app, "o Enter");
    assert!(app.desk.window().is_none());
    assert!(app.view().notices.last().unwrap().contains("reason"));
    type_in(&mut app, "disk full");
    press(&mut app, "Enter");
    assert_eq!(app.desk.window().unwrap().reason(), "disk full");
    app.update(Event::Tick(now() + jiff::SignedDuration::from_mins(14)));
    assert!(app.desk.window().is_some());
    app.update(Event::Tick(now() + jiff::SignedDuration::from_mins(15)));
    assert!(app.desk.window().is_none());
    assert!(app.view().notices.last().unwrap().contains("closed"));
    open_window(&mut app);
    press(&mut app, "o");
    assert!(app.desk.window().is_none(), "the same key closes it at once");
}

#[test]
fn a_key_confirms_where_no_words_are_asked_for() {
    let mut app = on_orders();
    open_window(&mut app);
    let intent = ask_for(&mut app, "database.failover");
    assert!(!press(&mut app, "y").contains(&Effect::Operate), "there is no plan yet");
    planned(&mut app, &intent, plan(&intent, "yes", true));
    assert!(!press(&mut app, "Enter a").contains(&Effect::Operate), "nor by the keys that led here");
    assert!(press(&mut app, "y").contains(&Effect::Operate));
    let order = app.take_order().unwrap();
    assert_eq!((order.words.as_str(), order.pass.reason()), ("yes", "INC-7"));
    assert!(app.take_order().is_none(), "handed over once");
    assert!(!press(&mut app, "y").contains(&Effect::Operate));
}

#[test]
fn words_that_confirm_are_typed_to_the_letter_and_never_pasted() {
    let mut app = on_orders();
    open_window(&mut app);
    let intent = ask_for(&mut app, "database.failover");
    planned(&mut app, &intent, plan(&intent, "orders", true));
    press(&mut app, "y");
    app.update(Event::Paste("orders".to_owned()));
    assert!(!press(&mut app, "Enter").contains(&Effect::Operate));
    type_in(&mut app, "order");
    assert!(!press(&mut app, "Enter").contains(&Effect::Operate));
    assert!(app.take_order().is_none());
    type_in(&mut app, "s");
    assert!(press(&mut app, "Enter").contains(&Effect::Operate));
    assert!(app.take_order().is_some());
}

#[test]
fn nothing_goes_out_without_a_window_nor_past_a_guard() {
    let mut app = on_orders();
    let intent = ask_for(&mut app, "database.failover");
    // Even of a plan that says that it runs.
    planned(&mut app, &intent, plan(&intent, "yes", true));
    assert!(!press(&mut app, "y").contains(&Effect::Operate));
    assert!(app.take_order().is_none());
    // A window that is opened over the plan has it made anew.
    press(&mut app, "o");
    type_in(&mut app, "INC-7");
    let effects = press(&mut app, "Enter");
    assert!(effects.iter().any(|e| matches!(e, Effect::Plan(wish) if wish.intent == intent)));
    planned(&mut app, &intent, plan(&intent, "yes", false));
    assert!(!press(&mut app, "y").contains(&Effect::Operate));
    // The window closes before the yes.
    press(&mut app, "r");
    planned(&mut app, &intent, plan(&intent, "yes", true));
    app.update(Event::Tick(now() + jiff::SignedDuration::from_mins(16)));
    assert!(!press(&mut app, "y").contains(&Effect::Operate));
    assert!(app.take_order().is_none());
}

#[test]
fn a_plan_that_nobody_waits_for_is_put_away() {
    let mut app = on_orders();
    open_window(&mut app);
    let intent = ask_for(&mut app, "database.failover");
    press(&mut app, "Esc");
    assert_eq!(planned(&mut app, &intent, plan(&intent, "yes", true)), []);
    assert!(app.view().dialog.is_none());
    let other = ask_for(&mut app, "database.snapshot");
    planned(&mut app, &intent, plan(&intent, "yes", true));
    assert!(!press(&mut app, "y").contains(&Effect::Operate), "an older plan is not this one");
    let refusal = Refusal::because("no such cluster");
    app.update(Event::Planned(Box::new(Planned { intent: other, number: None, made: Err(refusal) })));
    assert!(!press(&mut app, "y").contains(&Effect::Operate));
}

/// An entry of `OP-3` on orders, as the driver tells it.
fn entry(app: &App, seq: u64, event: crate::operate::journal::EventKind, outcome: Option<Outcome>) -> Event {
    let orders = app.estate.database("orders").unwrap();
    let account = app.estate.account(&orders.declared.account).map(|a| &a.declared);
    let note = crate::operate::journal::Note {
        at: now(),
        operation: "OP-3".to_owned(),
        event,
        person: "alice".to_owned(),
        reason: Some("INC-7".to_owned()),
        account: Some("111122223333".to_owned()),
        role: None,
        action: "database.failover".to_owned(),
        target: crate::operate::pin::database(account, &orders.declared),
        plan_sha256: None,
        request_id: None,
        outcome,
        detail: serde_json::json!({}),
    };
    let entry = crate::operate::journal::Entry { seq, note, prev: "0".repeat(64), hash: "1".repeat(64) };
    Event::Journal(Box::new(Ok(vec![entry])))
}

#[test]
fn a_confirmed_operation_has_its_page_and_the_console_does_not_end_under_it_unasked() {
    use crate::operate::journal::EventKind;
    let mut app = on_orders();
    open_window(&mut app);
    let intent = ask_for(&mut app, "database.failover");
    let planned_entry = entry(&app, 1, EventKind::Planned, None);
    app.update(planned_entry);
    planned(&mut app, &intent, plan(&intent, "yes", true));
    assert!(press(&mut app, "y").contains(&Effect::Operate));
    assert_eq!(app.view().trail.last(), Some(&Spot::Operation("OP-3".to_owned())));
    app.update(Event::Underway("OP-3".to_owned(), now(), "cluster failing-over".to_owned()));
    assert!(!press(&mut app, "q").contains(&Effect::Quit));
    assert!(app.view().notices.last().unwrap().contains("OP-3 still runs"));
    let done = entry(&app, 2, EventKind::Done, Some(Outcome::Done));
    app.update(done);
    let ended = Event::Ended {
        number: "OP-3".to_owned(),
        outcome: Some(Outcome::Done),
        words: vec!["orders-2 is the writer".to_owned()],
        unjournaled: None,
    };
    app.update(ended);
    assert_eq!(app.desk.record("OP-3").unwrap().outcome, Some(Outcome::Done));
    assert!(press(&mut app, "q").contains(&Effect::Quit));
}

#[test]
fn what_an_earlier_run_left_open_is_said_first_until_someone_has_seen_it() {
    let mut app = on_orders();
    let story = Story { number: "OP-3".to_owned(), outcome: Outcome::Unknown, words: "it cannot be told".to_owned() };
    app.update(Event::Settled(vec![story]));
    assert_eq!(app.desk.stories().len(), 1);
    let unknown = entry(&app, 1, crate::operate::journal::EventKind::Unknown, Some(Outcome::Unknown));
    app.update(unknown);
    assert!(press(&mut app, "J").contains(&Effect::ReadJournal));
    press(&mut app, "Enter");
    assert_eq!(app.view().trail.last(), Some(&Spot::Operation("OP-3".to_owned())));
    assert_eq!(app.desk.stories().len(), 1, "what is not known yet goes on being told");
    let told = |number: &str, outcome| Story { number: number.to_owned(), outcome, words: String::new() };
    app.update(Event::Settled(vec![told("OP-1", Outcome::Done), told("OP-2", Outcome::Unknown)]));
    app.update(Event::Settled(vec![told("OP-3", Outcome::Failed)]));
    let now: Vec<_> = app.desk.stories().iter().map(|s| (s.number.as_str(), s.outcome)).collect();
    let expected = [("OP-2", Outcome::Unknown), ("OP-3", Outcome::Failed), ("OP-1", Outcome::Done)];
    assert_eq!(now, expected, "each is told once, by what is known now, what was found out last before the others");
}

#[test]
fn a_freeze_is_gone_past_by_its_name_alone() {
    let mut app = on_orders();
    open_window(&mut app);
    let intent = ask_for(&mut app, "database.failover");
    planned(&mut app, &intent, plan(&intent, "yes", false));
    press(&mut app, "f");
    type_in(&mut app, "weekend");
    let effects = press(&mut app, "Enter");
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Plan(wish) if wish.past == ["weekend"] && wish.intent == intent))
    );
}
