//! What is done beside the console's own task: judging, and keeping what must survive a restart.

use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, spawn_blocking};

use super::setup::{Keep, Kept};
use crate::console::app::{App, Case, Judge, Judged};

/// The least time from the start of one judgement to the start of the next.
const JUDGE_EVERY: Duration = Duration::from_millis(250);
/// A judgement that takes long is made less often: it may take this share of the time, one in so many.
const SHARE: u32 = 160;
/// The longest that a judgement waits for all that.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long the last keeping may hold up the end.
const LAST_KEEPING: Duration = Duration::from_secs(3);

/// What a job came to.
pub(super) enum Done {
    /// A case was judged.
    Judged(Judged),
    /// Kept, or why not.
    Kept(Result<(), String>),
    /// The job panicked.
    Broken,
}

/// One job at a time: each reads the estate, which nobody changes meanwhile.
pub(super) struct Jobs {
    judge: Judge,
    keep: Keep,
    judgement_wanted: bool,
    keeping_wanted: bool,
    running: Option<JoinHandle<Done>>,
    started: Instant,
    judged_before: Instant,
    pause: Duration,
}

impl Jobs {
    pub(super) fn new(judge: Judge, keep: Keep) -> Self {
        let now = Instant::now();
        Self {
            judge,
            keep,
            judgement_wanted: false,
            keeping_wanted: false,
            running: None,
            started: now,
            judged_before: now,
            pause: JUDGE_EVERY,
        }
    }

    pub(super) fn judge(&self, case: &Case) -> Judged {
        case.judged(self.judge)
    }

    pub(super) fn want_judgement(&mut self) {
        self.judgement_wanted = true;
    }

    pub(super) fn want_keeping(&mut self) {
        self.keeping_wanted = true;
    }

    /// Whether a job reads the estate.
    pub(super) fn running(&self) -> bool {
        self.running.is_some()
    }

    /// When the next job may start; none when none is wanted, or one runs.
    pub(super) fn next_start(&self) -> Option<Instant> {
        if self.running() {
            None
        } else if self.keeping_wanted {
            Some(Instant::now())
        } else {
            self.judgement_wanted.then(|| self.judged_before + self.pause)
        }
    }

    /// Starts the job that is wanted.
    pub(super) fn start(&mut self, app: &App) {
        let case = app.case();
        self.started = Instant::now();
        if std::mem::take(&mut self.keeping_wanted) {
            let (keep, spend) = (self.keep.clone(), app.spend().clone());
            self.running = Some(spawn_blocking(move || {
                Done::Kept(keep(Kept { estate: &case.estate, history: &case.history, spend: &spend, now: case.now }))
            }));
        } else if std::mem::take(&mut self.judgement_wanted) {
            self.judged_before = self.started;
            let judge = self.judge;
            self.running = Some(spawn_blocking(move || Done::Judged(case.judged(judge))));
        }
    }

    /// Waits for the job that runs.
    pub(super) async fn done(&mut self) -> Done {
        let Some(job) = &mut self.running else { return std::future::pending().await };
        let done = job.await.unwrap_or(Done::Broken);
        self.running = None;
        if !matches!(done, Done::Kept(_)) {
            self.pause = (self.started.elapsed() * SHARE).clamp(JUDGE_EVERY, LONGEST_WAIT);
        }
        done
    }

    /// Keeps what must survive, once more, at the end.
    pub(super) async fn keep_last(&mut self, app: &App) {
        if let Some(job) = self.running.take() {
            let _ = tokio::time::timeout(LAST_KEEPING, job).await;
        }
        let (keep, spend, case) = (self.keep.clone(), app.spend().clone(), app.case());
        let last = spawn_blocking(move || {
            keep(Kept { estate: &case.estate, history: &case.history, spend: &spend, now: case.now })
        });
        if let Ok(Ok(Err(why))) = tokio::time::timeout(LAST_KEEPING, last).await {
            tracing::warn!("{why}");
        }
    }
}
