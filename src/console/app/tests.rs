//! The console driven by keys and observations, as a person and sources would.

use super::*;
use crate::console::view::{PaneId, Spot};
use crate::estate::{DeclaredCluster, DeclaredEstate, Observation, Report, SourceKey, SourceName};
use crate::judge::Level;
use crate::operate::WritePolicy;

const NOON: &str = "2026-11-20T12:00:00Z";

fn cluster(name: &str) -> DeclaredCluster {
    DeclaredCluster {
        name: name.to_owned(),
        account: None,
        region: None,
        eks: None,
        context: None,
        kubeconfig: None,
        namespaces: Vec::new(),
    }
}

fn app(cap: Option<f64>) -> App {
    let declared = DeclaredEstate {
        name: "Test".to_owned(),
        clusters: ["alpha", "beta", "gamma"].map(cluster).to_vec(),
        ..DeclaredEstate::default()
    };
    let start = Start {
        estate: Estate::new(declared),
        history: History::default(),
        policy: Policy { spend_cap_usd_per_day: cap, ..Policy::default() },
        writes: WritePolicy::default(),
        spent_today_usd: 0.0,
        demo: None,
        theme: Theme::built_in(crate::console::theme::Depth::TrueColor),
        keys: Keymap::built_in(),
        size: (160, 48),
        now: NOON.parse().unwrap(),
    };
    App::new(start).0
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let keys: keybinds::KeySeq = keys.parse().unwrap();
    keys.as_slice().iter().flat_map(|k| app.update(Event::Key(*k))).collect()
}

fn call(cost_usd: f64) -> Observation {
    Observation {
        source: SourceKey::new(SourceName::Simulated),
        at: NOON.parse().unwrap(),
        calls: 1,
        cost_usd,
        report: Report::Counted,
    }
}

#[test]
fn a_key_is_answered_by_a_frame_and_never_by_a_judgement() {
    let mut app = app(None);
    assert_eq!(press(&mut app, "Tab"), [Effect::Draw]);
    assert_eq!(app.view().focus, PaneId::Alerts);
    assert_eq!(press(&mut app, "Shift+Tab Shift+Tab"), [Effect::Draw, Effect::Draw]);
    assert_eq!(app.view().focus, PaneId::Budgets);
    assert_eq!(press(&mut app, "4"), [Effect::Draw]);
    assert_eq!(app.view().focus, PaneId::Clusters);
    assert_eq!(press(&mut app, "F7"), []);
}

#[test]
fn a_sequence_waits_shows_itself_and_lapses() {
    let mut app = app(None);
    assert_eq!(press(&mut app, "g"), [Effect::Draw, Effect::Wait]);
    assert_eq!(app.view().pending, "g");
    assert_eq!(app.update(Event::Lapse), [Effect::Draw]);
    assert_eq!(app.view().pending, "");
    assert_eq!(app.update(Event::Lapse), []);
    press(&mut app, "g ?");
    assert_eq!(app.view().help, Some(0), "a key that does not go on means what it means alone");
    press(&mut app, "Esc g Esc");
    assert_eq!((app.view().help, app.view().pending.as_str()), (None, ""));
}

#[test]
fn what_is_typed_into_the_filter_is_text() {
    let mut app = app(None);
    press(&mut app, "/ q s g Space 1");
    assert_eq!(app.view().filter.text, "qsg 1");
    assert!(app.view().filter.editing && app.view().trail.is_empty());
    app.update(Event::Paste("a\u{1b}[31m\u{202e}\r\nq".to_owned()));
    assert_eq!(app.view().filter.text, "qsg 1a[31mq");
    press(&mut app, "Backspace Backspace");
    assert_eq!(app.view().filter.text, "qsg 1a[31");
    press(&mut app, "Ctrl+u x Enter");
    assert_eq!((app.view().filter.text.as_str(), app.view().filter.editing), ("x", false));
    press(&mut app, "Esc");
    assert_eq!(app.view().filter.text, "");
    app.update(Event::Paste("q".to_owned()));
    assert_eq!(app.view().filter.text, "", "outside of a text nothing is pasted, and no key is pressed");
    app.update(Event::Key("/".parse().unwrap()));
    app.update(Event::Paste("é".repeat(10_000)));
    assert_eq!(app.view().filter.text.chars().count(), 200);
    assert!(press(&mut app, "Ctrl+c").contains(&Effect::Quit));
}

#[test]
fn escape_leaves_step_by_step_and_never_quits() {
    let mut app = app(None);
    app.update(Event::Notice("hello\u{7}".to_owned()));
    press(&mut app, "/ a Enter s / b Enter ?");
    assert_eq!((app.view().trail.as_slice(), app.view().filter.text.as_str()), (&[Spot::Sources][..], "b"));
    let mut steps = Vec::new();
    for _ in 0..6 {
        let view = app.view();
        steps.push((view.help.is_some(), view.filter.text.clone(), view.trail.len(), view.notices.len()));
        assert!(!press(&mut app, "Esc").contains(&Effect::Quit));
    }
    let expected = [
        (true, "b", 1, 1),
        (false, "b", 1, 1),
        (false, "", 1, 1),
        (false, "a", 0, 1),
        (false, "", 0, 1),
        (false, "", 0, 0),
    ];
    assert_eq!(steps, expected.map(|(h, f, t, n)| (h, f.to_owned(), t, n)));
    assert_eq!(app.view().notices, Vec::<String>::new());
}

#[test]
fn help_scrolls_and_stops_at_its_ends() {
    let mut app = app(None);
    app.update(Event::Resize(160, 70));
    press(&mut app, "? End");
    assert_eq!(app.view().help, Some(0), "all of it is on a high screen");
    app.update(Event::Resize(80, 24));
    press(&mut app, "j j k");
    assert_eq!(app.view().help, Some(1));
    press(&mut app, "Home Up");
    assert_eq!(app.view().help, Some(0));
    press(&mut app, "End");
    let end = app.view().help;
    press(&mut app, "Down PageDown");
    assert_eq!(app.view().help, end);
    press(&mut app, "?");
    assert_eq!(app.view().help, None);
}

#[test]
fn the_spend_cap_stops_and_midnight_frees() {
    let mut app = app(Some(0.02));
    assert_eq!(app.update(Event::Observations(vec![call(0.01)])), [Effect::Judge]);
    let effects = app.update(Event::Observations(vec![call(0.01)]));
    assert_eq!(effects, [Effect::Judge, Effect::LimitSpending(true)]);
    assert_eq!(app.view().notices.len(), 1);
    assert!(app.view().notices[0].contains("$0.02"));
    let effects = app.update(Event::Tick("2026-11-21T00:00:00Z".parse().unwrap()));
    assert!(effects.contains(&Effect::LimitSpending(false)), "{effects:?}");
}

#[test]
fn time_alone_is_judged_again_and_facts_are_kept_now_and_then() {
    let mut app = app(None);
    let noon: Timestamp = NOON.parse().unwrap();
    let troubled: Judge = |_, _, _, _| Judgement { level: Level::Warning, ..Judgement::default() };
    let judged = app.case().judged(troubled);
    app.update(Event::Judged(judged));
    assert_eq!(app.scene().history.level_since(), Some((Level::Warning, noon)));
    let mut judged = Vec::new();
    for second in 1..=12_i64 {
        let now = noon + jiff::SignedDuration::from_secs(second);
        let effects = app.update(Event::Tick(now));
        assert!(!effects.contains(&Effect::Keep), "nothing was said, nothing is kept");
        if effects.contains(&Effect::Judge) {
            judged.push(second);
            let judged = app.case().judged(|_, _, _, _| Judgement::default());
            app.update(Event::Judged(judged));
        }
    }
    assert_eq!(judged, [5, 10]);
}

#[test]
fn the_console_itself_has_keys() {
    let mut app = app(None);
    assert_eq!(press(&mut app, "q"), [Effect::Quit, Effect::Draw]);
    assert_eq!(press(&mut app, "Ctrl+z"), [Effect::Suspend, Effect::Draw]);
    assert_eq!(press(&mut app, "Ctrl+l"), [Effect::Redraw]);
    assert_eq!(app.update(Event::Resize(160, 48)), [Effect::Redraw], "the same size again is drawn anew");
}

proptest::proptest! {
    /// Whatever is pressed, pasted and resized, at whatever size: no panic, and the selection is a row that is there.
    #[test]
    fn nothing_typed_breaks_it(
        keys in proptest::collection::vec(proptest::sample::select(vec![
            "j", "k", "g g", "G", "Tab", "Shift+Tab", "Enter", "Esc", "/", "a", "Backspace", "?", "s", "1", "3",
            "PageDown", "PageUp", "Ctrl+u", "Ctrl+l", "Space", "g x", "F1",
        ]), 0..60),
        size in (1u16..200, 1u16..60),
    ) {
        let mut app = app(None);
        app.update(Event::Resize(size.0, size.1));
        for key in keys {
            press(&mut app, key);
            let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(size.0, size.1)).unwrap();
            terminal.draw(|frame| app.draw(frame)).unwrap();
            let rows = app.rows();
            if let Some(spot) = app.view().selected.get(&app.view().list()) {
                proptest::prop_assert!(rows.is_empty() || rows.contains(spot));
            } else {
                proptest::prop_assert!(rows.is_empty());
            }
        }
    }
}

mod operating;
