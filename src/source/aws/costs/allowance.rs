//! How often Cost Explorer may be asked: three calls in 24 hours, eight hours apart.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Calls in a day, pages included.
const CALLS: usize = 3;
/// The day over which they count.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How long facts are good.
const APART: SignedDuration = SignedDuration::from_hours(8);
/// Calls that belong to one reading lie no further apart than this.
const ONE_READING: SignedDuration = SignedDuration::from_mins(10);

/// What may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The facts are good until then.
    Fresh(Timestamp),
    /// So many calls may be made.
    Ask(usize),
    /// Facts are due, but nothing may be asked until then.
    UsedUp(Timestamp),
}

/// The calls that were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Allowance {
    asked: Vec<Timestamp>,
}

impl Allowance {
    /// With the calls of earlier runs.
    pub(crate) fn new(mut asked: Vec<Timestamp>) -> Self {
        asked.sort();
        Self { asked }
    }

    /// The calls of the last 24 hours, oldest first.
    pub(crate) fn asked(&self) -> &[Timestamp] {
        &self.asked
    }

    /// Notes a call.
    pub(crate) fn spend(&mut self, at: Timestamp) {
        self.asked.push(at);
    }

    /// What may be done now with facts that were true at `as_of`.
    pub(crate) fn judge(&mut self, as_of: Option<Timestamp>, now: Timestamp) -> Verdict {
        // A call in the future is a clock that was set back: it counts from now on.
        for at in &mut self.asked {
            *at = (*at).min(now);
        }
        self.asked.retain(|at| now.duration_since(*at) < DAY);
        if let Some(as_of) = as_of.filter(|as_of| same_month(*as_of, now)) {
            let until = as_of.min(now) + APART;
            if now < until {
                return Verdict::Fresh(until);
            }
        }
        let left = CALLS.saturating_sub(self.asked.len());
        if left >= self.pages_of_last_reading().min(CALLS) && left > 0 {
            return Verdict::Ask(left);
        }
        let needed = self.pages_of_last_reading().clamp(1, CALLS);
        // So many of the oldest calls must be a day old.
        let release = self.asked.len() + needed - CALLS;
        let until = self.asked.get(release.saturating_sub(1)).map_or(now, |at| *at + DAY);
        Verdict::UsedUp(until)
    }

    fn pages_of_last_reading(&self) -> usize {
        let Some(last) = self.asked.last() else { return 0 };
        self.asked.iter().filter(|at| last.duration_since(**at) <= ONE_READING).count()
    }
}

/// Whether two instants lie in one month of UTC, which is Cost Explorer's.
pub(crate) fn same_month(a: Timestamp, b: Timestamp) -> bool {
    let month = |at: Timestamp| {
        let date = at.to_zoned(TimeZone::UTC).date();
        (date.year(), date.month())
    };
    month(a) == month(b)
}

/// When facts that were read at `as_of` are due again.
pub(crate) fn due_after(as_of: Timestamp) -> Timestamp {
    as_of + APART
}

/// The first instant of the next month.
pub(crate) fn next_month(now: Timestamp) -> Option<Timestamp> {
    let first = now.to_zoned(TimeZone::UTC).date().last_of_month().tomorrow().ok()?;
    first.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-{text}:00Z").parse().unwrap()
    }

    #[test]
    fn three_calls_a_day_eight_hours_apart() {
        let mut allowance = Allowance::default();
        assert_eq!(allowance.judge(None, at("20T00:00")), Verdict::Ask(3));
        allowance.spend(at("20T00:00"));
        let read = Some(at("20T00:00"));
        assert_eq!(allowance.judge(read, at("20T07:59")), Verdict::Fresh(at("20T08:00")));
        assert_eq!(allowance.judge(read, at("20T08:00")), Verdict::Ask(2));
        allowance.spend(at("20T08:00"));
        allowance.spend(at("20T16:00"));
        // The fourth reading is due exactly when the first call is a day old.
        assert_eq!(allowance.judge(Some(at("20T16:00")), at("20T23:59")), Verdict::Fresh(at("21T00:00")));
        assert_eq!(allowance.judge(Some(at("20T16:00")), at("21T00:00")), Verdict::Ask(1));
    }

    #[test]
    fn failed_calls_use_the_allowance_up() {
        let mut allowance = Allowance::new(vec![at("20T02:00"), at("20T01:00"), at("20T03:00")]);
        assert_eq!(allowance.judge(None, at("20T04:00")), Verdict::UsedUp(at("21T01:00")));
        assert_eq!(allowance.judge(None, at("21T01:00")), Verdict::Ask(1));
    }

    #[test]
    fn a_reading_of_two_pages_is_not_begun_with_one_call() {
        let mut allowance = Allowance::new(vec![at("20T00:00"), at("20T00:01")]);
        assert_eq!(allowance.judge(Some(at("20T00:01")), at("20T09:00")), Verdict::UsedUp(at("21T00:00")));
        assert_eq!(allowance.judge(Some(at("20T00:01")), at("21T00:01")), Verdict::Ask(3));
    }

    #[test]
    fn a_new_month_makes_old_facts_due() {
        let mut allowance = Allowance::new(vec![at("30T22:00")]);
        let now: Timestamp = "2026-12-01T01:00:00Z".parse().unwrap();
        assert_eq!(allowance.judge(Some(at("30T22:00")), now), Verdict::Ask(2));
    }

    #[test]
    fn a_month_ends_at_midnight_utc() {
        assert_eq!(next_month(at("20T13:00")).unwrap().to_string(), "2026-12-01T00:00:00Z");
        assert_eq!(next_month("2026-12-31T23:59:59Z".parse().unwrap()).unwrap().to_string(), "2027-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn never_more_than_three_calls_in_a_day(steps in proptest::collection::vec((0i64..400, any::<bool>()), 1..200)) {
            let mut allowance = Allowance::default();
            let (mut now, mut as_of, mut calls) = (at("01T00:00"), None, Vec::new());
            for (minutes, works) in steps {
                now += SignedDuration::from_mins(minutes);
                if let Verdict::Ask(pages) = allowance.judge(as_of, now) {
                    prop_assert!(pages >= 1);
                    allowance.spend(now);
                    calls.push(now);
                    if works {
                        as_of = Some(now);
                    }
                }
                let of_day = calls.iter().filter(|c| now.duration_since(**c) < DAY).count();
                prop_assert!(of_day <= CALLS);
            }
        }
    }
}
