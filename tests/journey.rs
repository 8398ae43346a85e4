//! A person's ways through the console, in process: keys go in, the screen and the view are looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

use std::sync::Arc;

use quarterdeck::cli::Rigging;
use quarterdeck::console::app::{App, Effect, Event, Start};
use quarterdeck::console::keymap::Keymap;
use quarterdeck::console::theme::{Depth, Theme};
use quarterdeck::console::view::{PaneId, Spot};
use quarterdeck::estate::{EntryRef, Estate};
use quarterdeck::judge::{self, History, Policy};
use quarterdeck::operate::WritePolicy;
use quarterdeck::source::Clock;
use quarterdeck::source::simulated::{self, Scale, Scenario, World};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// The console on the embedded estate at one instant, after every source has answered.
struct Person {
    app: App,
    size: (u16, u16),
}

impl Person {
    fn at(scenario: Scenario, size: (u16, u16)) -> Self {
        let noon = "2026-11-20T12:00:00Z".parse().unwrap();
        // A world that all but stands still: what is seen does not depend on how fast this machine is.
        let clock = Clock::paced(noon, 1e-6);
        let world = Arc::new(World::new(1, scenario, Scale::Innovate, noon));
        let mut rigging = Rigging::new(Estate::new(world.estate().clone()), clock);
        for source in simulated::sources(&world) {
            rigging.add(source);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            rigging.start();
            while !rigging.estate.sources().iter().all(|s| s.answered) {
                let said = rigging.observations.recv().await.unwrap();
                rigging.estate.apply(said);
            }
        });
        let (app, effects) = App::new(Start {
            estate: rigging.estate,
            history: History::default(),
            policy: Policy::default(),
            writes: WritePolicy::default(),
            spent_today_usd: 0.0,
            demo: Some(scenario.name().to_owned()),
            theme: Theme::built_in(Depth::TrueColor),
            keys: Keymap::built_in(),
            size,
            now: noon,
        });
        assert!(effects.contains(&Effect::Judge));
        let mut person = Self { app, size };
        person.judge();
        person
    }

    fn judge(&mut self) {
        let judged = self.app.case().judged(judge::judge);
        self.app.update(Event::Judged(judged));
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        let keys: keybinds::KeySeq = keys.parse().unwrap();
        for key in keys.as_slice() {
            self.app.update(Event::Key(*key));
        }
        self
    }

    fn screen(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal.draw(|frame| self.app.draw(frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let line = |y| (0..self.size.0).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..self.size.1).map(line).collect::<Vec<_>>().join("\n")
    }

    fn selected(&self) -> Option<&Spot> {
        self.app.view().selected.get(&self.app.view().list())
    }

    #[track_caller]
    fn sees(&self, text: &str) {
        assert!(self.screen().contains(text), "not on the screen: {text}\n{}", self.screen());
    }
}

#[test]
fn the_worst_is_selected_and_enter_opens_what_it_is_about() {
    let mut person = Person::at(Scenario::named("crashloop").unwrap(), (160, 48));
    assert_eq!(person.app.view().focus, PaneId::Incidents);
    let worst = person.selected().expect("a row is selected without a key").clone();
    person.press("Enter");
    assert_eq!(person.app.view().trail.len(), 1, "{worst:?} opens");
    assert!(!matches!(person.app.view().trail[0], Spot::Alert(..)), "an alert opens what it is about");
    person.press("Esc");
    assert!(person.app.view().trail.is_empty());
    assert_eq!(person.selected(), Some(&worst), "back on the row that was left");
}

#[test]
fn a_cluster_is_entered_down_to_its_pods_and_left_again() {
    let mut person = Person::at(Scenario::named("calm").unwrap(), (160, 48));
    person.press("4 g g");
    person.press("Enter");
    let Some(Spot::Entry(EntryRef::Cluster(name))) = person.app.view().trail.last().cloned() else {
        panic!("not a cluster: {:?}", person.app.view().trail)
    };
    person.sees(&name);
    let first = person.selected().cloned();
    assert!(first.is_some(), "a page's list selects its first row");
    person.press("Enter");
    assert_eq!(person.app.view().trail.len(), 2, "a row of the page opens");
    person.press("Esc Esc Esc Esc");
    assert!(person.app.view().trail.is_empty());
    assert_eq!(person.app.view().focus, PaneId::Clusters);
}

#[test]
fn a_filter_narrows_as_it_is_typed_and_the_selection_is_a_row_that_shows() {
    let mut person = Person::at(Scenario::named("calm").unwrap(), (160, 48));
    person.press("4 / u s w 2");
    person.sees("prod-usw2");
    assert_eq!(person.selected(), Some(&Spot::Entry(EntryRef::Cluster("prod-usw2".to_owned()))));
    person.press("Enter Enter");
    assert_eq!(person.app.view().trail, [Spot::Entry(EntryRef::Cluster("prod-usw2".to_owned()))]);
    assert!(person.app.view().filter.text.is_empty(), "a page starts unfiltered");
    person.press("Esc");
    assert_eq!(person.app.view().filter.text, "usw2", "and the filter is there again");
    person.press("/ z z z z");
    let kept = Spot::Entry(EntryRef::Cluster("prod-usw2".to_owned()));
    assert_eq!(person.selected(), Some(&kept), "an empty list keeps what was selected");
    person.press("Enter");
    assert!(person.app.view().trail.is_empty());
    person.press("Enter");
    assert!(person.app.view().trail.is_empty(), "what is not shown cannot be opened");
}

#[test]
fn every_source_is_one_key_away() {
    let mut person = Person::at(Scenario::named("calm").unwrap(), (120, 31));
    person.press("s");
    assert_eq!(person.app.view().trail, [Spot::Sources]);
    person.sees("simulated");
    person.press("s");
    assert_eq!(person.app.view().trail.len(), 1, "a page is not opened over itself");
    person.press("Enter");
    assert!(matches!(person.app.view().trail.last(), Some(Spot::Source(_))));
    person.press("3");
    assert!(person.app.view().trail.is_empty(), "a pane's number leads back to the watch");
    assert_eq!(person.app.view().focus, PaneId::Slos);
}

#[test]
fn the_cursor_stays_on_its_thing_when_rows_are_sorted_anew() {
    let mut person = Person::at(Scenario::named("calm").unwrap(), (160, 48));
    person.press("4 G");
    let chosen = person.selected().cloned();
    for _ in 0..3 {
        let now = person.app.scene().now + jiff::SignedDuration::from_secs(600);
        person.app.update(Event::Tick(now));
        person.judge();
        assert_eq!(person.selected().cloned(), chosen);
    }
}

#[test]
fn an_slo_tells_how_its_budget_went_how_it_burns_and_from_which_windows() {
    let mut person = Person::at(Scenario::named("crashloop").unwrap(), (80, 24));
    person.press("3 Enter");
    let checkout = Spot::Entry(EntryRef::Slo("checkout availability".to_owned()));
    assert_eq!(person.app.view().trail, [checkout], "the worst comes first");
    person.sees("error budget left over 30d");
    person.sees("100 % ┤");
    person.press("Tab");
    person.sees("burn of 1 h over the last 6 h");
    person.sees("14.4 ┼");
    person.press("Tab");
    person.sees("burn ×");
    person.sees("fires");
    person.press("Tab Enter");
    assert!(matches!(person.app.view().trail.last(), Some(Spot::Alert("slo.burn", _))));
    person.press("Esc Esc");
    person.sees("peak");
    let mut wide = Person::at(Scenario::named("crashloop").unwrap(), (200, 60));
    wide.press("3 Enter");
    wide.sees("error budget left over 30d");
    wide.sees("burn of 1 h over the last 6 h");
    wide.sees("burn ×");
}

#[test]
fn why_is_one_key_away_from_everything_with_a_level() {
    let mut person = Person::at(Scenario::named("crashloop").unwrap(), (120, 48));
    for keys in ["1 w", "2 w", "3 w", "4 w", "5 w", "6 w", "s w", "4 Enter Tab w", "4 Enter Tab Tab w", "3 Enter w"] {
        person.press(keys);
        assert!(matches!(person.app.view().trail.last(), Some(Spot::Why(_))), "{keys}: {:?}", person.app.view().trail);
        assert!(!person.screen().contains("nothing to explain"), "{keys}\n{}", person.screen());
        let deep = person.app.view().trail.len();
        person.press("w");
        assert_eq!(person.app.view().trail.len(), deep, "why is not asked of why");
        person.press("1");
    }
    person.press("3 w");
    person.sees("14.4");
    person.sees("critical");
    person.press("Esc");
    assert_eq!(person.app.view().focus, PaneId::Slos);
}

#[test]
fn alerts_are_filtered_by_words_and_keep_their_row() {
    let mut person = Person::at(Scenario::named("crashloop").unwrap(), (120, 31));
    let rows = |person: &Person| quarterdeck::console::draw::listing(&person.app.scene(), person.app.view()).len();
    person.press("2");
    let all = rows(&person);
    assert!(all >= 3, "{all} alerts");
    person.press("G");
    let chosen = person.selected().cloned();
    person.press("/ l e v e l : c r i t Enter");
    let critical = rows(&person);
    assert!(critical > 0 && critical < all, "{critical} of {all}");
    person.press("Esc / r u l e : s l o . Enter");
    assert_eq!(rows(&person), 1);
    person.sees("checkout availability");
    person.press("Esc / a c c o u n t : n o n - Enter");
    assert_eq!(rows(&person), 0);
    person.press("Esc G");
    assert_eq!(person.selected().cloned(), chosen);
    person.judge();
    assert_eq!(person.selected().cloned(), chosen, "a new judgement moves nobody's cursor");
}

#[test]
fn every_size_is_drawn_on_every_page() {
    for scenario in Scenario::ALL {
        let mut person = Person::at(scenario, (160, 48));
        for keys in [
            "1", "Enter", "Tab", "s", "?", "Esc", "2 Enter", "3 Enter", "Enter", "4 Enter", "5 Enter", "6 Enter",
            "1 / a",
        ] {
            person.press(keys);
            for size in
                [(1, 1), (3, 2), (20, 5), (39, 12), (40, 10), (80, 24), (109, 25), (120, 31), (220, 36), (300, 100)]
            {
                person.size = size;
                person.app.update(Event::Resize(size.0, size.1));
                person.screen();
            }
        }
        assert!(person.app.update(Event::Key("Ctrl+c".parse().unwrap())).contains(&Effect::Quit));
    }
}
