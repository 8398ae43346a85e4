//! Whether the API server of a cluster that is entered is there, asked of itself when its watches are silent.

use std::time::Duration;

use tokio::time::Instant;

use super::{Errand, Session};
use crate::source::kubernetes::request::Trouble;

/// How long the server may take to say that it is there.
const LOOK: Duration = Duration::from_secs(5);

impl Session<'_> {
    /// Asks the server whether it is ready. Where its own store is gone it still answers, from memory, and its watches
    /// stay open and silent: what it shows then is not confirmed.
    pub(super) fn look(&mut self) {
        if self.looking || Instant::now() < self.look_at {
            return;
        }
        self.looking = true;
        let caller = self.caller();
        self.errands.spawn(async move {
            let server = caller.way.borrow().called.clone();
            let silent = || Trouble::Failed(format!("the API server of {server} is silent; is the line up?"), None);
            let looked = tokio::time::timeout(LOOK, caller.read("/readyz", "*/*")).await;
            Errand::Looked(looked.unwrap_or_else(|_| Err(silent())).map(|_| ()))
        });
    }

    pub(super) fn looked(&mut self, looked: Result<(), Trouble>) {
        self.looking = false;
        match looked {
            Err(Trouble::Failed(words, asked)) => {
                let pause = self.schedule.after_failure(asked);
                self.look_at = Instant::now() + pause;
                self.line = Some((words, self.clock.now().checked_add(pause).ok()));
            }
            Err(Trouble::Unauthorized(generation, words)) => self.reject(generation, words),
            // Any other answer is an answer.
            Ok(()) | Err(_) => {
                self.seen_at = Some(self.clock.now());
                self.schedule.after_success();
                if self.line.take().is_some() {
                    // Lines that were open all the while may be dead without knowing it.
                    self.way.send_modify(|way| way.restarts += 1);
                }
            }
        }
        self.breathe();
    }
}
