//! The plan of an operation: data that a person reads, the journal keeps, and the re-check is held against.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Call, Danger, Pinned};

/// One thing that will be different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What: `replicas`, `writer`.
    pub field: String,
    /// Now; none where it does not exist yet.
    pub before: Option<String>,
    /// Then; none where it will be gone.
    pub after: Option<String>,
}

/// Something that must hold, and must be as it was when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precondition {
    /// What: `status`, `generation`.
    pub field: String,
    /// As the service said it.
    pub seen: String,
    /// What it must be, in words or as a value; equal to `seen` where any change is too much.
    pub required: String,
    /// Whether it holds.
    pub holds: bool,
}

/// How success will be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// What will be true.
    pub what: String,
    /// By when, seconds after the last call.
    pub within_s: u64,
}

/// The operation that takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Its name.
    pub operation: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
}

impl Undo {
    /// Its parameters as they are typed: `to=orders-1`.
    pub fn given(&self) -> String {
        self.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.given();
        write!(f, "{}{}{given}", self.operation, if given.is_empty() { "" } else { " " })
    }
}

/// What an operation makes of an intent and a look at the service; guards are judged apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The target, `uid` filled in.
    pub target: Pinned,
    /// The worst that it can do as planned; at least the catalogue's.
    pub danger: Danger,
    /// What will be different.
    pub changes: Vec<Change>,
    /// What it hits, in words and numbers.
    pub blast_radius: String,
    /// What must hold.
    pub preconditions: Vec<Precondition>,
    /// What will be sent, in order.
    pub calls: Vec<Call>,
    /// How success will be seen.
    pub verification: Verification,
    /// How to take it back; none where there is no way.
    pub undo: Option<Undo>,
}

/// A draft with its guards' verdicts: what a person confirms and the journal keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The operation's name.
    pub operation: String,
    /// Its parameters, as they were given.
    pub parameters: BTreeMap<String, String>,
    /// Whether every guard is ok.
    pub runs: bool,
    /// The worst that it can do as planned.
    pub danger: Danger,
    /// The words that confirm it.
    pub confirm: String,
    /// What it acts on.
    pub target: Pinned,
    /// What will be different.
    pub changes: Vec<Change>,
    /// What it hits.
    pub blast_radius: String,
    /// What must hold.
    pub preconditions: Vec<Precondition>,
    /// What will be sent, in order.
    pub calls: Vec<Call>,
    /// How success will be seen.
    pub verification: Verification,
    /// How to take it back.
    pub undo: Option<Undo>,
    /// Every guard's verdict.
    pub guards: Vec<GuardVerdict>,
}

/// One guard's verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardVerdict {
    /// Which guard.
    pub guard: Guard,
    /// Whether it lets the operation go on; one that could not be judged does not.
    pub ok: bool,
    /// Why, as a sentence.
    pub reason: String,
    /// What was not asked before the confirmation, and why; it is asked after it, before the first call, and a no refuses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_asked: Option<String>,
}

/// The guards, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// A write window is open, or may be opened.
    WriteWindow,
    /// STS says the configured account.
    Identity,
    /// The service would allow the calls.
    Permission,
    /// What the plan rests on was seen, and not too long ago.
    FreshFacts,
    /// What must hold does.
    Preconditions,
    /// No freeze is in force, or it is gone past by name.
    Freeze,
    /// Nobody else acts on the target.
    OtherOperation,
    /// The journal can be written.
    Journal,
}

impl Guard {
    /// Every guard.
    pub const ALL: [Self; 8] = [
        Self::WriteWindow,
        Self::Identity,
        Self::Permission,
        Self::FreshFacts,
        Self::Preconditions,
        Self::Freeze,
        Self::OtherOperation,
        Self::Journal,
    ];
}
