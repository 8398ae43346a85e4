//! The team's estate file: what there is, and what policy holds. Every key is described in `docs/estate-file.md`.

mod account;
mod budget;
mod cluster;
mod database;
mod names;
mod policy;
mod service;
mod slo;

use std::path::{Path, PathBuf};

use super::Diagnostics;
use super::reading::{Section, read_file};
use super::value;
use crate::estate::DeclaredEstate;
use crate::judge::Policy;
use crate::operate::{Freeze, WritePolicy};
use names::Names;

/// A whole estate file, defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct EstateFile {
    /// What there is.
    pub declared: DeclaredEstate,
    /// When it is in order.
    pub policy: Policy,
    /// How long a write window stays open, and whether scripts may open one.
    pub writes: WritePolicy,
    /// When nothing is done.
    pub freezes: Vec<Freeze>,
}

/// Where the file lies, for paths inside it.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The person's home directory, for `~`.
    pub home: Option<&'a Path>,
    /// The folder of the estate file, for relative paths.
    pub folder: &'a Path,
}

impl Around<'_> {
    /// A path of the file with `~` expanded, taken from the file's folder where it is relative.
    fn path(&self, written: &str) -> Option<PathBuf> {
        let expanded = match written.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => self.home?.join(rest.trim_start_matches('/')),
            _ => PathBuf::from(written),
        };
        Some(self.folder.join(expanded))
    }
}

/// The names that other entries may refer to.
struct Known<'d> {
    accounts: Names<'d>,
    clusters: Names<'d>,
}

/// Reads an estate file; `file` is its name as errors show it.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn parse(file: &str, bytes: &[u8], around: Around<'_>) -> Result<EstateFile, Diagnostics> {
    read_file(file, bytes, |root| read(root, around))
}

fn read(root: &Section<'_>, around: Around<'_>) -> EstateFile {
    let estate = root.required_section("estate", "name = \"…\"");
    let name = estate.map_or_else(String::new, |estate| {
        let name = estate.required("name", value::text);
        estate.close();
        name
    });
    let mut known =
        Known { accounts: Names::new("account", root.findings()), clusters: Names::new("cluster", root.findings()) };
    let accounts = root.sections("account").iter().map(|s| account::read(s, &mut known.accounts)).collect();
    let clusters = root.sections("cluster").iter().map(|s| cluster::read(s, &mut known, around)).collect();
    let mut databases = Names::new("database", root.findings());
    let mut slos = Names::new("slo", root.findings());
    let mut services = Names::new("service", root.findings());
    let mut budgets = Names::new("budget", root.findings());
    let declared = DeclaredEstate {
        name,
        accounts,
        clusters,
        databases: root
            .sections("database")
            .iter()
            .map(|s| database::read(s, &mut databases, &known.accounts))
            .collect(),
        slos: root.sections("slo").iter().filter_map(|s| slo::read(s, &mut slos, &known)).collect(),
        services: root.sections("service").iter().map(|s| service::read(s, &mut services, &known)).collect(),
        budgets: root.sections("budget").iter().map(|s| budget::read(s, &mut budgets, &known.accounts)).collect(),
    };
    let policy = policy::read(root.section("policy"), &known.accounts);
    EstateFile { declared, policy: policy.policy, writes: policy.writes, freezes: policy.freezes }
}
