//! How we act: the catalogue of operations, the policy that bounds them, and the mode that forbids them by default.
//!
//! Nothing here can change anything: an operation needs a write window, and no client that changes something exists
//! outside one.

pub mod catalogue;
pub mod freeze;
pub mod mode;
pub mod writes;

pub use catalogue::{CATALOGUE, Danger, OperationSpec, Parameter, Target};
pub use freeze::{Freeze, FreezeSpan};
pub use mode::Mode;
pub use writes::WritePolicy;
