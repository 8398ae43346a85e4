//! How numbers, spans and times are said in sentences: rounded for people, never for programs.

use jiff::{SignedDuration, Timestamp};

/// What stands for a number that is not known.
pub const UNKNOWN: &str = "–";

/// A number that may not be known.
pub fn known<T>(value: Option<T>, write: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), write)
}

/// A number with thousands separators and as many decimals as it needs to be read: `1,400`, `83.1`, `0.25`.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let decimals = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 0.1 || v == 0.0 => 2,
        _ => 4,
    };
    trimmed(value, decimals)
}

/// A threshold, as exact as the team wrote it: `14.4`, `13.44`, `1,000`.
pub fn threshold(value: f64) -> String {
    trimmed(value, 4)
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

/// US dollars, cents below $100 and whole dollars from there on: `$3,000`, `$0.04`.
pub fn usd(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let sign = if value <= -0.005 { "-" } else { "" };
    let digits = if value.abs() < 99.995 { decimals(value.abs(), 2) } else { decimals(value.abs(), 0) };
    format!("{sign}${digits}")
}

/// A count and its noun: `1 pod`, `10,000 pods`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", group(&n.to_string()), if n == 1 { one } else { many })
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

/// A time of day, UTC, with its date once it is not today: `19:12`, `Nov 19 19:12`, and with the year once that tells.
pub fn time(at: Timestamp, now: Timestamp) -> String {
    dated(at, now, "%H:%M")
}

/// A time of day to the second, UTC, with its date as [`time`] has it.
pub fn second(at: Timestamp, now: Timestamp) -> String {
    dated(at, now, "%H:%M:%S")
}

fn dated(at: Timestamp, now: Timestamp, time: &str) -> String {
    let day = |t: Timestamp| t.strftime("%Y-%m-%d").to_string();
    let date = if day(at) == day(now) {
        ""
    } else if now.duration_since(at).abs() < SignedDuration::from_hours(24 * 300) {
        "%b %-d "
    } else {
        "%Y-%m-%d "
    };
    at.strftime(&format!("{date}{time}")).to_string()
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

/// A finite number with at most so many decimals, without those that say nothing.
pub fn trimmed(value: f64, places: usize) -> String {
    let text = decimals(value, places);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A finite number with so many decimals and thousands separators; never `-0`.
pub fn decimals(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let sign = if digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) { sign } else { "" };
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{dot}{fraction}", group(whole))
}

/// Whole digits in groups of three.
pub fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
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
