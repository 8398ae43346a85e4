//! What a source that works could not see, in one line.

/// Collects what could not be seen.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<String>);

impl Notes {
    /// Adds a note, once.
    pub(super) fn add(&mut self, note: String) {
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    /// Adds notes, each once.
    pub(super) fn extend(&mut self, notes: impl IntoIterator<Item = String>) {
        notes.into_iter().for_each(|note| self.add(note));
    }

    /// Each of them.
    pub(super) fn all(&self) -> &[String] {
        &self.0
    }

    /// All of them; none when everything was seen.
    pub(super) fn words(self) -> Option<String> {
        if self.0.is_empty() { None } else { Some(self.0.join("; ")) }
    }
}

/// What exists in place of something that does not: the likeliest name, or the names there are.
pub(super) fn instead(wanted: &str, existing: &[String]) -> String {
    let likeliest = existing
        .iter()
        .map(|name| (strsim::jaro_winkler(wanted, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((_, name)) = likeliest {
        return format!("; did you mean {name}?");
    }
    match existing {
        [] => String::new(),
        [one] => format!("; there is {one}"),
        several => {
            let shown: Vec<&str> = several.iter().take(5).map(String::as_str).collect();
            let more = several.len().saturating_sub(shown.len());
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("; there are {}{rest}", shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_what_there_is() {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(instead("prdo", &names(&["prod", "staging"])), "; did you mean prod?");
        assert_eq!(instead("x", &names(&["prod"])), "; there is prod");
        assert_eq!(instead("x", &names(&[])), "");
        let many = names(&["a1", "b2", "c3", "d4", "e5", "f6", "g7"]);
        assert_eq!(instead("zz", &many), "; there are a1, b2, c3, d4, e5 and 2 more");
    }

    #[test]
    fn a_note_is_said_once() {
        let mut notes = Notes::default();
        assert_eq!(Notes::default().words(), None);
        notes.add("a".into());
        notes.add("a".into());
        notes.add("b".into());
        assert_eq!(notes.words().as_deref(), Some("a; b"));
    }
}
