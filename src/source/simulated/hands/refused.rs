//! Why a service turns a call down.

use crate::operate::Call;

/// The code of what the embedded estate cannot play.
const UNPLAYED: &str = "NotPlayed";

/// Why a call is turned down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn cannot(call: &Call) -> Self {
        let message =
            format!("the embedded estate does not play {}; try it on a cluster or account for trials", call.action);
        Self::new(422, UNPLAYED, message)
    }

    /// Whether it is only that the embedded estate cannot play it.
    pub(super) fn unplayed(&self) -> bool {
        self.code == UNPLAYED
    }
}
