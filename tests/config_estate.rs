//! The estate file, from text to meaning, and every way in which it can be wrong.

use std::path::Path;

use quarterdeck::config::estate_file::{Around, EstateFile, parse};
use quarterdeck::config::{Diagnostics, Look};

fn read(text: &str) -> Result<EstateFile, Diagnostics> {
    parse("estate.toml", text.as_bytes(), Around { home: Some(Path::new("/home/alice")), folder: Path::new("/team") })
}

/// Every broken file with all its diagnostics, as a person sees them.
#[test]
fn broken_files() {
    let shown: Vec<String> = include_str!("broken_estates.txt")
        .split("=== ")
        .skip(1)
        .map(|case| {
            let (what, text) = case.split_once('\n').unwrap();
            let wrong = read(text).expect_err(what);
            format!("=== {what}\n{}\n", wrong.render(Look::Plain))
        })
        .collect();
    insta::assert_snapshot!("broken_estates", shown.concat());
}

/// The sample in `docs/` has every key; what it means is compared in full.
#[test]
fn the_sample_is_understood() {
    let file = read(include_str!("../docs/estate.example.toml")).unwrap_or_else(|wrong| panic!("{wrong}"));
    insta::assert_debug_snapshot!("sample", file);
}

/// What is left out has its default.
#[test]
fn defaults_are_filled_in() {
    let text = r#"
        estate.name = "x"
        account = [{ name = "p", id = "111122223333", environment = "production", regions = ["us-east-1"] },
                   { name = "d", id = "000011112222", environment = "sandbox", regions = ["us-gov-west-1"] }]
        cluster = [{ name = "c", account = "p", region = "us-east-1" },
                   { name = "k", context = "kind", kubeconfig = "kube/config" }]
    "#;
    let file = read(text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let accounts = &file.declared.accounts;
    assert_eq!((accounts[0].guarded, accounts[1].guarded), (true, false));
    assert_eq!(accounts[0].profile, None);
    let clusters = &file.declared.clusters;
    assert_eq!((clusters[0].eks.as_deref(), clusters[1].eks.as_deref()), (Some("c"), None));
    assert_eq!(clusters[1].kubeconfig.as_deref(), Some(Path::new("/team/kube/config")));
    assert!(clusters[0].namespaces.is_empty());
    assert_eq!(file.writes.window.as_secs(), 900);
    assert!(file.writes.headless && file.freezes.is_empty() && file.policy.alerts.is_empty());
    assert_eq!(file.policy.spend_cap_usd_per_day, None);
}

#[test]
fn a_broken_encoding_is_shown_at_its_place() {
    let around = Around { home: None, folder: Path::new("/team") };
    let wrong = parse("estate.toml", b"[estate]\nname = \"\xff\"\n", around).expect_err("no UTF-8");
    assert_eq!(wrong.place(wrong.list()[0].span.start), (2, 9));
}

#[test]
fn a_home_that_is_not_known_is_said() {
    let text = "[estate]\nname = \"x\"\n[[cluster]]\nname = \"k\"\ncontext = \"k\"\nkubeconfig = \"~/config\"\n";
    let around = Around { home: None, folder: Path::new("/team") };
    let wrong = parse("estate.toml", text.as_bytes(), around).expect_err("no home");
    assert_eq!(wrong.list()[0].message, "there is no home directory for `~`");
}

mod any_text {
    use super::*;
    use proptest::prelude::*;

    const SAMPLE: &str = include_str!("../docs/estate.example.toml");

    /// Right, or wrong with at least one place inside the file that can be shown.
    fn sound(bytes: &[u8]) {
        let around = Around { home: None, folder: Path::new("/team") };
        if let Err(wrong) = parse("estate.toml", bytes, around) {
            assert!(!wrong.list().is_empty());
            for d in wrong.list() {
                assert!(d.span.start <= d.span.end && d.span.end <= wrong.text().len(), "{d:?}");
                assert!(wrong.text().get(d.span.clone()).is_some(), "{d:?}");
            }
            let shown = wrong.render(Look::Plain);
            assert!(shown.contains("estate.toml:"), "{shown}");
            assert!(!shown.chars().any(|c| c != '\n' && quarterdeck::gate::is_unsafe(c)), "{shown}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            sound(&bytes);
        }

        #[test]
        fn any_characters(text in "[\\[\\]{}=\"'#,.\\n \\\\a-e0-9\u{1b}é–]{0,200}") {
            sound(text.as_bytes());
        }

        /// One piece of the sample replaced by another one, by anything, or by nothing.
        #[test]
        fn any_mutation(
            at in 0..SAMPLE.len(),
            len in 0usize..60,
            other in prop_oneof![
                (0..SAMPLE.len(), 0usize..60).prop_map(|(a, n)| SAMPLE.as_bytes()[a..(a + n).min(SAMPLE.len())].to_vec()),
                prop::collection::vec(any::<u8>(), 0..5),
                "(\\[\\[[a-z]{1,5}\\]\\]|-?[0-9]{1,22}|true|\"\"|nan|1979-05-27|\\{\\}|\\[\\])".prop_map(String::into_bytes),
            ],
        ) {
            let mut bytes = SAMPLE.as_bytes().to_vec();
            bytes.splice(at..(at + len).min(SAMPLE.len()), other);
            sound(&bytes);
        }
    }
}
