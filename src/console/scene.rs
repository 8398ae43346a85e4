//! What there is to show at one instant.

use jiff::Timestamp;

use super::desk::Desk;
use crate::estate::Estate;
use crate::incident::Concern;
use crate::judge::{History, Judgement};

/// Everything that a pane may draw from. Drawing only reads.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What is.
    pub estate: &'a Estate,
    /// What it means.
    pub judgement: &'a Judgement,
    /// What people are to attend to, worst first: gathered once for each judgement, for there may be thousands.
    pub concerns: &'a [Concern],
    /// Since when.
    pub history: &'a History,
    /// What the person is about to do, and has done.
    pub desk: &'a Desk,
    /// The time, UTC.
    pub now: Timestamp,
    /// The embedded estate, with its scenario's name; none on a real one.
    pub demo: Option<&'a str>,
}
