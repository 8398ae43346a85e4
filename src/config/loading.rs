//! From a path to a file that was read, or why not.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::console_file::{self, ConsoleFile};
use super::estate_file::{self, Around, EstateFile};
use super::{Diagnostics, Places};

/// More than any team writes by hand; keeps a wrong path (a device, a log) from filling the memory.
const LARGEST: u64 = 16 << 20;

/// Why there is no configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// Nobody named an estate file, and there is none where it would be.
    #[error("there is no estate file yet: looked at {}", crate::gate::visible(&looked_at.to_string_lossy()))]
    NoEstate {
        /// Where it would be.
        looked_at: PathBuf,
    },
    /// The estate file that was named is not there.
    #[error("there is no file {}: check --estate and QUARTERDECK_ESTATE", crate::gate::visible(&path.to_string_lossy()))]
    Missing {
        /// What was named.
        path: PathBuf,
    },
    /// A file is there and cannot be read.
    #[error("cannot read {}: {reason}", crate::gate::visible(&path.to_string_lossy()))]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// A file is there and wrong.
    #[error("{0}")]
    Wrong(#[from] Box<Diagnostics>),
}

/// Reads the estate file that `--estate` (`flag`), the environment or the config folder names.
///
/// # Errors
/// There is none, it cannot be read, or everything that is wrong with it.
pub fn load_estate(places: &Places, flag: Option<&Path>) -> Result<EstateFile, ConfigError> {
    let estate = places.estate_file(flag);
    let Some(bytes) = read(&estate.path)? else {
        let path = estate.path;
        return Err(if estate.named {
            ConfigError::Missing { path }
        } else {
            ConfigError::NoEstate { looked_at: path }
        });
    };
    let folder = estate.path.parent().unwrap_or(Path::new(""));
    let around = Around { home: places.home(), folder };
    estate_file::parse(&estate.path.to_string_lossy(), &bytes, around).map_err(|wrong| Box::new(wrong).into())
}

/// Reads the person's console file; without one, the defaults.
///
/// # Errors
/// It cannot be read, or everything that is wrong with it.
pub fn load_console(places: &Places) -> Result<ConsoleFile, ConfigError> {
    let path = places.console_file();
    let Some(bytes) = read(&path)? else { return Ok(ConsoleFile::default()) };
    console_file::parse(&path.to_string_lossy(), &bytes).map_err(|wrong| Box::new(wrong).into())
}

/// A file's bytes; none where it is not there.
fn read(path: &Path) -> Result<Option<Vec<u8>>, ConfigError> {
    let unreadable = |reason: String| ConfigError::Unreadable { path: path.to_owned(), reason };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(said(&error))),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(said(&error)))?;
    if bytes.len() as u64 > LARGEST {
        return Err(unreadable("it is larger than 16 MiB; is this the right file?".into()));
    }
    Ok(Some(bytes))
}

fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "you may not read it; see its permissions".into(),
        io::ErrorKind::IsADirectory => "it is a folder, not a file".into(),
        _ => error.to_string(),
    }
}
