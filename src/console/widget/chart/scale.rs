//! From values to heights: linear, or bent where a peak would press everything that matters into the lowest line.

/// A peak this many times over the highest limit bends the scale.
const PEAK: f64 = 3.0;

/// From values to heights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// Below this value the scale is all but linear, above it logarithmic.
    bend: Option<f64>,
}

impl Scale {
    /// A scale on which all values and limits have room.
    pub(super) fn around(values: impl Iterator<Item = f64>, limits: &[f64]) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.chain(limits.iter().copied()).filter(|v| v.is_finite()) {
            // Beyond this the differences are beyond what a float can hold.
            let value = value.clamp(-1e15, 1e15);
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let limit = limits.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
        let bend = (low >= 0.0 && limit > 0.0 && high > PEAK * limit).then(|| limits_floor(limits));
        let step = nice((high - low).max(high.abs().max(low.abs()) * 1e-9).max(1e-9) / 8.0);
        // A little air above the highest, so that a limit that is the highest is not the border.
        let high = if bend.is_some() { high } else { (high / step).ceil() * step };
        let low = (low / step).floor() * step;
        Self { low: if bend.is_some() { 0.0 } else { low }, high: if high > low { high } else { low + step }, bend }
    }

    /// Where a value stands between the lowest, 0, and the highest, 1.
    fn share(&self, value: f64) -> f64 {
        let share = match self.bend {
            None => (value - self.low) / (self.high - self.low),
            Some(bend) => (value / bend).asinh() / (self.high / bend).asinh(),
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The dot of a value, counted from below.
    pub(super) fn dot(&self, value: f64, dots: usize) -> usize {
        super::to_dot(self.share(value), dots)
    }

    /// The value of a dot.
    pub(super) fn value(&self, dot: usize, dots: usize) -> f64 {
        let share = dot as f64 / dots.saturating_sub(1).max(1) as f64;
        match self.bend {
            None => self.low + share * (self.high - self.low),
            Some(bend) => bend * (share * (self.high / bend).asinh()).sinh(),
        }
    }

    /// The row of a value, counted from above.
    pub(super) fn row(&self, value: f64, rows: usize) -> usize {
        rows.saturating_sub(1).saturating_sub(self.dot(value, rows * 4) / 4)
    }

    /// Which rows have a label, and the value there: the limits first, then the ends, then even steps, as far as they
    /// do not stand in each other's row.
    pub(super) fn ticks(&self, rows: usize, limits: &[f64]) -> Vec<(usize, f64)> {
        let mut out: Vec<(usize, f64)> = Vec::new();
        let mut add = |value: f64, apart: usize| {
            let row = self.row(value, rows);
            if out.iter().all(|(other, _)| other.abs_diff(row) >= apart) {
                out.push((row, value));
            }
        };
        // The highest of two limits in one row: whatever is above it is above both.
        let mut limits: Vec<f64> = limits.iter().copied().filter(|v| v.is_finite()).collect();
        limits.sort_by(|a, b| b.total_cmp(a));
        for limit in limits {
            add(limit, 1);
        }
        add(self.low, 1);
        add(self.high, 1);
        if self.bend.is_none() && rows >= 5 {
            let step = nice((self.high - self.low) / 4.0);
            let first = (self.low / step).ceil() * step;
            for value in (0..8).map(|i| first + step * f64::from(i)).filter(|v| *v < self.high) {
                add(value, 2);
            }
        }
        out
    }
}

/// Where a bent scale begins to bend: at the lowest limit above zero.
fn limits_floor(limits: &[f64]) -> f64 {
    limits.iter().copied().filter(|v| *v > 0.0 && v.is_finite()).fold(f64::INFINITY, f64::min).min(1e15)
}

/// The next of 1, 2, 2.5, 5, 10, 20 … that is not below a number.
fn nice(least: f64) -> f64 {
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let ten = 10_f64.powf(least.log10().floor());
    let found = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|n| n * ten).find(|n| *n >= least * (1.0 - 1e-9));
    found.unwrap_or(10.0 * ten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbers_that_people_count_in() {
        for (least, want) in [(0.3, 0.5), (1.0, 1.0), (2.1, 2.5), (26.0, 50.0), (0.0, 1.0), (f64::NAN, 1.0)] {
            assert!((nice(least) - want).abs() < 1e-12, "{least} gave {}", nice(least));
        }
    }

    #[test]
    fn a_peak_does_not_hide_the_limits() {
        let limits = [14.4, 6.0, 3.0, 1.0];
        let scale = Scale::around([0.0, 700.0].into_iter(), &limits);
        let rows: Vec<usize> = limits.iter().map(|l| scale.row(*l, 10)).collect();
        assert!(rows.windows(2).all(|w| w[0] < w[1]), "each has a row of its own: {rows:?}");
        assert_eq!((scale.row(0.0, 10), scale.row(700.0, 10)), (9, 0));
    }
}
