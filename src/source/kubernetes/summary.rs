//! Several kinds in one sentence: what fails, and what rights do not allow to see.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use super::picture::Unseen;
use crate::estate::Kind;

/// A seed for jitter: clusters that fail together need not come back together.
pub(super) fn seed(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (name, std::process::id()).hash(&mut hasher);
    hasher.finish()
}

/// Why kinds fail, each reason once with the kinds that share it, and when the first of them is tried again.
pub(super) fn failing<'a>(
    kinds: impl Iterator<Item = (Kind, &'a (String, Timestamp))>,
) -> Option<(String, Option<Timestamp>)> {
    let failing: Vec<(Kind, &(String, Timestamp))> = kinds.collect();
    let next = failing.iter().map(|(_, (_, next))| *next).min()?;
    let groups = grouped(failing.iter().map(|(kind, (why, _))| (*kind, why.clone())));
    let words = match &groups[..] {
        [(kinds, why)] if kinds.len() >= Kind::ALL.len() => why.clone(),
        _ => groups.iter().map(|(kinds, why)| format!("{}: {why}", named(kinds))).collect::<Vec<_>>().join("; "),
    };
    Some((words, Some(next)))
}

/// What is forbidden, such as `forbidden: nodes; pods in namespaces other than shop`.
pub(super) fn note<'a>(kinds: impl Iterator<Item = (Kind, &'a Unseen)>) -> Option<String> {
    let groups = grouped(kinds.map(|(kind, unseen)| (kind, unseen.place.clone())));
    if groups.is_empty() {
        return None;
    }
    let words = groups.iter().map(|(kinds, place)| match place {
        Some(place) => format!("{} in {place}", named(kinds)),
        None => named(kinds),
    });
    Some(format!("forbidden: {}", words.collect::<Vec<_>>().join("; ")))
}

fn grouped<T: PartialEq>(kinds: impl Iterator<Item = (Kind, T)>) -> Vec<(Vec<Kind>, T)> {
    let mut groups: Vec<(Vec<Kind>, T)> = Vec::new();
    for (kind, shared) in kinds {
        match groups.iter_mut().find(|(_, known)| *known == shared) {
            Some((kinds, _)) => kinds.push(kind),
            None => groups.push((vec![kind], shared)),
        }
    }
    groups
}

fn named(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.plural()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forbidden_in_one_sentence() {
        let nowhere = Unseen { place: None, words: "no".into() };
        let some = Unseen { place: Some("namespaces other than shop".into()), words: String::new() };
        assert_eq!(note([].into_iter()), None);
        assert_eq!(
            note([(Kind::Nodes, &nowhere), (Kind::Deployments, &some), (Kind::Pods, &some)].into_iter()).unwrap(),
            "forbidden: nodes; deployments, pods in namespaces other than shop"
        );
    }

    #[test]
    fn a_reason_that_all_share_is_said_once_and_without_names() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let one = ("down".to_owned(), at(9));
        let other = ("slow".to_owned(), at(5));
        assert_eq!(failing([].into_iter()), None);
        assert_eq!(failing(Kind::ALL.map(|k| (k, &one)).into_iter()).unwrap(), ("down".to_owned(), Some(at(9))));
        assert_eq!(
            failing([(Kind::Nodes, &one), (Kind::Pods, &other), (Kind::DaemonSets, &one)].into_iter()).unwrap(),
            ("nodes, daemonsets: down; pods: slow".to_owned(), Some(at(5)))
        );
    }
}
