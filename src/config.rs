//! The team's estate file and the person's console file, with diagnostics that show the place.

pub mod diagnostic;
pub mod estate_file;
pub mod reading;
pub mod value;
mod words;

pub use diagnostic::{Diagnostic, Diagnostics, Look};
pub use estate_file::{Around, EstateFile, Severity, SeverityRule};
pub use words::did_you_mean;
