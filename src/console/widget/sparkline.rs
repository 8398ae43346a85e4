//! A trend in a few cells: each cell the highest value of its share of the time, a gap where nothing is known.

use super::words::Words;
use crate::console::theme::Role;

/// From little to much; the fullest block is left out, for blocks of neighbouring rows would grow together.
const HEIGHTS: [&str; 7] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"];
/// Nothing is known.
const GAP: &str = "·";

/// From which value on a cell warns, and from which on it is critical.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Above this it warns.
    pub warn: Option<f64>,
    /// Above this it is critical.
    pub crit: Option<f64>,
}

impl Limits {
    /// The role of a value; `calm` where it is above no limit.
    pub fn role(self, value: f64, calm: Role) -> Role {
        let above = |limit: Option<f64>| limit.is_some_and(|limit| value > limit);
        match (above(self.crit), above(self.warn)) {
            (true, _) => Role::Critical,
            (_, true) => Role::Warning,
            _ => calm,
        }
    }
}

/// A trend on so many cells, the newest to the right; `top` is the value that fills a cell, the highest where it is none.
///
/// Values are spread evenly over the cells; none among them is a gap, and a cell of which nothing at all is known shows
/// one. Empty where nothing is known.
pub fn sparkline(values: &[Option<f64>], cells: usize, top: Option<f64>, limits: Limits) -> Words {
    let known = || values.iter().flatten().copied().filter(|v| v.is_finite());
    if cells == 0 || known().next().is_none() {
        return Words::none();
    }
    let top = top.filter(|t| t.is_finite() && *t > 0.0).unwrap_or_else(|| known().fold(0.0, f64::max));
    let mut out = Words::none();
    for cell in 0..cells {
        // Fewer values than cells: each is repeated; more: the highest of those that share a cell is shown.
        let first = cell * values.len() / cells;
        let last = ((cell + 1) * values.len() / cells).max(first + 1).min(values.len());
        let part = values.get(first..last).unwrap_or_default();
        let highest = part.iter().flatten().copied().filter(|v| v.is_finite()).reduce(f64::max);
        out = match highest {
            None => out.and(Role::Unknown, GAP),
            Some(value) => out.and(limits.role(value, Role::Spark), HEIGHTS[height(value, top)]),
        };
    }
    out
}

fn height(value: f64, top: f64) -> usize {
    if value <= 0.0 || top <= 0.0 {
        return 0;
    }
    let last = HEIGHTS.len() - 1;
    // Between 0 and the last height, so nothing is lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the line itself")]
    let at = ((value / top).clamp(0.0, 1.0) * last as f64).round() as usize;
    // What is more than nothing shows.
    at.clamp(1, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_known_is_a_gap_and_never_nothing() {
        let some = |values: &[f64]| values.iter().map(|v| Some(*v)).collect::<Vec<_>>();
        for (values, cells, top, want) in [
            (some(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), 7, None, "▁▂▃▄▅▆▇"),
            (some(&[0.0, 0.0]), 4, None, "▁▁▁▁"),
            (some(&[0.001, 100.0]), 2, None, "▂▇"),
            (some(&[50.0, 100.0, 300.0]), 3, Some(100.0), "▄▇▇"),
            (vec![Some(1.0), None, None, Some(3.0)], 4, None, "▃··▇"),
            (vec![Some(1.0), None, Some(3.0), Some(0.0)], 2, None, "▃▇"),
            (vec![None, None], 4, None, ""),
            (vec![], 4, None, ""),
            (some(&[1.0]), 0, None, ""),
            (some(&[f64::NAN, 1.0]), 2, None, "·▇"),
            (some(&[-4.0, 1.0]), 2, None, "▁▇"),
        ] {
            assert_eq!(sparkline(&values, cells, top, Limits::default()).text(), want, "{values:?}");
        }
    }

    #[test]
    fn what_is_above_a_limit_looks_like_it() {
        let limits = Limits { warn: Some(70.0), crit: Some(90.0) };
        let looks = |value: f64| limits.role(value, Role::Spark);
        assert_eq!([70.0, 70.1, 91.0].map(looks), [Role::Spark, Role::Warning, Role::Critical]);
        assert_eq!(
            sparkline(&[Some(10.0), Some(95.0)], 2, Some(100.0), limits).text(),
            "▂▇",
            "colour changes no height"
        );
    }

    proptest! {
        #[test]
        fn it_is_as_wide_as_asked(values in prop::collection::vec(prop::option::of(any::<f64>()), 0..300), cells in 0_usize..80, top in prop::option::of(any::<f64>())) {
            let width = sparkline(&values, cells, top, Limits::default()).width();
            prop_assert!(width == cells || width == 0);
        }
    }
}
