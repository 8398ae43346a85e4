//! What each action does.

use super::{App, Effect};
use crate::console::action::{Action, Context};
use crate::console::draw;
use crate::console::view::{Filter, Spot};

/// What a page hides until it is left.
#[derive(Debug)]
pub(super) struct Left {
    filter: String,
    section: usize,
}

/// The most characters of a filter.
const LONGEST_FILTER: usize = 200;
/// The deepest trail of pages.
const DEEPEST: usize = 32;

impl App {
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        if let Some(effects) = self.act_in_dialog(action) {
            return effects;
        }
        let list = self.view.list();
        let filter = self.view.filter.text.clone();
        match action {
            Action::Quit => return self.end(),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Open => {
                if let Some(spot) = self.selected().filter(|s| !matches!(s, Spot::Line(_))) {
                    self.enter(spot);
                }
            }
            Action::Why => self.explain(),
            Action::Sources => self.enter(Spot::Sources),
            Action::Close => self.close(),
            Action::Act => self.offer(),
            Action::Journal => {
                self.enter(Spot::Journal);
                self.settle();
                return vec![Effect::ReadJournal];
            }
            Action::Undo => return self.undo(),
            Action::Window => self.toggle_window(),
            Action::Help => {
                self.view.help = if self.view.help.is_some() { None } else { Some(0) };
            }
            Action::Filter => self.view.filter.editing = true,
            Action::Accept => self.view.filter.editing = false,
            Action::Cancel => self.view.filter = Filter::default(),
            Action::Erase => {
                if self.view.filter.text.pop().is_none() {
                    self.view.filter.editing = false;
                }
            }
            Action::EraseAll => self.view.filter.text.clear(),
            // They mean something in a dialog alone.
            Action::Confirm
            | Action::Replan
            | Action::Past
            | Action::Copy
            | Action::NextField
            | Action::PreviousField => {}
            Action::Down => self.go(1),
            Action::Up => self.go(-1),
            Action::PageDown => self.go(self.screenful()),
            Action::PageUp => self.go(-self.screenful()),
            Action::First => self.go(isize::MIN + 1),
            Action::Last => self.go(isize::MAX),
            Action::NextPane => self.turn(1),
            Action::PreviousPane => self.turn(-1),
            Action::Pane(pane) => {
                self.view.trail.clear();
                self.behind.clear();
                self.view.section = 0;
                self.view.filter = Filter::default();
                self.view.focus = pane;
            }
        }
        if list != self.view.list() || filter != self.view.filter.text {
            self.settle();
        }
        Vec::new()
    }

    /// Changes the text of the filter.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut String)) -> Vec<Effect> {
        let text = &mut self.view.filter.text;
        change(text);
        if let Some((end, _)) = text.char_indices().nth(LONGEST_FILTER) {
            text.truncate(end);
        }
        self.settle();
        vec![Effect::Draw]
    }

    /// Says why the selected thing has its level; where nothing is selected, why the page's thing has it.
    fn explain(&mut self) {
        let here = self.view.trail.last();
        if matches!(here, Some(Spot::Why(_))) {
            return;
        }
        let told = |s: &Spot| !matches!(s, Spot::Line(_) | Spot::Operation(_) | Spot::Journal);
        let selected = self.selected().filter(told);
        if let Some(spot) = selected.or_else(|| here.cloned().filter(told)) {
            self.enter(Spot::Why(Box::new(spot)));
        }
    }

    pub(super) fn enter(&mut self, spot: Spot) {
        if let Spot::Operation(number) = &spot {
            self.desk.seen(number);
        }
        if self.view.trail.last() == Some(&spot) {
            return;
        }
        if self.view.trail.len() >= DEEPEST {
            self.view.trail.remove(0);
            self.behind.remove(1);
        }
        self.behind.push(Left { filter: std::mem::take(&mut self.view.filter.text), section: self.view.section });
        self.view.filter = Filter::default();
        self.view.trail.push(spot);
        self.view.section = 0;
    }

    /// One step out: of the help, the filter, the page; on the bare watch the notices are put aside.
    fn close(&mut self) {
        if self.view.help.take().is_some() {
            return;
        }
        if !self.view.filter.text.is_empty() {
            self.view.filter = Filter::default();
        } else if self.view.trail.pop().is_some() {
            let left = self.behind.pop().unwrap_or(Left { filter: String::new(), section: 0 });
            self.view.filter.text = left.filter;
            self.view.section = left.section;
        } else {
            self.view.notices.clear();
        }
    }

    fn go(&mut self, by: isize) {
        if Context::of(&self.view) == Context::Help {
            let at = isize::try_from(self.view.help.unwrap_or(0)).unwrap_or(0);
            let to = at.saturating_add(by).clamp(0, self.help_end());
            self.view.help = Some(u16::try_from(to).unwrap_or(0));
        } else {
            self.step(by);
        }
    }

    /// How far the help scrolls: a border stands above and below.
    fn help_end(&self) -> isize {
        let lines = draw::help_height(&self.keys);
        let room = usize::from(self.view.size.1).saturating_sub(2);
        isize::try_from(lines.saturating_sub(room)).unwrap_or(0)
    }

    /// About half of the screen, so that the eye keeps its place.
    pub(super) fn screenful(&self) -> isize {
        isize::try_from(self.view.size.1 / 2).unwrap_or(1).max(1)
    }

    /// Gives the focus to the next pane of the watch, or the next section of the page.
    fn turn(&mut self, by: isize) {
        let around = |at: usize, of: usize| {
            let of_signed = isize::try_from(of.max(1)).unwrap_or(1);
            let next = isize::try_from(at).unwrap_or(0).saturating_add(by).rem_euclid(of_signed);
            usize::try_from(next).unwrap_or(0)
        };
        if self.view.trail.is_empty() {
            let panes = crate::console::view::PaneId::ALL;
            let at = panes.iter().position(|p| *p == self.view.focus).unwrap_or(0);
            self.view.focus = panes[around(at, panes.len())];
        } else {
            let sections = draw::sections(&self.scene(), &self.view);
            self.view.section = around(self.view.section, sections);
        }
    }
}
