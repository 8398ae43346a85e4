//! What single values of our files mean: names, account ids, regions, percentages, durations.

use toml::de::DeValue;

use super::reading::{Reading, Value, Wrong, found};
use super::words::did_you_mean;

/// Regions as of November 2026, to guess what was meant; a region of the same form that is not here is taken as it is.
const REGIONS: [&str; 36] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "ca-west-1",
    "mx-central-1",
    "sa-east-1",
    "eu-central-1",
    "eu-central-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "ap-east-1",
    "ap-east-2",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "me-south-1",
    "me-central-1",
    "il-central-1",
    "af-south-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "cn-north-1",
];

/// The words for directions of which region names are made.
const DIRECTIONS: [&str; 9] =
    ["north", "south", "east", "west", "central", "northeast", "southeast", "northwest", "southwest"];

/// Text as it stands.
pub fn string(value: Value<'_>) -> Reading<String> {
    match value.get() {
        DeValue::String(text) => Ok(text.to_string()),
        other => Err(Wrong::new(format!("{} where text belongs", found(other)), "text, in quotes")),
    }
}

/// Text with something in it.
pub fn text(value: Value<'_>) -> Reading<String> {
    let text = string(value)?;
    if text.trim().is_empty() {
        return Err(Wrong::new("this is empty", "some text"));
    }
    Ok(text)
}

/// `true` or `false`.
pub fn boolean(value: Value<'_>) -> Reading<bool> {
    match value.get() {
        DeValue::Boolean(value) => Ok(*value),
        DeValue::String(text) if matches!(text.as_ref(), "true" | "false") => {
            Err(Wrong::new("text where true or false belongs", "without quotes"))
        }
        other => Err(Wrong::new(format!("{} where true or false belongs", found(other)), "true or false")),
    }
}

/// A whole number of at least `least`.
pub fn whole(least: u64, most: u64) -> impl Fn(Value<'_>) -> Reading<u64> {
    move |value| {
        let DeValue::Integer(integer) = value.get() else {
            return Err(Wrong::new(format!("{} where a whole number belongs", found(value.get())), "a whole number"));
        };
        let expected = || format!("a whole number from {least} to {most}");
        let read = i128::from_str_radix(integer.as_str(), integer.radix())
            .map_err(|_| Wrong::new("this number is too large", expected()))?;
        u64::try_from(read)
            .ok()
            .filter(|n| (least..=most).contains(n))
            .ok_or_else(|| Wrong::new(format!("{read} is out of range"), expected()))
    }
}

/// A finite number, with or without a point.
pub fn number(value: Value<'_>) -> Reading<f64> {
    let read = match value.get() {
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|whole| whole as f64)
        }
        DeValue::Float(float) => float.as_str().parse().ok(),
        other => {
            return Err(Wrong::new(format!("{} where a number belongs", found(other)), "a number, without quotes"));
        }
    };
    read.filter(|n: &f64| n.is_finite())
        .ok_or_else(|| Wrong::new("this is no number to reckon with", "a finite number"))
}

/// A number above zero.
pub fn positive(value: Value<'_>) -> Reading<f64> {
    let read = number(value)?;
    if read > 0.0 { Ok(read) } else { Err(Wrong::new(format!("{read} is out of range"), "a number above 0")) }
}

/// A number of at least zero.
pub fn not_negative(value: Value<'_>) -> Reading<f64> {
    let read = number(value)?;
    if read >= 0.0 { Ok(read) } else { Err(Wrong::new(format!("{read} is negative"), "a number from 0")) }
}

/// A dozen digits, in quotes (a number would lose its leading zeros).
pub fn account_id(value: Value<'_>) -> Reading<String> {
    let expected = "twelve digits, in quotes";
    match value.get() {
        DeValue::String(text) if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) => Ok(text.to_string()),
        DeValue::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
            Err(Wrong::new(format!("an account id has twelve digits, this has {}", text.len()), expected))
        }
        DeValue::String(text) if text.chars().filter(char::is_ascii_digit).count() == 12 => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            Err(Wrong::new("an account id has nothing but digits", expected).help(format!("write \"{digits}\"")))
        }
        DeValue::String(_) => Err(Wrong::new("this is no account id", expected)),
        DeValue::Integer(integer) => Err(Wrong::new("an account id without quotes loses its leading zeros", expected)
            .help(format!("write \"{:0>12}\"", integer.as_str()))),
        other => Err(Wrong::new(format!("{} where an account id belongs", found(other)), expected)),
    }
}

/// An AWS region.
pub fn region(value: Value<'_>) -> Reading<String> {
    let text = string(value)?;
    let parts: Vec<&str> = text.split('-').collect();
    let sound = match parts.as_slice() {
        [area, middle @ .., direction, number] => {
            area.len() == 2
                && std::iter::once(area)
                    .chain(middle)
                    .all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase()))
                && DIRECTIONS.contains(direction)
                && (1..=2).contains(&number.len())
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    };
    if sound {
        return Ok(text);
    }
    let wrong = Wrong::new(format!("`{text}` does not look like a region"), "a region such as \"us-east-1\"");
    let zone = text.strip_suffix(|c: char| c.is_ascii_lowercase()).filter(|r| REGIONS.contains(r));
    Err(wrong.meant(zone.or_else(|| did_you_mean(&text, REGIONS))))
}

/// A role's ARN.
pub fn role_arn(value: Value<'_>) -> Reading<String> {
    let text = string(value)?;
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let sound = match parts.as_slice() {
        ["arn", partition, "iam", "", account, resource] => {
            partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
        }
        _ => false,
    };
    if sound {
        return Ok(text);
    }
    let wrong = Wrong::new("this is not the ARN of a role", "such as \"arn:aws:iam::111122223333:role/NAME\"");
    Err(if text.contains(":assumed-role/") {
        wrong.help("give the role itself, not a session of it: arn:aws:iam::ACCOUNT:role/NAME")
    } else {
        wrong
    })
}

/// An `http://` or `https://` URL without a query.
pub fn url(value: Value<'_>) -> Reading<String> {
    let text = string(value)?;
    if is_url(&text) {
        Ok(text)
    } else {
        Err(Wrong::new("this is not the URL of a server", "such as \"http://127.0.0.1:9090\""))
    }
}

/// Whether a text is an `http://` or `https://` URL with a host and without a query.
pub fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#'))
}

/// Seconds of a duration such as `30s`, `15m`, `4h`, `30d` or `4w`; parts may follow each other, as in `1h30m`.
pub fn duration_s(value: Value<'_>) -> Reading<u64> {
    let text = string(value)?;
    seconds(&text).filter(|s| *s > 0).ok_or_else(|| {
        Wrong::new(format!("`{text}` is no duration"), "a whole number and s, m, h, d or w, such as \"15m\" or \"30d\"")
    })
}

/// Seconds of a duration that may be `0s`: how long to wait for something.
pub fn delay_s(value: Value<'_>) -> Reading<u64> {
    let text = string(value)?;
    seconds(&text).filter(|_| !text.is_empty()).ok_or_else(|| {
        Wrong::new(format!("`{text}` is no duration"), "a whole number and s, m, h or d, such as \"90s\" or \"5m\"")
    })
}

/// An instant, as RFC 3339 has it.
pub fn instant(value: Value<'_>) -> Reading<jiff::Timestamp> {
    let expected = "an instant such as \"2026-11-22T08:00:00Z\"";
    let text = match value.get() {
        DeValue::Datetime(datetime) => datetime.to_string(),
        _ => string(value)?,
    };
    text.parse().map_err(|_| Wrong::new(format!("`{text}` is no instant"), expected))
}

fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let amount: u64 = rest[..digits].parse().ok()?;
        let unit = match rest[digits..].chars().next()? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(amount.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("30s", Some(30)),
            ("15m", Some(900)),
            ("1h30m", Some(5_400)),
            ("30d", Some(2_592_000)),
            ("4w", Some(2_419_200)),
            ("", Some(0)),
            ("30", None),
            ("d", None),
            ("1.5h", None),
            ("-1d", None),
            ("30 d", None),
            ("1é", None),
            ("99999999999999999999d", None),
            ("9999999999999999999w", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
