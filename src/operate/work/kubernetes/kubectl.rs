//! The same on a command line: `kubectl`, with everything named, to be copied into any shell.

use crate::operate::Pinned;

/// A `kubectl` command for a target's cluster and namespace.
pub(super) fn kubectl(target: &Pinned, words: &[&str]) -> String {
    let mut out = vec!["kubectl".to_owned()];
    let mut option = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            out.extend([name.to_owned(), quoted(value)]);
        }
    };
    option("--kubeconfig", &target.kubeconfig);
    option("--context", &target.context);
    option("-n", &target.namespace);
    out.extend(words.iter().map(|word| quoted(word)));
    out.join(" ")
}

/// A command that posts JSON to a path, for what `kubectl` has no word for.
pub(super) fn post(target: &Pinned, path: &str, body: &serde_json::Value) -> String {
    let nowhere = Pinned { namespace: None, ..target.clone() };
    let kubectl = kubectl(&nowhere, &["create", "--raw", path, "-f", "-"]);
    format!("printf %s {} | {kubectl}", quoted(&body.to_string()))
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        for (word, expected) in [
            ("deployment/cart", "deployment/cart"),
            ("arn:aws:eks:us-east-1:1:cluster/prod", "arn:aws:eks:us-east-1:1:cluster/prod"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$(reboot)", "'$(reboot)'"),
            ("it's; rm", r"'it'\''s; rm'"),
            ("~/x", "'~/x'"),
        ] {
            assert_eq!(quoted(word), expected, "{word}");
        }
    }
}
