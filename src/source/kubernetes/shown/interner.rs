//! Strings that repeat over thousands of objects, each kept once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// Below this many strings nothing is swept.
const FEW: usize = 1_024;

/// The strings that one watch has seen: namespaces, nodes, owners, reasons. What nobody holds any more is swept out.
#[derive(Debug, Default)]
pub(in crate::source::kubernetes) struct Interner {
    known: HashSet<Arc<str>>,
    sweep_at: usize,
}

impl Interner {
    /// The shared copy of a string.
    pub(in crate::source::kubernetes) fn share(&mut self, bytes: &[u8]) -> Arc<str> {
        let text = text(bytes);
        if let Some(known) = self.known.get(&*text) {
            return known.clone();
        }
        if self.known.len() >= self.sweep_at.max(FEW) {
            self.known.retain(|string| Arc::strong_count(string) > 1);
            self.sweep_at = self.known.len() * 2;
        }
        let shared: Arc<str> = text.into();
        self.known.insert(shared.clone());
        shared
    }

    /// The shared copy; none of an empty string.
    pub(in crate::source::kubernetes) fn share_some(&mut self, bytes: &[u8]) -> Option<Arc<str>> {
        (!bytes.is_empty()).then(|| self.share(bytes))
    }
}

/// Bytes from the wire as text; what is no UTF-8 is replaced, never a reason to fail.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Bytes from the wire as a string of its own.
pub(super) fn own(bytes: &[u8]) -> Arc<str> {
    text(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_kept_once_and_as_long_as_someone_holds_it() {
        let mut strings = Interner::default();
        let kept = strings.share(b"shop");
        assert!(Arc::ptr_eq(&kept, &strings.share(b"shop")));
        for n in 0..5_000 {
            strings.share(format!("job-{n}").as_bytes());
        }
        assert!(strings.known.len() <= FEW + 1, "{} strings nobody holds", strings.known.len());
        assert!(Arc::ptr_eq(&kept, &strings.share(b"shop")));
        assert_eq!(&*strings.share(b"a\xffb"), "a\u{fffd}b");
    }
}
