//! Where our files lie.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

/// The folders of one person on one machine, and what the environment names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    config: PathBuf,
    state: PathBuf,
    home: Option<PathBuf>,
    estate: Option<PathBuf>,
}

/// The estate file's path, and whether someone named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstatePath {
    /// Where it is, or ought to be.
    pub path: PathBuf,
    /// By `--estate` or `QUARTERDECK_ESTATE`: then it must be there.
    pub named: bool,
}

impl Places {
    /// The places that the environment asks for: `QUARTERDECK_HOME` moves config and state together, else the
    /// platform's own folders; none where it has none (no home directory).
    pub fn from(env: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let path = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = path("HOME").or_else(|| BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()));
        let estate = path("QUARTERDECK_ESTATE");
        if let Some(moved) = path("QUARTERDECK_HOME") {
            return Some(Self { state: moved.join("state"), config: moved, home, estate });
        }
        let dirs = ProjectDirs::from("", "", "quarterdeck")?;
        let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned();
        Some(Self { config: dirs.config_dir().to_owned(), state, home, estate })
    }

    /// The estate file: what `--estate` says, else `QUARTERDECK_ESTATE`, else `estate.toml` in the config folder.
    pub fn estate_file(&self, flag: Option<&Path>) -> EstatePath {
        match flag.or(self.estate.as_deref()) {
            Some(path) => EstatePath { path: path.to_owned(), named: true },
            None => EstatePath { path: self.config.join("estate.toml"), named: false },
        }
    }

    /// The person's console file.
    pub fn console_file(&self) -> PathBuf {
        self.config.join("console.toml")
    }

    /// The person's own themes, which go before the built-in ones.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// The person's own keymaps, which go before the built-in ones.
    pub fn keymaps(&self) -> PathBuf {
        self.config.join("keymaps")
    }

    /// What must survive a restart lies here.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The person's home directory, for `~`.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(set: &[(&str, &str)]) -> Places {
        let set: Vec<(String, OsString)> = set.iter().map(|(k, v)| ((*k).to_owned(), v.into())).collect();
        Places::from(|name| set.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone())).unwrap()
    }

    #[test]
    fn one_variable_moves_everything() {
        let places = places(&[("QUARTERDECK_HOME", "/q"), ("HOME", "/home/alice")]);
        assert_eq!(places.estate_file(None), EstatePath { path: "/q/estate.toml".into(), named: false });
        assert_eq!(places.console_file(), Path::new("/q/console.toml"));
        assert_eq!((places.themes(), places.keymaps()), ("/q/themes".into(), "/q/keymaps".into()));
        assert_eq!((places.state(), places.home()), (Path::new("/q/state"), Some(Path::new("/home/alice"))));
    }

    #[test]
    fn the_flag_goes_before_the_variable_before_the_folder() {
        let places = places(&[("QUARTERDECK_HOME", "/q"), ("QUARTERDECK_ESTATE", "team.toml")]);
        let flag = places.estate_file(Some(Path::new("mine.toml")));
        assert_eq!(flag, EstatePath { path: "mine.toml".into(), named: true });
        assert_eq!(places.estate_file(None), EstatePath { path: "team.toml".into(), named: true });
    }

    #[test]
    fn an_empty_variable_says_nothing() {
        let places = places(&[("QUARTERDECK_HOME", "/q"), ("QUARTERDECK_ESTATE", "")]);
        assert!(!places.estate_file(None).named);
    }

    #[test]
    fn else_the_folders_of_the_platform() {
        let places = Places::from(|_| None).unwrap();
        assert!(places.config.ends_with("quarterdeck"));
        assert_ne!(places.config, places.state());
    }
}
