//! The help: every action under its heading, with its keys, from the catalogue and the keymap.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::console::action::Group;
use crate::console::keymap::Keymap;
use crate::console::pane::filter;
use crate::console::theme::{Role, Theme};
use crate::console::view::View;
use crate::console::widget::pane_box::{PaneBox, clear_middle};
use crate::console::widget::words::Words;

/// The widest that the help grows to.
const WIDEST: u16 = 88;

/// Paints the help over the screen, scrolled down by so many lines, as far as there are some.
pub(super) fn paint(buf: &mut Buffer, area: Rect, scroll: u16, _view: &View, theme: &Theme, keys: &Keymap) {
    let lines = lines(keys);
    let width = if area.width < WIDEST + 8 { area.width } else { WIDEST };
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let height = wanted.min(area.height);
    let over = clear_middle(buf, area, width, height);
    let room = height.saturating_sub(2);
    let most = wanted.saturating_sub(2).saturating_sub(room);
    let first = scroll.min(most);
    let place = if most > 0 {
        Words::dim(format!("{}–{} of {}", first + 1, first + room, lines.len()))
    } else {
        Words::none()
    };
    let title = Words::of(Role::TitleFocused, "Help");
    let name = Words::of(Role::Title, format!("keymap {}", keys.name()));
    let inner = PaneBox { title, corner: name, place, focused: true }.paint(buf, over, theme);
    for (line, y) in lines.iter().skip(usize::from(first)).zip(inner.top()..inner.bottom()) {
        line.paint(buf, inner.x + 1, y, inner.width.saturating_sub(2), theme);
    }
}

/// How many lines the help has.
pub fn height(keys: &Keymap) -> usize {
    lines(keys).len()
}

fn lines(keys: &Keymap) -> Vec<Words> {
    let groups = keys.help();
    let shown = |keys: &[String]| if keys.is_empty() { "–".to_owned() } else { keys.join(", ") };
    let widest = groups.iter().flat_map(|(_, lines)| lines).map(|l| Words::say(shown(&l.keys)).width()).max();
    let widest = widest.unwrap_or(0).min(24);
    let mut out = Vec::new();
    for (group, entries) in groups {
        if !out.is_empty() {
            out.push(Words::none());
        }
        out.push(Words::of(Role::Title, group.title()));
        for entry in entries {
            let keys = Words::of(Role::Key, shown(&entry.keys)).fit(widest);
            let pad = " ".repeat(widest - keys.width() + 2);
            out.push(Words::say("  ").then(keys).plus(pad).and(Role::Text, entry.doc));
        }
        if group == Group::Type {
            for (word, doc) in filter::WORDS {
                let word = Words::of(Role::Filter, word).fit(widest.max(14));
                let pad = " ".repeat((widest.max(14) + 2).saturating_sub(word.width()));
                out.push(Words::say("  ").then(word).plus(pad).and(Role::Text, doc));
            }
        }
    }
    out
}
