//! The driver: waits for whatever comes, lets the app decide, and does what it says.
//!
//! Keys come first and are answered at once. Observations are taken in for a few milliseconds at a time and not at all
//! while a judgement or a keeping reads the estate; they wait in their channel, and sources with them. Judging goes on in
//! a thread of its own, a few times a second at most, and never for longer than a small share of the time.

mod jobs;
mod operations;
mod setup;

use std::time::{Duration, Instant};

use tokio::time::{sleep, sleep_until};

pub use setup::{ConsoleError, Ending, Keep, Kept, Setup, Style};

use super::app::{App, Effect, Event};
use super::terminal::{Heard, Input, Said, Signals, Terminal, gone, stop_group};
use jobs::{Done, Jobs};
use operations::Operations;
pub use operations::Operator;

/// How long one turn takes observations in before it looks at keys again.
const TURN: Duration = Duration::from_millis(4);
/// The least time between two frames that nobody waits for.
const FRAME: Duration = Duration::from_millis(50);
/// How long after a key's answer nothing else is drawn: who is pressing keys gets answers, and a slow line nothing but them.
/// The next answer shows all that came meanwhile.
const ANSWERING: Duration = Duration::from_millis(300);
/// How long a sequence of keys waits for the next key.
const LAPSE: Duration = Duration::from_secs(1);
/// How long a stopped console takes at most to notice that it was not stopped.
const NOT_STOPPED: Duration = Duration::from_millis(250);

/// Runs the console until it ends. To be awaited by `Runtime::block_on`, on the thread that stays: a panic there is the
/// console's own.
///
/// # Errors
/// When there is no terminal, or it refuses to be taken.
pub async fn run(mut setup: Setup) -> Result<Ending, ConsoleError> {
    if !Terminal::is_there() {
        return Err(ConsoleError::NoTerminal);
    }
    let begin = std::mem::replace(&mut setup.begin, Box::new(|| {}));
    // Before the terminal is taken: a signal must never find it taken and nobody listening.
    let mut signals = Signals::listen().map_err(ConsoleError::Terminal)?;
    let mut terminal = Terminal::enter(setup.style.synchronized).map_err(ConsoleError::Terminal)?;
    let (mut driver, effects) = Driver::new(setup, terminal.size());
    // The first picture stands before anything is waited for.
    driver.judge_now();
    driver.perform(effects);
    driver.paint(&mut terminal);
    begin();
    driver.operations.settle();
    let ending = driver.go_on(&mut terminal, &mut signals).await;
    terminal.leave().await;
    driver.jobs.keep_last(&driver.app).await;
    ending
}

struct Driver {
    app: App,
    setup: setup::Running,
    jobs: Jobs,
    operations: Operations,
    quit: bool,
    suspend: bool,
    /// A frame is to be drawn: at once, or within the frame budget.
    draw: Option<Urgency>,
    /// All of it.
    redraw: bool,
    /// A text for the terminal's clipboard.
    copy: Option<String>,
    drawn: Instant,
    /// When a key was last pressed.
    pressed: Option<Instant>,
    /// When a sequence of keys that has begun is given up.
    lapse: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    Soon,
    Now,
}

impl Driver {
    fn new(mut setup: Setup, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let operations = Operations::new(setup.operator.take());
        let (start, running, judge, notices) = setup.begin(size);
        let jobs = Jobs::new(judge, running.keep.clone());
        let (app, mut effects) = App::new(start);
        let mut driver = Self {
            app,
            setup: running,
            jobs,
            operations,
            quit: false,
            suspend: false,
            draw: None,
            redraw: false,
            copy: None,
            drawn: Instant::now(),
            pressed: None,
            lapse: None,
        };
        for notice in notices {
            effects.extend(driver.app.update(Event::Notice(notice)));
        }
        (driver, effects)
    }

    /// Judges here and now: at the start, where there is nothing to do meanwhile.
    fn judge_now(&mut self) {
        let judged = self.jobs.judge(&self.app.case());
        let effects = self.app.update(Event::Judged(judged));
        self.perform(effects);
    }

    fn take(&mut self, event: Event) {
        if matches!(event, Event::Key(_)) {
            self.lapse = None;
            self.pressed = Some(Instant::now());
        }
        let effects = self.app.update(event);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Quit => self.quit = true,
                Effect::Suspend => self.suspend = true,
                Effect::Draw => self.draw = Some(Urgency::Now),
                Effect::DrawSoon => self.draw = self.draw.max(Some(Urgency::Soon)),
                Effect::Redraw => {
                    self.redraw = true;
                    self.draw = Some(Urgency::Now);
                }
                Effect::Wait => self.lapse = Some(Instant::now() + LAPSE),
                Effect::Judge => self.jobs.want_judgement(),
                Effect::Keep => self.jobs.want_keeping(),
                Effect::Plan(wish) => self.operations.plan(*wish),
                Effect::LeavePlan => self.operations.leave(),
                Effect::Seen(number) => self.operations.seen(number),
                Effect::ReadJournal => self.operations.read(),
                Effect::Operate => {
                    if let Some(order) = self.app.take_order() {
                        self.operations.confirm(order);
                    }
                }
                Effect::Copy(text) => self.copy = Some(text),
                Effect::LimitSpending(reached) => {
                    self.setup.may_spend.send_if_modified(|may| {
                        let turned = *may == reached;
                        *may = !reached;
                        turned
                    });
                }
            }
        }
    }

    fn paint(&mut self, terminal: &mut Terminal) {
        if let Some(text) = self.copy.take() {
            terminal.copy(&text);
        }
        if std::mem::take(&mut self.redraw) {
            terminal.resize(super::terminal::size());
        }
        self.draw = None;
        self.drawn = Instant::now();
        // Encoding cannot fail; what the terminal makes of it is reported by `Said::Written`.
        let _ = terminal.draw(|frame| self.app.draw(frame));
    }

    async fn go_on(&mut self, terminal: &mut Terminal, signals: &mut Signals) -> Result<Ending, ConsoleError> {
        let mut input = Input::new();
        let mut tick = Box::pin(sleep(self.setup.until_next_second()));
        let mut listening = true;
        loop {
            let paint_at = self.draw.filter(|_| !terminal.busy()).map(|urgency| match urgency {
                Urgency::Now => Instant::now(),
                Urgency::Soon => self.pressed.map_or(self.drawn + FRAME, |at| (at + ANSWERING).max(self.drawn + FRAME)),
            });
            let start_at = self.jobs.next_start();
            tokio::select! {
                biased;
                heard = signals.next() => match heard {
                    Heard::Stop(stop) => return Ok(Ending::Stopped(stop.code())),
                    Heard::Resumed => self.come_back(terminal)?,
                    Heard::Resized => {
                        let (columns, rows) = super::terminal::size();
                        self.take(Event::Resize(columns, rows));
                    }
                },
                event = input.next() => {
                    let Some(event) = event else { return Ok(Ending::Gone) };
                    self.take(event);
                    // What was typed meanwhile is answered by one frame.
                    while !(self.quit || self.suspend) && let Some(event) = input.ready().await {
                        self.take(event);
                    }
                }
                () = at(paint_at) => self.paint(terminal),
                said = terminal.next() => match said {
                    Said::Written(Ok(())) => {}
                    Said::Written(Err(_)) => return Ok(Ending::Gone),
                    Said::Panicked(text) => self.take(Event::Notice(text)),
                },
                done = self.jobs.done(), if self.jobs.running() => self.finish(done),
                event = self.operations.next() => self.take(event),
                () = at(start_at) => self.jobs.start(&self.app),
                () = &mut tick => {
                    if gone() {
                        return Ok(Ending::Gone);
                    }
                    self.take(Event::Tick((self.setup.clock)()));
                    tick.as_mut().reset(tokio::time::Instant::now() + self.setup.until_next_second());
                }
                () = at(self.lapse) => {
                    self.lapse = None;
                    self.take(Event::Lapse);
                }
                first = self.setup.observations.recv(), if listening && !self.jobs.running() => match first {
                    Some(first) => self.take_in(first),
                    None => listening = false,
                },
            }
            if self.quit {
                return Ok(Ending::Quit);
            }
            if std::mem::take(&mut self.suspend) {
                self.suspend(terminal, signals).await?;
            }
        }
    }

    /// Takes in what sources have said, for one turn.
    fn take_in(&mut self, first: crate::estate::Observation) {
        let begun = Instant::now();
        let mut next = Some(first);
        while let Some(observation) = next.take() {
            self.take(Event::Observations(vec![observation]));
            // One alone may be a whole cluster's pods: the time is looked at after each.
            if begun.elapsed() < TURN {
                next = self.setup.observations.try_recv().ok();
            }
        }
    }

    fn finish(&mut self, done: Done) {
        match done {
            Done::Judged(judged) => self.take(Event::Judged(judged)),
            Done::Kept(Err(why)) => self.take(Event::Notice(why)),
            // Of a broken job the panic hook has said why.
            Done::Kept(Ok(())) | Done::Broken => {}
        }
    }

    async fn suspend(&mut self, terminal: &mut Terminal, signals: &mut Signals) -> Result<(), ConsoleError> {
        terminal.leave().await;
        if let Err(error) = stop_group() {
            self.take(Event::Notice(format!("cannot stop: {error}")));
        }
        tokio::select! {
            () = signals.resumed() => {}
            () = sleep(NOT_STOPPED) => {}
        }
        self.come_back(terminal)
    }

    /// Takes the terminal again after the process was stopped.
    fn come_back(&mut self, terminal: &mut Terminal) -> Result<(), ConsoleError> {
        terminal.again().map_err(ConsoleError::Terminal)?;
        let (columns, rows) = terminal.size();
        self.take(Event::Tick((self.setup.clock)()));
        self.take(Event::Resize(columns, rows));
        Ok(())
    }
}

/// Waits until then; for ever when there is no then.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when.into()).await,
        None => std::future::pending().await,
    }
}
