//! The folder of one run on the embedded estate: its journal and leases, which go with it. Never where those of the real
//! estate are.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, test_kill_process};

/// Held by the process that a folder belongs to for as long as it lives, however it ends.
const ALIVE: &str = "alive";

/// A folder younger than this may belong to a process that has not locked it yet.
const YOUNG: Duration = Duration::from_secs(10);

/// The folder of this process. What cannot be removed at the end is in nobody's way, and the next start sweeps it.
pub(super) struct Trial {
    folder: PathBuf,
    /// Its lock is what tells others that this process lives.
    _alive: Option<File>,
}

impl Trial {
    /// A folder in the state directory; those of processes that are gone are swept.
    pub(super) fn within(state: &Path) -> Self {
        let all = state.join("demo");
        sweep(&all, SystemTime::now());
        let folder = all.join(std::process::id().to_string());
        // A process of an earlier day may have had the same number.
        let _ = fs::remove_dir_all(&folder);
        Self { _alive: claim(&folder).ok(), folder }
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Makes a folder and locks it; only its owner may look into it.
fn claim(folder: &Path) -> io::Result<File> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let alive = File::create(folder.join(ALIVE))?;
    alive.try_lock()?;
    Ok(alive)
}

/// Removes the folders of processes that are gone.
fn sweep(all: &Path, now: SystemTime) {
    let Ok(entries) = fs::read_dir(all) else { return };
    for folder in entries.flatten().map(|entry| entry.path()) {
        if old(&folder, now) && dead(&folder) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

fn old(folder: &Path, now: SystemTime) -> bool {
    let changed = fs::symlink_metadata(folder).and_then(|about| about.modified());
    changed.is_ok_and(|changed| now.duration_since(changed).is_ok_and(|age| age >= YOUNG))
}

/// Whether the process that a folder belongs to is gone: nobody holds its lock, or, where an older version made none,
/// no process has its number.
fn dead(folder: &Path) -> bool {
    let Some(number) = folder.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse().ok()) else { return false };
    match File::open(folder.join(ALIVE)) {
        Ok(alive) => alive.try_lock().is_ok(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            Pid::from_raw(number).is_some_and(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dead_processes_left_is_swept_and_nothing_else() {
        let state = tempfile::tempdir().unwrap();
        let all = state.path().join("demo");
        let killed = all.join("11");
        drop(claim(&killed).unwrap());
        let living = all.join("12");
        let _alive = claim(&living).unwrap();
        // An older version locked nothing: its process says whether it lives.
        let before = all.join(std::process::id().to_string());
        let gone = all.join(i32::MAX.to_string());
        let other = all.join("notes");
        for folder in [&before, &gone, &other] {
            fs::create_dir_all(folder).unwrap();
        }
        sweep(&all, SystemTime::now());
        assert!(killed.exists() && gone.exists(), "they are young still");
        sweep(&all, SystemTime::now() + YOUNG * 2);
        assert!(!killed.exists() && !gone.exists());
        assert!(living.exists() && before.exists() && other.exists());
    }

    #[test]
    fn it_goes_with_its_process() {
        let state = tempfile::tempdir().unwrap();
        let trial = Trial::within(state.path());
        fs::write(trial.folder().join("journal.db"), "x").unwrap();
        let folder = trial.folder().to_owned();
        drop(trial);
        assert!(!folder.exists());
    }
}
