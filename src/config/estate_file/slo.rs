//! `[[slo]]`: an objective, its window, and where its events are counted.

mod sli;

use super::super::reading::{Reading, Section, Value, Wrong};
use super::super::value;
use super::Known;
use super::names::Names;
use crate::estate::{DeclaredSlo, Sli};

/// Fewer requests than this in a window say nothing about a ratio; where the file does not say otherwise.
const MIN_EVENTS: u64 = 100;

/// Rollouts are few, and each one counts.
const MIN_ROLLOUTS: u64 = 1;

/// The longest window: CloudWatch keeps points of an hour for 455 days.
const LONGEST_S: u64 = 455 * 86_400;

pub(super) fn read(section: &Section<'_>, names: &mut Names<'_>, known: &Known<'_>) -> Option<DeclaredSlo> {
    let name = names.claim(section);
    let service = section.required("service", value::text);
    let objective = section.required("objective", objective);
    let (window_s, window) = section.required("window", window);
    let min_events = section.optional("min_events", value::whole(0, u64::from(u32::MAX)));
    let sli =
        section.required_section("sli", "cloudwatch, prometheus or kubernetes").and_then(|s| sli::read(&s, known));
    section.close();
    let sli = sli?;
    let least = if matches!(sli, Sli::Rollouts { .. }) { MIN_ROLLOUTS } else { MIN_EVENTS };
    let min_events = min_events.unwrap_or(least);
    Some(DeclaredSlo { name, service, objective, window_s, window, min_events, sli })
}

fn objective(value: Value<'_>) -> Reading<f64> {
    let percent = value::number(value)?;
    let expected = "percent of good events, above 0 and below 100";
    if percent >= 100.0 {
        return Err(Wrong::new(format!("an objective of {percent} leaves no budget"), expected)
            .help("every single bad event would break it; say how many may be bad, such as 99.9"));
    }
    if percent <= 0.0 {
        return Err(Wrong::new(format!("an objective of {percent} asks for nothing"), expected));
    }
    Ok(percent)
}

fn window(value: Value<'_>) -> Reading<(u64, String)> {
    let text = value::string(value)?;
    let expected = "hours, days or weeks, such as \"30d\"";
    let whole = text
        .strip_suffix(['h', 'd', 'w'])
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    if !whole {
        return Err(Wrong::new(format!("`{text}` is no window"), expected));
    }
    let seconds = value::duration_s(value)?;
    if (3_600..=LONGEST_S).contains(&seconds) {
        return Ok((seconds, text));
    }
    Err(Wrong::new(format!("a window of {text} cannot be counted"), "from 1h to 455d"))
}
