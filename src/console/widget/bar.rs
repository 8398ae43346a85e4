//! A share as a thick line on a thin one. Never alone: its number stands beside it.
//!
//! Lines and not blocks: blocks of neighbouring rows would grow into one patch of colour.

use super::words::Words;
use crate::console::theme::Role;
use crate::judge::Level;

/// A bar of so many cells, `percent` of them filled, coloured by a level.
///
/// What is more than nothing has at least one cell, what is less than all lacks at least one.
pub fn bar(percent: f64, cells: usize, level: Level) -> Words {
    let full = filled(percent, cells);
    let role = match level {
        Level::Ok | Level::Unknown => Role::Bar,
        Level::Warning => Role::BarWarning,
        Level::Critical => Role::BarCritical,
    };
    Words::of(role, "━".repeat(full)).and(Role::BarEmpty, "─".repeat(cells - full))
}

/// How many cells are filled.
fn filled(percent: f64, cells: usize) -> usize {
    if !percent.is_finite() || percent <= 0.0 || cells == 0 {
        return 0;
    }
    if percent >= 100.0 {
        return cells;
    }
    // Between 0 and `cells`, so nothing is lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the lines above")]
    let exact = (percent / 100.0 * cells as f64).round() as usize;
    exact.clamp(1.min(cells), (cells - 1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_is_not_nothing_and_nearly_all_is_not_all() {
        for (percent, want) in [(-3.0, 0), (0.0, 0), (0.1, 1), (50.0, 4), (62.0, 5), (99.9, 7), (100.0, 8), (240.0, 8)]
        {
            assert_eq!(filled(percent, 8), want, "{percent}");
        }
        assert_eq!(filled(50.0, 0), 0);
        assert_eq!(filled(f64::NAN, 8), 0);
        assert_eq!(bar(62.0, 8, Level::Ok).text(), "━━━━━───");
    }
}
