//! Who we are in an account, as STS said it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far an account's identity has been proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityState {
    /// STS said the configured account id.
    Verified,
    /// STS said another account id: nothing is shown as this account's.
    Mismatch,
    /// There are no credentials, or they have expired.
    Expired,
    /// STS or the role's trust policy said no.
    Denied,
    /// STS could not be reached, or has not answered yet.
    Unreachable,
}

impl IdentityState {
    /// The state's word in `status` and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Mismatch => "mismatch",
            Self::Expired => "expired",
            Self::Denied => "denied",
            Self::Unreachable => "unreachable",
        }
    }
}

/// What STS said of one account's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// How far it has been proven.
    pub state: IdentityState,
    /// The account id that STS said, twelve digits.
    pub account_id: Option<String>,
    /// The caller's ARN.
    pub arn: Option<String>,
    /// When the credentials expire; none for long-lived ones.
    pub expires_at: Option<Timestamp>,
    /// What went wrong, in words.
    pub error: Option<String>,
    /// The command that logs in again, such as `aws sso login --profile innovate-prod`.
    pub login: Option<String>,
}
