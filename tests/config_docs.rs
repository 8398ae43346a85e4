//! `docs/estate-file.md` says what the reader does: its examples are read, its tables and its error are generated.
//!
//! `UPDATE_DOCS=1 cargo test --test config_docs` writes what is generated.

#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use quarterdeck::config::estate_file::{Around, EstateFile, parse};
use quarterdeck::config::{Diagnostics, Look};
use quarterdeck::judge::metric::METRICS;
use quarterdeck::judge::{Comparison, Rule, Thresholds};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/estate-file.md")
}

fn read(text: &str) -> Result<EstateFile, Diagnostics> {
    parse("estate.toml", text.as_bytes(), Around { home: Some(Path::new("/home/alice")), folder: Path::new("/team") })
}

/// The blocks of the page whose fence has this word.
fn blocks<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let fence = format!("```{word}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The page with what lies between two marks replaced; the marks stay.
fn with(text: &str, from: &str, to: &str, generated: &str) -> String {
    let (before, rest) = text.split_once(from).unwrap();
    let (_, after) = rest.split_once(to).unwrap();
    format!("{before}{from}{generated}{to}{after}")
}

fn threshold(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value} {unit}").trim_end().to_owned())
}

fn rules() -> String {
    let row = |rule: &Rule| {
        let way = match (rule.defaults == Thresholds::default(), rule.comparison) {
            (true, _) => "a state",
            (_, Comparison::Above) => "above",
            (_, Comparison::AtLeast) => "from there on",
            (_, Comparison::Below) => "below",
            (_, Comparison::AtMost) => "from there down",
        };
        let (warn, crit) = (threshold(rule.defaults.warn, rule.unit), threshold(rule.defaults.crit, rule.unit));
        format!("| `{}` | {warn} | {crit} | {way} |\n", rule.id.word())
    };
    let rows: String = Rule::ALL.iter().map(row).collect();
    format!("\n| rule | warns | critical | breaks |\n|---|---|---|---|\n{rows}\n")
}

#[test]
fn what_is_generated_is_up_to_date() {
    let text = std::fs::read_to_string(page()).unwrap();
    let wrong = read(blocks(&text, "toml,wrong")[0]).unwrap_err();
    let expected = with(&text, "tests/config_docs.rs -->\n", "<!-- /rules -->", &rules());
    let expected = with(&expected, "```text\n", "```", &wrong.render(Look::Plain));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(page(), expected).unwrap();
    } else {
        assert_eq!(text, expected, "run UPDATE_DOCS=1 cargo test --test config_docs");
    }
}

/// The examples of the page, one after the other, are one right estate file.
#[test]
fn every_example_is_right() {
    let text = std::fs::read_to_string(page()).unwrap();
    let examples = blocks(&text, "toml").concat();
    let file = read(&examples).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!((file.declared.clusters.len(), file.declared.slos.len(), file.freezes.len()), (3, 4, 2));
}

/// Every rule with where its default comes from, and everything that can be measured, stands on the page about alerts.
#[test]
fn every_rule_and_every_metric_is_described() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/alerts.md");
    let text = std::fs::read_to_string(page).unwrap();
    for rule in Rule::ALL {
        let row = text.lines().find(|line| line.starts_with(&format!("| `{}` |", rule.id.word()))).unwrap_or_default();
        assert!(row.contains(rule.source) && row.contains(rule.title), "{}: {row}", rule.id.word());
    }
    for metric in &METRICS {
        let row = text.lines().find(|line| line.starts_with(&format!("| `{}` | {}", metric.name, metric.what)));
        assert!(row.is_some(), "{}", metric.name);
    }
}

/// Every key of the sample, which has them all, stands on the page.
#[test]
fn every_key_is_described() {
    let text = std::fs::read_to_string(page()).unwrap();
    let sample: toml::Table = include_str!("../docs/estate.example.toml").parse().unwrap();
    let mut keys = BTreeSet::new();
    collect(&toml::Value::Table(sample), &mut keys);
    // A dimension's name is CloudWatch's, and no key of ours.
    keys.remove("LoadBalancer");
    let prose: String = text.split("```").step_by(2).collect();
    let words: BTreeSet<&str> = prose
        .split('`')
        .skip(1)
        .step_by(2)
        .flat_map(|code| code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')))
        .collect();
    let missing: Vec<_> = keys.iter().filter(|key| !words.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn collect(value: &toml::Value, keys: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, inner) in table {
                keys.insert(key.clone());
                collect(inner, keys);
            }
        }
        toml::Value::Array(array) => array.iter().for_each(|inner| collect(inner, keys)),
        _ => {}
    }
}
