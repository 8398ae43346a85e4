//! Spans in which nothing is done (`[[policy.freeze]]`). Deny beats allow.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// One freeze of the team's policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Freeze {
    /// Unique; what a refusal names.
    pub name: String,
    /// When it is in force.
    pub span: FreezeSpan,
    /// The zone in which weekdays and times are read.
    pub zone: TimeZone,
    /// Names of the accounts it holds for; empty means all.
    pub accounts: Vec<String>,
    /// Operations it holds for, by name or as `area.*`; empty means all.
    pub operations: Vec<String>,
    /// A person may go past it, by name and with a reason that is journaled.
    pub may_override: bool,
}

/// When a freeze is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeSpan {
    /// Every week from one weekday and time to another; it may pass over the week's end.
    Weekly {
        /// Its start.
        from: (Weekday, Time),
        /// Its end, no longer part of it.
        to: (Weekday, Time),
    },
    /// Once, between two instants.
    Once {
        /// Its start.
        from: Timestamp,
        /// Its end, no longer part of it.
        to: Timestamp,
    },
}

impl Freeze {
    /// Whether it is meant for an operation on something of an account; a freeze of some accounts is not meant for what has none.
    pub fn holds_for(&self, account: Option<&str>, operation: &str) -> bool {
        let accounts = self.accounts.is_empty() || account.is_some_and(|name| self.accounts.iter().any(|a| a == name));
        let named = |pattern: &String| match pattern.strip_suffix(".*") {
            Some(area) => operation.split('.').next() == Some(area),
            None => pattern == operation,
        };
        accounts && (self.operations.is_empty() || self.operations.iter().any(named))
    }

    /// When it ends, if it is in force at an instant.
    pub fn in_force(&self, now: Timestamp) -> Option<Timestamp> {
        match self.span {
            FreezeSpan::Once { from, to } => (from <= now && now < to).then_some(to),
            FreezeSpan::Weekly { from, to } => self.weekly(from, to, now),
        }
    }

    /// The week's span around an instant. Its ends are instants of the zone: where the clock is put back over one of them,
    /// the freeze begins with the first and ends with the second; where it is put forward over it, with the jump.
    fn weekly(&self, from: (Weekday, Time), to: (Weekday, Time), now: Timestamp) -> Option<Timestamp> {
        let today = now.to_zoned(self.zone.clone()).date();
        // A span that began up to a week ago may still last; a day more for clocks that jump.
        (0..=8).find_map(|back| {
            let day = today.checked_sub(jiff::Span::new().days(back)).ok()?;
            if day.weekday() != from.0 {
                return None;
            }
            let days = i64::from(from.0.until(to.0));
            let whole = days == 0 && to.1 <= from.1;
            let last = day.checked_add(jiff::Span::new().days(if whole { 7 } else { days })).ok()?;
            let begins = self.instant(day.to_datetime(from.1), false)?;
            let ends = self.instant(last.to_datetime(to.1), true)?;
            (begins <= now && now < ends).then_some(ends)
        })
    }

    fn instant(&self, civil: DateTime, later: bool) -> Option<Timestamp> {
        let there = self.zone.to_ambiguous_timestamp(civil);
        match there.offset() {
            AmbiguousOffset::Gap { .. } => {
                let before = there.earlier().ok()?;
                let jump = self.zone.following(before).next().map(|t| t.timestamp());
                Some(jump.unwrap_or(before))
            }
            _ if later => there.later().ok(),
            _ => there.earlier().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn weekly(zone: &str, from: (Weekday, Time), to: (Weekday, Time)) -> Freeze {
        Freeze {
            name: "weekend".into(),
            span: FreezeSpan::Weekly { from, to },
            zone: TimeZone::get(zone).unwrap(),
            accounts: Vec::new(),
            operations: Vec::new(),
            may_override: true,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_weekend_in_berlin_passes_over_the_weeks_end() {
        let f = weekly("Europe/Berlin", (Weekday::Friday, time(16, 0, 0, 0)), (Weekday::Monday, time(8, 0, 0, 0)));
        // November: Berlin is UTC+1. 2026-11-20 is a Friday.
        for (instant, expected) in [
            ("2026-11-20T14:59:59Z", false),
            ("2026-11-20T15:00:00Z", true),
            ("2026-11-21T12:00:00Z", true),
            ("2026-11-22T23:59:59Z", true),
            ("2026-11-23T06:59:59Z", true),
            ("2026-11-23T07:00:00Z", false),
            ("2026-11-25T12:00:00Z", false),
        ] {
            assert_eq!(f.in_force(at(instant)).is_some(), expected, "{instant}");
        }
        assert_eq!(f.in_force(at("2026-11-21T12:00:00Z")), Some(at("2026-11-23T07:00:00Z")));
    }

    /// 2026-10-25 03:00 Berlin summer time becomes 02:00; 2026-03-29 02:00 becomes 03:00.
    #[test]
    fn clocks_that_are_put_back_or_forward_leave_no_hole() {
        let sunday = |from, to| weekly("Europe/Berlin", (Weekday::Sunday, from), (Weekday::Sunday, to));
        let ends_twice = sunday(time(1, 0, 0, 0), time(2, 30, 0, 0));
        for (instant, expected) in [
            ("2026-10-24T22:59:59Z", false),
            ("2026-10-24T23:00:00Z", true),
            ("2026-10-25T00:45:00Z", true),
            ("2026-10-25T01:29:59Z", true),
            ("2026-10-25T01:30:00Z", false),
        ] {
            assert_eq!(ends_twice.in_force(at(instant)).is_some(), expected, "{instant}");
        }
        let begins_in_the_gap = sunday(time(2, 30, 0, 0), time(5, 0, 0, 0));
        for (instant, expected) in [
            ("2026-03-29T00:59:59Z", false),
            ("2026-03-29T01:00:00Z", true),
            ("2026-03-29T02:59:59Z", true),
            ("2026-03-29T03:00:00Z", false),
        ] {
            assert_eq!(begins_in_the_gap.in_force(at(instant)).is_some(), expected, "{instant}");
        }
    }

    #[test]
    fn a_span_that_ends_where_it_begins_is_the_whole_week() {
        let f = weekly("UTC", (Weekday::Monday, time(8, 0, 0, 0)), (Weekday::Monday, time(8, 0, 0, 0)));
        for day in 16..24 {
            assert!(f.in_force(at(&format!("2026-11-{day}T07:59:59Z"))).is_some());
            assert!(f.in_force(at(&format!("2026-11-{day}T08:00:00Z"))).is_some());
        }
        let almost = weekly("UTC", (Weekday::Monday, time(8, 0, 0, 0)), (Weekday::Monday, time(7, 0, 0, 0)));
        assert!(almost.in_force(at("2026-11-23T07:30:00Z")).is_none());
        assert!(almost.in_force(at("2026-11-23T06:59:59Z")).is_some());
    }

    #[test]
    fn it_holds_for_what_it_names() {
        let all = weekly("UTC", (Weekday::Monday, time(8, 0, 0, 0)), (Weekday::Monday, time(9, 0, 0, 0)));
        assert!(all.holds_for(None, "node.drain") && all.holds_for(Some("any"), "node.drain"));
        let some = Freeze { accounts: vec!["production".into()], operations: vec!["database.*".into()], ..all.clone() };
        assert!(some.holds_for(Some("production"), "database.failover"));
        assert!(!some.holds_for(Some("production"), "databases.failover"));
        assert!(!some.holds_for(Some("production"), "node.drain"));
        assert!(!some.holds_for(Some("staging"), "database.failover"));
        assert!(!some.holds_for(None, "database.failover"));
        let one = Freeze { operations: vec!["node.drain".into()], ..all };
        assert!(one.holds_for(None, "node.drain") && !one.holds_for(None, "node.cordon"));
    }
}
