//! What keys do in a dialog, and what becomes of an operation that a person asks for.

use jiff::Timestamp;

use super::{App, Effect, Planned, Wish};
use crate::console::action::{Action, Context};
use crate::console::desk::{Offer, Order, Paper, Reading, Story, offers};
use crate::console::dialog::{self, Confirming, Dialog, Form, Menu};
use crate::console::page;
use crate::console::view::Spot;
use crate::operate::Intent;
use crate::operate::catalogue::find;
use crate::operate::journal::{Entry, Outcome};

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
            Action::Close => return Some(self.leave_dialog()),
            Action::Cancel => match &mut self.view.dialog {
                // One step back: the plan is read again.
                Some(Dialog::Plan(confirming)) => confirming.typed = None,
                _ => return Some(self.leave_dialog()),
            },
            Action::Erase => self.edit_dialog(|text| _ = text.pop()),
            Action::EraseAll => self.edit_dialog(String::clear),
            Action::Open => return Some(self.choose()),
            Action::Accept => return Some(self.accept()),
            Action::Confirm => return Some(self.confirm()),
            Action::Replan => return Some(self.plan_again()),
            Action::Past => {
                if let Some(Dialog::Plan(_)) = &self.view.dialog {
                    self.behind_dialog = self.view.dialog.replace(Dialog::Past(String::new()));
                }
            }
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
                self.notice(
                    "nothing can be done to this from here: select a workload, autoscaler, pod, node, cluster or \
                     database",
                );
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

    fn leave_dialog(&mut self) -> Vec<Effect> {
        match self.view.dialog.take() {
            Some(Dialog::Window(_) | Dialog::Past(_)) => self.view.dialog = self.behind_dialog.take(),
            Some(Dialog::Plan(_)) => {
                self.desk.lay(None);
                return vec![Effect::LeavePlan];
            }
            _ => {}
        }
        Vec::new()
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
            Some(Dialog::Past(name)) => {
                self.view.dialog = self.behind_dialog.take();
                match self.desk.paper().map(|p| p.intent().clone()) {
                    Some(intent) if !name.trim().is_empty() => self.plan_past(intent, vec![name.trim().to_owned()]),
                    _ => Vec::new(),
                }
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
        self.plan_past(intent, Vec::new())
    }

    /// Plans, going past freezes by their names.
    fn plan_past(&mut self, intent: Intent, past: Vec<String>) -> Vec<Effect> {
        self.desk.lay(Some(Paper::Planning(intent.clone())));
        self.view.dialog = Some(Dialog::Plan(Confirming::default()));
        vec![Effect::Plan(Box::new(Wish { intent, past, window: self.desk.window_view() }))]
    }

    fn plan_again(&mut self) -> Vec<Effect> {
        match self.desk.paper() {
            Some(Paper::Planning(_)) | None => Vec::new(),
            Some(paper) => self.plan(paper.intent().clone()),
        }
    }

    /// The plan that was asked for. One that nobody waits for any more is put away.
    pub(super) fn planned(&mut self, planned: Planned) -> Vec<Effect> {
        let Planned { intent, number, made } = planned;
        if !matches!(self.desk.paper(), Some(Paper::Planning(waiting)) if *waiting == intent) {
            return Vec::new();
        }
        self.desk.lay(Some(match made {
            Ok(plan) => Paper::Ready(Box::new(Reading { intent, plan, number, at: self.now })),
            Err(refusal) => Paper::Refused(intent, refusal),
        }));
        vec![Effect::Draw]
    }

    /// Yes to the plan, by a key: enough where no words are asked for.
    fn confirm(&mut self) -> Vec<Effect> {
        let Some(Reading { plan, .. }) = self.desk.reading() else { return Vec::new() };
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
            if let Some(number) = self.desk.ordered().map(str::to_owned) {
                self.enter(Spot::Operation(number));
                self.settle();
            }
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
        let Some(Reading { plan, .. }) = self.desk.reading() else { return Vec::new() };
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

    /// Ends; asks once more while operations run, for what they still have to send would not be sent.
    pub(super) fn end(&mut self) -> Vec<Effect> {
        let running: Vec<&str> = self.desk.running().collect();
        if running.is_empty() || std::mem::replace(&mut self.asked_to_end, true) {
            return vec![Effect::Quit];
        }
        let text = format!(
            "{} still runs: what it has sent goes on and the next start tells how it went, but it sends nothing more; quit again to end",
            running.join(", ")
        );
        self.notice(&text);
        Vec::new()
    }

    /// Plans what takes the operation back whose page is open.
    pub(super) fn undo(&mut self) -> Vec<Effect> {
        let Some(Spot::Operation(number)) = self.view.trail.last() else { return Vec::new() };
        let plan = self.desk.record(number).filter(|r| r.outcome.is_some()).and_then(|r| r.plan.as_deref());
        let undo = plan.and_then(|p| Some((p.target.clone(), p.undo.clone()?)));
        let Some((target, undo)) = undo else {
            self.notice("there is nothing that takes it back, or it has not ended yet");
            return Vec::new();
        };
        match find(&undo.operation) {
            Some(operation) => self.plan(Intent { operation, target, parameters: undo.parameters }),
            None => Vec::new(),
        }
    }

    pub(super) fn read_journal(&mut self, entries: Result<Vec<Entry>, String>) -> Vec<Effect> {
        match entries {
            Ok(entries) => self.desk.read(entries),
            Err(why) => self.desk.cannot_read(why),
        }
        self.settle();
        vec![Effect::DrawSoon]
    }

    pub(super) fn underway(&mut self, number: &str, at: Timestamp, words: String) -> Vec<Effect> {
        self.desk.hear(number, at, words);
        vec![Effect::DrawSoon]
    }

    pub(super) fn ended(
        &mut self,
        number: &str,
        outcome: Option<Outcome>,
        words: &[String],
        unjournaled: Option<String>,
    ) -> Vec<Effect> {
        self.desk.forget(number);
        let read = self.desk.reading().and_then(|r| r.number.as_deref()) == Some(number);
        if !read && self.view.trail.last() != Some(&Spot::Operation(number.to_owned())) {
            let outcome = outcome.map_or("ended", Outcome::word);
            self.notice(&format!("{number} {outcome}: {}", words.join("; ")));
        }
        if let Some(why) = unjournaled {
            self.notice(&format!("{number}: the journal does not tell all of it: {why}"));
        }
        vec![Effect::DrawSoon]
    }

    pub(super) fn settled(&mut self, stories: Vec<Story>) -> Vec<Effect> {
        self.desk.tell(stories);
        vec![Effect::DrawSoon]
    }
}
