//! The screen, drawn into a buffer and read back.

mod any;
mod autoscalers;
mod dialogs;
pub(crate) mod fixture;
mod history;
mod operations;
mod snapshots;
mod trends;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

use self::fixture::{Set, burning, calm, failed, key, sound};
use super::{draw, listing, sections, selected};
use crate::console::keymap::Keymap;
use crate::console::theme::{Depth, Glyphs, Role, Theme};
use crate::console::view::{Filter, ListId, PaneId, Spot, View};
use crate::estate::{EntryRef, SourceName};

/// Draws a set in a view of its size.
fn drawn(set: &Set, view: &View) -> Buffer {
    drawn_in(set, view, &Theme::built_in(Depth::TrueColor))
}

fn drawn_in(set: &Set, view: &View, theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(view.size.0, view.size.1)).unwrap();
    let keys = Keymap::built_in();
    terminal.draw(|frame| draw(frame, &set.scene(), view, theme, &keys)).unwrap();
    terminal.backend().buffer().clone()
}

/// The text of a buffer, line by line.
fn text(buf: &Buffer) -> String {
    lines(buf, |symbol, _| symbol.to_owned())
}

/// What the cells of a buffer mean, a letter each: `C`ritical, `W`arning, `o`k, `d`im, `b`order, `a`ccent, `A`ccent and
/// bold, `S`trong, `#` the selected name, `x` plain text.
fn roles(buf: &Buffer) -> String {
    let theme = Theme::built_in(Depth::TrueColor);
    let looks = [
        ('C', Role::Critical),
        ('W', Role::Warning),
        ('o', Role::Ok),
        ('d', Role::Dim),
        ('b', Role::Border),
        ('a', Role::Accent),
        ('A', Role::TitleFocused),
        ('S', Role::Strong),
        ('M', Role::ModeDemo),
    ]
    .map(|(letter, role)| (letter, Style::reset().patch(theme.style(role))));
    let selected = theme.style(Role::Selected).bg;
    lines(buf, |symbol, style| {
        let known = looks.iter().find(|(_, look)| look.fg == style.fg && look.add_modifier == style.add_modifier);
        let letter = match known {
            _ if style.bg == selected => '#',
            _ if symbol == " " => ' ',
            Some((letter, _)) => *letter,
            None => 'x',
        };
        letter.to_string().repeat(crate::gate::width(symbol).max(1))
    })
}

fn lines(buf: &Buffer, read: impl Fn(&str, Style) -> String) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buf.area.width {
            let cell = &buf[(x, y)];
            line.push_str(&read(cell.symbol(), cell.style()));
            x += u16::try_from(crate::gate::width(cell.symbol()).max(1)).unwrap();
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn the_worst_is_said_first() {
    for size in [(80, 24), (120, 31), (200, 60), (300, 100)] {
        let screen = text(&drawn(&burning(), &View::new(size)));
        let mut lines = screen.lines();
        assert!(lines.next().unwrap().contains("▲ CRITICAL"), "{screen}");
        assert!(lines.next().unwrap().contains("checkout availability burns 14.6×"), "{screen}");
    }
}

#[test]
fn a_source_that_fails_leaves_its_facts_with_their_age_and_the_reason() {
    let set =
        calm().told([failed(&key(SourceName::Rds, "us-east-1"), "AccessDenied: ask for rds:Describe*")]).judged(4);
    let screen = text(&drawn(&set, &View { focus: PaneId::Databases, ..View::new((200, 60)) }));
    assert!(screen.contains("8/9 sources"), "{screen}");
    assert!(screen.contains("◌ orders"), "{screen}");
    assert!(screen.contains("  1 min old"), "{screen}");
    assert!(screen.contains("rds us-east-1: AccessDenied: ask for rds:Describe*"), "{screen}");
}

#[test]
fn the_selection_follows_identity_and_only_its_name_stands_out() {
    let set = burning();
    let mut view = View { focus: PaneId::Clusters, ..View::new((120, 31)) };
    let spot = Spot::Entry(EntryRef::Cluster("prod-usw2".to_owned()));
    view.selected.insert(ListId::Pane(PaneId::Clusters), spot.clone());
    assert_eq!(selected(&set.scene(), &view), Some(spot));
    let buf = drawn(&set, &view);
    let (text, roles) = (text(&buf), roles(&buf));
    let at = text.lines().position(|l| l.contains("▸● prod-usw2")).expect(&text);
    assert_eq!(roles.lines().nth(at).unwrap().matches('#').count(), "prod-usw2".len(), "{roles}");
    assert_eq!(text.matches('▸').count(), 1, "{text}");
}

#[test]
fn a_cursor_move_changes_two_rows_and_the_place() {
    let set = calm();
    let spot = Spot::Entry(EntryRef::Cluster("prod-use1".to_owned()));
    let mut view = View { trail: vec![spot], section: 1, ..View::new((160, 48)) };
    let all = listing(&set.scene(), &view);
    assert_eq!(all.len(), 210);
    view.selected.insert(view.list(), all[0].clone());
    let before = drawn(&set, &view);
    view.selected.insert(view.list(), all[1].clone());
    let after = drawn(&set, &view);
    let changed: Vec<_> = before.diff(&after);
    let rows: std::collections::BTreeSet<u16> = changed.iter().map(|(_, y, _)| *y).collect();
    assert_eq!(rows.len(), 3, "two rows and the place on the border: {rows:?}");
    assert!(changed.len() < 80, "{} cells", changed.len());
}

#[test]
fn the_filter_hides_rows_and_says_so() {
    let set = burning();
    let filter = Filter { text: "CART".to_owned(), editing: true };
    let view = View { filter, ..View::new((80, 24)) };
    assert_eq!(listing(&set.scene(), &view).len(), 1);
    let screen = text(&drawn(&set, &view));
    assert!(screen.contains("shop/cart") && !screen.contains("staging"), "{screen}");
    assert!(screen.contains("/CART") && screen.contains("1 of 8"), "{screen}");
    let view = View { filter: Filter { text: "nothing of the kind".to_owned(), editing: false }, ..view };
    let screen = text(&drawn(&set, &view));
    assert!(screen.contains("nothing contains “nothing of the kind”"), "{screen}");
}

#[test]
fn facts_that_are_longer_than_the_page_are_a_section_of_their_own() {
    let set = burning();
    let spot = Spot::Entry(EntryRef::Cluster("prod-use1".to_owned()));
    let mut view = View { trail: vec![spot], ..View::new((80, 24)) };
    assert_eq!(sections(&set.scene(), &view), 6);
    view.section = 5;
    let all = listing(&set.scene(), &view);
    let mut seen = String::new();
    for line in &all {
        view.selected.insert(view.list(), line.clone());
        seen.push_str(&text(&drawn(&set, &view)));
    }
    for fact in ["203.0.113.0/24", "api, audit", "vpc-cni", "on-demand", "encrypted with a KMS key"] {
        assert!(seen.contains(fact), "{fact} is nowhere");
    }
    view.size = (200, 60);
    view.section = 0;
    assert_eq!(sections(&set.scene(), &view), 5);
}

#[test]
fn ascii_is_ascii() {
    let theme = Theme::built_in(Depth::Mono).with_glyphs(Glyphs::Ascii);
    for size in [(80, 24), (120, 31), (200, 60)] {
        for set in [calm(), burning(), sound(&["web", "cart"], 30)] {
            let screen = text(&drawn_in(&set, &View::new(size), &theme));
            let strange: String = screen.chars().filter(|c| !c.is_ascii()).collect();
            assert_eq!(strange, "", "{screen}");
        }
    }
}

/// The quickest of three times: what is slow by itself is slow each time, and a busy machine is not.
fn quickest_of_three(mut what: impl FnMut()) -> std::time::Duration {
    let mut time = || {
        let started = std::time::Instant::now();
        what();
        started.elapsed()
    };
    time().min(time()).min(time())
}

/// Ten thousand pods: the troubled ones first, the rest by name, and no more work than one look at each.
#[test]
fn ten_thousand_pods_are_listed_once_each() {
    let set = sound(&["web", "cart"], 10_000);
    let spot = Spot::Entry(EntryRef::Cluster("prod-use1".to_owned()));
    let mut view = View { trail: vec![spot], section: 1, ..View::new((160, 48)) };
    let all = listing(&set.scene(), &view);
    assert_eq!(all.len(), 10_000);
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 10_000);
    view.selected.insert(view.list(), all[7_000].clone());
    let best = quickest_of_three(|| {
        let screen = text(&drawn(&set, &view));
        assert!(screen.contains("7,001/10,000"), "{screen}");
    });
    assert!(best.as_millis() < 500, "{best:?} even without optimisation");
}

#[test]
fn a_filter_asks_for_levels_accounts_and_rules() {
    let set = burning();
    let found = |pane: PaneId, text: &str| {
        let filter = Filter { text: text.to_owned(), editing: false };
        listing(&set.scene(), &View { focus: pane, filter, ..View::new((120, 31)) }).len()
    };
    for (pane, text, want) in [
        (PaneId::Alerts, "level:critical", 1),
        (PaneId::Alerts, "level:warn", 7),
        (PaneId::Alerts, "level:warning rule:workload", 3),
        (PaneId::Alerts, "rule:database", 1),
        (PaneId::Alerts, "rule:budget account:prod", 2),
        (PaneId::Alerts, "account:staging", 0),
        (PaneId::Alerts, "silenced:yes", 0),
        (PaneId::Alerts, "silenced:no shop cart", 2),
        (PaneId::Incidents, "level:unknown", 2),
        (PaneId::Incidents, "rule:slo.burn", 1),
        (PaneId::Slos, "level:ok", 2),
        (PaneId::Slos, "rule:slo.burn", 1),
        (PaneId::Clusters, "level:warning account:production", 1),
        (PaneId::Databases, "rule:database.connections", 1),
    ] {
        assert_eq!(found(pane, text), want, "{text} of {pane:?}");
    }
}
