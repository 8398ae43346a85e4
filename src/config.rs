//! The team's estate file and the person's console file, with diagnostics that show the place.

pub mod console_file;
pub mod diagnostic;
pub mod estate_file;
mod loading;
mod places;
pub mod reading;
pub mod slo_import;
pub mod template;
pub mod value;
mod words;
mod yaml;

pub use console_file::{ConsoleFile, Glyphs, Link};
pub use diagnostic::{Diagnostic, Diagnostics, Look};
pub use estate_file::{Around, EstateFile};
pub use loading::{ConfigError, load_console, load_estate};
pub use places::{EstatePath, Places};
pub use template::{TEMPLATE, write_template};
pub use words::did_you_mean;
