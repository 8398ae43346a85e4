//! Words for people who mistyped one.

/// The known word that was probably meant, if one is near enough and no other is as near.
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let typed = word.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|candidate| (distance(&typed, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).clamp(1, 3))
        .collect();
    near.sort_unstable();
    near.dedup();
    match near.as_slice() {
        [(best, _), (next, _), ..] if best == next => None,
        [(_, candidate), ..] => Some(candidate),
        [] => None,
    }
}

/// How far two words in lower case are apart; one that only goes on (`role` for `role_arn`) is near.
fn distance(typed: &str, known: &str) -> usize {
    let edits = strsim::damerau_levenshtein(typed, known);
    let goes_on = typed.len() >= 3 && (known.starts_with(typed) || typed.starts_with(known));
    if goes_on { edits.min(2) } else { edits }
}

/// What to do about an unknown word: the one that was probably meant, or all that are known.
pub(super) fn hint<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.dedup();
    match did_you_mean(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", listed(known)),
    }
}

/// Words as a list for a sentence: `` `a`, `b`, `c` ``.
pub(super) fn listed<'k>(words: impl IntoIterator<Item = &'k str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_word_that_was_meant() {
        let known = ["name", "id", "region", "regions", "role_arn", "namespaces"];
        for (typed, meant) in [
            ("nmae", Some("name")),
            ("Name", Some("name")),
            ("regoin", Some("region")),
            ("role", Some("role_arn")),
            ("namespace", Some("namespaces")),
            ("di", Some("id")),
            ("colour", None),
            ("regio", Some("region")),
            ("", None),
        ] {
            assert_eq!(did_you_mean(typed, known), meant, "{typed}");
        }
    }
}
