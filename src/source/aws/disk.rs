//! What lies on disk of AWS' logins: whether it changed, and how a profile logs in.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use super::login::Files;

/// Folders below `~/.aws` in which logins leave their tokens.
const CACHES: [&str; 3] = ["sso/cache", "cli/cache", "login/cache"];

/// How a profile gets new credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LoginKind {
    /// IAM Identity Center.
    Sso,
    /// A console session (`aws login`).
    Console,
    /// A command of its own; only its program is named, since arguments may hold secrets.
    Process(String),
    /// Keys in a file or in the environment.
    Keys,
}

/// A number that changes when one of the files changes that hold logins: path, size and time of change of each.
pub(super) fn fingerprint(files: Option<&Files>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for path in watched(files) {
        path.hash(&mut hasher);
        if let Ok(facts) = std::fs::metadata(&path) {
            (facts.len(), facts.modified().ok()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

fn watched(files: Option<&Files>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = [config_file(files), credentials_file(files)].into_iter().flatten().collect();
    if files.is_none() {
        paths.extend(std::env::var_os("AWS_WEB_IDENTITY_TOKEN_FILE").map(PathBuf::from));
    }
    if let Some(home) = home() {
        for cache in CACHES {
            if let Ok(entries) = std::fs::read_dir(home.join(".aws").join(cache)) {
                let mut tokens: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
                tokens.sort();
                paths.extend(tokens);
            }
        }
    }
    paths
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

fn place(variable: &str, default: &str) -> Option<PathBuf> {
    match std::env::var_os(variable) {
        Some(path) if !path.is_empty() => Some(PathBuf::from(path)),
        _ => home().map(|home| home.join(default)),
    }
}

fn config_file(files: Option<&Files>) -> Option<PathBuf> {
    files.map_or_else(|| place("AWS_CONFIG_FILE", ".aws/config"), |f| Some(f.config.clone()))
}

fn credentials_file(files: Option<&Files>) -> Option<PathBuf> {
    files.map_or_else(|| place("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"), |f| Some(f.credentials.clone()))
}

/// How a profile (or, without one, the default chain's) gets new credentials, as far as the config file tells.
pub(super) fn login_kind(files: Option<&Files>, profile: Option<&str>) -> LoginKind {
    let profiles = config_file(files).map(|path| read_profiles(&path)).unwrap_or_default();
    let chosen = profile.map_or_else(
        || std::env::var("AWS_PROFILE").ok().filter(|p| !p.is_empty()).unwrap_or_else(|| "default".to_owned()),
        str::to_owned,
    );
    kind_in(&profiles, &chosen)
}

type Profiles = BTreeMap<String, BTreeMap<String, String>>;

fn read_profiles(path: &Path) -> Profiles {
    std::fs::read_to_string(path).map(|text| parse(&text)).unwrap_or_default()
}

/// The profiles of a config file, as far as the login hint needs them; the SDK's own parser stays the judge of the rest.
fn parse(text: &str) -> Profiles {
    let mut profiles = Profiles::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[').and_then(|l| l.split(']').next()) {
            let section = section.trim();
            current = match section.strip_prefix("profile ") {
                Some(name) => Some(name.trim().trim_matches('"').to_owned()),
                None if section == "default" => Some(section.to_owned()),
                None => None,
            };
        } else if let (Some(name), Some((key, value))) = (&current, line.split_once('='))
            && !line.starts_with(['#', ';'])
        {
            profiles.entry(name.clone()).or_default().insert(key.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    profiles
}

fn kind_in(profiles: &Profiles, chosen: &str) -> LoginKind {
    let mut name = chosen;
    // A role's source profile is where the login happens; a chain longer than this is a loop.
    for _ in 0..8 {
        let Some(settings) = profiles.get(name) else { break };
        if settings.contains_key("sso_session") || settings.contains_key("sso_start_url") {
            return LoginKind::Sso;
        }
        if settings.contains_key("login_session") {
            return LoginKind::Console;
        }
        if let Some(program) = settings.get("credential_process").and_then(|c| c.split_whitespace().next()) {
            return LoginKind::Process(program.to_owned());
        }
        match settings.get("source_profile") {
            Some(source) if source != name => name = source,
            _ => break,
        }
    }
    LoginKind::Keys
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "
[default]
region = us-east-1
[profile prod]
sso_session = innovate
sso_account_id = 111122223333
[sso-session innovate]
sso_start_url = https://innovate.example
[profile ops]
role_arn = arn:aws:iam::111122223333:role/ops
source_profile = prod
[profile tool]
credential_process = /opt/bin/creds --secret x
[profile loop]
source_profile = pool
[profile pool]
source_profile = loop
[profile \"with space\"]
login_session = arn:aws:iam::111122223333:user/me
# sso_start_url = no
";

    #[test]
    fn the_login_follows_the_profile() {
        let profiles = parse(CONFIG);
        for (profile, kind) in [
            ("default", LoginKind::Keys),
            ("prod", LoginKind::Sso),
            ("ops", LoginKind::Sso),
            ("tool", LoginKind::Process("/opt/bin/creds".to_owned())),
            ("loop", LoginKind::Keys),
            ("with space", LoginKind::Console),
            ("unheard of", LoginKind::Keys),
        ] {
            assert_eq!(kind_in(&profiles, profile), kind, "{profile}");
        }
    }

    #[test]
    fn a_changed_file_changes_the_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { config: folder.path().join("config"), credentials: folder.path().join("credentials") };
        let absent = fingerprint(Some(&files));
        std::fs::write(&files.credentials, "[a]\n").unwrap();
        let present = fingerprint(Some(&files));
        std::fs::write(&files.credentials, "[ab]\n").unwrap();
        let changed = fingerprint(Some(&files));
        assert!(absent != present && present != changed);
        assert_eq!(changed, fingerprint(Some(&files)));
    }
}
