//! The console's state, and the one way in which it changes: an event comes in, effects go out.
//!
//! Nothing here reads a clock, a file or a terminal. The estate and the history are shared with the jobs that judge and
//! keep them (`Arc`, never locked): while such a job runs the driver sends no observations, so nothing is ever copied.

mod act;
mod desk;
mod event;
mod select;
mod spend;

use std::sync::Arc;

use jiff::Timestamp;
use keybinds::{Key, KeyInput};
use ratatui::Frame;

pub use event::{Effect, Event, Planned, Wish};
pub use spend::Spend;

use super::action::Context;
use super::desk::Desk;
use super::dialog::Dialog;
use super::draw;
use super::keymap::{self, Keymap, Lookup};
use super::scene::{ByWorkload, Scene, SpentToday};
use super::theme::Theme;
use super::view::View;
use crate::estate::Estate;
use crate::gate;
use crate::incident::{Concern, concerns};
use crate::judge::{History, Judgement, Policy};
use crate::operate::WritePolicy;

/// Judges the estate; `judge::judge` is one.
pub type Judge = fn(&Estate, &History, &Policy, Timestamp) -> Judgement;

/// What the judge is asked about.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is.
    pub estate: Arc<Estate>,
    /// Since when.
    pub history: Arc<History>,
    /// What the team holds to be wrong.
    pub policy: Arc<Policy>,
    /// The time.
    pub now: Timestamp,
}

impl Case {
    /// Judges the case, and all that follows from the judgement alone.
    pub fn judged(&self, judge: Judge) -> Judged {
        let judgement = judge(&self.estate, &self.history, &self.policy, self.now);
        let mut history = History::clone(&self.history);
        history.learn(&judgement, self.now);
        let concerns = concerns(&self.estate, &judgement);
        Judged { judgement, concerns, history: Arc::new(history), at: self.now }
    }
}

/// What came of a case.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What the estate means.
    pub judgement: Judgement,
    /// What people are to attend to.
    pub concerns: Vec<Concern>,
    /// Since when things stand, this judgement included.
    pub history: Arc<History>,
    /// The case's time.
    pub at: Timestamp,
}

/// What an app starts from.
#[derive(Debug)]
pub struct Start {
    /// What is known, its sources registered and what an earlier run saw recalled.
    pub estate: Estate,
    /// Since when alerts stand.
    pub history: History,
    /// The team's policy.
    pub policy: Policy,
    /// The team's policy on write windows.
    pub writes: WritePolicy,
    /// What calls have cost today already, US dollars.
    pub spent_today_usd: f64,
    /// The embedded estate's scenario; none on a real one.
    pub demo: Option<String>,
    /// What things look like.
    pub theme: Theme,
    /// Which key does what.
    pub keys: Keymap,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The time.
    pub now: Timestamp,
}

/// The console's state.
#[derive(Debug)]
pub struct App {
    estate: Arc<Estate>,
    history: Arc<History>,
    policy: Arc<Policy>,
    judgement: Judgement,
    concerns: Vec<Concern>,
    by_workload: ByWorkload,
    judged_at: Timestamp,
    now: Timestamp,
    demo: Option<String>,
    theme: Theme,
    keys: Keymap,
    view: View,
    /// Keys of a sequence that has begun.
    typed: Vec<KeyInput>,
    /// What the pages of the trail hide: the filter and the section that come back when a page is left.
    behind: Vec<act::Left>,
    /// The list that had the focus, as it was last ordered.
    order: select::Order,
    spend: Spend,
    desk: Desk,
    /// The dialog that comes back when the one before it is left.
    behind_dialog: Option<Dialog>,
    /// The person was told what still runs, and that ending again ends it.
    asked_to_end: bool,
    ticks_until_keep: u32,
    changed_since_keep: bool,
}

/// World seconds after which a judgement is made again although nothing was said: some rules rest on time alone.
const REJUDGE_AFTER_S: i64 = 5;
/// Ticks from the start to the first keeping, and from one to the next.
const FIRST_KEEP: u32 = 5;
const KEEP_EVERY: u32 = 60;
/// The most notices that are kept; the oldest go first.
const MOST_NOTICES: usize = 5;

impl App {
    /// The console as it starts, nothing judged yet, and the first effects.
    pub fn new(mut start: Start) -> (Self, Vec<Effect>) {
        start.estate.pass_time(start.now);
        let cap = start.policy.spend_cap_usd_per_day;
        let spend = Spend::new(cap, start.now, start.spent_today_usd);
        let effects = vec![Effect::LimitSpending(spend.reached()), Effect::Judge, Effect::Draw];
        let app = Self {
            estate: Arc::new(start.estate),
            history: Arc::new(start.history),
            policy: Arc::new(start.policy),
            judgement: Judgement::default(),
            concerns: Vec::new(),
            by_workload: ByWorkload::default(),
            judged_at: start.now,
            now: start.now,
            demo: start.demo,
            theme: start.theme,
            keys: start.keys,
            view: View::new(start.size),
            typed: Vec::new(),
            behind: Vec::new(),
            order: select::Order::default(),
            spend,
            desk: Desk::new(start.writes),
            behind_dialog: None,
            asked_to_end: false,
            ticks_until_keep: FIRST_KEEP,
            changed_since_keep: false,
        };
        (app, effects)
    }

    /// Takes in one event.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Lapse => self.lapse(),
            Event::Resize(columns, rows) => {
                self.view.size = (columns, rows);
                self.settle();
                vec![Effect::Redraw]
            }
            Event::Observations(observations) => self.observe(observations),
            Event::Judged(judged) => self.judged(judged),
            Event::Tick(now) => self.tick(now),
            Event::Planned(planned) => self.planned(*planned),
            Event::Journal(entries) => self.read_journal(*entries),
            Event::Underway(number, at, words) => self.underway(&number, at, words),
            Event::Ended { number, outcome, words, unjournaled } => self.ended(&number, outcome, &words, unjournaled),
            Event::Settled(settled) => self.settled(settled),
            Event::Notice(text) => {
                self.notice(&text);
                vec![Effect::Draw]
            }
        }
    }

    /// Draws one frame.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        draw::draw(frame, &self.scene(), &self.view, &self.theme, &self.keys);
    }

    /// What there is to show.
    pub fn scene(&self) -> Scene<'_> {
        Scene {
            estate: &self.estate,
            judgement: &self.judgement,
            concerns: &self.concerns,
            by_workload: &self.by_workload,
            history: &self.history,
            desk: &self.desk,
            spent: SpentToday { usd: self.spend.usd(), cap: self.spend.cap() },
            now: self.now,
            demo: self.demo.as_deref(),
        }
    }

    /// Where the person is.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What the judge is to be asked about, and what is to be kept.
    pub fn case(&self) -> Case {
        Case {
            estate: Arc::clone(&self.estate),
            history: Arc::clone(&self.history),
            policy: Arc::clone(&self.policy),
            now: self.now,
        }
    }

    /// What calls have cost today.
    pub fn spend(&self) -> &Spend {
        &self.spend
    }

    fn key(&mut self, key: KeyInput) -> Vec<Effect> {
        if matches!(key.key(), Key::Ignored | Key::Unidentified) {
            return Vec::new();
        }
        let context = Context::of(&self.view);
        let begun = !self.typed.is_empty();
        if begun && key.key() == Key::Esc {
            return self.lapse();
        }
        if let (true, false, Some(c)) = (context.types(), begun, keymap::typed(key)) {
            return self.type_in(context, |text| text.push(c));
        }
        self.typed.push(key);
        match self.keys.lookup(context, &self.typed) {
            Lookup::Matched(action) => {
                self.forget_typed();
                let mut effects = self.act(action);
                effects.extend(self.desk.take_seen().into_iter().map(Effect::Seen));
                if !effects.contains(&Effect::Redraw) {
                    effects.push(Effect::Draw);
                }
                effects
            }
            Lookup::Pending => {
                self.view.pending = keymap::shown(&self.typed);
                vec![Effect::Draw, Effect::Wait]
            }
            Lookup::Nothing => {
                self.forget_typed();
                // A key that does not go on with the sequence means what it means alone.
                if begun { self.key(key) } else { Vec::new() }
            }
        }
    }

    fn forget_typed(&mut self) {
        self.typed.clear();
        self.view.pending.clear();
    }

    fn lapse(&mut self) -> Vec<Effect> {
        if self.typed.is_empty() {
            return Vec::new();
        }
        self.forget_typed();
        vec![Effect::Draw]
    }

    /// Pasted text is text: it never does what keys do.
    fn paste(&mut self, text: &str) -> Vec<Effect> {
        let context = Context::of(&self.view);
        if !context.types() || self.view.dialog.as_ref().is_some_and(|d| !d.takes_paste()) {
            return Vec::new();
        }
        self.type_in(context, |typed| typed.extend(text.chars().filter(|c| !gate::is_unsafe(*c))))
    }

    fn type_in(&mut self, context: Context, change: impl FnOnce(&mut String)) -> Vec<Effect> {
        if context == Context::Input {
            return self.edit(change);
        }
        self.edit_dialog(change);
        vec![Effect::Draw]
    }

    fn observe(&mut self, observations: Vec<crate::estate::Observation>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let estate = Arc::make_mut(&mut self.estate);
        let (mut changed, mut said_more) = (false, false);
        for observation in observations {
            changed |= self.spend.add(&observation, self.now);
            let change = estate.apply(observation);
            changed |= change.facts || change.sources;
            said_more |= change.facts;
        }
        self.changed_since_keep |= said_more;
        if changed {
            effects.push(Effect::Judge);
        }
        effects.extend(self.limit_spending());
        effects
    }

    fn limit_spending(&mut self) -> Option<Effect> {
        let reached = self.spend.turned()?;
        if reached {
            let cap = self.spend.cap().unwrap_or_default();
            self.notice(&format!(
                "the spend cap of ${cap:.2} a day is reached: calls that cost money wait until 00:00 UTC"
            ));
        }
        Some(Effect::LimitSpending(reached))
    }

    fn judged(&mut self, judged: Judged) -> Vec<Effect> {
        let Judged { judgement, concerns, history, at } = judged;
        self.history = history;
        self.concerns = concerns;
        self.judgement = judgement;
        self.by_workload = ByWorkload::default();
        self.judged_at = at;
        self.settle();
        vec![Effect::DrawSoon]
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        // While a job reads the estate time can wait: what it changes is found the slow way until the next tick.
        if let Some(estate) = Arc::get_mut(&mut self.estate) {
            estate.pass_time(now);
        }
        let mut effects = vec![Effect::DrawSoon];
        if now.duration_since(self.judged_at).as_secs() >= REJUDGE_AFTER_S {
            effects.push(Effect::Judge);
        }
        self.spend.pass(now);
        self.pass_window();
        effects.extend(self.limit_spending());
        self.ticks_until_keep = self.ticks_until_keep.saturating_sub(1);
        if self.ticks_until_keep == 0 && self.changed_since_keep {
            self.ticks_until_keep = KEEP_EVERY;
            self.changed_since_keep = false;
            effects.push(Effect::Keep);
        }
        effects
    }

    fn notice(&mut self, text: &str) {
        let text = gate::visible(text);
        self.view.notices.retain(|n| *n != text);
        self.view.notices.push(text);
        if self.view.notices.len() > MOST_NOTICES {
            self.view.notices.remove(0);
        }
    }
}

#[cfg(test)]
mod tests;
