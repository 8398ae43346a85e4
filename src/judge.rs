//! What it means: levels, alerts and why. Pure functions of (estate, history, policy, now): no IO, no clock.

pub mod alert;
pub mod history;
pub mod level;
pub mod policy;
pub mod verdict;

pub use alert::{Alert, Subject};
pub use history::History;
pub use level::Level;
pub use policy::{Policy, Rule, RuleId, Thresholds};
pub use verdict::{Judgement, SloVerdict, Verdict};
