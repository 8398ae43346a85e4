//! Why a service turns a call down.

use crate::operate::{Call, Service};

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

    /// More is asked for than it plays: as much of a world as somebody asked for would be more than a machine holds.
    pub(super) fn beyond(most: usize, of_what: &str) -> Self {
        let message = format!("the embedded estate plays at most {most} {of_what}; ask for fewer");
        Self::new(422, UNPLAYED, message)
    }

    /// A right is missing.
    pub(super) fn forbidden(call: &Call) -> Self {
        let code = if call.service == Service::Kubernetes { "Forbidden" } else { "AccessDenied" };
        Self::new(403, code, format!("not authorized to perform {}", call.action))
    }

    /// Too much is asked.
    pub(super) fn throttled(call: &Call) -> Self {
        match call.service {
            Service::Kubernetes => Self::new(429, "TooManyRequests", "the server has received too many requests"),
            Service::Rds => Self::new(400, "Throttling", "Rate exceeded"),
            Service::Eks => Self::new(429, "TooManyRequestsException", "Rate exceeded"),
        }
    }

    /// Whether it is only that the embedded estate cannot play it.
    pub(super) fn unplayed(&self) -> bool {
        self.code == UNPLAYED
    }
}
