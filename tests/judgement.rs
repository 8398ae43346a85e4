//! What the estate means: every rule at its boundaries, levels and doubts, burn rates by hand, concerns and headline.

#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

#[path = "judgement/burn.rs"]
mod burn;
#[path = "judgement/concerns.rs"]
mod concerns;
#[path = "ground/estate.rs"]
mod ground;
#[path = "judgement/levels.rs"]
mod levels;
#[path = "judgement/policies.rs"]
mod policies;
#[path = "judgement/rules.rs"]
mod rules;
#[path = "judgement/slos.rs"]
mod slos;
#[path = "judgement/standing.rs"]
mod standing;
