//! Keys to actions, one key at a time.

use std::collections::BTreeMap;

use keybinds::KeyInput;

use super::Lookup;
use crate::console::action::Action;

/// Sequences of keys, none of which begins another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trie {
    // Keyed by the key's text, which is its identity: `KeyInput` itself has no order.
    next: BTreeMap<String, Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    End(Action),
    Inner(Trie),
}

impl Trie {
    /// Adds a sequence, or returns the action that has it already, begins it, or begins with it.
    pub(super) fn insert(&mut self, keys: &[KeyInput], action: Action) -> Result<(), Action> {
        let Some((first, rest)) = keys.split_first() else { return Ok(()) };
        let first = first.to_string();
        match (self.next.get_mut(&first), rest.is_empty()) {
            (None, true) => {
                self.next.insert(first, Node::End(action));
                Ok(())
            }
            (None, false) => {
                let mut inner = Self::default();
                let inserted = inner.insert(rest, action);
                self.next.insert(first, Node::Inner(inner));
                inserted
            }
            (Some(Node::End(other)), true) if *other == action => Ok(()),
            (Some(Node::End(other)), _) => Err(*other),
            (Some(Node::Inner(inner)), true) => Err(inner.any().unwrap_or(action)),
            (Some(Node::Inner(inner)), false) => inner.insert(rest, action),
        }
    }

    fn any(&self) -> Option<Action> {
        self.next.values().find_map(|node| match node {
            Node::End(action) => Some(*action),
            Node::Inner(inner) => inner.any(),
        })
    }

    /// What the keys typed so far mean.
    pub(super) fn lookup(&self, typed: &[KeyInput]) -> Lookup {
        let Some((first, rest)) = typed.split_first() else { return Lookup::Pending };
        match self.next.get(&first.to_string()) {
            Some(Node::End(action)) if rest.is_empty() => Lookup::Matched(*action),
            Some(Node::Inner(inner)) => inner.lookup(rest),
            Some(Node::End(_)) | None => Lookup::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keybinds::KeySeq;
    use proptest::prelude::*;

    fn seq(text: &str) -> KeySeq {
        text.parse().unwrap()
    }

    #[test]
    fn looks_up_one_key_at_a_time() {
        let mut trie = Trie::default();
        let bound = [("g g", Action::First), ("g e", Action::Last), ("G", Action::Last), ("Ctrl+c", Action::Quit)];
        for (keys, action) in bound {
            assert_eq!(trie.insert(seq(keys).as_slice(), action), Ok(()));
        }
        for (typed, expected) in [
            ("g", Lookup::Pending),
            ("g g", Lookup::Matched(Action::First)),
            ("g e", Lookup::Matched(Action::Last)),
            ("g x", Lookup::Nothing),
            ("g g g", Lookup::Nothing),
            ("G", Lookup::Matched(Action::Last)),
            ("Ctrl+c", Lookup::Matched(Action::Quit)),
            ("c", Lookup::Nothing),
        ] {
            assert_eq!(trie.lookup(seq(typed).as_slice()), expected, "{typed}");
        }
    }

    #[test]
    fn no_sequence_begins_another() {
        let mut trie = Trie::default();
        trie.insert(seq("g g").as_slice(), Action::First).unwrap();
        assert_eq!(trie.insert(seq("g").as_slice(), Action::Last), Err(Action::First));
        assert_eq!(trie.insert(seq("g g x").as_slice(), Action::Last), Err(Action::First));
        assert_eq!(trie.insert(seq("g g").as_slice(), Action::First), Ok(()));
    }

    proptest! {
        /// Whatever is bound in whatever order: what was accepted is found, and each of its beginnings is pending.
        #[test]
        fn what_was_accepted_is_found(sequences in prop::collection::vec("[a-c]( [a-c]){0,3}", 0..12)) {
            let mut trie = Trie::default();
            let mut accepted = Vec::new();
            let actions = [Action::Up, Action::Down, Action::Help, Action::Quit];
            for (text, action) in sequences.iter().zip(actions.into_iter().cycle()) {
                if trie.insert(seq(text).as_slice(), action).is_ok() {
                    accepted.push((seq(text), action));
                }
            }
            for (keys, action) in &accepted {
                let keys = keys.as_slice();
                prop_assert_eq!(trie.lookup(keys), Lookup::Matched(*action));
                for length in 1..keys.len() {
                    prop_assert_eq!(trie.lookup(&keys[..length]), Lookup::Pending);
                }
            }
        }
    }
}
