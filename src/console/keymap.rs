//! Which key does what: keymap files, looked up one key at a time.
//!
//! Keys are written in the notation of the crate `keybinds` (`g g`, `Ctrl+l`). A keymap names for each action of the
//! catalogue the keys that do it; in which contexts they work is the action's own business ([`super::action`]).

mod file;
mod label;
mod trie;

use std::collections::BTreeMap;

use keybinds::{Key, KeyInput, KeySeq, Mods};

use super::action::{Action, CATALOGUE, Context, Entry, Group};
use super::sheet::{self, Sheet};
use super::view::{Spot, View};
use crate::config::Diagnostics;
use trie::Trie;

/// The built-in keymap's file.
pub const DEFAULT: &str = include_str!("../../keymaps/default.toml");

/// What the keys typed so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// They are the keys of an action.
    Matched(Action),
    /// They begin the keys of one or more actions.
    Pending,
    /// They mean nothing here.
    Nothing,
}

/// One entry of the footer: a key and the word for what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The key, as it is shown.
    pub key: String,
    /// The word.
    pub word: &'static str,
    /// The action.
    pub action: Action,
}

/// One line of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    /// Its keys, as they are shown; empty when the person took them all away.
    pub keys: Vec<String>,
    /// The action's name in keymap files.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// Which key does what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    name: String,
    tries: BTreeMap<Context, Trie>,
    keys: BTreeMap<Action, Vec<KeySeq>>,
}

impl Keymap {
    /// The built-in keymap.
    pub fn built_in() -> Self {
        // A test proves that the built-in file has no error; no keys at all is what would be left, and SIGTERM.
        Self::load("default", &[]).unwrap_or_else(|_| Self {
            name: "default".to_owned(),
            tries: BTreeMap::new(),
            keys: BTreeMap::new(),
        })
    }

    /// The keymap of that name: the person's sheets go before the built-in one.
    ///
    /// A key that a sheet gives to one action is taken from the actions that would inherit it.
    ///
    /// # Errors
    /// Everything that is wrong in the first sheet of its lineage that has an error.
    pub fn load(name: &str, shelf: &[Sheet]) -> Result<Self, Diagnostics> {
        let mut shelf = shelf.to_vec();
        shelf.push(Sheet::built_in("default", "keymaps/default.toml (built in)", DEFAULT));
        let layers = sheet::lineage(name, &shelf, "keymap", file::read)?;
        let mut keymap = Self { name: name.to_owned(), tries: BTreeMap::new(), keys: BTreeMap::new() };
        for layer in layers {
            let inherited: Vec<_> = layer.into_iter().filter(|b| !keymap.keys.contains_key(&b.entry.action)).collect();
            for file::Binding { entry, keys } in inherited {
                let kept = keys.into_iter().map(|(keys, _)| keys).filter(|k| keymap.bind(entry, k)).collect();
                keymap.keys.insert(entry.action, kept);
            }
        }
        Ok(keymap)
    }

    /// Binds keys to an action wherever it applies and they are free; false when they are free nowhere.
    fn bind(&mut self, entry: &Entry, keys: &KeySeq) -> bool {
        let mut bound = false;
        for context in contexts(entry, keys) {
            bound |= self.tries.entry(context).or_default().insert(keys.as_slice(), entry.action).is_ok();
        }
        bound
    }

    /// The keymap's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the keys typed so far mean in a context.
    pub fn lookup(&self, context: Context, typed: &[KeyInput]) -> Lookup {
        self.tries.get(&context).map_or(Lookup::Nothing, |trie| trie.lookup(typed))
    }

    /// The keys of an action as they are shown, the preferred first.
    pub fn keys_of(&self, action: Action) -> Vec<String> {
        self.keys.get(&action).into_iter().flatten().map(|k| label::of(k.as_slice())).collect()
    }

    /// The footer's entries for what is on the screen, the most useful first.
    pub fn hints(&self, view: &View) -> Vec<Hint> {
        let context = Context::of(view);
        let of_entry = |e: &Entry| {
            let word = match e.action {
                Action::Close if !view.filter.text.is_empty() && context != Context::Help => "clear",
                Action::Close if context == Context::Watch => return None,
                Action::Undo if !matches!(view.trail.last(), Some(Spot::Operation(_))) => return None,
                Action::Accept if context == Context::Form => "go on",
                Action::Cancel if context == Context::Form => "leave",
                Action::Open if context == Context::Menu => "plan",
                _ => e.hint?,
            };
            // In a text, a key that types a character does nothing else.
            let works = self.keys.get(&e.action)?.iter().find(|k| contexts(e, k).any(|c| c == context))?;
            Some(Hint { key: label::of(works.as_slice()), word, action: e.action })
        };
        CATALOGUE.iter().filter_map(of_entry).collect()
    }

    /// The help: every action under its heading.
    pub fn help(&self) -> Vec<(Group, Vec<HelpLine>)> {
        Group::ALL
            .into_iter()
            .map(|group| {
                let of_group = CATALOGUE.iter().filter(|e| e.group == group);
                (group, of_group.map(|e| HelpLine { keys: self.keys_of(e.action), name: e.name, doc: e.doc }).collect())
            })
            .collect()
    }
}

/// Keys as they are shown: `g`, `ctrl-l`, `shift-tab`.
pub fn shown(keys: &[KeyInput]) -> String {
    label::of(keys)
}

/// The character that a key types, if it types one.
pub fn typed(key: KeyInput) -> Option<char> {
    match key.key() {
        Key::Char(c) if key.mods() == Mods::NONE && !c.is_control() => Some(c),
        _ => None,
    }
}

/// Where keys of an action work: not in a text when they begin with a character.
fn contexts<'a>(entry: &'a Entry, keys: &KeySeq) -> impl Iterator<Item = Context> + use<'a> {
    let types = keys.as_slice().first().copied().and_then(typed).is_some();
    entry.contexts.iter().copied().filter(move |c| !(types && c.types()))
}

#[cfg(test)]
mod tests;
