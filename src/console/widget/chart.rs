//! A line over time, drawn in Braille dots: a labelled axis, lines at thresholds, an ideal to hold it against.
//!
//! ```text
//!     20 ┤                              ⣀⡠⠤⠒⠒
//!   14.4 ┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⡠⠔⠉╌╌╌╌╌╌╌ page
//!      6 ┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⢀⡠⠒⠁╌╌╌╌╌╌╌╌╌
//!      0 ┤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀   ⣀⣀⣀⣀⣀⣀⠔⠁               a gap stays a gap
//!    UTC  18:30         18:50         19:10
//! ```

mod canvas;
mod clock;
mod scale;

use jiff::Timestamp;

use self::canvas::Canvas;
use self::scale::Scale;
use super::words::Words;
use crate::console::theme::Role;

/// A value at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// The value; one that is not finite is a gap.
    pub value: f64,
}

/// A horizontal line: a threshold, a factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Where it is.
    pub value: f64,
    /// A word for it, to its right where there is room.
    pub label: String,
}

/// A span of values in which the line means something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone {
    /// From this value on,
    pub from: f64,
    /// up to this one,
    pub to: f64,
    /// the line looks like this.
    pub role: Role,
}

/// A line over time.
#[derive(Debug, Clone)]
pub struct Chart {
    /// The first instant that is shown.
    pub from: Timestamp,
    /// The last one.
    pub to: Timestamp,
    /// The points, in order of time.
    pub points: Vec<Point>,
    /// Points further apart than so many seconds are not joined: between them nothing is known.
    pub join_s: i64,
    /// Lines at thresholds.
    pub limits: Vec<Limit>,
    /// The value that would be ideal at the first instant and at the last.
    pub ideal: Option<(f64, f64)>,
    /// Where the line means something; the last that fits counts.
    pub zones: Vec<Zone>,
    /// Values that are shown in any case, such as 0 and 100.
    pub shown: (f64, f64),
    /// Writes a value beside the axis, its unit with it.
    pub write: fn(f64) -> String,
    /// So many lines high, the line of times not counted.
    pub rows: usize,
    /// What is said in place of it while there is no point.
    pub empty: String,
}

/// The narrowest plot that still shows a course.
const NARROWEST: usize = 8;
/// From so many columns on the limits have their labels to the right.
const LABELLED: usize = 56;

impl Chart {
    /// The chart as lines of at most so many columns.
    pub fn lines(&self, columns: usize) -> Vec<Words> {
        let drawn = |p: &&Point| p.value.is_finite() && p.at >= self.from && p.at <= self.to;
        if !self.points.iter().any(|p| drawn(&p)) {
            return if columns == 0 { Vec::new() } else { Words::dim(&self.empty).wrap(columns) };
        }
        let values = self.points.iter().filter(drawn).map(|p| p.value);
        let ideal = self.ideal.into_iter().flat_map(|(a, b)| [a, b]);
        let limits: Vec<f64> = self.limits.iter().map(|l| l.value).filter(|v| v.is_finite()).collect();
        let scale = Scale::around(values.chain(ideal).chain([self.shown.0, self.shown.1]), &limits);
        let ticks = scale.ticks(self.rows, &limits);
        let labels: Vec<(usize, String)> = ticks.iter().map(|(row, value)| (*row, (self.write)(*value))).collect();
        let gutter = labels.iter().map(|(_, text)| crate::gate::width(text)).max().unwrap_or(0).max(3);
        let named = if columns >= LABELLED { self.named(&scale) } else { Vec::new() };
        let beside = named.iter().map(|(_, text)| crate::gate::width(text) + 1).max().unwrap_or(0);
        let Some(width) = columns.checked_sub(gutter + 2 + beside).filter(|w| *w >= NARROWEST && self.rows >= 2) else {
            return Words::dim(self.in_words()).wrap(columns.max(1));
        };
        let plot = self.plot(&scale, width);
        let mut out = Vec::with_capacity(self.rows + 1);
        for row in 0..self.rows {
            let label = labels.iter().find(|(at, _)| *at == row).map(|(_, text)| text.as_str());
            let limited = self.limits.iter().any(|l| scale.row(l.value, self.rows) == row);
            let axis = match (label, limited) {
                (Some(_), true) => "┼",
                (Some(_), false) => "┤",
                (None, _) => "│",
            };
            let text = format!("{:>gutter$} ", label.unwrap_or_default());
            let mut line = Words::dim(text).and(Role::Axis, axis).then(plot.line(row));
            if let Some((_, name)) = named.iter().find(|(at, _)| *at == row) {
                line = line.and(Role::Dim, format!(" {name}"));
            }
            out.push(line);
        }
        out.push(Words::dim(format!("{:>gutter$}  {}", "UTC", clock::line(self.from, self.to, width))));
        out
    }

    /// The dots of the line, of the ideal and of the limits.
    fn plot(&self, scale: &Scale, width: usize) -> Canvas {
        let mut canvas = Canvas::new(width, self.rows);
        let (across, up) = canvas.dots();
        let span = self.to.duration_since(self.from).as_secs_f64().max(1.0);
        let place = |at: Timestamp| at.duration_since(self.from).as_secs_f64() / span;
        let height = |value: f64| scale.dot(value, up);
        for limit in self.limits.iter().filter(|l| l.value.is_finite()) {
            canvas.rule(scale.row(limit.value, self.rows), "╌", Role::Threshold);
        }
        if let Some((first, last)) = self.ideal {
            for column in 0..width {
                let share = (column as f64 + 0.5) / width as f64;
                canvas.mark(column, scale.row(first + (last - first) * share, self.rows), "·", Role::Ideal);
            }
        }
        let looks = |value: f64| {
            let zone = self.zones.iter().rfind(|z| value >= z.from && value <= z.to);
            zone.map_or(Role::Chart, |z| z.role)
        };
        let mut before: Option<(Timestamp, usize, f64)> = None;
        for point in &self.points {
            let share = place(point.at);
            if !point.value.is_finite() || !(0.0..=1.0).contains(&share) {
                before = None;
                continue;
            }
            let x = to_dot(share, across);
            let joined = before.filter(|(at, ..)| point.at.duration_since(*at).as_secs() <= self.join_s);
            let (from_x, from_value) = joined.map_or((x, point.value), |(_, x, value)| (x, value));
            let mut y = height(from_value);
            for step in from_x..=x {
                let share = if x == from_x { 1.0 } else { (step - from_x) as f64 / (x - from_x) as f64 };
                let value = from_value + (point.value - from_value) * share;
                let next = height(value);
                canvas.stroke(step, y, next, |dot| looks(if dot == next { value } else { scale.value(dot, up) }));
                y = next;
            }
            before = Some((point.at, x, point.value));
        }
        canvas
    }

    /// The names of the limits by row, those of one row together.
    fn named(&self, scale: &Scale) -> Vec<(usize, String)> {
        let mut out: Vec<(usize, String)> = Vec::new();
        for limit in self.limits.iter().filter(|l| !l.label.is_empty() && l.value.is_finite()) {
            let row = scale.row(limit.value, self.rows);
            match out.iter_mut().find(|(at, _)| *at == row) {
                Some((_, text)) => *text = format!("{text}, {}", limit.label),
                None => out.push((row, limit.label.clone())),
            }
        }
        out
    }

    /// What is said where there is no room for a picture.
    fn in_words(&self) -> String {
        let values = || self.points.iter().map(|p| p.value).filter(|v| v.is_finite());
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let last = values().next_back().map(self.write).unwrap_or_default();
        format!("from {} to {}, last {last}", (self.write)(low), (self.write)(high))
    }
}

/// A share of the width as a dot of it.
fn to_dot(share: f64, dots: usize) -> usize {
    // Between 0 and the number of dots, so nothing is lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the line itself")]
    let dot = (share.clamp(0.0, 1.0) * dots.saturating_sub(1) as f64).round() as usize;
    dot
}

#[cfg(test)]
mod tests;
