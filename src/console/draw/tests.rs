//! The screen, drawn into a buffer and read back.

pub(crate) mod fixture;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use self::fixture::{Set, burning, calm, failed, key, verdicts};
use super::{draw, listing, selected};
use crate::console::keymap::Keymap;
use crate::console::theme::{Depth, Theme};
use crate::console::view::{PaneId, View};
use crate::estate::SourceName;
use crate::judge::Level;

/// Draws a set in a view of its size.
fn drawn(set: &Set, view: &View) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(view.size.0, view.size.1)).unwrap();
    let theme = Theme::built_in(Depth::TrueColor);
    let keys = Keymap::built_in();
    terminal.draw(|frame| draw(frame, &set.scene(), view, &theme, &keys)).unwrap();
    terminal.backend().buffer().clone()
}

/// The text of a buffer, line by line.
fn text(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut skip = 0;
        let mut line = String::new();
        for x in 0..buf.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buf[(x, y)].symbol();
            skip = crate::gate::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn the_worst_is_said_first() {
    for size in [(80, 24), (120, 31), (200, 60)] {
        let screen = text(&drawn(&burning(), &View::new(size)));
        let mut lines = screen.lines();
        assert!(lines.next().unwrap().contains("▲ CRITICAL"), "{screen}");
        assert!(lines.next().unwrap().contains("checkout availability: burns 14.6×"), "{screen}");
    }
}

#[test]
fn a_source_that_fails_leaves_its_facts_with_their_age_and_the_reason() {
    let mut set = calm().told([failed(&key(SourceName::Rds, "us-east-1"), "AccessDenied: ask for rds:Describe*")]);
    set.judgement = verdicts(&set.estate, Level::Unknown, Vec::new());
    let screen = text(&drawn(&set, &View { focus: PaneId::Databases, ..View::new((200, 60)) }));
    assert!(screen.contains("8/9 sources"), "{screen}");
    assert!(screen.contains("◌ orders"), "{screen}");
    assert!(screen.contains("1 min old; rds us-east-1: AccessDenied"), "{screen}");
}

#[test]
fn what_is_drawn_as_selected_is_in_the_list() {
    let (set, view) = (calm(), View::new((80, 24)));
    assert_eq!(selected(&set.scene(), &view), listing(&set.scene(), &view).first().cloned());
}
