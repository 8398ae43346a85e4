//! Which ended operations a person has seen: beside the journal, never in it. What is lost here is shown once more.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file `operations.seen` in the state directory: one number (`OP-3`) a line.
#[derive(Debug, Clone)]
pub struct Seen {
    path: PathBuf,
}

impl Seen {
    /// In a state directory.
    pub fn within(state: &Path) -> Self {
        Self { path: state.join("operations.seen") }
    }

    /// Every operation that was seen.
    pub fn all(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// A person has seen what came of an operation.
    ///
    /// # Errors
    /// It cannot be written: it will be shown once more.
    pub fn mark(&self, operation: &str) -> io::Result<()> {
        super::opening::make(&self.path)?;
        let line = format!("{}\n", operation.replace(['\n', '\r'], " "));
        OpenOptions::new().append(true).open(&self.path)?.write_all(line.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let seen = Seen::within(&folder.path().join("state"));
        assert!(seen.all().is_empty());
        seen.mark("OP-1").unwrap();
        seen.mark("OP-2\nOP-3").unwrap();
        assert_eq!(seen.all(), BTreeSet::from(["OP-1".to_owned(), "OP-2 OP-3".to_owned()]));
    }
}
