//! A number that is written as people write it.

use serde::{Serialize, Serializer};

/// The largest number up to which every whole one has a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number without a fraction when it has none: `310`, `50`, `62.5`. Never rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plain(pub f64);

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() <= EXACT {
            #[allow(clippy::cast_possible_truncation, reason = "a whole number within the exact range")]
            let whole = self.0 as i64;
            serializer.serialize_i64(whole)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}
