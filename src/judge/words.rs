//! How numbers, spans and times are said in sentences: rounded for people, never for programs.

use jiff::{Timestamp, tz::TimeZone};

/// A number with thousands separators and as many decimals as it needs to be read: `1,400`, `83.1`, `0.25`.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let decimals = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 0.1 || v == 0.0 => 2,
        _ => 4,
    };
    grouped(value, decimals, true)
}

/// A threshold, as exact as the team wrote it: `14.4`, `13.44`, `1,000`.
pub fn threshold(value: f64) -> String {
    grouped(value, 4, true)
}

/// A value and its unit: `1,400 ms`, `83.1 %`, `14.6×`, `5 /h`, `2`.
pub fn measure(value: f64, unit: &str) -> String {
    with_unit(number(value), unit)
}

/// A number that is already words, and its unit.
pub fn with_unit(number: String, unit: &str) -> String {
    match unit {
        "" => number,
        "x" => number + "×",
        unit => format!("{number} {unit}"),
    }
}

/// US dollars: `$3,000`, `$0.04`.
pub fn usd(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}${}", grouped(value.abs(), if value.abs() >= 100.0 { 0 } else { 2 }, false))
}

/// A count and its noun: `1 pod`, `10,000 pods`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n as f64, 0, true), if n == 1 { one } else { many })
}

/// A span of time in its two largest units: `45 s`, `4 min`, `2 h 5 min`, `1 d 6 h`.
pub fn span(seconds: i64) -> String {
    let s = seconds.max(0);
    let two = |big: i64, unit: &str, small: i64, rest: &str| match small {
        0 => format!("{big} {unit}"),
        small => format!("{big} {unit} {small} {rest}"),
    };
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        3_600..86_400 => two(s / 3_600, "h", s % 3_600 / 60, "min"),
        86_400..=8_640_000 => two(s / 86_400, "d", s % 86_400 / 3_600, "h"),
        _ => format!("{} d", s / 86_400),
    }
}

/// A span of fractional seconds, rounded down.
pub fn span_f64(seconds: f64) -> String {
    #[allow(clippy::cast_possible_truncation, reason = "a cast of a float saturates, which is what is wanted")]
    let whole = seconds as i64;
    span(whole)
}

/// How long ago an instant was; `0 s` for one to come.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    span(now.duration_since(at).as_secs())
}

/// A time of day, UTC, with its date once it is not today: `19:12`, `Nov 19 19:12`.
pub fn time(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    let format = if at.date() == now.date() { "%H:%M" } else { "%b %-d %H:%M" };
    at.strftime(format).to_string()
}

/// A time of day to the second, UTC, with its date once it is not today.
pub fn second(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    let format = if at.date() == now.date() { "%H:%M:%S" } else { "%b %-d %H:%M:%S" };
    at.strftime(format).to_string()
}

/// Words in a row: `a`, `a and b`, `a, b and c`, `a, b and 3 more`.
pub fn list(words: &[String], at_most: usize) -> String {
    let shown = words.len().min(at_most.max(1));
    let more = words.len() - shown;
    let (head, last) = if more > 0 {
        (&words[..shown], Some(format!("{more} more")))
    } else {
        let (last, head) = match words.split_last() {
            Some((last, head)) => (Some(last.clone()), head),
            None => (None, words),
        };
        (head, last)
    };
    match (head.is_empty(), last) {
        (_, None) => String::new(),
        (true, Some(last)) => last,
        (false, Some(last)) => format!("{} and {last}", head.join(", ")),
    }
}

/// Digits in groups of three, rounded to some decimals; trailing zeros go where they say nothing.
fn grouped(value: f64, decimals: usize, trim: bool) -> String {
    let plain = format!("{value:.decimals$}");
    let (sign, plain) = match plain.strip_prefix('-') {
        Some(rest) if rest.bytes().any(|b| (b'1'..=b'9').contains(&b)) => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let fraction = if trim { fraction.trim_end_matches('0') } else { fraction };
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_for_people() {
        for (value, words) in [
            (0.0, "0"),
            (0.04, "0.04"),
            (-0.000_01, "0"),
            (14.6, "14.6"),
            (83.0, "83"),
            (999.6, "1,000"),
            (10_000.0, "10,000"),
            (-1_234.5, "-1,234"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(number(value), words);
        }
        assert_eq!(usd(3_000.0), "$3,000");
        assert_eq!(usd(0.04), "$0.04");
        assert_eq!(usd(12.5), "$12.50");
        assert_eq!(threshold(13.44), "13.44");
        assert_eq!(measure(14.6, "x"), "14.6×");
        assert_eq!(count(1, "pod", "pods"), "1 pod");
        assert_eq!(count(10_000, "pod", "pods"), "10,000 pods");
    }

    #[test]
    fn spans_have_two_units() {
        for (seconds, words) in [
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (7_500, "2 h 5 min"),
            (110_958, "1 d 6 h"),
            (86_400, "1 d"),
            (8_726_400, "101 d"),
        ] {
            assert_eq!(span(seconds), words);
        }
    }

    #[test]
    fn lists_say_how_many_more() {
        let words: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        assert_eq!(list(&words[..0], 3), "");
        assert_eq!(list(&words[..1], 3), "a");
        assert_eq!(list(&words[..3], 3), "a, b and c");
        assert_eq!(list(&words, 2), "a, b and 2 more");
    }
}
