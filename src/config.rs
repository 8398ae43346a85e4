//! The team's estate file and the person's console file, with diagnostics that show the place.

pub mod diagnostic;

pub use diagnostic::{Diagnostic, Diagnostics, Look};
