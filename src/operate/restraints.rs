//! What the estate file asks of every operation, whoever begins it.

use std::collections::BTreeSet;

use super::evidence::WindowView;
use super::machine::{Aim, Brief};
use super::{Freeze, Intent, work};
use crate::estate::DeclaredEstate;

/// What the estate file asks of every operation.
#[derive(Debug, Clone, Default)]
pub struct Restraints {
    /// When nothing is done.
    freezes: Vec<Freeze>,
    /// The names of the accounts whose targets' names are to be typed.
    guarded: BTreeSet<String>,
}

impl Restraints {
    /// Those of an estate and its freezes.
    pub fn of(estate: &DeclaredEstate, freezes: Vec<Freeze>) -> Self {
        let guarded = estate.accounts.iter().filter(|a| a.guarded).map(|a| a.name.clone()).collect();
        Self { freezes, guarded }
    }

    /// What an operation is begun with under them, past these freezes; none where this build does not have the operation.
    pub fn brief(&self, intent: Intent, past: Vec<String>, aim: Aim, window: WindowView) -> Option<Brief> {
        Some(Brief {
            work: work::of(intent.operation.name)?,
            aim,
            guarded: intent.target.account.as_ref().is_some_and(|name| self.guarded.contains(name)),
            window,
            freezes: self.freezes.clone(),
            past,
            intent,
        })
    }
}
