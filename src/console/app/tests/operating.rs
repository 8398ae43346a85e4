//! Keys on the way to a change: nothing goes out without a window, a plan and the words.

use super::*;
use crate::console::dialog::Dialog;
use crate::console::draw::tests::fixture::{self, now};
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
    app.update(Event::Judged(set.judgement, now()));
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
    let intent = effects.into_iter().find_map(|e| if let Effect::Plan(intent) = e { Some(*intent) } else { None });
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
    app.update(Event::Planned(Box::new((intent.clone(), Ok(plan)))))
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
    assert!(effects.iter().any(|e| matches!(e, Effect::Plan(intent) if intent.target.id == "orders-use1")));
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
    assert!(effects.iter().any(|e| matches!(e, Effect::Plan(i) if **i == intent)));
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
    app.update(Event::Planned(Box::new((other, Err(refusal)))));
    assert!(!press(&mut app, "y").contains(&Effect::Operate));
}
