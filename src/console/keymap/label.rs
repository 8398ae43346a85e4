//! Keys as the footer and the help show them.

use keybinds::{Key, KeyInput, Mods};

/// Keys as they are shown: `enter`, `ctrl-l`, `g g`.
pub(super) fn of(keys: &[KeyInput]) -> String {
    keys.iter().map(|k| one(*k)).collect::<Vec<_>>().join(" ")
}

fn one(key: KeyInput) -> String {
    let mut out = String::new();
    for (modifier, word) in [(Mods::CTRL, "ctrl-"), (Mods::ALT, "alt-"), (Mods::SHIFT, "shift-")] {
        if key.mods().contains(modifier) {
            out.push_str(word);
        }
    }
    match key.key() {
        Key::Char(' ') => out.push_str("space"),
        Key::Char(c) => out.push_str(&crate::gate::visible(&c.to_string())),
        Key::PageDown => out.push_str("pgdn"),
        Key::PageUp => out.push_str("pgup"),
        other => out.push_str(&other.to_string().to_lowercase()),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use keybinds::KeySeq;

    #[test]
    fn keys_are_short_words() {
        for (keys, shown) in [
            ("Enter", "enter"),
            ("Ctrl+l", "ctrl-l"),
            ("Shift+Tab", "shift-tab"),
            ("g g", "g g"),
            ("G", "G"),
            ("PageDown", "pgdn"),
            ("Space", "space"),
            ("?", "?"),
            ("F1", "f1"),
        ] {
            assert_eq!(of(keys.parse::<KeySeq>().unwrap().as_slice()), shown);
        }
    }
}
