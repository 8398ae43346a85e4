//! The line of times below a chart, in UTC.

use jiff::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Steps between two times, seconds.
const STEPS: [i64; 19] = [
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    365 * DAY,
];

/// Columns from the beginning of one time to that of the next, at least.
const APART: i64 = 9;

/// Times at even distances, each beginning where it is.
pub(super) fn line(from: Timestamp, to: Timestamp, columns: usize) -> String {
    let (first, last) = (from.as_second(), to.as_second());
    let span = (last - first).max(1);
    let width = i64::try_from(columns).unwrap_or(i64::MAX).min(10_000);
    let fits = |step: &i64| step.saturating_mul(width) / span >= APART;
    let step = STEPS.into_iter().find(fits).unwrap_or_else(|| STEPS[STEPS.len() - 1].max(span));
    let mut out = String::new();
    let mut at = first.div_euclid(step).saturating_mul(step);
    while at <= last {
        let column = usize::try_from((at - first).saturating_mul(width) / span).unwrap_or(0);
        let text = label(at, step, span);
        if at >= first && column + text.len() <= columns && (out.is_empty() || out.len() + 2 <= column) {
            out.push_str(&" ".repeat(column - out.len()));
            out.push_str(&text);
        }
        at = at.saturating_add(step);
    }
    out
}

/// `19:10`, or `Nov 18` where the steps are days or the day begins.
fn label(at: i64, step: i64, span: i64) -> String {
    let Ok(time) = Timestamp::from_second(at) else { return String::new() };
    let midnight = at.rem_euclid(DAY) == 0;
    let format = if step >= DAY || (midnight && span >= DAY) { "%b %-d" } else { "%H:%M" };
    time.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stand_at_even_distances() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let hours = line(at("2026-11-20T18:30:00Z"), at("2026-11-20T19:30:00Z"), 54);
        assert_eq!(hours, "18:30    18:40    18:50    19:00    19:10    19:20");
        let month = line(at("2026-10-21T19:30:00Z"), at("2026-11-20T19:30:00Z"), 60);
        assert_eq!(month, "    Oct 24    Oct 29    Nov 3     Nov 8     Nov 13    Nov 18");
        let days = line(at("2026-11-19T07:00:00Z"), at("2026-11-20T19:00:00Z"), 40);
        assert_eq!(days, "     12:00        Nov 20        12:00");
    }
}
