//! Finding and reading our files: named or not, there or not, readable or not.

#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use quarterdeck::config::{
    ConfigError, ConsoleFile, Glyphs, Places, TEMPLATE, load_console, load_estate, write_template,
};

fn places(home: &Path) -> Places {
    let home: OsString = home.into();
    Places::from(|name| (name == "QUARTERDECK_HOME").then(|| home.clone())).unwrap()
}

#[test]
fn without_any_file_it_says_where_it_looked() {
    let folder = tempfile::tempdir().unwrap();
    let Err(ConfigError::NoEstate { looked_at }) = load_estate(&places(folder.path()), None) else { panic!("a file?") };
    assert_eq!(looked_at, folder.path().join("estate.toml"));
    assert_eq!(load_console(&places(folder.path())).unwrap(), ConsoleFile::default());
}

#[test]
fn a_named_file_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("no\u{1b}such.toml");
    let error = load_estate(&places(folder.path()), Some(&named)).unwrap_err();
    assert!(matches!(&error, ConfigError::Missing { path } if *path == named));
    assert!(!error.to_string().contains('\u{1b}'), "{error}");
}

#[test]
fn a_folder_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = load_estate(&places(folder.path()), Some(folder.path())).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }), "{error}");
}

#[test]
fn what_init_writes_is_private_and_right_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("a/b");
    let path = places(&home).estate_file(None).path;
    write_template(&path).unwrap();
    let estate = load_estate(&places(&home), None).unwrap();
    assert_eq!(estate.declared.accounts.len(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&home)), (0o600, 0o700));
    }
    fs::write(&path, "mine").unwrap();
    assert!(write_template(&path).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

/// The examples in the template are right too, once the `#` is taken away.
#[test]
fn the_template_is_right_with_its_examples() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("estate.toml");
    let example = |line: &str| {
        let rest = line.strip_prefix("# ").unwrap_or(line);
        if rest.starts_with('[') || rest.contains(" = ") { rest.to_owned() } else { line.to_owned() }
    };
    fs::write(&path, TEMPLATE.lines().map(example).collect::<Vec<_>>().join("\n")).unwrap();
    let estate = load_estate(&places(folder.path()), None).unwrap_or_else(|wrong| panic!("{wrong}"));
    let declared = &estate.declared;
    assert_eq!((declared.clusters.len(), declared.databases.len(), declared.slos.len()), (2, 1, 1));
    assert_eq!((declared.budgets.len(), estate.policy.alerts.len()), (1, 1));
}

#[test]
fn the_console_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("console.toml"), "glyphs = \"ascii\"").unwrap();
    assert_eq!(load_console(&places(folder.path())).unwrap().glyphs, Glyphs::Ascii);
    fs::write(folder.path().join("console.toml"), "glyphs = ascii").unwrap();
    assert!(matches!(load_console(&places(folder.path())), Err(ConfigError::Wrong(_))));
}
