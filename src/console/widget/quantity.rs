//! Numbers as people read them: exact counts with thousands separators, units said, unknown never shown as 0.

use jiff::Timestamp;

use crate::judge::words::{decimals, group, trimmed};

/// What sentences say, cells say too.
pub use crate::judge::words::{UNKNOWN, known, time as moment, usd};

/// A count, exact, with thousands separators: `10,000`.
pub fn count(n: impl TryInto<u64>) -> String {
    n.try_into().map_or_else(|_| UNKNOWN.to_owned(), |n| group(&n.to_string()))
}

/// A count and its noun, `1 pod`, `10,000 pods`; the plural is the singular and an `s`.
pub fn counted(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Percent: whole from 10 on, one decimal below, so that little is not shown as nothing.
pub fn percent(value: f64) -> String {
    if value.is_finite() { format!("{} %", percent_digits(value)) } else { UNKNOWN.to_owned() }
}

/// The digits of [`percent`], for a column that says the unit once.
fn percent_digits(value: f64) -> String {
    if value == 0.0 || value.abs() >= 9.95 { decimals(value, 0) } else { decimals(value, 1) }
}

/// Milliseconds: `22 ms`, `1,400 ms`; one decimal below 10.
pub fn millis(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let places = usize::from(value != 0.0 && value.abs() < 9.95);
    format!("{} ms", decimals(value, places))
}

/// A burn rate as a multiple of what the objective allows: `14.6`; whole from 100 on.
pub fn burn(value: f64) -> String {
    if value.is_finite() { decimals(value, usize::from(value.abs() < 99.95)) } else { UNKNOWN.to_owned() }
}

/// Aurora capacity units: `6.5 ACU`.
pub fn acu(value: f64) -> String {
    if value.is_finite() { format!("{} ACU", plain(value)) } else { UNKNOWN.to_owned() }
}

/// Bytes in binary units: `512 MiB`, `1.9 GiB`.
pub fn bytes(value: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    if !value.is_finite() || value < 0.0 {
        return UNKNOWN.to_owned();
    }
    let (mut rest, mut unit) = (value, 0);
    while rest >= 1_024.0 && unit + 1 < UNITS.len() {
        rest /= 1_024.0;
        unit += 1;
    }
    let places = usize::from(unit > 0 && rest < 9.95);
    format!("{} {}", decimals(rest, places), UNITS[unit])
}

/// A number without needless decimals: `99.9`, `99`, `0.5`; two decimals at most, three from 99.9 on, as objectives have.
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let places = if (99.9..100.0).contains(&value) { 3 } else { 2 };
    trimmed(value, places)
}

/// A span of time, rounded down: `12 s`, `4 min`, `2 h`, `1 d 6 h`, `12 d`.
pub fn span(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min", s / 60),
        s @ 3_600..86_400 => format!("{} h", s / 3_600),
        s => match (s / 86_400, s % 86_400 / 3_600) {
            (days, hours) if days < 10 && hours > 0 => format!("{days} d {hours} h"),
            (days, _) => format!("{} d", count(days)),
        },
    }
}

/// A span given as a number that may be huge.
pub fn span_of(seconds: f64) -> String {
    // Beyond a thousand years the number says nothing; the cast saturates.
    #[allow(clippy::cast_possible_truncation, reason = "a span is bounded to what fits before it is cast")]
    if seconds.is_finite() { span(seconds.clamp(0.0, 3.0e10) as i64) } else { UNKNOWN.to_owned() }
}

/// How long ago something was, as a [`span`]; what lies in the future is `0 s`.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    span(now.duration_since(at).as_secs())
}

/// How old a fact is, no finer than minutes: `< 1 min`, `4 min`. For what is renewed all the time, so that a fresh
/// screen stands still.
pub fn freshness(at: Timestamp, now: Timestamp) -> String {
    match now.duration_since(at).as_secs() {
        ..60 => "< 1 min".to_owned(),
        seconds => span(seconds),
    }
}

/// How long until something, as a [`span`].
pub fn until(at: Timestamp, now: Timestamp) -> String {
    span(at.duration_since(now).as_secs())
}

/// The wall clock in UTC, with seconds: `19:30:12Z`. Always nine columns.
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_are_exact() {
        for (n, want) in [(0_u64, "0"), (999, "999"), (1_000, "1,000"), (10_000, "10,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), want);
        }
        assert_eq!(counted(1, "pod"), "1 pod");
        assert_eq!(counted(10_000, "pod"), "10,000 pods");
    }

    #[test]
    fn money() {
        for (amount, want) in [
            (0.04, "$0.04"),
            (0.0, "$0.00"),
            (99.99, "$99.99"),
            (99.999, "$100"),
            (3_000.0, "$3,000"),
            (1_234_567.89, "$1,234,568"),
            (-5.0, "-$5.00"),
            (-0.001, "$0.00"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(usd(amount), want);
        }
    }

    #[test]
    fn shares_delays_and_rates() {
        for (value, want) in [
            (62.4, "62 %"),
            (4.25, "4.2 %"),
            (9.96, "10 %"),
            (0.0, "0 %"),
            (0.4, "0.4 %"),
            (-12.6, "-13 %"),
            (1_234.0, "1,234 %"),
        ] {
            assert_eq!(percent(value), want);
        }
        for (value, want) in [(22.0, "22 ms"), (1_400.0, "1,400 ms"), (3.12, "3.1 ms"), (0.0, "0 ms")] {
            assert_eq!(millis(value), want);
        }
        for (value, want) in [(14.6, "14.6"), (0.04, "0.0"), (1_000.2, "1,000"), (f64::INFINITY, "–")] {
            assert_eq!(burn(value), want);
        }
        for (value, want) in [(6.5, "6.5 ACU"), (16.0, "16 ACU"), (0.5, "0.5 ACU")] {
            assert_eq!(acu(value), want);
        }
        for (value, want) in [(99.9, "99.9"), (99.95, "99.95"), (99.999, "99.999"), (99.0, "99"), (95.5, "95.5")] {
            assert_eq!(plain(value), want);
        }
        for (value, want) in [(512.0, "512 B"), (2_040_109_466.0, "1.9 GiB"), (536_870_912.0, "512 MiB")] {
            assert_eq!(bytes(value), want);
        }
    }

    #[test]
    fn spans_round_down() {
        for (seconds, want) in [
            (-5, "0 s"),
            (12, "12 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (7_200, "2 h"),
            (86_399, "23 h"),
            (86_400, "1 d"),
            (110_958, "1 d 6 h"),
            (12 * 86_400 + 7_200, "12 d"),
        ] {
            assert_eq!(span(seconds), want);
        }
        assert_eq!(span_of(f64::INFINITY), "–");
        assert_eq!(span_of(1e300), "347,222 d");
    }

    #[test]
    fn moments_name_the_day_once_it_is_another() {
        let now: Timestamp = "2026-11-20T19:30:12Z".parse().unwrap();
        let at = |text: &str| moment(text.parse().unwrap(), now);
        assert_eq!(clock(now), "19:30:12Z");
        assert_eq!(freshness(now, now), "< 1 min");
        assert_eq!(freshness("2026-11-20T19:26:12Z".parse().unwrap(), now), "4 min");
        assert_eq!(at("2026-11-20T19:12:59Z"), "19:12");
        assert_eq!(at("2026-11-18T09:05:00Z"), "Nov 18 09:05");
        assert_eq!(at("2025-01-02T09:05:00Z"), "2025-01-02 09:05");
    }

    proptest! {
        #[test]
        fn any_number_can_be_written(value in any::<f64>(), seconds in any::<i64>()) {
            for text in [usd(value), percent(value), millis(value), burn(value), acu(value), plain(value), bytes(value), span_of(value), span(seconds)] {
                prop_assert!(!text.is_empty() && !text.starts_with("-0 ") && text != "-0");
            }
        }

        #[test]
        fn separators_lose_nothing(n in any::<u64>()) {
            prop_assert_eq!(count(n).replace(',', ""), n.to_string());
        }
    }
}
