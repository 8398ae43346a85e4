//! SLO arithmetic, as in the Google SRE Workbook, chapter 5: burn rates, what is left, and the pairs of windows that fire.
//!
//! ```text
//! burn(w)    = error_ratio(w) / (1 − objective)
//! remaining  = 1 − error_ratio(window) / (1 − objective)       may be negative
//! gone in    = remaining × window / burn(1 h)
//! factor     = max(1, budget share × window / long window)     a burn that the budget can bear never fires
//! ```

use super::Level;
use super::standing::MARGIN;
use crate::estate::{SloCounts, Window, WindowCount};

/// Two windows that must both burn faster than the factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Its name in `firing`, such as `page 1h/5m`.
    pub name: &'static str,
    /// `Critical` for a page, `Warning` for a ticket.
    pub level: Level,
    /// The long window.
    pub long: Window,
    /// The short window: the burn has not ended.
    pub short: Window,
    /// The share of the budget that the long window may spend, percent.
    pub share_percent: u32,
}

/// The four pairs, the same for every SLO; the most urgent first.
pub static PAIRS: [Pair; 4] = [
    Pair { name: "page 1h/5m", level: Level::Critical, long: Window::H1, short: Window::M5, share_percent: 2 },
    Pair { name: "page 6h/30m", level: Level::Critical, long: Window::H6, short: Window::M30, share_percent: 5 },
    Pair { name: "ticket 1d/2h", level: Level::Warning, long: Window::D1, short: Window::H2, share_percent: 10 },
    Pair { name: "ticket 3d/6h", level: Level::Warning, long: Window::D3, short: Window::H6, share_percent: 10 },
];

impl Pair {
    /// The burn that both windows must exceed, for an SLO whose window is so many seconds long; never under 1.
    pub fn factor(&self, window_s: u64) -> f64 {
        let spent = f64::from(self.share_percent) * window_s as f64;
        (spent / (100.0 * self.long.seconds() as f64)).max(1.0)
    }
}

/// The share of events that may be bad, 0 to 1; none for an objective of 100 percent or more, which leaves none.
///
/// Percent is decimal and binary fractions are not: rounding to 14 decimals makes 99.9 leave exactly one in a thousand.
pub fn budget_ratio(objective_percent: f64) -> Option<f64> {
    let ratio = ((100.0 - objective_percent) * 1e12).round() / 1e14;
    (ratio > 0.0).then_some(ratio)
}

/// The index of a window in [`SloCounts::windows`].
pub fn index(window: Window) -> usize {
    Window::ALL.iter().position(|&w| w == window).unwrap_or(0)
}

/// The share of bad events; none where either count is not known or there were no events.
pub fn error_ratio(count: &WindowCount) -> Option<f64> {
    let (bad, total) = (count.bad?, count.total?);
    (total > 0.0 && bad.is_finite() && total.is_finite()).then(|| bad.max(0.0) / total)
}

/// How many times faster than sustainable the budget is spent.
pub fn burn(count: &WindowCount, objective_percent: f64) -> Option<f64> {
    Some(error_ratio(count)? / budget_ratio(objective_percent)?)
}

/// Whether a burn exceeds a factor, beyond the arithmetic's noise.
pub fn exceeds(burn: f64, factor: f64) -> bool {
    burn > factor * (1.0 + 1e-9)
}

/// What one SLO's counts say.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// `ok`, `no_data`, `low_traffic` or `partial`: the first that fits.
    pub data: &'static str,
    /// Error budget left, percent; may be negative.
    pub remaining_percent: Option<f64>,
    /// Burn over the seven windows, in the order of [`Window::ALL`].
    pub burn: [Option<f64>; 7],
    /// What each of [`PAIRS`] says; none where a window has no data or too little traffic.
    pub pairs: [Option<bool>; 4],
    /// Seconds until nothing is left at the 1 h burn; 0 when nothing is left, none when nothing burns.
    pub exhausted_in_s: Option<f64>,
}

impl Reading {
    /// Nothing has been counted.
    pub const NONE: Self =
        Self { data: "no_data", remaining_percent: None, burn: [None; 7], pairs: [None; 4], exhausted_in_s: None };

    /// Reads an SLO's counts.
    pub fn of(counts: &SloCounts, objective_percent: f64, window_s: u64, min_events: u64) -> Self {
        // Without a single event there is no verdict, however few the team would accept.
        let floor = min_events.max(1) as f64;
        let burn = counts.windows.map(|count| burn(&count, objective_percent));
        let heard = counts.windows.map(|count| count.total.is_some_and(|total| total >= floor));
        let pairs = PAIRS.map(|pair| {
            let (long, short) = (index(pair.long), index(pair.short));
            let factor = pair.factor(window_s);
            match (heard[long] && heard[short], burn[long], burn[short]) {
                (true, Some(l), Some(s)) => Some(exceeds(l, factor) && exceeds(s, factor)),
                _ => None,
            }
        });
        let remaining =
            error_ratio(&counts.whole).and_then(|ratio| Some(100.0 * (1.0 - ratio / budget_ratio(objective_percent)?)));
        let exhausted_in_s = match (remaining, burn[index(Window::H1)]) {
            (Some(left), _) if left <= 0.0 => Some(0.0),
            (Some(left), Some(burn)) if burn > 0.0 => Some(left / 100.0 * window_s as f64 / burn),
            _ => None,
        };
        let data = if counts.windows[index(Window::H1)].total.is_none() {
            "no_data"
        } else if heard.contains(&false) {
            "low_traffic"
        } else if counts.whole.partial || counts.whole.total.is_none() || burn.contains(&None) {
            "partial"
        } else {
            "ok"
        };
        Self { data, remaining_percent: remaining, burn, pairs, exhausted_in_s }
    }

    /// The pairs whose verdict is as asked, a bit each in the order of [`PAIRS`].
    pub fn bits(&self, asked: impl Fn(Option<bool>) -> bool) -> u8 {
        self.pairs.iter().enumerate().filter(|(_, fires)| asked(**fires)).fold(0, |bits, (i, _)| bits | 1 << i)
    }

    /// The pairs of which both windows burn faster than the factor less the margin, a bit each: those that fire, and
    /// those that have not cleared if they fired before.
    pub fn near(&self, window_s: u64) -> u8 {
        let near = |(pair, fires): (&Pair, Option<bool>)| {
            let clear = pair.factor(window_s) * (1.0 - MARGIN);
            let over = |w: Window| self.burn[index(w)].is_some_and(|burn| exceeds(burn, clear));
            fires.is_some() && over(pair.long) && over(pair.short)
        };
        let pairs = PAIRS.iter().zip(self.pairs).enumerate().filter(|(_, pair)| near(*pair));
        pairs.fold(0, |bits, (i, _)| bits | 1 << i)
    }

    /// The names of the pairs that fire, of these bits; none where nothing is known to fire and a pair has no verdict.
    pub fn firing(&self, bits: u8) -> Option<Vec<&'static str>> {
        (bits != 0 || !self.pairs.contains(&None)).then(|| pairs(bits).map(|pair| pair.name).collect())
    }

    /// Of these pairs the one that is furthest over its factor (as a ratio), with its long window's burn and the factor;
    /// none where no burn is known.
    pub fn worst(&self, bits: u8, window_s: u64) -> Option<(&'static Pair, f64, f64)> {
        let over = |&(_, burn, factor): &(&Pair, f64, f64)| burn / factor;
        pairs(bits)
            .filter_map(|pair| Some((pair, self.burn[index(pair.long)]?, pair.factor(window_s))))
            .reduce(|worst, next| if over(&next) > over(&worst) { next } else { worst })
    }
}

/// The pairs of these bits, the most urgent first.
pub fn pairs(bits: u8) -> impl Iterator<Item = &'static Pair> + use<> {
    PAIRS.iter().enumerate().filter(move |(i, _)| bits & (1 << i) != 0).map(|(_, pair)| pair)
}

/// The worst level of these pairs: critical for a page, a warning for a ticket, in order for none.
pub fn level_of(bits: u8) -> Level {
    pairs(bits).map(|pair| pair.level).max().unwrap_or_default()
}
