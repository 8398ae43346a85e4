//! SLOs of other tools, from their file to an estate file that can be read back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test needs to run at all is there, or the test fails")]

use std::path::Path;
use std::process::Command;

use quarterdeck::config::Look;
use quarterdeck::config::estate_file::{Around, EstateFile, parse};
use quarterdeck::config::slo_import::{Hints, Imported, import};

const SAMPLES: [(&str, &str); 4] = [
    ("sloth.yml", include_str!("slo_import/sloth.yml")),
    ("sloth_resource.yml", include_str!("slo_import/sloth_resource.yml")),
    ("openslo_v1.yaml", include_str!("slo_import/openslo_v1.yaml")),
    ("openslo_v1alpha.yaml", include_str!("slo_import/openslo_v1alpha.yaml")),
];

fn plain() -> Hints<'static> {
    Hints { window: "30d", ..Hints::default() }
}

/// The sections as a part of an estate file that has the account they name.
fn loaded(imported: &Imported) -> EstateFile {
    let account =
        "[[account]]\nname = \"ACCOUNT\"\nid = \"111122223333\"\nenvironment = \"x\"\nregions = [\"us-east-1\"]\n";
    let text = format!("[estate]\nname = \"x\"\n{account}{}", imported.toml);
    parse("estate.toml", text.as_bytes(), Around { home: None, folder: Path::new("/") })
        .unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn samples_come_over_and_load() {
    for (file, text) in SAMPLES {
        let imported = import(file, text.as_bytes(), plain()).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(loaded(&imported).declared.slos.len(), imported.slos, "{file}");
        let left: Vec<String> = imported
            .left
            .iter()
            .map(|left| format!("{file}:{}:{}: {}: {}\n", left.place.0, left.place.1, left.what, left.why))
            .collect();
        insta::assert_snapshot!(file.replace('.', "_"), format!("{}\n{}", imported.toml, left.concat()));
    }
}

#[test]
fn every_broken_file_shows_where() {
    let shown: Vec<String> = include_str!("slo_import/broken.txt")
        .split("=== ")
        .skip(1)
        .map(|case| {
            let (what, text) = case.split_once('\n').unwrap();
            let wrong = import("slos.yaml", text.as_bytes(), plain()).expect_err(what);
            format!("=== {what}\n{}\n", wrong.render(Look::Plain))
        })
        .collect();
    insta::assert_snapshot!("broken", shown.concat());
}

#[test]
fn the_command_line_says_what_the_file_does_not() {
    let hints = Hints {
        url: Some("https://prometheus.test"),
        account: Some("production"),
        region: Some("us-west-2"),
        window: "28d",
    };
    let imported = import("sloth.yml", SAMPLES[0].1.as_bytes(), hints).unwrap();
    assert!(imported.toml.contains("url = \"https://prometheus.test\"") && imported.toml.contains("window = \"28d\""));
    assert!(!imported.left.iter().any(|left| left.what == "the server"));
    let imported = import("openslo.yaml", SAMPLES[2].1.as_bytes(), hints).unwrap();
    assert!(imported.toml.contains("account = \"production\"") && imported.toml.contains("region = \"eu-central-1\""));
}

/// Sections to standard output, what they lack to standard error, and the exit code that scripts look at.
#[test]
fn the_command_writes_sections_and_says_what_they_lack() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let output =
            Command::new(env!("CARGO_BIN_EXE_quarterdeck")).args(["slo", "import"]).arg(&path).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, error) = run("sloth.yml", SAMPLES[0].1);
    assert_eq!((code, out.matches("[[slo]]").count()), (Some(0), 3), "{error}");
    assert!(error.contains("sloth.yml:22:11: SLO `satisfaction` is left out: a ratio alone"), "{error}");
    assert!(error.contains("3 SLOs were carried over"), "{error}");
    let (code, out, error) = run("bad.yml", "version: prometheus/v1\nslos: [\n");
    assert_eq!((code, out.as_str()), (Some(78), ""));
    assert!(error.contains("bad.yml:3:1") && error.contains('^'), "{error}");
    let only = "version: prometheus/v1\nservice: s\nslos: [{ name: n, objective: 100, sli: { events: { error_query: 'a[{{.window}}]', total_query: 'b[{{.window}}]' } } }]\n";
    let (code, out, error) = run("only.yml", only);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{error}");
    assert!(error.contains("an objective of 100 % leaves no budget"), "{error}");
    let missing =
        Command::new(env!("CARGO_BIN_EXE_quarterdeck")).args(["slo", "import", "/nowhere.yml"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(78));
}

/// A server's address that is a template, and a name that no list has room for: told, and nothing that would not load.
#[test]
fn what_the_estate_file_would_refuse_is_not_written() {
    let address = SAMPLES[2].1.replace("url: http://", "url: ${SERVER}/");
    assert_ne!(address, SAMPLES[2].1);
    let imported = import("openslo.yaml", address.as_bytes(), plain()).unwrap();
    assert!(
        imported.left.iter().any(|left| left.what == "the server" && left.why.contains("${SERVER}")),
        "{imported:?}"
    );
    assert_eq!(loaded(&imported).declared.slos.len(), imported.slos);
    let nameless = SAMPLES[0].1.replacen("service: ", "service: ' ' #", 1);
    assert_ne!(nameless, SAMPLES[0].1);
    let imported = import("sloth.yml", nameless.as_bytes(), plain()).unwrap();
    assert_eq!((imported.slos, loaded(&imported).declared.slos.len()), (2, 2), "{imported:?}");
    assert!(
        imported.left.iter().any(|left| left.what.ends_with("is left out") && left.why.contains("`service = \" \"`")),
        "{imported:?}"
    );
}

mod any_text {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Whatever is cut out of a sample or put into it: sections that load, or places that can be shown.
        #[test]
        fn is_carried_over_or_told(which in 0..4_usize, at in 0..2_000_usize, length in 0..40_usize, put in "[-a-z: '\"{}\\n]{0,6}") {
            let (file, text) = SAMPLES[which];
            let start = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            let spoiled = [&text[..start], &put, &text[end..]].concat();
            match import(file, spoiled.as_bytes(), plain()) {
                Ok(imported) => assert_eq!(loaded(&imported).declared.slos.len(), imported.slos),
                Err(wrong) => assert!(!wrong.render(Look::Plain).is_empty()),
            }
        }
    }
}
