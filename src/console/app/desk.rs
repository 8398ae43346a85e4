//! What keys do in a dialog, and what becomes of an operation that a person asks for.

use super::{App, Effect};
use crate::console::action::{Action, Context};
use crate::console::desk::{Offer, Order, Paper, offers};
use crate::console::dialog::{self, Confirming, Dialog, Form, Menu};
use crate::console::page;
use crate::console::view::Spot;
use crate::operate::{Intent, Plan, Refusal};

impl App {
    /// What an action does while a dialog has the keyboard; none where it does what it does everywhere.
    pub(super) fn act_in_dialog(&mut self, action: Action) -> Option<Vec<Effect>> {
        if !matches!(Context::of(&self.view), Context::Menu | Context::Form | Context::Plan) {
            return None;
        }
        let screenful = self.screenful();
        match action {
            Action::Down => self.step_in_dialog(1),
            Action::Up => self.step_in_dialog(-1),
            Action::PageDown => self.step_in_dialog(screenful),
            Action::PageUp => self.step_in_dialog(-screenful),
            Action::First => self.step_in_dialog(isize::MIN + 1),
            Action::Last => self.step_in_dialog(isize::MAX),
            Action::NextField | Action::PreviousField => {
                if let Some(Dialog::Form(form)) = &mut self.view.dialog {
                    form.step(if action == Action::NextField { 1 } else { -1 });
                }
            }
            Action::Close => self.leave_dialog(),
            Action::Cancel => match &mut self.view.dialog {
                // One step back: the plan is read again.
                Some(Dialog::Plan(confirming)) => confirming.typed = None,
                _ => self.leave_dialog(),
            },
            Action::Erase => self.edit_dialog(|text| _ = text.pop()),
            Action::EraseAll => self.edit_dialog(String::clear),
            Action::Open => return Some(self.choose()),
            Action::Accept => return Some(self.accept()),
            Action::Confirm => return Some(self.confirm()),
            Action::Replan => return Some(self.plan_again()),
            Action::Copy => return Some(self.copy_calls()),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Changes the text that is typed in a dialog.
    pub(super) fn edit_dialog(&mut self, change: impl FnOnce(&mut String)) {
        if let Some(dialog) = &mut self.view.dialog {
            dialog.edit(change);
        }
    }

    /// Shows what can be done to the selected thing, or to the page's own where nothing is selected: pinned from here on.
    pub(super) fn offer(&mut self) {
        let on_page = self.view.trail.last().cloned();
        let mut found: Option<(Spot, Vec<Offer>)> = None;
        for spot in self.selected().into_iter().chain(on_page) {
            let offers = offers(&self.scene(), &spot);
            if !offers.is_empty() {
                found = Some((spot, offers));
                break;
            }
        }
        match found {
            Some((spot, offers)) => {
                self.view.dialog = Some(Dialog::Menu(Menu { about: page::name(&spot), offers, chosen: 0 }));
            }
            None => {
                self.notice("nothing can be done to this from here: select a workload, pod, node, cluster or database");
            }
        }
    }

    /// Asks for the reason of a write window; closes the one that is open.
    pub(super) fn toggle_window(&mut self) {
        if self.desk.window().is_some() {
            self.desk.close_window();
            self.notice("the write window is closed: nothing can be changed");
        } else {
            self.behind_dialog = self.view.dialog.take();
            self.view.dialog = Some(Dialog::Window(String::new()));
        }
    }

    fn leave_dialog(&mut self) {
        if matches!(self.view.dialog, Some(Dialog::Plan(_))) {
            self.desk.lay(None);
        }
        self.view.dialog = match self.view.dialog {
            Some(Dialog::Window(_)) => self.behind_dialog.take(),
            _ => None,
        };
    }

    fn step_in_dialog(&mut self, by: isize) {
        let end = match &self.view.dialog {
            Some(Dialog::Plan(confirming)) => {
                dialog::plan_end(&self.scene(), &self.theme, confirming, self.body_size())
            }
            _ => 0,
        };
        match &mut self.view.dialog {
            Some(Dialog::Menu(menu)) => menu.step(by),
            Some(Dialog::Plan(confirming)) => {
                let to = isize::try_from(confirming.scroll).unwrap_or(0).saturating_add(by);
                confirming.scroll = u16::try_from(to.max(0)).unwrap_or(u16::MAX).min(end);
            }
            _ => {}
        }
    }

    /// The columns and rows between header and footer.
    fn body_size(&self) -> (u16, u16) {
        (self.view.size.0, self.view.size.1.saturating_sub(3))
    }

    /// Goes on with the chosen operation: to its parameters, or straight to its plan.
    fn choose(&mut self) -> Vec<Effect> {
        let Some(Dialog::Menu(menu)) = &self.view.dialog else { return Vec::new() };
        let Some(offer) = menu.offer().cloned() else { return Vec::new() };
        let operation = offer.operation;
        let target = offer.target.clone();
        match Form::of(offer) {
            Some(form) => {
                self.view.dialog = Some(Dialog::Form(Box::new(form)));
                Vec::new()
            }
            None => self.plan(Intent { operation, target, parameters: std::collections::BTreeMap::new() }),
        }
    }

    fn accept(&mut self) -> Vec<Effect> {
        match self.view.dialog.take() {
            Some(Dialog::Window(reason)) => {
                let behind = self.behind_dialog.take();
                if self.desk.open_window(&reason, self.now) {
                    self.view.dialog = behind;
                    // The plan was judged without a window: it is made anew.
                    if matches!(self.view.dialog, Some(Dialog::Plan(_))) {
                        return self.plan_again();
                    }
                } else {
                    self.behind_dialog = behind;
                    self.view.dialog = Some(Dialog::Window(reason));
                    self.notice("a write window needs a reason: an incident, or words");
                }
                Vec::new()
            }
            Some(Dialog::Form(mut form)) => match form.intent() {
                Ok(intent) => self.plan(intent),
                Err(wrong) => {
                    form.wrong = Some(wrong);
                    self.view.dialog = Some(Dialog::Form(form));
                    Vec::new()
                }
            },
            Some(Dialog::Plan(confirming)) => {
                let typed = confirming.typed.clone().unwrap_or_default();
                self.view.dialog = Some(Dialog::Plan(confirming));
                self.say_yes(&typed)
            }
            other => {
                self.view.dialog = other;
                Vec::new()
            }
        }
    }

    fn plan(&mut self, intent: Intent) -> Vec<Effect> {
        self.desk.lay(Some(Paper::Planning(intent.clone())));
        self.view.dialog = Some(Dialog::Plan(Confirming::default()));
        vec![Effect::Plan(Box::new(intent))]
    }

    fn plan_again(&mut self) -> Vec<Effect> {
        match self.desk.paper() {
            Some(Paper::Ready(intent, ..) | Paper::Refused(intent, _)) => self.plan(intent.clone()),
            Some(Paper::Planning(_)) | None => Vec::new(),
        }
    }

    /// The plan that was asked for. One that nobody waits for any more is put away.
    pub(super) fn planned(&mut self, (intent, made): (Intent, Result<Plan, Refusal>)) -> Vec<Effect> {
        if !matches!(self.desk.paper(), Some(Paper::Planning(waiting)) if *waiting == intent) {
            return Vec::new();
        }
        self.desk.lay(Some(match made {
            Ok(plan) => Paper::Ready(intent, Box::new(plan), self.now),
            Err(refusal) => Paper::Refused(intent, refusal),
        }));
        vec![Effect::Draw]
    }

    /// Yes to the plan, by a key: enough where no words are asked for.
    fn confirm(&mut self) -> Vec<Effect> {
        let Some(Paper::Ready(_, plan, _)) = self.desk.paper() else { return Vec::new() };
        if !plan.runs {
            return Vec::new();
        }
        if plan.confirm == "yes" {
            return self.say_yes("yes");
        }
        if let Some(Dialog::Plan(confirming)) = &mut self.view.dialog {
            confirming.typed = Some(String::new());
        }
        Vec::new()
    }

    fn say_yes(&mut self, words: &str) -> Vec<Effect> {
        if self.desk.order(words, self.now) {
            self.view.dialog = None;
            return vec![Effect::Operate];
        }
        if self.desk.window().is_none() {
            self.notice("no write window is open any more: nothing was sent");
        } else {
            self.notice("these are not the words that confirm it: nothing was sent");
        }
        Vec::new()
    }

    fn copy_calls(&mut self) -> Vec<Effect> {
        let Some(Paper::Ready(_, plan, _)) = self.desk.paper() else { return Vec::new() };
        let lines: Vec<&str> = plan.calls.iter().map(|c| c.cli.as_str()).collect();
        let text = lines.join("\n");
        self.notice("copied, if the terminal allows it (OSC 52)");
        vec![Effect::Copy(text)]
    }

    /// The order that was just confirmed, handed over once to whoever performs it.
    pub fn take_order(&mut self) -> Option<Order> {
        self.desk.take_order()
    }

    /// The write window closes by itself.
    pub(super) fn pass_window(&mut self) {
        if self.desk.pass(self.now) {
            self.notice("the write window has closed: nothing can be changed any more");
        }
    }
}
