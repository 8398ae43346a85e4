//! The estate file that `quarterdeck init` writes.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// A commented estate file that is right as it stands.
pub const TEMPLATE: &str = include_str!("template.toml");

/// Writes [`TEMPLATE`] to a file that is not there yet, for its owner alone (0600; folders that it makes 0700).
///
/// # Errors
/// The file is there already, or cannot be made.
pub fn write_template(path: &Path) -> io::Result<()> {
    let mut file_options = OpenOptions::new();
    file_options.write(true).create_new(true);
    let mut folder_options = DirBuilder::new();
    folder_options.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        file_options.mode(0o600);
        folder_options.mode(0o700);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        folder_options.create(folder)?;
    }
    file_options.open(path)?.write_all(TEMPLATE.as_bytes())
}
