//! Accounts and what they cost.

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::{AccountState, Estate, IdentityState, SourceRecord};
use crate::judge::Level;

/// One account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// Its name in the estate file.
    pub name: String,
    /// The configured id.
    pub id: String,
    /// Its environment.
    pub environment: String,
    /// Its level.
    pub level: Level,
    /// What STS said.
    pub identity: Identity,
}

/// What STS said of an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Identity {
    /// How far it is proven.
    pub state: IdentityState,
    /// The caller's ARN.
    pub arn: Option<String>,
    /// When the credentials expire; null for long-lived ones, and where it is not known.
    pub expires_at: Option<Timestamp>,
    /// What went wrong.
    pub error: Option<String>,
}

impl Account {
    pub(super) fn of(state: &AccountState, level: Level, estate: &Estate) -> Self {
        let declared = &state.declared;
        let identity = match state.identity.as_ref().map(|i| &i.value) {
            Some(said) => Identity {
                state: said.state,
                arn: said.arn.clone(),
                expires_at: said.expires_at,
                error: said.error.clone(),
            },
            None => Identity {
                state: IdentityState::Unreachable,
                arn: None,
                expires_at: None,
                error: Some(unheard(&declared.name, estate)),
            },
        };
        let (name, id, environment) = (declared.name.clone(), declared.id.clone(), declared.environment.clone());
        Self { name, id, environment, level, identity }
    }
}

/// Why STS has said nothing of an account.
fn unheard(name: &str, estate: &Estate) -> String {
    let sts = |s: &&SourceRecord| s.key.account.as_deref() == Some(name) && s.key.introduces();
    let said = estate.sources().iter().find(sts).and_then(|s| s.error.clone());
    said.unwrap_or_else(|| "STS has not answered yet".to_owned())
}

/// One account's costs of the running month, US dollars.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Costs {
    /// The account's name.
    pub account: String,
    /// Month to date.
    pub month_to_date_usd: Option<f64>,
    /// By service, the dearest first.
    pub by_service: Option<Vec<ServiceCost>>,
    /// When the oldest of it was true.
    pub as_of: Option<Timestamp>,
}

/// One service's costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceCost {
    /// The service's name as Cost Explorer writes it.
    pub service: String,
    /// US dollars.
    pub usd: f64,
}

impl Costs {
    pub(super) fn of(state: &AccountState) -> Self {
        let costs = state.costs.as_ref();
        let service = |s: &crate::estate::ServiceCost| ServiceCost { service: s.service.clone(), usd: s.usd };
        Self {
            account: state.declared.name.clone(),
            month_to_date_usd: costs.map(|k| k.value.month_to_date_usd),
            by_service: costs.map(|k| k.value.by_service.iter().map(service).collect()),
            as_of: costs.map(|k| k.as_of),
        }
    }
}
