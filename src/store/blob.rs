//! Facts as bytes: postcard, under a schema that follows the types.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::sheet;
use crate::estate::{Batch, EntryRef, Fact, SourceKey};

/// The sources of every type that is kept, whole: postcard does not say of itself what it holds, so whatever changes here
/// is another schema. What is kept can be had again by looking; to drop it once too often costs nothing, to misread it
/// would show things that are not.
const SOURCES: &[&str] = &[
    include_str!("../estate/account.rs"),
    include_str!("../estate/autoscaler.rs"),
    include_str!("../estate/budget.rs"),
    include_str!("../estate/cluster.rs"),
    include_str!("../estate/database.rs"),
    include_str!("../estate/entry.rs"),
    include_str!("../estate/kubernetes.rs"),
    include_str!("../estate/observation.rs"),
    include_str!("../estate/rollout.rs"),
    include_str!("../estate/service.rs"),
    include_str!("../estate/series.rs"),
    include_str!("../estate/slo.rs"),
    include_str!("../estate/sources.rs"),
    include_str!("../estate/state/memory.rs"),
    include_str!("../estate/usage.rs"),
    include_str!("../judge/alert.rs"),
    include_str!("../judge/history.rs"),
    include_str!("../judge/level.rs"),
    include_str!("../judge/rule.rs"),
    include_str!("../../Cargo.toml"),
    include_str!("blob.rs"),
    include_str!("sheet.rs"),
];

/// The schema of everything that is kept as bytes.
pub(super) const SCHEMA: i64 = schema(SOURCES);

/// FNV-1a over all of them, at compile time.
const fn schema(sources: &[&str]) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < sources.len() {
        let bytes = sources[at].as_bytes();
        let mut byte = 0;
        while byte < bytes.len() {
            hash = (hash ^ bytes[byte] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            byte += 1;
        }
        at += 1;
    }
    hash.cast_signed()
}

pub(super) fn encode<T: Serialize + ?Sized>(value: &T) -> Option<Vec<u8>> {
    postcard::to_stdvec(value).map_err(|error| tracing::warn!("cannot be kept: {error}")).ok()
}

/// None where the bytes are not of this type, or not only.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

/// What the entries of facts pointed at, and the facts.
type Seen = (Vec<(EntryRef, u64)>, Vec<Fact>);

/// What one source said, pods as a [`sheet`], each at its place among the facts.
pub(super) fn encode_seen(targets: &[(EntryRef, u64)], facts: &[Fact]) -> Option<Vec<u8>> {
    let (mut plain, mut sheets) = (Vec::new(), Vec::new());
    for (at, fact) in facts.iter().enumerate() {
        if let Fact::Pods(cluster, Batch::Snapshot(pods)) = fact {
            let pods = sheet::encode(pods).map_err(|error| tracing::warn!("pods cannot be kept: {error}")).ok()?;
            sheets.push((at, cluster, pods));
        } else {
            plain.push(fact);
        }
    }
    encode(&(targets, plain, sheets))
}

/// What [`encode_seen`] was given; none where the bytes are anything else.
pub(super) fn decode_seen(bytes: &[u8]) -> Option<Seen> {
    type Sheets<'a> = Vec<(usize, String, &'a [u8])>;
    let ((targets, mut facts, sheets), rest): ((_, Vec<Fact>, Sheets<'_>), _) =
        postcard::take_from_bytes(bytes).ok()?;
    for (at, cluster, pods) in sheets {
        let fact = Fact::Pods(cluster, Batch::Snapshot(sheet::decode(pods)?));
        facts.insert(at.min(facts.len()), fact);
    }
    rest.is_empty().then_some((targets, facts))
}

/// A source's name in the file.
pub(super) fn key(source: &SourceKey) -> Option<String> {
    serde_json::to_string(source).ok()
}

/// Tells facts apart within one run.
pub(super) fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every file of the estate's types is among the sources of the schema, but those that hold no facts.
    #[test]
    fn the_schema_follows_every_type() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/estate");
        let no_facts = ["capacity.rs", "declared.rs", "state.rs"];
        for entry in std::fs::read_dir(root).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !path.is_file() || no_facts.contains(&name.as_str()) {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(SOURCES.contains(&text.as_str()), "add {name} to SOURCES, or to the files that hold no facts");
        }
    }

    #[test]
    fn half_a_blob_is_none() {
        let bytes = encode(&vec!["some".to_owned(), "text".to_owned()]).unwrap();
        assert!(decode::<Vec<String>>(&bytes).is_some());
        assert!(decode::<Vec<String>>(&bytes[..bytes.len() - 1]).is_none());
        let more = [bytes.as_slice(), b"x"].concat();
        assert!(decode::<Vec<String>>(&more).is_none());
    }
}
