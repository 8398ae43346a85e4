//! The pods of a cluster as bytes: what repeats over thousands of them stands once, moments are numbers and not text.
//!
//! Pods are nearly all of what is kept, and the first picture of the next start waits for them.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::estate::{Name, Owner, Pod, PodPhase, Termination, WorkloadKind};

/// Seconds since 1970 and the nanoseconds after them.
type Moment = (i64, i32);

/// One pod; numbers stand for words of the sheet.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    namespace: u32,
    name: &'a str,
    uid: &'a str,
    phase: PodPhase,
    reason: Option<u32>,
    crash_looping: bool,
    restarts: u32,
    ready: (u16, u16),
    ended: Option<(Option<Moment>, u32, i32)>,
    node: Option<u32>,
    owner: Owned,
    created: Option<Moment>,
    deleting: bool,
}

#[derive(Serialize, Deserialize)]
enum Owned {
    Workload(WorkloadKind, u32),
    Other(u32, u32),
    Nobody,
}

/// Words in the order in which they were first said.
#[derive(Default)]
struct Words<'a> {
    known: HashMap<&'a str, u32>,
    list: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn number(&mut self, word: &'a str) -> u32 {
        *self.known.entry(word).or_insert_with(|| {
            self.list.push(word);
            // There are fewer words than four thousand million: each is at least as long as its number.
            u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

/// The pods as bytes: the words, how many pods there are, and a line for each.
pub(super) fn encode(pods: &[Pod]) -> postcard::Result<Vec<u8>> {
    let mut words = Words::default();
    let mut lines = Vec::with_capacity(pods.len() * 96);
    for pod in pods {
        lines = postcard::to_extend(&line(pod, &mut words), lines)?;
    }
    let sheet = postcard::to_extend(&(words.list, pods.len()), Vec::with_capacity(lines.len() * 2))?;
    Ok([sheet, lines].concat())
}

/// The pods of such bytes; none where they are anything else.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<Pod>> {
    let ((words, count), mut rest): ((Vec<Arc<str>>, usize), _) = postcard::take_from_bytes(bytes).ok()?;
    // A line has more bytes than one: a count that was garbled reserves no more than there can be.
    let mut pods = Vec::with_capacity(count.min(rest.len()));
    for _ in 0..count {
        let (line, after): (Line<'_>, _) = postcard::take_from_bytes(rest).ok()?;
        pods.push(pod(&line, &words)?);
        rest = after;
    }
    rest.is_empty().then_some(pods)
}

fn line<'a>(pod: &'a Pod, words: &mut Words<'a>) -> Line<'a> {
    Line {
        namespace: words.number(&pod.name.namespace),
        name: &pod.name.name,
        uid: &pod.uid,
        phase: pod.phase,
        reason: pod.reason.as_deref().map(|reason| words.number(reason)),
        crash_looping: pod.crash_looping,
        restarts: pod.restarts,
        ready: pod.ready,
        ended: pod.last_termination.as_ref().map(|t| (t.at.map(moment), words.number(&t.reason), t.exit_code)),
        node: pod.node.as_deref().map(|node| words.number(node)),
        owner: match &pod.owner {
            Owner::Workload(kind, name) => Owned::Workload(*kind, words.number(name)),
            Owner::Other(kind, name) => Owned::Other(words.number(kind), words.number(name)),
            Owner::Nobody => Owned::Nobody,
        },
        created: pod.created.map(moment),
        deleting: pod.deleting,
    }
}

fn pod(line: &Line<'_>, words: &[Arc<str>]) -> Option<Pod> {
    let word = |number: u32| words.get(usize::try_from(number).ok()?).cloned();
    // A number that stands for no word is not the same as no number.
    let some = |number: Option<u32>| number.map(|number| word(number).ok_or(())).transpose().ok();
    let last_termination = match line.ended {
        Some((at, reason, exit_code)) => {
            Some(Termination { at: at.map(instant).transpose().ok()?, reason: word(reason)?, exit_code })
        }
        None => None,
    };
    Some(Pod {
        name: Name { namespace: word(line.namespace)?, name: line.name.into() },
        uid: line.uid.into(),
        phase: line.phase,
        reason: some(line.reason)?,
        crash_looping: line.crash_looping,
        restarts: line.restarts,
        ready: line.ready,
        last_termination,
        node: some(line.node)?,
        owner: match line.owner {
            Owned::Workload(kind, name) => Owner::Workload(kind, word(name)?),
            Owned::Other(kind, name) => Owner::Other(word(kind)?, word(name)?),
            Owned::Nobody => Owner::Nobody,
        },
        created: line.created.map(instant).transpose().ok()?,
        deleting: line.deleting,
    })
}

fn moment(at: Timestamp) -> Moment {
    (at.as_second(), at.subsec_nanosecond())
}

fn instant((second, nanosecond): Moment) -> Result<Timestamp, jiff::Error> {
    Timestamp::new(second, nanosecond)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moments() -> impl Strategy<Value = Option<Timestamp>> {
        proptest::option::of((-2_000_000_000_i64..4_000_000_000, 0..1_000_000_000_i32))
            .prop_map(|at| at.map(|(s, n)| Timestamp::new(s, n).unwrap()))
    }

    fn words() -> impl Strategy<Value = Arc<str>> {
        "[a-cé]{0,3}".prop_map(Arc::from)
    }

    fn owners() -> impl Strategy<Value = Owner> {
        prop_oneof![
            Just(Owner::Nobody),
            words().prop_map(|name| Owner::Workload(WorkloadKind::StatefulSet, name)),
            (words(), words()).prop_map(|(kind, name)| Owner::Other(kind, name)),
        ]
    }

    prop_compose! {
        fn pods()(
            (namespace, name, uid) in (words(), words(), words()),
            (reason, node) in (proptest::option::of(words()), proptest::option::of(words())),
            (crash_looping, deleting) in any::<(bool, bool)>(),
            (restarts, ready) in any::<(u32, (u16, u16))>(),
            last in proptest::option::of((moments(), words(), any::<i32>())),
            (owner, created) in (owners(), moments()),
        ) -> Pod {
            let last_termination = last.map(|(at, reason, exit_code)| Termination { at, reason, exit_code });
            let (name, phase) = (Name { namespace, name }, PodPhase::Pending);
            Pod { name, uid, phase, reason, crash_looping, restarts, ready, last_termination, node, owner, created, deleting }
        }
    }

    proptest! {
        /// Every pod comes back as it was; what repeats is held once; half a sheet is none.
        #[test]
        fn pods_come_back(pods in proptest::collection::vec(pods(), 0..8)) {
            let bytes = encode(&pods).unwrap();
            let back = decode(&bytes).unwrap();
            prop_assert_eq!(&back, &pods);
            for (a, b) in back.iter().zip(back.iter().skip(1)) {
                let (a, b) = (&a.name.namespace, &b.name.namespace);
                prop_assert_eq!(a == b, Arc::ptr_eq(a, b));
            }
            prop_assert!(decode(&bytes[..bytes.len() - 1]).is_none());
            prop_assert!(decode(&[bytes.as_slice(), b"x"].concat()).is_none());
        }

        /// Bytes that are no sheet are none, or other pods; nothing worse.
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
