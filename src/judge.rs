//! What it means: levels, alerts and why. Pure functions of (estate, history, policy, now): no IO, no clock.

pub mod alert;
pub mod burn;
mod docket;
mod finding;
pub mod history;
pub mod level;
pub mod metric;
pub mod policy;
pub mod rule;
pub mod severity;
pub mod silence;
pub mod standing;
pub mod verdict;
pub mod why;
pub mod words;

use jiff::Timestamp;

use crate::estate::Estate;
pub use alert::{Alert, Footing, Subject};
use docket::Docket;
pub use history::History;
pub use level::Level;
pub use policy::{Policy, RuleChange, TeamRule, Thresholds};
pub use rule::{Comparison, Rule, RuleId, fullest, slo_why};
pub use severity::{Ranked, Severity, SeverityRule};
pub use silence::{Silence, Silenced, SilencedRules};
pub use verdict::{Judgement, SloVerdict, Verdict};
pub use why::{Why, why, why_alert, why_line};

/// Judges the whole estate at one instant.
///
/// Every entry of the estate file gets a verdict, whatever is known of it: what is not known is never in order. The
/// cost grows with the entries and with what is wrong, not with the pods: tallies are kept by the estate.
pub fn judge(estate: &Estate, history: &History, policy: &Policy, now: Timestamp) -> Judgement {
    let mut docket = Docket::new(estate, history, policy, now);
    for account in estate.accounts() {
        rule::account(&mut docket, account);
    }
    for cluster in estate.clusters() {
        rule::cluster(&mut docket, cluster);
    }
    for database in estate.databases() {
        rule::database(&mut docket, database);
    }
    for slo in estate.slos() {
        rule::slo(&mut docket, slo);
    }
    for service in estate.services() {
        rule::service(&mut docket, service);
    }
    for budget in estate.budgets() {
        rule::budget(&mut docket, budget);
    }
    for source in 0..estate.sources().len() {
        rule::source(&mut docket, source);
    }
    docket.close()
}
