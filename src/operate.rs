//! How we act: the catalogue of operations, the guarded path from intent to proof, and the journal that comes first.
//!
//! Nothing here can change anything: an operation needs a write window, and no client that changes something exists
//! outside one.

pub mod call;
pub mod canonical;
pub mod catalogue;
pub mod clock;
pub mod evidence;
pub mod freeze;
pub mod guard;
pub mod hands;
pub mod intent;
pub mod journal;
pub mod lease;
pub mod look;
pub mod machine;
pub mod pin;
pub mod plan;
pub mod restraints;
pub mod run;
pub mod settle;
mod stage;
pub mod target;
pub mod window;
pub mod work;
pub mod writes;

pub use call::{Answer, Call, Sent, Service};
pub use catalogue::{CATALOGUE, Danger, OperationSpec, Parameter};
pub use clock::Clock;
pub use freeze::{Freeze, FreezeSpan};
pub use hands::{Arming, Arms, Hands, Identity, Inquiry, Permit};
pub use intent::{Intent, Refusal};
pub use look::{Read, Sight, Sights};
pub use plan::{Change, Draft, Guard, GuardVerdict, Plan, Precondition, Undo, Verification};
pub use restraints::Restraints;
pub use target::{Pinned, TargetKind};
pub use window::{WritePass, WriteWindow};
pub use work::{Happened, Next, Progress, Work};
pub use writes::WritePolicy;
