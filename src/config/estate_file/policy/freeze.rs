//! `[[policy.freeze]]`: when nothing is done.

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use super::super::super::reading::{Reading, Section, Value, Wrong};
use super::super::super::value;
use super::super::super::words::did_you_mean;
use super::super::account::distinct;
use super::super::names::Names;
use crate::operate::{CATALOGUE, Freeze, FreezeSpan};

const EXPECTED: &str = "\"Fri 16:00 - Mon 08:00\", or two RFC 3339 instants with \" - \" between";

pub(super) fn read(section: &Section<'_>, names: &mut Names<'_>, accounts: &Names<'_>) -> Option<Freeze> {
    let name = names.claim(section);
    let span = section.required("when", |v| when(v).map(Some));
    let zone = section.optional("zone", zone).unwrap_or(TimeZone::UTC);
    let accounts = section.list("accounts", |v| accounts.refer(v));
    let operations = section.list("operations", operation);
    for key in ["accounts", "operations"] {
        if section.is_empty_list(key) {
            let wrong = Wrong::new(format!("a freeze without {key} holds for nothing"), "at least one");
            section.findings().report(section.span_of(key), wrong.help(format!("leave `{key}` out to freeze all")));
        }
    }
    let accounts = distinct(section, "accounts", accounts.unwrap_or_default());
    let operations = distinct(section, "operations", operations.unwrap_or_default());
    let may_override = section.optional("override", value::boolean).unwrap_or(false);
    section.close();
    Some(Freeze { name, span: span?, zone, accounts, operations, may_override })
}

fn when(value: Value<'_>) -> Reading<FreezeSpan> {
    let text = value::string(value)?;
    let Some((from, to)) = text.split_once(" - ") else {
        return Err(Wrong::new(format!("`{text}` is no span"), EXPECTED));
    };
    let (from, to) = (from.trim(), to.trim());
    if let (Ok(from), Ok(to)) = (from.parse::<Timestamp>(), to.parse::<Timestamp>()) {
        if from < to {
            return Ok(FreezeSpan::Once { from, to });
        }
        return Err(Wrong::new("this span ends before it starts", "the earlier instant first"));
    }
    let (from, to) = (moment(from)?, moment(to)?);
    if from == to {
        return Err(Wrong::new("this span starts and ends at the same moment", EXPECTED));
    }
    Ok(FreezeSpan::Weekly { from, to })
}

/// A weekday and a time, such as `Fri 16:00`.
fn moment(text: &str) -> Reading<(Weekday, Time)> {
    let wrong = || Wrong::new(format!("`{text}` is neither a weekday with a time nor an instant"), EXPECTED);
    let (day, time) = text.split_once(' ').ok_or_else(wrong)?;
    Ok((weekday(day).ok_or_else(wrong)?, clock(time.trim()).ok_or_else(wrong)?))
}

fn weekday(text: &str) -> Option<Weekday> {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let text = text.to_lowercase();
    let index = days.iter().position(|day| *day == text || day[..3] == text)?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn zone(value: Value<'_>) -> Reading<TimeZone> {
    let text = value::text(value)?;
    if text.eq_ignore_ascii_case("utc") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(&text).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let wrong =
            Wrong::new(format!("there is no time zone `{text}`"), "a zone such as \"Europe/Berlin\" or \"UTC\"");
        wrong.meant(did_you_mean(&text, known.iter().map(String::as_str)))
    })
}

/// An operation's name, or `area.*`.
fn operation(value: Value<'_>) -> Reading<String> {
    let text = value::text(value)?;
    let area = text.strip_suffix(".*");
    let known = CATALOGUE.iter().any(|o| match area {
        Some(area) => o.name.split('.').next() == Some(area),
        None => o.name == text,
    });
    if known {
        return Ok(text);
    }
    let wrong =
        Wrong::new(format!("there is no operation `{text}`"), "such as \"database.failover\" or \"database.*\"");
    let areas: Vec<String> =
        CATALOGUE.iter().filter_map(|o| o.name.split('.').next()).map(|area| format!("{area}.*")).collect();
    let names = CATALOGUE.iter().map(|o| o.name).chain(areas.iter().map(String::as_str));
    let wrong = wrong.help("`quarterdeck operate list` prints them; leave `operations` out to freeze all");
    Err(wrong.meant(did_you_mean(&text, names)))
}
