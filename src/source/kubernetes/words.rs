//! What went wrong, in words that say what to do next.

use std::error::Error;
use std::path::Path;

use kube::client::AuthError;
use kube::config::KubeconfigError;

/// What went wrong between us and the server; `called` is what the operator knows the way in by.
pub(super) fn of_client(error: &kube::Error, called: &str) -> String {
    if let Some(auth) = find::<AuthError>(error) {
        return of_auth(auth, called);
    }
    let root = root(error);
    let lower = root.to_lowercase();
    let hint = if lower.contains("refused") {
        "; is the API server running, and is its port right?"
    } else if lower.contains("lookup") || lower.contains("name or service") || lower.contains("dns") {
        "; the name does not resolve: is the VPN up?"
    } else if lower.contains("certificate") || lower.contains("unknownissuer") {
        "; the certificate authority in the kubeconfig is not the server's: fetch the kubeconfig anew"
    } else if lower.contains("timed out") || lower.contains("deadline has elapsed") || lower.contains("unreachable") {
        "; is the VPN up, and does the endpoint allow this network?"
    } else {
        ""
    };
    format!("cannot reach the API server of {called}: {root}{hint}")
}

/// Why an answer broke off.
pub(super) fn of_body(error: &kube::Error) -> String {
    root(error)
}

/// What went wrong with the credentials. Standard output is never shown: it is where a plugin puts the token.
fn of_auth(error: &AuthError, called: &str) -> String {
    match error {
        AuthError::AuthExecRun { out, .. } => {
            let said = String::from_utf8_lossy(&out.stderr);
            let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing");
            let last: String = last.chars().take(300).collect();
            format!(
                "the exec plugin of {called} failed ({}): {last}; log in again, or run the plugin by hand",
                out.status
            )
        }
        AuthError::AuthExecStart(why) => {
            format!(
                "the exec plugin of {called} could not be started: {why}; install it, or mend its `command` in the kubeconfig"
            )
        }
        AuthError::AuthExecParse(_) => {
            format!("the exec plugin of {called} did not print an ExecCredential; run it by hand to see what it prints")
        }
        other => format!("no credentials for {called}: {other}"),
    }
}

/// What is wrong with a kubeconfig.
pub(super) fn of_kubeconfig(error: &KubeconfigError, path: Option<&Path>) -> String {
    match error {
        KubeconfigError::ReadConfig(why, file) => {
            format!(
                "cannot read the kubeconfig {}: {why}; name the file with `kubeconfig = …` or KUBECONFIG",
                file.display()
            )
        }
        other => format!("{} cannot be used: {}; mend the file", file(path), root(other)),
    }
}

/// That a kubeconfig has no such context, and which ones it has.
pub(super) fn of_missing_context<'a>(
    context: &str,
    there: impl Iterator<Item = &'a str>,
    path: Option<&Path>,
) -> String {
    let there: Vec<&str> = there.collect();
    let near = there
        .iter()
        .map(|name| (strsim::jaro_winkler(context, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let hint = match (near, there.is_empty()) {
        (Some((_, name)), _) => format!("did you mean {name}?"),
        (None, true) => "it has none at all".to_owned(),
        (None, false) => format!("it has {}", there.iter().take(8).copied().collect::<Vec<_>>().join(", ")),
    };
    format!("{} has no context {context}; {hint}", file(path))
}

fn file(path: Option<&Path>) -> String {
    path.map_or_else(|| "the kubeconfig".to_owned(), |path| format!("the kubeconfig {}", path.display()))
}

/// The first cause of a type, however deep it lies.
pub(super) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        if let Some(kube::Error::Auth(found)) = error.downcast_ref::<kube::Error>()
            && let Some(found) = (found as &(dyn Error + 'static)).downcast_ref::<T>()
        {
            return Some(found);
        }
        at = error.source();
    }
    None
}

/// The innermost cause, which is the one that says something.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}
