//! Keymaps: the built-in one, a person's own, and wrong ones.

use super::*;

fn sheet(name: &str, text: &str) -> Sheet {
    Sheet { name: name.to_owned(), file: format!("keymaps/{name}.toml"), text: text.to_owned() }
}

fn keys(text: &str) -> Vec<KeyInput> {
    text.parse::<KeySeq>().unwrap().as_slice().to_vec()
}

#[test]
fn the_built_in_keymap_has_no_error_and_reaches_every_action() {
    let keymap = Keymap::load("default", &[]).unwrap();
    for entry in CATALOGUE {
        assert!(!keymap.keys_of(entry.action).is_empty(), "no key does {}", entry.name);
    }
}

#[test]
fn keys_mean_what_the_context_has() {
    let keymap = Keymap::built_in();
    for (context, typed, expected) in [
        (Context::Watch, "j", Lookup::Matched(Action::Down)),
        (Context::Watch, "g", Lookup::Pending),
        (Context::Watch, "g g", Lookup::Matched(Action::First)),
        (Context::Watch, "4", Lookup::Matched(Action::Pane(super::super::view::PaneId::Clusters))),
        (Context::Watch, "Enter", Lookup::Matched(Action::Open)),
        (Context::Watch, "Ctrl+u", Lookup::Nothing),
        (Context::Page, "Esc", Lookup::Matched(Action::Close)),
        (Context::Page, "Shift+Tab", Lookup::Matched(Action::PreviousPane)),
        (Context::Help, "/", Lookup::Nothing),
        (Context::Help, "q", Lookup::Matched(Action::Quit)),
        (Context::Input, "q", Lookup::Nothing),
        (Context::Input, "Ctrl+c", Lookup::Matched(Action::Quit)),
        (Context::Input, "Enter", Lookup::Matched(Action::Accept)),
        (Context::Input, "Down", Lookup::Matched(Action::Down)),
    ] {
        assert_eq!(keymap.lookup(context, &keys(typed)), expected, "{typed} in {context:?}");
    }
}

#[test]
fn a_persons_key_is_taken_from_what_would_inherit_it() {
    let mine = sheet("mine", "[keys]\nfilter = [\"j\", \"g\"]\ncursor.up = [\"w\"]\nsources = []\n");
    let keymap = Keymap::load("mine", &[mine]).unwrap();
    assert_eq!(keymap.lookup(Context::Watch, &keys("j")), Lookup::Matched(Action::Filter));
    assert_eq!(keymap.lookup(Context::Watch, &keys("g")), Lookup::Matched(Action::Filter));
    assert_eq!(keymap.lookup(Context::Watch, &keys("k")), Lookup::Nothing);
    assert_eq!(keymap.keys_of(Action::Down), ["down", "j"], "j still scrolls the help");
    assert_eq!(keymap.keys_of(Action::Up), ["w"]);
    assert!(keymap.keys_of(Action::Sources).is_empty());
}

#[test]
fn hints_are_keys_that_work_there() {
    let keymap = Keymap::built_in();
    let mut view = View::new((80, 24));
    let line =
        |view: &View| keymap.hints(view).iter().map(|h| format!("{} {}", h.key, h.word)).collect::<Vec<_>>().join("  ");
    assert_eq!(line(&view), "enter open  a act  w why  tab pane  / filter  s sources  ? help  o write window  q quit");
    view.filter.text = "shop".to_owned();
    assert_eq!(
        line(&view),
        "enter open  a act  w why  tab pane  esc clear  / filter  s sources  ? help  o write window  q quit"
    );
    view.filter.editing = true;
    assert_eq!(line(&view), "enter keep  esc clear  ctrl-c quit");
    view.filter = super::super::view::Filter::default();
    view.trail.push(super::super::view::Spot::Sources);
    assert_eq!(
        line(&view),
        "enter open  a act  w why  tab pane  esc back  / filter  s sources  ? help  o write window  q quit"
    );
    view.help = Some(0);
    assert_eq!(line(&view), "esc back  ? help  q quit");
}

#[test]
fn everything_wrong_in_a_keymap_is_said_at_its_place() {
    let text = r#"filter = ["f"]

[keys]
cursor.dwon = ["x"]
"cursor.up" = "k"
"page.open" = ["Entre", "Ctl+o", "Shift+g"]
"input.accept" = ["y"]
"sources" = ["w"]
"filter" = ["w", 4]
"help" = ["w w"]
"quit" = []
"#;
    let wrong = Keymap::load("mine", &[sheet("mine", text)]).unwrap_err();
    insta::assert_snapshot!(wrong);
}
