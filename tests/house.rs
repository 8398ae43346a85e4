//! The rules of the house, checked on its source: who may import whom, which room alone names which crate, and how files
//! and names look. `docs/architecture.md` explains them.

#![allow(clippy::unwrap_used, reason = "a tree that cannot be read fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A room and the rooms that it may import. Everyone may import `gate`; nobody imports `cli`.
const MAY_IMPORT: [(&str, &[&str]); 10] = [
    ("estate", &[]),
    ("source", &["estate", "operate"]),
    ("judge", &["estate"]),
    ("incident", &["estate", "judge"]),
    ("operate", &["estate", "judge", "incident"]),
    ("store", &["estate", "judge", "incident", "operate"]),
    ("config", &["estate", "judge", "operate"]),
    ("console", &["estate", "judge", "incident", "operate", "store", "config"]),
    ("cli", &["estate", "source", "judge", "incident", "operate", "store", "config", "console"]),
    ("gate", &[]),
];

/// Crates, by the beginning of their name, that one room alone may name.
const CRATES: [(&str, &str); 6] = [
    ("aws_", "source"),
    ("kube", "source"),
    ("k8s_openapi", "source"),
    ("rusqlite", "store"),
    ("ratatui", "console"),
    ("crossterm", "console"),
];

/// The most lines of a file.
const LONGEST: usize = 400;

/// One file of the tree, by its path from the root.
struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The names of the modules that lead to it: `judge`, `rule`, `slo` for `src/judge/rule/slo.rs`; none outside `src/`.
    fn modules(&self) -> Vec<&str> {
        let inner = self.path.strip_prefix("src/").and_then(|p| p.strip_suffix(".rs"));
        inner.filter(|p| !matches!(*p, "lib" | "main")).map_or_else(Vec::new, |p| p.split('/').collect())
    }

    /// Its lines with their numbers, without those that are comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, l)| !l.trim_start().starts_with("//"))
    }
}

/// Everything in a tree that is against the rules.
fn violations(tree: &[SourceFile]) -> Vec<String> {
    let mut out = Vec::new();
    for file in tree {
        rooms(file, &mut out);
        crates(file, &mut out);
        looks(file, &mut out);
        names(file, &mut out);
    }
    out
}

fn rooms(file: &SourceFile, out: &mut Vec<String>) {
    let modules = file.modules();
    let Some(room) = modules.first() else { return };
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| name == room) else {
        out.push(format!("{}: `{room}` is no room of the house", file.path));
        return;
    };
    let code: String = file.code().flat_map(|(_, line)| [line, "\n"]).collect();
    for other in imported(&code, modules.len()) {
        let known = MAY_IMPORT.iter().any(|(name, _)| *name == other);
        if known && other != *room && other != "gate" && !allowed.contains(&other.as_str()) {
            out.push(format!("{}: `{room}` may not import `{other}`", file.path));
        }
    }
}

/// The first names of all paths from the crate's root: `crate::a`, `crate::{a, b::c}`, `quarterdeck::a`, and as many
/// `super::` as lead there.
fn imported(code: &str, depth: usize) -> BTreeSet<String> {
    let up = "super::".repeat(depth);
    let mut found = BTreeSet::new();
    for root in ["crate::", "quarterdeck::", up.as_str()] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(group_heads(group)),
                None => found.extend(head(rest)),
            }
        }
    }
    found
}

/// The first names of the members of a group, whose `{` has been read.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut start) = (1, Vec::new(), 0);
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            heads.extend(head(group[start..i].trim()));
            start = i + 1;
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

fn head(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn crates(file: &SourceFile, out: &mut Vec<String>) {
    let modules = file.modules();
    if !file.path.starts_with("src/") {
        return;
    }
    for (number, line) in file.code() {
        for (start, _) in line.match_indices(|c: char| c.is_ascii_lowercase()) {
            let before = line[..start].chars().next_back();
            if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.' | '"' | '/' | '-')) {
                continue;
            }
            let Some(name) = head(&line[start..]) else { continue };
            let after = &line[start + name.len()..];
            let named =
                after.starts_with("::") || (line.trim_start().starts_with("use ") && after.starts_with([';', ' ']));
            let owner = CRATES.iter().find(|(c, _)| name == *c || (c.ends_with('_') && name.starts_with(c)));
            if let Some((_, owner)) = owner.filter(|(_, owner)| named && modules.first() != Some(owner)) {
                out.push(format!("{}:{number}: only `{owner}` may name `{name}`", file.path));
            }
        }
    }
}

fn looks(file: &SourceFile, out: &mut Vec<String>) {
    let path = &file.path;
    if path.ends_with("mod.rs") {
        out.push(format!("{path}: a module lies in `name.rs` beside `name/`, not in `mod.rs`"));
    }
    if !file.text.starts_with("//! ") {
        out.push(format!("{path}: it does not open with a `//!` sentence that says what it is"));
    }
    let lines = file.text.lines().count();
    if path.starts_with("src/") && lines > LONGEST {
        out.push(format!("{path}: {lines} lines; a file holds one idea and {LONGEST} lines at most"));
    }
}

fn names(file: &SourceFile, out: &mut Vec<String>) {
    // Put together here, so that this file is in order itself.
    let forbidden = [concat!("Man", "ager"), concat!("Hel", "per"), concat!("Ut", "il"), concat!("Hand", "ler")];
    let notes = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let shared = [concat!("Arc<Mut", "ex<"), concat!("RwL", "ock<"), concat!("#[ign", "ore")];
    for (index, line) in file.text.lines().enumerate() {
        let mut say = |what: String| out.push(format!("{}:{}: {what}", file.path, index + 1));
        for note in notes {
            if line.contains(note) {
                say(format!("`{note}`: do it, or open an issue"));
            }
        }
        if line.trim_start().starts_with("//") {
            continue;
        }
        let words: Vec<&str> = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
        for pair in words.windows(2) {
            let [kind, name] = pair else { continue };
            let declares = matches!(*kind, "struct" | "enum" | "trait" | "type" | "mod");
            let lower = name.to_lowercase();
            let bad = |word: &&&str| {
                name.contains(**word) || (*kind == "mod" && lower.trim_end_matches('s') == word.to_lowercase())
            };
            if let Some(word) = forbidden.iter().find(bad).filter(|_| declares) {
                say(format!("`{name}`: `{word}` says nothing; name what it is"));
            }
        }
        for way in shared.iter().filter(|way| line.contains(**way)) {
            say(format!("`{way}` has no place here"));
        }
        if line.contains(concat!("#[al", "low(")) || line.contains(concat!("#![al", "low(")) {
            let rest: String = file.text.lines().skip(index).take(6).collect();
            let attribute = &rest[..rest.find(")]").unwrap_or(rest.len())];
            if !attribute.contains("reason") {
                say("a lint is switched off without a reason".into());
            }
        }
    }
}

/// Every Rust file of the project.
fn project() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tree = Vec::new();
    for top in ["src", "tests", "benches"] {
        walk(root, &root.join(top), &mut tree);
    }
    assert!(tree.len() > 20, "the project has files");
    tree
}

fn walk(root: &Path, folder: &Path, tree: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            walk(root, &path, tree);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            tree.push(SourceFile { path: name, text: fs::read_to_string(&path).unwrap() });
        }
    }
}

#[test]
fn the_house_is_in_order() {
    let mut found = violations(&project());
    found.sort();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_map_says_the_same() {
    let map = include_str!("../docs/architecture.md");
    for (room, allowed) in MAY_IMPORT {
        let row = map.lines().find(|line| line.starts_with(&format!("| `{room}` |")));
        let column = row.and_then(|row| row.split('|').nth(3)).unwrap_or_default();
        let listed: BTreeSet<&str> = column.split('`').skip(1).step_by(2).collect();
        let expected: BTreeSet<&str> = match room {
            "console" => BTreeSet::from(["source", "cli"]),
            "cli" => BTreeSet::new(),
            _ => allowed.iter().copied().collect(),
        };
        assert_eq!(listed, expected, "the row of `{room}` in docs/architecture.md");
    }
}

/// One violation of each rule, and the line beside it that is none.
#[test]
fn the_checks_find_what_they_look_for() {
    let doc = |code: &str| format!("//! A file.\n{code}\n");
    let long = doc(&"\n".repeat(LONGEST));
    let cases = [
        ("src/estate/x.rs", doc("use crate::judge::Level;"), "`estate` may not import `judge`"),
        ("src/estate/x.rs", doc("// crate::judge is not imported here\nuse crate::gate;"), ""),
        (
            "src/judge.rs",
            doc("use crate::{\n    estate::{Estate, source::X},\n    store,\n};"),
            "`judge` may not import `store`",
        ),
        ("src/judge/a/b.rs", doc("use super::super::super::console::View;"), "`judge` may not import `console`"),
        ("src/judge/a/b.rs", doc("use super::super::burn;"), ""),
        ("src/source/x.rs", doc("fn f() { crate::cli::run(); }"), "`source` may not import `cli`"),
        ("src/console/x.rs", doc("use crate::source::Source;"), "`console` may not import `source`"),
        ("src/parlour.rs", doc(""), "`parlour` is no room of the house"),
        ("src/cli/x.rs", doc("use ratatui::Frame;"), "only `console` may name `ratatui`"),
        ("src/cli/x.rs", doc("use crate::source::kubernetes;"), ""),
        ("src/judge/x.rs", doc("let c = aws_config::load();"), "only `source` may name `aws_config`"),
        ("src/judge/x.rs", doc("let c: kube::Client;"), "only `source` may name `kube`"),
        ("src/config/x.rs", doc("use rusqlite as db;"), "only `store` may name `rusqlite`"),
        ("src/store/x.rs", doc("use rusqlite::Connection;"), ""),
        ("src/judge/mod.rs", doc(""), "not in `mod.rs`"),
        ("src/judge/x.rs", "use std::fmt;\n".into(), "does not open with a `//!`"),
        ("src/judge/x.rs", long, "lines at most"),
        ("src/judge/x.rs", doc(concat!("struct AlertMan", "ager;")), "says nothing"),
        ("src/judge/x.rs", doc(concat!("mod ut", "ils;")), "says nothing"),
        ("src/judge/x.rs", doc("let text = \"the controller-manager\";"), ""),
        ("tests/x.rs", doc(concat!("// TO", "DO: later")), "do it, or open an issue"),
        ("src/judge/x.rs", doc(concat!("#[al", "low(dead_code)]")), "without a reason"),
        ("src/judge/x.rs", doc(concat!("#[al", "low(dead_code, reason = \"x\")]")), ""),
        ("src/judge/x.rs", doc(concat!("let x: Arc<Mut", "ex<u8>>;")), "has no place here"),
    ];
    for (path, text, expected) in cases {
        let found = violations(&[SourceFile::new(path, &text)]);
        match expected {
            "" => assert!(found.is_empty(), "{path}\n{text}\n{found:?}"),
            _ => assert!(found.len() == 1 && found[0].contains(expected), "{path}\n{text}\n{found:?}"),
        }
    }
}
