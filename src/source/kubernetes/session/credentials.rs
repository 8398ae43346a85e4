//! The way into a cluster that is entered: credentials renewed as they grow old or do not hold, and who the cluster is.

use std::time::Duration;

use tokio::time::Instant;

use super::{Ended, Errand, Session};
use crate::source::access::Access;
use crate::source::kubernetes::endpoint;
use crate::source::kubernetes::entrance::{Entered, Entrance};

/// Credentials that do not hold are not renewed twice within this time.
const RENEWED_LATELY: Duration = Duration::from_secs(30);

impl Session<'_> {
    /// The credentials of a generation do not hold: they are renewed at once, or with pauses if that was done lately.
    pub(super) fn reject(&mut self, generation: u64, words: String) {
        if generation < self.way.borrow().generation || self.renew_at.is_some() {
            return;
        }
        let fresh = generation == 0 && self.told_as_of.is_none();
        if fresh || self.renewed.elapsed() < RENEWED_LATELY {
            self.put_off(words);
        } else {
            self.renew();
        }
    }

    fn put_off(&mut self, words: String) {
        let pause = self.schedule.after_failure(None);
        self.renew_at = Some(Instant::now() + pause);
        self.credentials = Some((words, self.clock.now().checked_add(pause).ok()));
        self.breathe();
    }

    pub(super) fn renew(&mut self) {
        // Without the door it is being done.
        let Some(mut door) = self.door.take() else { return };
        self.renew_at = None;
        let (declared, entrance) = (self.declared.clone(), self.entrance.clone());
        self.errands.spawn(async move {
            let found = match &declared.context {
                Some(context) => Entrance::by_context(&declared, context).await,
                None => Ok(entrance),
            };
            let outcome = match found {
                Ok(found) => door.enter(&found).await.map(|entered| (found, entered)),
                Err(words) => Err(words),
            };
            Errand::Renewed(door, outcome)
        });
    }

    pub(super) fn renewed(&mut self, outcome: Result<(Entrance, Entered), String>) -> Option<Ended> {
        match outcome {
            Ok((entrance, _)) if !endpoint::same(&entrance.server, &self.entrance.server) => Some(Ended::Changed),
            Ok((entrance, entered)) => {
                self.entrance = entrance;
                self.renewed = Instant::now();
                self.renewed_at = self.clock.now();
                self.way.send_modify(|way| {
                    way.entered = entered;
                    way.generation += 1;
                });
                None
            }
            Err(words) => {
                self.put_off(words);
                None
            }
        }
    }

    /// What the account's side says of the cluster has changed, or is looked at for the first time.
    pub(super) fn check_access(&mut self) -> Option<Ended> {
        let access = self.access.as_mut().map(|access| access.borrow_and_update().clone())?;
        match access {
            Access::Refused(_) => Some(Ended::Changed),
            Access::Endpoint(named) if !endpoint::same(&named.url, &self.entrance.server) => Some(Ended::Changed),
            Access::Endpoint(named) if self.declared.context.is_none() => {
                let Ok(entrance) = Entrance::by_endpoint(&named) else { return Some(Ended::Changed) };
                let moved = entrance.fingerprint != self.entrance.fingerprint;
                self.entrance = entrance;
                if moved || self.credentials.is_some() {
                    self.renew();
                }
                None
            }
            Access::Endpoint(_) => {
                if self.credentials.is_some() {
                    self.renew();
                }
                None
            }
            // A running, verified watch goes on.
            Access::Waiting | Access::Paused(_) | Access::Unknown(_) => None,
        }
    }
}
